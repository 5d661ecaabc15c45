"""From a value to what is handed to Excel, and the number format in which it stays what it is.

Excel reads a text that it is handed as if a person had typed it (`00123` becomes 123, `=1+1` a formula, `3-2` a date)
unless the cell's number format is `@`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby

import xlwings as xw

from synctui.cells import Cell, CellError
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.layout import NUMBER_FORMATS
from synctui.worksheets.references import letters
from synctui.worksheets.rules import check_text
from synctui.worksheets.xlsx.moments import FIRST, shows_moment, to_serial
from xl_addin.excel.reading import WHOLE_LIMIT
from xl_addin.excel.undoing import Undo

Stored = None | str | int | float | bool | datetime | CellError
"""A value in a form that a cell can hold: no blank text, no number of more digits than Excel keeps."""


class Needs(Enum):
    """What number format a value needs."""

    TEXT = "@"
    NUMBER = "General"
    DATE = NUMBER_FORMATS[ColumnType.DATE]
    DATETIME = NUMBER_FORMATS[ColumnType.DATETIME]
    NO_TEXT = "any but text"
    """Truth values and errors: any format will do that does not make texts of them."""

    @property
    def code(self) -> str:
        """The number format that is given where the present one does not do."""
        return Needs.NUMBER.value if self is Needs.NO_TEXT else self.value


def storable(cell: Cell, sheet: str, row: int, column: int) -> Stored:
    """The form in which a cell holds a value. Raises WorksheetError, with the address, for what none can hold."""
    try:
        return _storable(cell)
    except WorksheetError as error:
        address = f"{letters(column)}{row}"
        raise WorksheetError(f"{sheet}!{address} cannot be written. {error.message}", error.hint) from error


def _storable(cell: Cell) -> Stored:
    if isinstance(cell, str):
        check_text(cell)
        return cell or None
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int):
        return cell if -WHOLE_LIMIT < cell < WHOLE_LIMIT else str(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        raise WorksheetError(f"A cell cannot hold the number {cell}.", "Correct it at the source.")
    if isinstance(cell, datetime) and (cell.tzinfo is not None or cell < FIRST):
        return cell.isoformat(" ")
    if isinstance(cell, CellError):
        return cell if cell.code else None
    return cell


def needs(value: Stored) -> Needs | None:
    """What format a value needs; None for a blank."""
    match value:
        case None:
            return None
        case str():
            return Needs.TEXT
        case bool() | CellError():
            return Needs.NO_TEXT
        case datetime():
            return Needs.DATETIME if value.time().isoformat() != "00:00:00" else Needs.DATE
    return Needs.NUMBER


def handed(value: Stored, date1904: bool | None) -> object:
    """What Excel is handed: dates as numbers where they can be, for on their way as dates they lose milliseconds."""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, datetime) and date1904 is not None:
        serial = to_serial(value, date1904)
        return value if serial is None else float(serial)
    return value


def fit_formats(target: xw.Range, values: Sequence[Stored], undo: Undo) -> None:
    """Give cells of one column, top to bottom, the number formats that their new values need."""
    for start, end, need in _runs(values):
        _fit(target[start:end, 0], need, undo)


def _runs(values: Iterable[Stored]) -> Iterator[tuple[int, int, Needs]]:
    """Start, end and need of runs that one format serves; blanks go along with their neighbours."""
    filled = [(index, need) for index, value in enumerate(values) if (need := needs(value))]
    for need, group in groupby(filled, key=lambda item: item[1]):
        places = [index for index, _ in group]
        yield places[0], places[-1] + 1, need


def _fit(cells: xw.Range, need: Needs, undo: Undo) -> None:
    code = cells.number_format
    if not isinstance(code, str):
        half = len(cells) // 2
        _fit(cells[:half, 0], need, undo)
        _fit(cells[half:, 0], need, undo)
    elif not _fits(code, need):
        undo(lambda: setattr(cells, "number_format", code))
        cells.number_format = need.code


def _fits(code: str, need: Needs) -> bool:
    if need is Needs.TEXT or code == Needs.TEXT.value:
        return need is Needs.TEXT and code == Needs.TEXT.value
    if need is Needs.NO_TEXT:
        return True
    return shows_moment(0, code) is (need in (Needs.DATE, Needs.DATETIME))
