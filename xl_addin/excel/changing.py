"""All changes of one `write`: checked first, then made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xlwings as xw

from synctui.errors import WorksheetError
from synctui.worksheets.base import NewSheet, SheetPatch
from synctui.worksheets.layout import PASSPORT_SHEET
from synctui.worksheets.rules import check_name
from xl_addin.excel.hidden_sheets import find_sheet, put_passport
from xl_addin.excel.making import SheetMaker
from xl_addin.excel.patching import SheetPatcher
from xl_addin.excel.platforms import full_name, is_read_only
from xl_addin.excel.undoing import Undo
from xl_addin.excel.values import storable


class Changing:
    """What one `write` asks for. Raises WorksheetError for what cannot be done, before Excel is touched."""

    def __init__(
        self,
        book: xw.Book,
        changes: Sequence[NewSheet | SheetPatch],
        passport: Sequence[str],
        rename: Mapping[str, str],
    ) -> None:
        self._book = book
        _refuse_unsavable(book)
        self._names = {sheet.name.lower(): sheet for sheet in book.sheets}
        self._renamed = [(self._rename(old, new), new) for old, new in rename.items()]
        self._steps = [self._prepare(change) for change in changes]
        self._passport = tuple(passport)
        for row, line in enumerate(self._passport, 1):
            storable(line, PASSPORT_SHEET, row, 1)

    @property
    def notices(self) -> list[str]:
        """What the user is to be told, once all is done."""
        return list(dict.fromkeys(notice for step in self._steps for notice in step.notices))

    def apply(self, undo: Undo) -> None:
        """Make the changes: worksheets renamed, made and patched, and the passport."""
        for sheet, new in self._renamed:
            undo(lambda sheet=sheet, old=sheet.name: setattr(sheet, "name", old))  # type: ignore[misc]
            sheet.name = new
        for step in self._steps:
            step.apply(undo)
        put_passport(self._book, self._passport, undo)

    def _rename(self, old: str, new: str) -> xw.Sheet:
        check_name(new)
        sheet = self._names.get(old.lower())
        if sheet is None or new.lower() in self._names:
            raise WorksheetError(f"The worksheet {old} cannot be renamed to {new}.", "Rename it by hand.")
        del self._names[old.lower()]
        self._names[new.lower()] = sheet
        return sheet

    def _prepare(self, change: NewSheet | SheetPatch) -> SheetMaker | SheetPatcher:
        name = change.name.lower()
        if isinstance(change, NewSheet):
            if name in self._names:
                raise WorksheetError(
                    f"There is a worksheet {change.name} already.", "Rename it, or pull with --replace."
                )
            maker = SheetMaker(self._book, change)
            self._names[name] = self._book.sheets[0]
            return maker
        sheet = find_sheet(self._book, change.name)
        if sheet is None or self._names.get(name) != sheet:
            raise WorksheetError(f"There is no worksheet {change.name!r}.", "Pull the link to create it.")
        return SheetPatcher(sheet, change)


def _refuse_unsavable(book: xw.Book) -> None:
    """Raise WorksheetError for a workbook whose marks could not be on disk before a push."""
    if is_read_only(book):
        raise WorksheetError(
            f"{book.name} is open for reading only.", "Save it under another name, or close it where it is edited."
        )
    if full_name(book) == book.name:
        raise WorksheetError(f"{book.name} was never saved.", "Save the workbook (Ctrl+S), then try again.")
