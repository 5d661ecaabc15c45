"""A workbook that is open in Excel, behind the same protocol as a workbook file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import xlwings as xw

from synctui.cells import Cell, Grid
from synctui.errors import WorksheetError
from synctui.worksheets.base import NewSheet, SheetPatch
from synctui.worksheets.references import address_of
from xl_addin.excel.changing import Changing
from xl_addin.excel.failures import translated
from xl_addin.excel.hidden_sheets import OURS, find_sheet, read_passport
from xl_addin.excel.moments import settled
from xl_addin.excel.names import names_know
from xl_addin.excel.patience import Patience
from xl_addin.excel.platforms import counts_from_1904, full_name
from xl_addin.excel.reading import SheetImage, cell_of, grid_of
from xl_addin.excel.undoing import Surroundings, taken_back_on_failure, without_macros


class ExcelWorkbook:
    """A live workbook. Use it only on the thread that Excel called; every method raises WorksheetError."""

    def __init__(self, book: xw.Book, patience: Patience | None = None) -> None:
        self._book = book
        self._patience = patience or Patience()

    @property
    def name(self) -> str:
        """The full name; the live name of a workbook that was never saved."""
        with translated(self._patience):
            return full_name(self._book)

    def sheet_names(self) -> tuple[str, ...]:
        """All worksheets, in order, our hidden ones left out."""
        with translated(self._patience):
            return tuple(sheet.name for sheet in self._book.sheets if sheet.name not in OURS)

    def grid(self, sheet: str) -> Grid:
        """The worksheet as it stands, read in one go."""
        with translated(self._patience):
            return grid_of(SheetImage(self._sheet(sheet)))

    def cell(self, sheet: str, address: str) -> Cell:
        """One cell, such as `B2`."""
        column, row = address_of(address)
        with translated(self._patience):
            found = self._sheet(sheet).range((row, column))
            formula = str(found.formula or "")
            cell = cell_of(found.options(err_to_str=True).value, formula)
            return settled(cell, formula, str(found.number_format), bool(counts_from_1904(self._book)))

    def passport(self) -> tuple[str, ...] | None:
        """Column A of the very hidden worksheet; None where there is none."""
        with translated(self._patience):
            return read_passport(self._book)

    def removable(self, sheet: str) -> bool:
        """Whether rows can be taken out without harm to what knows them by position."""
        with translated(self._patience):
            found = self._sheet(sheet)
            if len(found.tables) > 1 or len(found.shapes) or names_know(found):
                return False
            return not any(SheetImage(other).has_formulas() for other in self._book.sheets if other.name not in OURS)

    def write(
        self,
        changes: Sequence[NewSheet | SheetPatch],
        passport: Sequence[str],
        rename: Mapping[str, str] | None = None,
        *,
        before_replace: Callable[[], None] | None = None,
    ) -> list[str]:
        """Make all changes and save; what a failure leaves half done is taken back. Gives notices for the user.

        `before_replace` is called when all is checked and nothing is changed yet.
        """
        with translated(self._patience):
            changing = Changing(self._book, changes, passport, rename or {})
        if before_replace:
            before_replace()
        with translated(self._patience):
            before = Surroundings(self._book)
            with taken_back_on_failure(before, self._patience) as undo:
                with before.undisturbed():
                    changing.apply(undo)
                with without_macros(self._book):
                    self._book.save()
        return changing.notices

    def _sheet(self, name: str) -> xw.Sheet:
        found = find_sheet(self._book, name)
        if found is None:
            raise WorksheetError(f"{self._book.name} has no worksheet {name!r}.", "Pull the link to create it.")
        return found
