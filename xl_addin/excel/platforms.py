"""What Excel offers beyond xlwings' own names, and only on some systems."""

from __future__ import annotations

import sys
from typing import Any

import xlwings as xw

VISIBLE = -1
VERY_HIDDEN = 2
"""xlSheetVisible and xlSheetVeryHidden of Excel's XlSheetVisibility."""


def has_com(book: xw.Book) -> bool:
    """Whether `.api` speaks Excel's COM object model (Windows); on macOS it is appscript's."""
    return book.app.engine.name == "excel" and sys.platform != "darwin"


def is_visible(sheet: xw.Sheet) -> bool:
    """Whether people see a worksheet; a very hidden one reads 2 on Windows, which is truthy."""
    state: Any = sheet.visible
    return state is True or state == VISIBLE


def hide_deeply(sheet: xw.Sheet) -> None:
    """Hide a worksheet so that no menu of Excel brings it back."""
    state: Any = VERY_HIDDEN
    if sys.platform == "darwin":
        from appscript import k  # type: ignore[import-not-found,unused-ignore]

        state = k.sheet_very_hidden
    sheet.visible = state


def full_name(book: xw.Book) -> str:
    """Path, address on OneDrive, or the live name of a workbook that was never saved.

    xlwings' own `fullname` would look into the workbook for settings of how to translate an address.
    """
    return str(book.api.FullName if has_com(book) else book.fullname)


def is_read_only(book: xw.Book) -> bool:
    """Whether Excel opened a workbook to look at only; not known on macOS, where saving tells."""
    return bool(book.api.ReadOnly) if has_com(book) else False


def counts_from_1904(book: xw.Book) -> bool | None:
    """Whether day 0 is in 1904; None where dates travel as dates and not as numbers."""
    return bool(book.api.Date1904) if has_com(book) else None


def bring_forward(item: xw.Sheet | xw.Book, book: xw.Book) -> None:
    """Activate a worksheet or workbook within Excel; xlwings' own way would move Excel's window among the others."""
    if has_com(book):
        item.api.Activate()
    else:
        item.activate()
