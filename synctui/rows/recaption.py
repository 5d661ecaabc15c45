"""Cells that are to show another text for the same value, because the options of their column changed."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.cells import Cell, Grid, SheetRow
from synctui.records import Column
from synctui.rows.changes import Changeset, RowView
from synctui.values import same, to_cell


def recaptioned(
    before: Sequence[Column], after: Sequence[Column], grid: Grid, sheet: Changeset
) -> dict[int, dict[str, Cell]]:
    """Row number -> header -> what the cell shows from now on; nobody's edit is lost, nor made into another.

    `before` are the passport's columns, `after` the same after the pull, new ones at the end; `sheet` is the grid as
    it was read by `before`. Formulas, damaged cells and cells that could not be read stay as they are.
    """
    moved = [
        (index, old, new)
        for index, (old, new) in enumerate(zip(before, after, strict=False))
        if (old.choices, old.type) != (new.choices, new.type) and old.title in grid.headers
    ]
    rows = {row.number: row for row in grid.rows} if moved else {}
    cells: dict[int, dict[str, Cell]] = {}
    for view in sheet.rows if moved else ():
        for index, old, new in moved:
            position = grid.headers.index(old.title)
            if _means(rows[view.number], position, view, index, old):
                shown = to_cell(view.values[index], new)
                if shown != rows[view.number].cells[position]:
                    cells.setdefault(view.number, {})[old.title] = shown
    return cells


def _means(row: SheetRow, position: int, view: RowView, index: int, column: Column) -> bool:
    """Whether the cell itself says the row's value."""
    if position in row.formulas:
        return False
    edited = any(edit.column == column.title for edit in view.edits)
    return edited or same(view.values[index], row.cells[position], column)
