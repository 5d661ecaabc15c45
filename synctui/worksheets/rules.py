"""What every workbook holds a worksheet to: Excel's limits on names, headers, texts and sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synctui.errors import WorksheetError
from synctui.worksheets.base import ColumnSpec, NewSheet

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
"""Characters of a cell, in UTF-16 units."""
MAX_HEADER = 255
MAX_SHEET_NAME = 31
"""Characters of a worksheet's name, in UTF-16 units."""
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\\x00-\x1f]+")
_UNCARRIED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def check_sheet(sheet: NewSheet) -> None:
    """Raise WorksheetError for a worksheet that Excel could not have."""
    check_name(sheet.name)
    check_columns(sheet.columns, len(sheet.columns))
    check_rows(len(sheet.rows) + 1)


def check_name(name: str) -> None:
    """Raise WorksheetError for a name that no worksheet can have."""
    fits = _SHEET_NAME.fullmatch(name) is not None and utf16_length(name) <= MAX_SHEET_NAME
    if not fits or "'" in (name[0], name[-1]) or name.lower() == "history" or not name.strip():
        raise WorksheetError(
            f"{name!r} cannot be the name of a worksheet.",
            "Rename the link: 1 to 31 characters, none of []:*?/\\, no apostrophe at either end, and not History.",
        )


def check_columns(columns: Sequence[ColumnSpec], total: int) -> None:
    """Raise WorksheetError for headers that a table cannot have, or too many of them."""
    if not 0 < total <= MAX_COLUMNS:
        raise WorksheetError(
            f"A worksheet cannot have {total:,} columns.", f"It holds 1 to {MAX_COLUMNS:,}; ask for fewer."
        )
    for column in columns:
        if not 0 < utf16_length(column.header) <= MAX_HEADER:
            raise WorksheetError(
                f"The header {column.header[:40]!r} has {len(column.header):,} characters.",
                f"A table's headers have 1 to {MAX_HEADER}.",
            )


def check_rows(last: int) -> None:
    """Raise WorksheetError if a worksheet cannot reach down to a row."""
    if last > MAX_ROWS:
        raise WorksheetError(
            f"A worksheet cannot hold {last:,} rows; it ends at {MAX_ROWS:,}.", "Narrow the link's criteria."
        )


def check_text(text: str) -> None:
    """Raise WorksheetError for a text that no cell can hold."""
    found = _UNCARRIED.search(text)
    if found:
        raise WorksheetError(
            f"A text holds the character U+{ord(found[0]):04X}, which no worksheet can hold.", "Take it out."
        )
    if utf16_length(text) > MAX_TEXT:
        raise WorksheetError(f"A text is longer than the {MAX_TEXT:,} characters that a cell holds.", "Shorten it.")


def carried(text: str) -> str:
    """A text with every character that no worksheet can hold shown as the one for the unknown."""
    return _UNCARRIED.sub("\ufffd", text)


def utf16_length(text: str) -> int:
    """Characters as Excel counts them: those beyond U+FFFF twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
