"""Changing a worksheet that exists: the cells, rows and columns named; all else stays as people left it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import xlwings as xw

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.rows.changes import ROW
from synctui.worksheets.base import SheetPatch
from synctui.worksheets.references import Area, letters
from synctui.worksheets.rules import MAX_ROWS, check_columns
from synctui.worksheets.xlsx.areas import body_of
from synctui.worksheets.xlsx.survey import Survey, place_rows
from xl_addin.excel.dressing import Dressing
from xl_addin.excel.hidden_sheets import options_range
from xl_addin.excel.making import dress_column
from xl_addin.excel.names import not_grown
from xl_addin.excel.reading import NOTHING, Held, SheetImage, area_range, is_blank
from xl_addin.excel.rows import add_columns, hidden_rows, remove_rows, resize_table, runs
from xl_addin.excel.undoing import Undo
from xl_addin.excel.values import Stored, storable
from xl_addin.excel.writing import CellBlocks


class SheetPatcher:
    """One worksheet to be changed. What can be refused is refused at once, before Excel is touched."""

    def __init__(self, sheet: xw.Sheet, patch: SheetPatch) -> None:
        self._sheet = sheet
        self._patch = patch
        self._image = image = SheetImage(sheet)
        table = image.table
        self._left = table.area.left if table else 1
        self._right = table.area.right if table else max(image.positions.values(), default=0)
        self._positions = self._new_positions()
        self._found = self._survey()
        self._place = place_rows(self._found, len(patch.append), self._found.bottom, self._found.below, patch.name)
        self._check_rows()
        self._cells = self._stored_cells()
        self._rows = self._stored_rows()
        self.notices = [self._place.notice] if self._place.notice else []

    def apply(self, undo: Undo) -> None:
        """Make the changes, rows that go out last."""
        sheet, image, found = self._sheet, self._image, self._found
        bottom = max(found.bottom, 2)
        hidden = hidden_rows(sheet, Area(max(self._left, 1), 1, max(self._right, 1), image.area.bottom))
        blocks = CellBlocks(sheet, undo, hidden)
        self._add_columns(undo, bottom)
        for column, cells in self._cells.items():
            for top, last in runs(cells):
                rows = range(top, last + 1)
                blocks.change(column, top, [cells[row] for row in rows], [self._held(row)[column] for row in rows])
        if self._rows:
            self._append(blocks, undo)
        self._rules(undo)
        remove_rows(sheet, self._patch.remove, self._held, blocks, undo, hidden)

    # -- checked beforehand

    def _new_positions(self) -> dict[str, int]:
        """Header -> column after the change; new ones stand at the right end, before the hidden last one."""
        positions, patch, count = dict(self._image.positions), self._patch, len(self._patch.add_columns)
        check_columns(patch.add_columns, self._right + count)
        self._moves = moves = bool(count) and positions.get(ROW) == self._right
        self._first_new = self._right if moves else self._right + 1
        if count:
            self._refuse_crowded(self._right + 1, self._right + count)
        positions |= {column.header: self._first_new + i for i, column in enumerate(patch.add_columns)}
        if moves:
            positions[ROW] = self._right + count
        return positions

    def _refuse_crowded(self, first: int, last: int) -> None:
        for number, cells in enumerate(self._image.cells, 1):
            for column, cell in enumerate(cells[first - 1 : last], first):
                if not is_blank(cell):
                    raise WorksheetError(
                        f"There is no room for new columns: {letters(column)}{number} is not empty.",
                        f"Make room right of the table: columns {letters(first)} to {letters(last)} must be empty.",
                    )

    def _survey(self) -> Survey:
        table = self._image.table
        filled = [row for row, cells in enumerate(self._image.cells[1:], 2) if self._has_content(row, cells)]
        bottom, totals = (table.bottom, table.totals) if table else (max(filled, default=1), 0)
        return Survey(
            bottom,
            totals,
            filled=any(row <= bottom for row in filled),
            below=[row for row in filled if row > bottom + totals],
            last=self._image.area.bottom,
        )

    def _has_content(self, row: int, cells: list[Cell]) -> bool:
        return any(
            not is_blank(cell) or self._image.formulas[row - 1][column]
            for column, cell in enumerate(cells[: self._right])
        )

    def _check_rows(self) -> None:
        known = range(2, self._image.area.bottom + 1)
        missing = min((row for row in (*self._patch.cells, *self._patch.remove) if row not in known), default=None)
        if missing is not None:
            raise WorksheetError(f"The worksheet {self._patch.name} has no row {missing}.", "Read it again.")

    def _column(self, header: str) -> int:
        if header not in self._positions:
            raise WorksheetError(
                f"The worksheet {self._patch.name} has no column {header!r} any more.",
                "Put the header back into row 1, or pull with --replace.",
            )
        return self._positions[header]

    def _stored_cells(self) -> Mapping[int, dict[int, Stored]]:
        """Column -> row -> value, of the cells that rows get which are there."""
        found: dict[int, dict[int, Stored]] = defaultdict(dict)
        for row, cells in self._patch.cells.items():
            for header, cell in cells.items():
                column = self._column(header)
                found[column][row] = storable(cell, self._patch.name, row, column)
        return dict(sorted(found.items()))

    def _stored_rows(self) -> list[dict[int, Stored]]:
        """Column -> value of each new row."""
        return [
            {column: storable(cell, self._patch.name, row, column)
             for column, cell in ((self._column(header), cell) for header, cell in cells.items())}
            for row, cells in enumerate(self._patch.append, self._place.first)
        ]  # fmt: skip

    # -- made

    def _add_columns(self, undo: Undo, bottom: int) -> None:
        columns = self._patch.add_columns
        if columns:
            place = Area(self._left, 1, self._right, bottom)
            add_columns(self._sheet, self._first_new, columns, place, undo)
            dressing = Dressing(self._sheet)
            for position, column in enumerate(columns, self._first_new):
                body = self._body(position)
                dress_column(dressing, body, column, self._patch.name, undo)
                dressing.help(position, column)

    def _held(self, row: int) -> Mapping[int, Held]:
        """Column after the change -> what a row held before it; nothing where it had no such column."""
        held: dict[int, Held] = defaultdict(lambda: NOTHING)
        for column in range(1, self._image.area.right + 1):
            moved = self._positions[ROW] if column == self._right and self._moves else column
            held[moved] = self._image.held(row, column)
        return held

    def _append(self, blocks: CellBlocks, undo: Undo) -> None:
        place, first = self._place, self._place.first
        table = self._image.table
        if table and place.bottom != table.bottom:
            resize_table(self._sheet, place.bottom, undo)
            self.notices += not_grown(self._sheet, table.bottom)
        last = first + len(self._rows) - 1
        columns = sorted({column for row in self._rows for column in row})
        computed = self._computed(first)
        for left, right in runs(columns, frozenset(computed)):
            rows = [[row.get(column) for column in range(left, right + 1)] for row in self._rows]
            if left in computed:
                self._fill_between(blocks, left, first, [row[0] for row in rows])
            else:
                blocks.fill(Area(left, first, right, last), rows)

    def _computed(self, first: int) -> frozenset[int]:
        """Columns whose new cells Excel has filled with the table's formula."""
        formulas = SheetImage(self._sheet)
        if formulas.area.bottom < first:
            return frozenset()
        return frozenset(c for c, text in enumerate(formulas.formulas[first - 1], 1) if text.startswith("="))

    def _fill_between(self, blocks: CellBlocks, column: int, first: int, values: list[Stored]) -> None:
        given = [first + i for i, value in enumerate(values) if value is not None]
        for top, last in runs(given):
            blocks.fill(Area(column, top, column, last), [[value] for value in values[top - first : last - first + 1]])

    def _rules(self, undo: Undo) -> None:
        dressing, name = Dressing(self._sheet), self._patch.name
        for header, texts in self._patch.choices.items():
            column = self._column(header)
            options = options_range(self._sheet.book, name, header, texts, undo) if texts else None
            dressing.choices(self._body(column), header, options)
        if self._patch.messages is not None:
            told = {
                (row, self._column(header)): message
                for row, messages in self._patch.messages.items()
                for header, message in messages.items()
            }
            area = Area(1, 2, max(self._positions.values(), default=1), MAX_ROWS)
            self.notices += dressing.messages(area, told)

    def _body(self, position: int) -> xw.Range:
        return area_range(self._sheet, body_of(position))
