"""A worksheet read from a live Excel in whole blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import xlwings as xw

from synctui.cells import Cell, CellError, Grid, SheetRow
from synctui.errors import WorksheetError
from synctui.worksheets.references import Area
from xl_addin.excel.moments import settle_moments
from xl_addin.excel.platforms import counts_from_1904

CELLS_AT_ONCE = 100_000
MAX_CELLS = 25_000_000
WHOLE_LIMIT = 10**15
"""Excel keeps 15 digits of a number."""
ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""Errors that xlwings tells by name, just as it tells a text that reads so."""
_ERROR_BASE = -2_146_828_288
_NEWER_ERRORS = {2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!", 2048: "#UNKNOWN!",
                 2049: "#FIELD!", 2050: "#CALC!"}  # fmt: skip
"""Excel's XlCVError, as far as xlwings leaves the numbers."""


Held = tuple[Cell, str]
"""What a cell shows, and what it shows while it is edited."""
NOTHING: Held = (None, "")


def area_range(sheet: xw.Sheet, area: Area) -> xw.Range:
    """A rectangle of a worksheet."""
    return sheet.range((area.top, area.left), (area.bottom, area.right))


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table stands."""

    area: Area
    """Headers and totals included."""
    totals: int

    @property
    def bottom(self) -> int:
        """Its last row of data."""
        return self.area.bottom - self.totals


def table_at_top(sheet: xw.Sheet) -> xw.main.Table | None:
    """The table whose headers stand in row 1, the leftmost if there is a choice."""
    candidates = [table for table in sheet.tables if table.range.row == 1]
    return min(candidates, key=lambda table: table.range.column, default=None)


def place_of(table: xw.main.Table) -> TablePlace:
    """Where a table stands now."""
    found = table.range
    top, left, (height, width) = found.row, found.column, found.shape
    return TablePlace(Area(left, top, left + width - 1, top + height - 1), int(bool(table.show_totals)))


class SheetImage:
    """All cells of a worksheet from A1 on, as they are when they are first asked for."""

    def __init__(self, sheet: xw.Sheet) -> None:
        self.sheet = sheet
        used = sheet.used_range
        (height, width) = used.shape
        self.area = Area(1, 1, used.column + width - 1, used.row + height - 1)
        if self.area.right * self.area.bottom > MAX_CELLS:
            raise WorksheetError(
                f"The worksheet {sheet.name} reaches down to {str(self.area).rpartition(':')[2]}.",
                "Delete the empty rows and columns below and beside the data; formats make Excel count them.",
            )

    @cached_property
    def table(self) -> TablePlace | None:
        """The table with headers in row 1."""
        found = table_at_top(self.sheet)
        return place_of(found) if found else None

    @cached_property
    def formulas(self) -> list[Sequence[str]]:
        """Row by row what each cell would show while it is edited."""
        return list(_formulas(self.sheet, self.area))

    @cached_property
    def cells(self) -> list[list[Cell]]:
        """Row by row the values that people see."""
        area = area_range(self.sheet, self.area)
        block = area.options(ndim=2, err_to_str=True).value
        cells = [
            [self._cell(value, formula, row, column) for column, (value, formula) in enumerate(pairs, 1)]
            for row, pairs in enumerate(map(zip, block, self.formulas), 1)
        ]
        settle_moments(area, cells, self.formulas, bool(counts_from_1904(self.sheet.book)))
        return cells

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The texts of row 1 up to the last that is not blank."""
        shown = [as_text(cell) for cell in self.cells[0]]
        while shown and not shown[-1]:
            shown.pop()
        return tuple(shown)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Header -> 1-based column; of equal headers the first counts."""
        return {header: column for column, header in reversed(list(enumerate(self.headers, 1))) if header}

    def holds_formula(self, row: int, column: int) -> bool:
        """Whether a cell computes what it shows; a text may begin with `=` too."""
        return is_formula(self.formulas[row - 1][column - 1], self.cells[row - 1][column - 1])

    def held(self, row: int, column: int) -> Held:
        """What a cell holds; nothing beyond the cells that are used."""
        if row > self.area.bottom or column > self.area.right:
            return NOTHING
        return self.cells[row - 1][column - 1], self.formulas[row - 1][column - 1]

    def has_formulas(self) -> bool:
        """Whether any cell computes what it shows."""
        return any(
            formula.startswith("=") and self.holds_formula(row, column)
            for row, formulas in enumerate(self.formulas, 1)
            for column, formula in enumerate(formulas, 1)
        )

    def _cell(self, value: Any, formula: str, row: int, column: int) -> Cell:
        if isinstance(value, str) and value in ERRORS and not formula.startswith("="):
            # A text in a cell that is formatted as text; anywhere else Excel would have read an error.
            return value if self.sheet.range((row, column)).number_format == "@" else CellError(value)
        return cell_of(value, formula)


def _formulas(sheet: xw.Sheet, area: Area) -> Iterator[Sequence[str]]:
    step = max(1, CELLS_AT_ONCE // area.right)
    for top in range(1, area.bottom + 1, step):
        piece = area.rows(top, min(top + step - 1, area.bottom))
        found: Any = area_range(sheet, piece).formula
        if not isinstance(found, list | tuple):
            found = ((found,),)
        elif not isinstance(found[0], list | tuple):
            found = (found,) if piece.top == piece.bottom else [(text,) for text in found]
        yield from ([_formula_text(text) for text in row] for row in found)


def _formula_text(text: Any) -> str:
    return text if isinstance(text, str) else "" if text is None else str(text)


def is_formula(formula: str, shown: Cell) -> bool:
    """Whether what a cell shows while edited is a formula; a text shows itself."""
    return formula.startswith("=") and shown != formula


def cell_of(value: Any, formula: str) -> Cell:
    """What a cell holds, from what xlwings tells of it and what the cell shows while it is edited."""
    computed = formula.startswith("=") and value != formula
    match value:
        case None:
            return "" if computed else None
        case str():
            return CellError(value) if computed and value in ERRORS else value
        case bool():
            return value
        case datetime():
            return _to_millisecond(value)
        case int():
            return CellError(_NEWER_ERRORS[value - _ERROR_BASE]) if value - _ERROR_BASE in _NEWER_ERRORS else value
        case float():
            return _number(value)
        case Decimal():
            # Of a cell with a currency format COM tells four decimals only.
            return _number(float(value if computed else formula))
    return str(value)


def _number(value: float) -> int | float | CellError:
    if not math.isfinite(value):
        return CellError("#NUM!")
    return int(value) if value.is_integer() and abs(value) < WHOLE_LIMIT else value


def _to_millisecond(moment: datetime) -> datetime:
    rounded = moment.replace(microsecond=0, tzinfo=None)
    return rounded + timedelta(milliseconds=round(moment.microsecond / 1000))


def as_text(cell: Cell) -> str:
    """A cell as a header or a line of text."""
    if cell is None:
        return ""
    return str(cell).upper() if isinstance(cell, bool) else cell.code if isinstance(cell, CellError) else str(cell)


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or cell == ""


def grid_of(image: SheetImage) -> Grid:
    """Headers and rows with anything in them; a table's totals are left out."""
    width, table = len(image.headers), image.table
    bottom, end = (table.bottom, table.area.bottom) if table else (0, 0)
    rows = []
    for number, cells in enumerate(image.cells[1:], 2):
        kept = tuple(cells[:width])
        if bottom < number <= end or all(map(is_blank, kept)):
            continue
        held = frozenset(i for i in range(width) if image.holds_formula(number, i + 1))
        rows.append(SheetRow(number, kept, held, not table or number <= bottom))
    return Grid(image.headers, tuple(rows))


def first_column(image: SheetImage) -> tuple[str, ...]:
    """Column A as texts, top to bottom."""
    return tuple(as_text(cells[0]) for cells in image.cells)
