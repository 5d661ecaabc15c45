"""A workbook that lives in memory: for tests and demonstrations, with the manners of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from synctui.cells import Cell, Grid, SheetRow
from synctui.errors import WorksheetError
from synctui.rows.changes import ROW
from synctui.worksheets.base import ColumnSpec, Message, NewSheet, SheetPatch
from synctui.worksheets.layout import LISTS_SHEET, PASSPORT_SHEET
from synctui.worksheets.references import address_of
from synctui.worksheets.rules import check_columns, check_name, check_rows, check_sheet, check_text

PATCH_HINT = "Pull the link to create it."


@dataclass(slots=True)
class MemorySheet:
    """A worksheet that a test may change as a person would."""

    headers: list[str]
    rows: dict[int, dict[str, Cell]] = field(default_factory=dict)
    """Row number -> header -> cell; blank cells may be left out."""
    formulas: set[tuple[int, str]] = field(default_factory=set)
    """Row number and header of cells that hold a formula."""
    bottom: int = 2
    """The table's last row."""
    help: dict[str, str] = field(default_factory=dict)
    """Header -> its input message."""
    read_only: set[str] = field(default_factory=set)
    """Headers of columns that turn typing away."""
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Header -> what the column's drop-down offers."""
    messages: dict[int, dict[str, Message]] = field(default_factory=dict)
    """Row number -> header -> input message of that cell."""

    def grid(self) -> Grid:
        """Headers and rows with anything in them."""
        rows = (self._row(number) for number in sorted(self.rows))
        return Grid(tuple(self.headers), tuple(row for row in rows if not all(map(_is_blank, row.cells))))

    def _row(self, number: int) -> SheetRow:
        cells = tuple(self.rows[number].get(header) for header in self.headers)
        held = frozenset(i for i, header in enumerate(self.headers) if (number, header) in self.formulas)
        return SheetRow(number, cells, held, number <= self.bottom)


class MemoryWorkbook:
    """A workbook in memory; the same protocol and the same refusals as a file's."""

    def __init__(self, name: str = "memory.xlsx") -> None:
        self._name = name
        self.sheets: dict[str, MemorySheet] = {}
        """Worksheet's name -> worksheet; a test edits it as a person would."""
        self.lines: tuple[str, ...] | None = None
        """The passport."""
        self.locked = ""
        """Why it cannot be written now; empty when it can."""

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return self._name

    def sheet_names(self) -> tuple[str, ...]:
        """All worksheets, in order."""
        return tuple(self.sheets)

    def grid(self, sheet: str) -> Grid:
        """The worksheet as it stands."""
        return self._sheet(sheet).grid()

    def cell(self, sheet: str, address: str) -> Cell:
        """One cell, such as `B2`."""
        found = self._sheet(sheet)
        column, number = address_of(address)
        if column > len(found.headers):
            return None
        header = found.headers[column - 1]
        return header if number == 1 else found.rows.get(number, {}).get(header)

    def passport(self) -> tuple[str, ...] | None:
        """The passport's lines; None where there are none."""
        return self.lines

    def removable(self, sheet: str) -> bool:
        """Whether rows can be taken out: not while a formula could know them by position."""
        self._sheet(sheet)
        return not any(found.formulas for found in self.sheets.values())

    def write(
        self,
        changes: Sequence[NewSheet | SheetPatch],
        passport: Sequence[str],
        rename: Mapping[str, str] | None = None,
        *,
        before_replace: Callable[[], None] | None = None,
    ) -> list[str]:
        """Make all changes or none."""
        if self.locked:
            raise WorksheetError(f"{self._name} is {self.locked}.", "Close it there.")
        changed = deepcopy(self.sheets)
        for old, new in (rename or {}).items():
            changed = _renamed(changed, old, new)
        for change in changes:
            _apply(changed, change)
        for line in passport:
            check_text(line)
        if before_replace:
            before_replace()
        self.sheets, self.lines = changed, tuple(passport)
        return []

    def _sheet(self, name: str) -> MemorySheet:
        if name not in self.sheets:
            raise WorksheetError(f"{self._name} has no worksheet {name!r}.", PATCH_HINT)
        return self.sheets[name]


def _apply(sheets: dict[str, MemorySheet], change: NewSheet | SheetPatch) -> None:
    taken = {name.lower() for name in (*sheets, LISTS_SHEET, PASSPORT_SHEET)}
    if isinstance(change, NewSheet):
        if change.name.lower() in taken:
            raise WorksheetError(f"There is a worksheet {change.name} already.", "Rename it, or pull with --replace.")
        sheets[change.name] = _made(change)
    elif change.name not in sheets:
        raise WorksheetError(f"There is no worksheet {change.name!r}.", PATCH_HINT)
    else:
        _patch(sheets[change.name], change)


def _renamed(sheets: dict[str, MemorySheet], old: str, new: str) -> dict[str, MemorySheet]:
    check_name(new)
    if old not in sheets or new.lower() in {name.lower() for name in sheets}:
        raise WorksheetError(f"The worksheet {old} cannot be renamed to {new}.", "Rename it by hand.")
    return {new if name == old else name: sheet for name, sheet in sheets.items()}


def _made(sheet: NewSheet) -> MemorySheet:
    check_sheet(sheet)
    headers = [column.header for column in sheet.columns]
    rows = {number: _checked(dict(zip(headers, row, strict=True))) for number, row in enumerate(sheet.rows, 2)}
    made = MemorySheet(headers, rows, bottom=max(2, len(rows) + 1))
    _take_help(made, sheet.columns)
    return made


def _take_help(sheet: MemorySheet, columns: Iterable[ColumnSpec]) -> None:
    for column in columns:
        if column.help:
            sheet.help[column.header] = column.help
        if column.read_only:
            sheet.read_only.add(column.header)
        elif column.choices:
            sheet.choices[column.header] = column.choices


def _patch(sheet: MemorySheet, patch: SheetPatch) -> None:
    _add_columns(sheet, patch)
    for number, cells in patch.cells.items():
        if number not in sheet.rows:
            raise WorksheetError(f"The worksheet {patch.name} has no row {number}.", "Read it again.")
        sheet.rows[number].update(_named(sheet, patch, cells))
        sheet.formulas -= {(number, header) for header in cells}
    _change_help(sheet, patch)
    _remove_rows(sheet, frozenset(patch.remove))
    _append_rows(sheet, [_named(sheet, patch, cells) for cells in patch.append])


def _add_columns(sheet: MemorySheet, patch: SheetPatch) -> None:
    new = [column.header for column in patch.add_columns]
    if new:
        check_columns(patch.add_columns, len(sheet.headers) + len(new))
        place = len(sheet.headers) - (sheet.headers[-1:] == [ROW])
        sheet.headers[place:place] = new
        _take_help(sheet, patch.add_columns)


def _change_help(sheet: MemorySheet, patch: SheetPatch) -> None:
    """Drop-downs and messages; headers that are not there are passed over, as in a file."""
    for header, choices in patch.choices.items():
        if header in sheet.headers and header not in sheet.read_only:
            sheet.choices[header] = choices
    sheet.choices = {header: choices for header, choices in sheet.choices.items() if choices}
    if patch.messages is not None:
        told = {
            number: {header: message for header, message in messages.items() if header in sheet.headers}
            for number, messages in patch.messages.items()
        }
        sheet.messages = {number: messages for number, messages in told.items() if messages}


def _named(sheet: MemorySheet, patch: SheetPatch, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    missing = next((header for header in cells if header not in sheet.headers), None)
    if missing is not None:
        raise WorksheetError(
            f"The worksheet {patch.name} has no column {missing!r} any more.",
            "Put the header back into row 1, or pull with --replace.",
        )
    return _checked(dict(cells))


def _remove_rows(sheet: MemorySheet, gone: frozenset[int]) -> None:
    def moved(number: int) -> int:
        return number - sum(row < number for row in gone)

    sheet.rows = {moved(number): cells for number, cells in sheet.rows.items() if number not in gone}
    sheet.messages = {moved(number): told for number, told in sheet.messages.items() if number not in gone}
    sheet.bottom = max(2, moved(sheet.bottom + 1) - 1)


def _append_rows(sheet: MemorySheet, rows: Iterable[dict[str, Cell]]) -> None:
    filled = [number for number, cells in sheet.rows.items() if not all(map(_is_blank, cells.values()))]
    last = max(filled, default=1)
    first = max(last, sheet.bottom) + 1 if filled else 2
    for number, cells in enumerate(rows, first):
        check_rows(number)
        sheet.rows[number] = cells
        sheet.bottom = max(sheet.bottom, number)


def _checked(cells: dict[str, Cell]) -> dict[str, Cell]:
    for cell in cells.values():
        if isinstance(cell, str):
            check_text(cell)
    return cells


def _is_blank(cell: Cell) -> bool:
    return cell is None or cell == ""
