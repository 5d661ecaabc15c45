"""What must be known of a worksheet before it is changed, found in one pass over its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from synctui.errors import WorksheetError
from synctui.worksheets.references import letters, number_of
from synctui.worksheets.rules import check_rows
from synctui.worksheets.xlsx.decoding import attributes_of, style_of
from synctui.worksheets.xlsx.rows import RawRow, SheetXml
from synctui.worksheets.xlsx.tables import Table

_CONTENT = re.compile(r"<(?:v|f|is)[ />]")
_CELL_START = re.compile(r'<c r="([A-Z]{1,3})[0-9]')
_HEIGHT = re.compile(r"""\s(?:ht|customHeight)\s*=\s*(?:"[^"]*"|'[^']*')""")
_FORMULA = re.compile(r"<f[ />]")


@dataclass(slots=True)
class Survey:
    """Rows of a worksheet by what they are to its table. Row numbers are those that were read."""

    bottom: int = 1
    """The last row of the table's data; without a table the last row that holds anything."""
    totals: int = 0
    """Rows of totals below it."""
    filled: bool = False
    """Whether any row of data holds anything."""
    below: list[int] = field(default_factory=list)
    """Rows below the table that hold something."""
    last: int = 1
    """The last row that is written."""
    has_formulas: bool = False
    header_styles: dict[str, int] = field(default_factory=dict)
    """Letters -> style of the header cells."""
    model_styles: dict[str, int] = field(default_factory=dict)
    """Letters -> style of the last filled row of data: what a new row looks like."""
    model_height: str = ""
    """That row's height, as attributes."""


def survey(xml: SheetXml, table: Table | None, right: int) -> Survey:
    """Read a worksheet from top to bottom; what stands right of the column `right` is not looked at. Raises Damaged."""
    found = Survey(table.bottom, table.totals) if table else Survey()
    model: RawRow | None = None
    for row in xml.rows():
        found.last = row.number
        content = _has_content(row, right)
        if not found.has_formulas and "<f" in row.body:
            found.has_formulas = _FORMULA.search(row.body) is not None
        if row.number == 1:
            found.header_styles = styles_of(row)
        elif content and (table is None or row.number <= found.bottom):
            found.bottom, model, found.filled = max(found.bottom, row.number), row, True
        elif content and row.number > found.bottom + found.totals:
            found.below.append(row.number)
    if model:
        found.model_styles = styles_of(model)
        found.model_height = "".join(_HEIGHT.findall(model.attributes))
    return found


def _has_content(row: RawRow, right: int) -> bool:
    """Whether a cell up to a column holds anything."""
    found = _CONTENT.search(row.body)
    if not found:
        return False
    leftmost = _CELL_START.match(row.body, row.body.rfind("<c ", 0, found.start()))
    if leftmost:
        return number_of(leftmost[1]) <= right
    return any(_CONTENT.search(cell[0]) for cell in row.written_cells() if number_of(cell[1]) <= right)


def styles_of(row: RawRow) -> dict[str, int]:
    """Letters -> style of a row's cells."""
    return {cell[0]: style_of(attributes_of(cell[1])) for cell in row.cells()}


def refuse_crowded(xml: SheetXml, first: int, last: int) -> None:
    """Raise WorksheetError if a cell holds anything in the columns that new ones will take."""
    for row in xml.rows():
        for whole, column, *_ in row.written_cells():
            if first <= number_of(column) <= last and _CONTENT.search(whole):
                raise WorksheetError(
                    f"There is no room for new columns: {column}{row.number} is not empty.",
                    f"Make room right of the table: columns {letters(first)} to {letters(last)} must be empty.",
                )


@dataclass(frozen=True, slots=True)
class Place:
    """Where new rows go. Row numbers are those after the change."""

    first: int
    """Number of the first new row."""
    bottom: int
    """The last row of the table's data then."""
    notice: str = ""


def place_rows(found: Survey, count: int, bottom: int, below: list[int], sheet: str) -> Place:
    """Find room for new rows below the table's data; `bottom` and `below` are those of the survey after removals."""
    if not count:
        return Place(bottom + 1, bottom)
    start = _end_of_block(bottom, below) if not found.totals else bottom
    if not found.filled and start == bottom:
        start = min(start, 1)
    last = start + count
    crowded = [row for row in below if start < row - found.totals <= last]
    if crowded and found.totals:
        raise WorksheetError(
            f"There is no room for {count} new rows in {sheet}: row {crowded[0]} is not empty.",
            "Move what stands below the table's totals further down.",
        )
    if crowded:
        place = Place(
            max(below) + 1, start, f"{sheet}: the new rows stand below row {max(below)}, outside the table, because "
            f"row {crowded[0]} was not empty."
        )  # fmt: skip
        last = max(below) + count
    else:
        place = Place(start + 1, max(last, bottom))
    check_rows(last + found.totals)
    return place


def _end_of_block(bottom: int, below: list[int]) -> int:
    """The last of the rows that stand right below the table without a gap."""
    for row in below:
        if row != bottom + 1:
            break
        bottom = row
    return bottom
