"""Cell references: `B2`, `A1:C9`, column letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from synctui.errors import WorksheetError
from synctui.worksheets.rules import MAX_COLUMNS, MAX_ROWS

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@lru_cache(maxsize=MAX_COLUMNS)
def letters(column: int) -> str:
    """Column letters of a 1-based number: 28 is `AB`."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=MAX_COLUMNS)
def number_of(column: str) -> int:
    """1-based number of column letters. Raises ValueError."""
    number = 0
    for letter in column.upper():
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MAX_COLUMNS:
        raise ValueError(f"{column!r} is no column")
    return number


def split(address: str) -> tuple[int, int]:
    """Column and row of an address such as `B2` or `$B$2`. Raises ValueError."""
    match = _ADDRESS.fullmatch(address)
    if not match or not 0 < int(match[2]) <= MAX_ROWS:
        raise ValueError(f"{address!r} is no cell")
    return number_of(match[1]), int(match[2])


def address_of(text: str) -> tuple[int, int]:
    """Column and row of an address that a person wrote. Raises WorksheetError."""
    try:
        return split(text.strip())
    except ValueError as error:
        raise WorksheetError(f"{text!r} is no cell.", "Write it as B2.") from error


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, 1-based, both ends included."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def parse(cls, text: str) -> Area:
        """`A1:C9` or `B2`. Raises ValueError."""
        first, _, last = text.partition(":")
        left, top = split(first)
        right, bottom = split(last or first)
        return cls(min(left, right), min(top, bottom), max(left, right), max(top, bottom))

    def __str__(self) -> str:
        first = f"{letters(self.left)}{self.top}"
        last = f"{letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def rows(self, top: int, bottom: int) -> Area:
        """The same columns with other rows."""
        return replace(self, top=top, bottom=bottom)
