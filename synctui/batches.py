"""How planned rows travel: in which calls, at what cost, and what the user must agree to before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synctui.connectors.base import Target, TargetShape
from synctui.plan import PlannedRow
from synctui.wording import count

MANY_ROWS = 20
"""Rows that are sent without a question."""
MAX_BYTES = 1_000_000
"""Bytes of rows in one call."""
REREAD_ROWS = 50
"""Rows that one call reads again by their keys."""

Batches = tuple[tuple[PlannedRow, ...], ...]


def into_batches(documents: Iterable[Sequence[PlannedRow]], target: Target, batch_rows: int) -> Batches:
    """Rows by call; a document never stands in two of them, and one that is too large travels alone."""
    batches: list[list[PlannedRow]] = []
    size = 0
    for document in documents:
        weight = target.body_size([row.outgoing for row in document])
        full = batches and (len(batches[-1]) + len(document) > batch_rows or size + weight > MAX_BYTES)
        if not batches or full:
            batches.append([])
            size = 0
        batches[-1].extend(document)
        size += weight
    return tuple(tuple(batch) for batch in batches)


def calls_of(batches: Batches, shape: TargetShape) -> int:
    """What a push costs, reading whole rows again included."""
    if not batches:
        return 0
    again = sum(-(-len(batch) // REREAD_ROWS) for batch in batches) if shape.whole_rows else 0
    return shape.calls_before + shape.calls_per_batch * len(batches) + again


def asks_of(rows: Sequence[PlannedRow]) -> list[str]:
    """Why the user must agree to these rows: creates, emptied cells, many rows."""
    creates = sum(row.op == "create" for row in rows)
    emptied = sum(not new and bool(row.before[column]) for row in rows for column, new in row.after.items())
    asks = [f"{count(creates, 'row')} will be created"] if creates else []
    asks += [f"{count(emptied, 'value')} will be emptied"] if emptied else []
    return asks + ([f"{count(len(rows), 'row')} will be sent"] if len(rows) > MANY_ROWS else [])
