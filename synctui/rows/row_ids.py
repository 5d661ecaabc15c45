"""Whose a row id is when rows were copied together with their hidden `_row` cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from synctui.cells import SheetRow
from synctui.records import Accepted, Value

Says = Callable[[SheetRow, str, Value], bool]
"""Whether a row's cell under a header says a value."""


def owners(rows: Iterable[tuple[str, SheetRow]], accepted: Mapping[str, Accepted], says: Says) -> dict[str, int]:
    """Row id -> number of the row that it belongs to; `rows` are the new rows that bear an id, top to bottom.

    The original of a row that a target accepted is the one that still says what was accepted, wherever its copies
    were put: the others are new records. Otherwise the first one has it.
    """
    bearers: dict[str, list[SheetRow]] = {}
    for row_id, row in rows:
        bearers.setdefault(row_id, []).append(row)
    return {row_id: _original(some, accepted.get(row_id), says).number for row_id, some in bearers.items()}


def _original(rows: list[SheetRow], accepted: Accepted | None, says: Says) -> SheetRow:
    if accepted is None or len(rows) == 1:
        return rows[0]
    said = accepted.values.items()
    return next((row for row in rows if all(says(row, header, value) for header, value in said)), rows[0])
