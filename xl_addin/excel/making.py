"""A new worksheet: headers, rows, table, and how it looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import xlwings as xw

from synctui.rows.changes import SYNC
from synctui.worksheets.base import ColumnSpec, NewSheet
from synctui.worksheets.layout import HEADER_GROUND, READ_ONLY_GROUND, SAMPLE_ROWS, TABLE_STYLE, width
from synctui.worksheets.references import Area, letters
from synctui.worksheets.rules import check_sheet
from synctui.worksheets.xlsx.areas import body_of
from synctui.worksheets.xlsx.tables import table_name
from xl_addin.excel.dressing import Dressing, rgb
from xl_addin.excel.hidden_sheets import new_sheet, options_range
from xl_addin.excel.platforms import bring_forward, has_com
from xl_addin.excel.reading import area_range
from xl_addin.excel.rows import number_format
from xl_addin.excel.undoing import Undo
from xl_addin.excel.values import Stored, storable
from xl_addin.excel.writing import CellBlocks

ROW_HEIGHT = 15


class SheetMaker:
    """One worksheet to be made. What can be refused is refused at once, before Excel is touched."""

    def __init__(self, book: xw.Book, sheet: NewSheet) -> None:
        check_sheet(sheet)
        self._book = book
        self._sheet = sheet
        self.notices: list[str] = []
        self._rows = [
            [storable(cell, sheet.name, number, position) for position, cell in enumerate(row, 1)]
            for number, row in enumerate([self._headers(), *sheet.rows], 1)
        ]
        for row in self._rows:
            if len(row) != len(sheet.columns):
                raise ValueError("a row is not as long as the columns")
        for column in sheet.columns:
            for option in column.choices:
                storable(option, sheet.name, 1, 1)
        self._area = Area(1, 1, len(sheet.columns), max(2, len(self._rows)))

    def apply(self, undo: Undo) -> None:
        """Make the worksheet."""
        sheet = new_sheet(self._book, self._sheet.name, undo)
        taken = _taken_names(self._book)
        self._formats(sheet)
        CellBlocks(sheet, undo).fill(self._area.rows(1, len(self._rows)), self._rows)
        sheet.tables.add(
            area_range(sheet, self._area),
            name=table_name(self._sheet.name, taken),
            table_style_name=TABLE_STYLE,
        )
        self._looks(sheet)
        self._rules(sheet, undo)

    def _headers(self) -> list[Stored]:
        return [column.header for column in self._sheet.columns]

    def _formats(self, sheet: xw.Sheet) -> None:
        """Formats of whole columns: a partial one would make Excel count a million rows as used."""
        for position, column in enumerate(self._sheet.columns, 1):
            sheet.range(f"{letters(position)}:{letters(position)}").number_format = number_format(column.type)

    def _looks(self, sheet: xw.Sheet) -> None:
        self._body(sheet, 1, len(self._sheet.columns)).row_height = ROW_HEIGHT
        area_range(sheet, self._area.rows(1, 1)).color = rgb(HEADER_GROUND)
        for position, column in enumerate(self._sheet.columns, 1):
            header = sheet.range((1, position))
            header.column_width = width(column, [row[position - 1] for row in self._rows[1 : SAMPLE_ROWS + 1]])
            if column.read_only:
                self._body(sheet, position, position).color = rgb(READ_ONLY_GROUND)
            if column.hidden:
                header.columns.hidden = True
        if has_com(self._book):
            _freeze_headers(self._book, sheet)

    def _rules(self, sheet: xw.Sheet, undo: Undo) -> None:
        dressing = Dressing(sheet)
        for position, column in enumerate(self._sheet.columns, 1):
            body = area_range(sheet, body_of(position))
            dress_column(dressing, body, column, sheet.name, undo)
            dressing.help(position, column)
            if column.header == SYNC:
                dressing.colours(body)

    def _body(self, sheet: xw.Sheet, left: int, right: int) -> xw.Range:
        return area_range(sheet, Area(left, 2, right, self._area.bottom))


def dress_column(dressing: Dressing, body: xw.Range, column: ColumnSpec, sheet: str, undo: Undo) -> None:
    """Let a column's cells turn away what is typed, or offer its choices."""
    if column.read_only:
        dressing.read_only(body, column.header)
    elif column.choices:
        dressing.choices(
            body, column.header, options_range(body.sheet.book, sheet, column.header, column.choices, undo)
        )


def _freeze_headers(book: xw.Book, sheet: xw.Sheet) -> None:
    bring_forward(sheet, book)
    window = book.api.Windows(1)
    window.SplitColumn, window.SplitRow = 0, 1
    window.FreezePanes = True


def _taken_names(book: xw.Book) -> Collection[str]:
    tables: Sequence[str] = [table.name for sheet in book.sheets for table in sheet.tables]
    return {*tables, *(name.name for name in book.names)}
