"""Values into cells of a live Excel, in whole blocks wherever Excel takes them so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import xlwings as xw

from synctui.cells import CellError
from synctui.worksheets.references import Area
from synctui.worksheets.rules import utf16_length
from xl_addin.excel.moments import serial_of
from xl_addin.excel.platforms import counts_from_1904
from xl_addin.excel.reading import Held, area_range, is_formula
from xl_addin.excel.undoing import Undo
from xl_addin.excel.values import Stored, fit_formats, handed

LONGEST_IN_BLOCK = 8_203
"""Characters of a text that Excel takes as one of many; a longer one makes it refuse them all (Microsoft KB 832136)."""
TEXT_MARK = "'"
"""In front of a text that is typed, it says that it is one; Excel takes it off again."""


class CellBlocks:
    """Writes into the cells of one worksheet and knows how to take it back."""

    def __init__(self, sheet: xw.Sheet, undo: Undo, hidden: Collection[int] = ()) -> None:
        self._sheet = sheet
        self._undo = undo
        self._hidden = frozenset(hidden)
        self._date1904 = counts_from_1904(sheet.book)

    def fill(self, area: Area, rows: Sequence[Sequence[Stored]]) -> None:
        """Write into cells that were blank."""
        cells = area_range(self._sheet, area)
        self._undo(cells.clear_contents)
        self._put(area, rows)

    def change(self, column: int, top: int, values: Sequence[Stored], old: Sequence[Held]) -> None:
        """Write into cells of a column, below each other, in the place of what they hold."""
        self._undo(lambda: self.restore(column, top, old))
        self._put(Area(column, top, column, top + len(values) - 1), [[value] for value in values])

    def restore(self, column: int, top: int, old: Sequence[Held]) -> None:
        """Put back what cells of a column held: value and what it showed while edited."""
        for row, (cell, formula) in enumerate(old, top):
            target = self._sheet.range((row, column))
            if is_formula(formula, cell):
                target.formula = formula
            elif isinstance(cell, str) and target.number_format != "@":
                target.value = TEXT_MARK + cell
            elif isinstance(cell, datetime):
                target.value = serial_of(cell, formula, bool(self._date1904))
            else:
                self._put_one(target, cell.code if isinstance(cell, CellError) else cell)

    def _put(self, area: Area, rows: Sequence[Sequence[Stored]]) -> None:
        for column in range(area.left, area.right + 1):
            target = area_range(self._sheet, Area(column, area.top, column, area.bottom))
            fit_formats(target, [row[column - area.left] for row in rows], self._undo)
        for start, end in self._stretches(area):
            self._put_block(area.rows(start, end), rows[start - area.top : end - area.top + 1])

    def _stretches(self, area: Area) -> Iterator[tuple[int, int]]:
        """Rows that can be written at once: of many cells Excel passes over those that a filter hides."""
        start = area.top
        for row in range(area.top, area.bottom + 1):
            if row in self._hidden:
                if start < row:
                    yield start, row - 1
                yield row, row
                start = row + 1
        if start <= area.bottom:
            yield start, area.bottom

    def _put_block(self, area: Area, rows: Sequence[Sequence[Stored]]) -> None:
        alone = []
        block: list[list[object]] = []
        for row, values in enumerate(rows, area.top):
            block.append([])
            for column, value in enumerate(values, area.left):
                if isinstance(value, str) and _goes_alone(value):
                    alone.append((row, column, value))
                    block[-1].append(None)
                else:
                    block[-1].append(handed(value, self._date1904))
        if area.top == area.bottom and area.top in self._hidden:
            for column, content in enumerate(block[0], area.left):
                self._sheet.range((area.top, column)).value = content
        else:
            area_range(self._sheet, area).value = block
        for row, column, text in alone:
            self._put_one(self._sheet.range((row, column)), text)

    @staticmethod
    def _put_one(target: xw.Range, value: Any) -> None:
        """Write one cell; a text that Excel took the first apostrophe off is written with one more."""
        target.value = value
        if isinstance(value, str) and value.startswith(TEXT_MARK) and target.value != value:
            target.value = TEXT_MARK + value


def _goes_alone(text: str) -> bool:
    return text.startswith(TEXT_MARK) or (len(text) > LONGEST_IN_BLOCK // 2 and utf16_length(text) > LONGEST_IN_BLOCK)
