"""Defined names of a workbook that know a worksheet by its rows."""

from __future__ import annotations

import re

import xlwings as xw

_OWN_NAMES = ("_FilterDatabase", "Print_Area", "Print_Titles")
_AREA = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?([0-9]{1,7}))?"


def names_know(sheet: xw.Sheet) -> bool:
    """Whether a defined name refers to a worksheet, Excel's own for filters and printing left out."""
    pattern = _reference(sheet.name)
    return any(pattern.search(text) for _, text in _others(sheet.book))


def not_grown(sheet: xw.Sheet, bottom: int) -> list[str]:
    """Names that still end at the table's old last row: the table grew, they did not."""
    pattern = _reference(sheet.name, _AREA)
    return [
        f"The name {name} ends at row {bottom} of {sheet.name}, where the table ended; it did not grow."
        for name, text in _others(sheet.book)
        if any(found == str(bottom) for found in pattern.findall(text))
    ]


def _others(book: xw.Book) -> list[tuple[str, str]]:
    """Name and formula of the names that people made."""
    named = [(name.name, str(name.refers_to)) for name in book.names]
    return [(name, text) for name, text in named if not name.endswith(_OWN_NAMES)]


def _reference(sheet: str, behind: str = "") -> re.Pattern[str]:
    """Where a formula names a worksheet, with or without quotes."""
    plain, in_quotes = re.escape(sheet), re.escape(sheet.replace("'", "''"))
    return re.compile(rf"(?:'{in_quotes}'|(?<![\w.']){plain})!{behind}", re.IGNORECASE)
