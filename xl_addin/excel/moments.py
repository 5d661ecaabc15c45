"""Dates told from numbers as in files, by the number format: Excel itself tells some times as either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeGuard

import xlwings as xw

from synctui.cells import Cell
from synctui.worksheets.xlsx.moments import DAYS_TO_1904, EPOCH, from_serial, shows_moment


def settle_moments(cells: xw.Range, rows: list[list[Cell]], formulas: Sequence[Sequence[str]], date1904: bool) -> None:
    """Make moments of the numbers in cells whose number format shows one, and numbers of all other moments.

    `rows` are the values of all `cells`, which change in place; `formulas` what they show while edited.
    """
    for column in range(len(rows[0])):
        places = [number for number, row in enumerate(rows) if _may_be_either(row[column])]
        if places:
            for start, end, code in _formats(cells, column, places[0], places[-1] + 1):
                for row in range(start, end):
                    rows[row][column] = settled(rows[row][column], formulas[row][column], code, date1904)


def settled(cell: Cell, formula: str, code: str, date1904: bool) -> Cell:
    """One cell as the reader of files would give it."""
    if not _may_be_either(cell):
        return cell
    shows = shows_moment(0, code)
    if not shows and not isinstance(cell, datetime):
        return cell
    serial = serial_of(cell, formula, date1904)
    moment = from_serial(serial, date1904) if shows else None
    return moment or (int(serial) if serial.is_integer() else serial)


def serial_of(cell: float | datetime, formula: str, date1904: bool) -> float:
    """The number behind a cell. Excel shows it while the cell is edited, unless the cell computes it."""
    try:
        return float(formula)
    except ValueError:
        pass
    if isinstance(cell, int | float):
        return float(cell)
    return (cell - EPOCH) / timedelta(days=1) - (DAYS_TO_1904 if date1904 else 0)


def _may_be_either(cell: Cell) -> TypeGuard[float | datetime]:
    return isinstance(cell, datetime | int | float) and not isinstance(cell, bool)


def _formats(cells: xw.Range, column: int, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Start, end and number format of stretches of a column that have one."""
    code = cells[start:end, column].number_format
    if isinstance(code, str) or end - start == 1:
        yield start, end, str(code)
    else:
        middle = (start + end) // 2
        yield from _formats(cells, column, start, middle)
        yield from _formats(cells, column, middle, end)
