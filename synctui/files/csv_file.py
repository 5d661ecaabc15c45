"""CSV after RFC 4180, in UTF-8 with a byte order mark, by which Excel knows it.

A spreadsheet program runs a text as a formula if it begins like one, so such a text gets an apostrophe in front
(OWASP, CSV Injection). Numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from typing import BinaryIO

from synctui.files.table import Table
from synctui.records import Value

_FORMULA_STARTS = frozenset("=+-@\t\r")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def write(file: BinaryIO, table: Table) -> list[str]:
    """Write a header and every row, line by line."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    lines = csv.writer(text)  # its dialect is RFC 4180's: commas, CRLF, quotes doubled and only where needed
    lines.writerow([harmless(column.name) for column in table.columns])
    lines.writerows([harmless(value) for value in row] for row in table.rows())
    text.detach()  # the file is the caller's to close
    return []


def harmless(value: Value) -> str:
    """A value's text, with an apostrophe in front where a spreadsheet program would take it for a formula."""
    if not value:
        return ""
    if value[0] in _FORMULA_STARTS and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value
