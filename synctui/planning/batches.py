"""How planned rows travel: in which calls, at what cost, and what the user must agree to before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synctui.connectors.base import Target, TargetShape
from synctui.planning.plan import PlannedRow
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


def calls_of(batches: Batches, shape: TargetShape, *, read_back: bool = False) -> int:
    """What a push costs, reading whole rows again before it and accepted ones after it included."""
    if not batches:
        return 0
    after = -(-sum(map(len, batches)) // REREAD_ROWS) if read_back else 0
    each = (calls_for(len(batch), shape.calls_per_batch, rereads=shape.whole_rows) for batch in batches)
    return shape.calls_before + sum(each) + after


def calls_for(rows: int, per_batch: int, *, rereads: bool) -> int:
    """What one batch of so many rows costs."""
    return per_batch + (-(-rows // REREAD_ROWS) if rereads else 0)


def asks_of(rows: Sequence[PlannedRow]) -> list[str]:
    """Why the user must agree to these rows: creates, emptied cells, many rows."""
    creates = sum(row.op == "create" for row in rows)
    emptied = sum(not new and bool(row.before[column]) for row in rows for column, new in row.after.items())
    asks = [f"{count(creates, 'row')} will be created"] if creates else []
    asks += [f"{count(emptied, 'value')} will be emptied"] if emptied else []
    return asks + ([f"{count(len(rows), 'row')} will be sent"] if len(rows) > MANY_ROWS else [])
