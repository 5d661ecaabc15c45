"""What an Excel does with workbooks, as far as the add-in relies on it: cells, formats, tables, filters, rules.

No screen and no calculation: a formula shows what `Book.results` says of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from synctui.worksheets.references import Area
from synctui.worksheets.xlsx.areas import shared, without
from synctui.worksheets.xlsx.moments import from_serial, shows_moment, to_serial

ERROR_NUMBERS = {"#DIV/0!": 2007, "#N/A": 2042, "#NAME?": 2029, "#NULL!": 2000, "#NUM!": 2036, "#REF!": 2023,
                 "#VALUE!": 2015, "#SPILL!": 2045}  # fmt: skip
LONGEST_IN_ARRAY = 8_203
ROWS, COLUMNS = 1_048_576, 16_384
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?")


class ExcelError(Exception):
    """An error as COM reports it: result code, its text, what the program says, and the argument at fault."""

    def __init__(self, code: int, text: str, said: tuple[Any, ...] | None = None) -> None:
        super().__init__(code, text, said, None)
        self.hresult = code
        self.excepinfo = said


class Refusal(ExcelError):
    """Excel does not do it: error 1004 with a description."""

    def __init__(self, description: str) -> None:
        said = (0, "Microsoft Excel", description, "xlmain11.chm", 0, -2146827284)
        super().__init__(-2147352567, "Exception occurred.", said)


class Busy(ExcelError):
    """A cell is being edited: the call was rejected by the callee."""

    def __init__(self) -> None:
        super().__init__(-2147418111, "Call was rejected by callee.")


@dataclass(frozen=True)
class Fault:
    """An error value in a cell."""

    code: str


@dataclass(frozen=True)
class Content:
    value: Any = None
    """What the cell shows: float, bool, str, Fault; a moment is a float."""
    formula: str = ""


EMPTY = Content()


@dataclass
class Table:
    name: str
    area: Area
    totals: bool = False
    style: str = ""
    computed: dict[str, str] = field(default_factory=dict)
    """Header -> formula that new rows get."""


@dataclass
class Sheet:
    book: Book
    name: str
    visible: int = -1
    cells: dict[tuple[int, int], Content] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    column_formats: dict[int, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    filtered: set[int] = field(default_factory=set)
    """Rows that a filter hides."""
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    grounds: dict[tuple[int, int], Any] = field(default_factory=dict)
    rules: list[tuple[Area, dict[str, Any]]] = field(default_factory=list)
    """Data validations."""
    conditions: list[tuple[Area, dict[str, Any]]] = field(default_factory=list)
    selection: Area = field(default_factory=lambda: Area(1, 1, 1, 1))
    shapes: list[str] = field(default_factory=list)
    protected: bool = False
    frozen_rows: int = 0

    def format_of(self, row: int, column: int) -> str:
        return self.formats.get((row, column), self.column_formats.get(column, "General"))

    def formats_in(self, area: Area) -> set[str]:
        if area.bottom - area.top > 50_000:
            return {self.column_formats.get(column, "General") for column in range(area.left, area.right + 1)}
        return {self.format_of(row, column) for row, column in places(area)}

    def set_format(self, area: Area, code: str) -> None:
        self.book.app.check_free()
        if area.top == 1 and area.bottom == ROWS:
            for column in range(area.left, min(area.right, 200) + 1):
                self.column_formats[column] = code
            for place in [place for place in self.formats if inside(area, place)]:
                del self.formats[place]
            return
        for place in places(area):
            self.formats[place] = code

    def used(self) -> Area:
        filled = [place for place, content in self.cells.items() if content != EMPTY]
        filled += self.formats
        if not filled:
            return Area(1, 1, 1, 1)
        rows, columns = [row for row, _ in filled], [column for _, column in filled]
        return Area(min(columns), min(rows), max(columns), max(rows))

    def content(self, row: int, column: int) -> Content:
        return self.cells.get((row, column), EMPTY)

    def shown(self, row: int, column: int) -> Any:
        """The value, a moment where the cell's format shows a date, and as the program likes where it shows a time."""
        value, code = self.content(row, column).value, self.format_of(row, column)
        if isinstance(value, float) and self._is_date(code):
            return from_serial(value, self.book.date1904)
        return value

    def _is_date(self, code: str) -> bool:
        if "[h]" in code or (shows_moment(0, code) and not {"d", "y"} & set(code)):
            return self.book.app.tells_times_as_dates
        return shows_moment(0, code)

    def edited(self, row: int, column: int) -> str:
        """What the cell shows while it is edited."""
        content = self.content(row, column)
        if content.formula:
            return content.formula
        match content.value:
            case None:
                return ""
            case Fault(code):
                return code
            case bool():
                return str(content.value).upper()
            case float():
                return f"{content.value:.15g}"
        return str(content.value)

    def type(self, row: int, column: int, value: Any) -> None:
        """Put a value in as if a person had typed it."""
        self.book.app.check_free()
        if self.protected:
            raise Refusal("The cell or chart you're trying to change is on a protected sheet.")
        self.book.app.count_cell()
        parsed, format_ = typed(value, self.format_of(row, column), self.book)
        if format_:
            self.formats[row, column] = format_
        self.cells[row, column] = parsed
        self._header_is_text(row, column)

    def _header_is_text(self, row: int, column: int) -> None:
        if any(table.area.top == row and inside(table.area, (row, column)) for table in self.tables):
            self.cells[row, column] = Content(self.edited(row, column) or f"Column{column}")

    def type_array(self, area: Area, rows: Any) -> None:
        """Put many values in; rows that a filter hides are passed over, and the rest moves up: as Excel does."""
        for row in rows:
            if any(isinstance(value, str) and len(value) > LONGEST_IN_ARRAY for value in row):
                raise Refusal("Application-defined or object-defined error")
        targets = [row for row in range(area.top, area.bottom + 1) if row not in self.filtered]
        for row, values in zip(targets, rows, strict=False):
            for column, value in zip(range(area.left, area.right + 1), values, strict=True):
                self.type(row, column, value)

    def clear(self, area: Area) -> None:
        self.book.app.check_free()
        for place in [place for place in self.cells if inside(area, place)]:
            del self.cells[place]

    def delete_rows(self, top: int, bottom: int) -> None:
        self.book.app.check_free()
        rows = [row for row in range(top, bottom + 1) if top == bottom or row not in self.filtered]
        for row in sorted(rows, reverse=True):
            self._shift_rows(row + 1, -1)
            for table in self.tables:
                if row <= table.area.bottom:
                    table.area = replace(table.area, bottom=max(table.area.bottom - 1, table.area.top + 1))

    def insert_rows(self, top: int, bottom: int) -> None:
        self._shift_rows(top, bottom - top + 1)
        for table in self.tables:
            if top <= table.area.bottom + 1:
                table.area = replace(table.area, bottom=table.area.bottom + bottom - top + 1)

    def _shift_rows(self, first: int, by: int) -> None:
        for held in (self.cells, self.formats, self.grounds):
            moved = {
                (row + by if row >= first else row, column): value
                for (row, column), value in held.items()
                if not (by < 0 and first + by <= row < first)
            }
            held.clear()
            held.update(moved)  # type: ignore[arg-type]
        self.filtered = {row + by if row >= first else row for row in self.filtered
                         if not (by < 0 and first + by <= row < first)}  # fmt: skip

    def shift_columns(self, area: Area, by: int) -> None:
        """Cells from an area on go to the right, or come to the left over it."""
        first = area.left if by > 0 else area.left - by
        for held in (self.cells, self.formats, self.grounds):
            moved = {}
            for (row, column), value in held.items():
                if not area.top <= row <= area.bottom or column < area.left:
                    moved[row, column] = value
                elif column >= first:
                    moved[row, column + by] = value
            held.clear()
            held.update(moved)  # type: ignore[arg-type]
        self.hidden_columns = {column + by if column >= first else column for column in self.hidden_columns}

    def resize(self, table: Table, area: Area) -> None:
        self.book.app.check_free()
        if table.totals:
            raise Refusal("A table with a row of totals is not resized.")
        old, table.area = table.area, area
        for row in range(old.bottom + 1, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                above = self.formats.get((row - 1, column))
                if above is not None:
                    self.formats.setdefault((row, column), above)
                formula = table.computed.get(str(self.content(area.top, column).value))
                if formula and self.content(row, column) == EMPTY:
                    self.cells[row, column] = Content(self.book.results.get(formula, 0.0), formula)

    def show_totals(self, table: Table, wanted: bool) -> None:
        if table.totals == wanted:
            return
        row = table.area.bottom
        if wanted:
            self._shift_rows(row + 1, 1)
            self.cells[row + 1, table.area.left] = Content("Total")
        else:
            self.clear(table.area.rows(row, row))
            self._shift_rows(row + 1, -1)
        table.area = replace(table.area, bottom=row + 1 if wanted else row - 1)
        table.totals = wanted

    def add_column(self, table: Table, position: int, name: str) -> None:
        left = table.area.left + position - 1
        self.shift_columns(Area(left, table.area.top, left, table.area.bottom), 1)
        table.area = replace(table.area, right=table.area.right + 1)
        self.cells[table.area.top, left] = Content(name)

    def delete_column(self, table: Table, position: int) -> None:
        left = table.area.left + position - 1
        self.shift_columns(Area(left, table.area.top, left, table.area.bottom), -1)
        table.area = replace(table.area, right=table.area.right - 1)

    # -- data validations

    def rules_in(self, area: Area) -> list[tuple[Area, dict[str, Any]]]:
        return [(part, rule) for place, rule in self.rules if (part := shared(place, area))]

    def uniform_rule(self, area: Area) -> dict[str, Any] | None:
        """The one rule of all cells; None where they have none. Raises Refusal where they differ."""
        found = self.rules_in(area)
        if not found:
            return None
        covered = sum(size(part) for part, _ in found)
        if covered < size(area) or any(rule != found[0][1] for _, rule in found):
            raise Refusal("Application-defined or object-defined error")
        return found[0][1]

    def drop_rules(self, area: Area) -> None:
        self.rules = [(part, rule) for place, rule in self.rules for part in without(place, area)]

    def put_rule(self, area: Area, rule: dict[str, Any]) -> None:
        self.drop_rules(area)
        self.rules.append((area, rule))


@dataclass
class Book:
    app: App
    name: str
    path: Path | None = None
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    active: Sheet = field(init=False)
    read_only: bool = False
    results: dict[str, Any] = field(default_factory=lambda: {"=1+1": 2.0})
    """Formula -> what it comes to."""
    saved: list[dict[str, Any]] = field(default_factory=list)
    """What each saving wrote: sheet's name -> its cells."""
    full_disk: bool = False
    date1904: bool = False
    """Whether day 0 is in 1904."""

    def __post_init__(self) -> None:
        self.sheets.append(Sheet(self, "Sheet1"))
        self.active = self.sheets[0]

    @property
    def full_name(self) -> str:
        return str(self.path / self.name) if self.path else self.name

    def sheet(self, key: str | int) -> Sheet:
        if isinstance(key, int):
            return self.sheets[key - 1]
        return next(sheet for sheet in self.sheets if sheet.name.lower() == key.lower())

    def add(self, before: Sheet | None) -> Sheet:
        self.app.check_free()
        sheet = Sheet(self, f"Sheet{len(self.sheets) + 1}")
        self.sheets.insert(self.sheets.index(before) if before else 0, sheet)
        self.active = sheet
        return sheet

    def rename(self, sheet: Sheet, name: str) -> None:
        if any(other.name.lower() == name.lower() for other in self.sheets if other is not sheet):
            raise Refusal("That name is already taken. Try a different one.")
        sheet.name = name

    def move(self, sheet: Sheet, before: Sheet) -> None:
        self.sheets.remove(sheet)
        self.sheets.insert(self.sheets.index(before), sheet)

    def delete(self, sheet: Sheet) -> None:
        self.sheets.remove(sheet)
        if self.active is sheet:
            self.active = self.sheets[0]

    def show(self, sheet: Sheet) -> None:
        if sheet.visible != -1:
            raise Refusal("Activate method of Worksheet class failed")
        self.active = sheet
        self.app.active = self

    def save(self) -> None:
        self.app.check_free()
        if self.full_disk:
            raise Refusal("Document not saved.")
        self.saved.append({sheet.name: dict(sheet.cells) for sheet in self.sheets})


class App:
    """The program with its books."""

    def __init__(self) -> None:
        self.books: list[Book] = []
        self.active: Book | None = None
        self.modes: dict[str, Any] = {"ScreenUpdating": True, "DisplayAlerts": True, "EnableEvents": True,
                                      "Calculation": -4105, "StatusBar": False}  # fmt: skip
        self.editing = False
        """Whether a cell is being edited: every call is rejected."""
        self.tells_times_as_dates = True
        """Whether cells that show a time only, or a duration, come as dates or as numbers."""
        self.edited_after: int | None = None
        """After how many more cells somebody begins to edit one; None for never."""
        self.breaks_after: int | None = None
        """After how many more cells Excel fails; None for never."""
        self.calls = 0
        self.boxes: list[tuple[str, str]] = []
        self.answers: list[Any] = []

    def check_free(self) -> None:
        self.calls += 1
        if self.editing:
            raise Busy

    def count_cell(self) -> None:
        """One more cell is about to be written."""
        if self.edited_after is not None:
            self.edited_after -= 1
            if self.edited_after < 0:
                self.edited_after, self.editing = None, True
                raise Busy
        if self.breaks_after is not None:
            self.breaks_after -= 1
            if self.breaks_after < 0:
                self.breaks_after = None
                raise Refusal("Excel cannot complete this task.")

    def open(self, name: str = "Book.xlsx", path: Path | None = Path("C:/")) -> Book:
        book = Book(self, name, path)
        self.books.append(book)
        self.active = book
        return book


def typed(value: Any, format_: str, book: Book) -> tuple[Content, str]:
    """What becomes of a value that is typed, and the number format that it brings along."""
    if value is None or value == "":
        return EMPTY, ""
    if isinstance(value, str):
        return _typed_text(value, format_, book)
    if isinstance(value, bool):
        return Content(value if format_ != "@" else str(value).upper()), ""
    if isinstance(value, datetime):
        return Content(float(to_serial(value.replace(tzinfo=None), book.date1904) or 0)), ""
    number = float(f"{float(value):.15g}")
    return Content(number if format_ != "@" else f"{number:g}"), ""


def _typed_text(text: str, format_: str, book: Book) -> tuple[Content, str]:
    if len(text) > 32_767:
        raise Refusal("Application-defined or object-defined error")
    if text.startswith("'"):
        return Content(text[1:]), ""
    if format_ == "@":
        return Content(text), ""
    if text.startswith("="):
        return Content(book.results.get(text, 0.0), text), ""
    if text in ERROR_NUMBERS:
        return Content(Fault(text)), ""
    if text.upper() in ("TRUE", "FALSE"):
        return Content(text.upper() == "TRUE"), ""
    if _NUMBER.fullmatch(text.strip()):
        return Content(float(f"{float(text):.15g}")), ""
    if day := _DAY.fullmatch(text):
        moment = datetime(*(int(part or 0) for part in day.groups()))  # type: ignore[arg-type]
        return Content(float(to_serial(moment, book.date1904) or 0)), "yyyy-mm-dd"
    return Content(text), ""


def inside(area: Area, place: tuple[int, int]) -> bool:
    return area.top <= place[0] <= area.bottom and area.left <= place[1] <= area.right


def places(area: Area) -> list[tuple[int, int]]:
    return [(row, column) for row in range(area.top, area.bottom + 1) for column in range(area.left, area.right + 1)]


def size(area: Area) -> int:
    return (area.right - area.left + 1) * (area.bottom - area.top + 1)
