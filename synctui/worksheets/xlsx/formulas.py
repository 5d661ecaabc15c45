"""Formulas as texts: moved to another cell, and judged by what they look at."""

from __future__ import annotations

import re

from synctui.worksheets.references import letters, number_of
from synctui.worksheets.rules import MAX_COLUMNS, MAX_ROWS

_QUOTED = r""""(?:[^"]|"")*"|'(?:[^']|'')*'"""
_CELL = re.compile(rf"{_QUOTED}|(?<![\w.\[@])(\$?)([A-Za-z]{{1,3}})(\$?)([0-9]{{1,7}})(?![\w.(!\[])")
_OTHER_PLACES = re.compile(r"[:!]|\[(?!@|#This Row\]|\[#This Row\])")
_THIS_ROW = re.compile(
    r"[\w.\\]*(?:\[\[#This Row\],(?:(?:\[[^\[\]]*\]:?)+|[^\[\]]*)\]|\[#This Row\]|\[@(?:\[[^\[\]]*\]|[^\[\]]*)\])"
)
"""How a formula in a table names cells of its own row."""
_NAME = re.compile(r"(?<![\w.\[@])[A-Za-z_\\][\w.\\]*(?![\w.(\[])")
_CONSTANTS = frozenset(("TRUE", "FALSE"))


def shifted(formula: str, down: int, right: int) -> str:
    """A formula as it reads in a cell that lies elsewhere: its relative references go along."""

    def moved(found: re.Match[str]) -> str:
        if found[2] is None:
            return found[0]
        column = number_of(found[2]) if found[1] else (number_of(found[2]) + right - 1) % MAX_COLUMNS + 1
        row = int(found[4]) if found[3] else (int(found[4]) + down - 1) % MAX_ROWS + 1
        return f"{found[1]}{letters(column)}{found[3]}{row}"

    return _CELL.sub(moved, formula)


def looks_only_at_row(formula: str, row: int) -> bool:
    """Whether a formula looks at nothing but cells of its own row, as far as can be told for sure."""
    rest = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    rest = _THIS_ROW.sub("", rest)
    if _OTHER_PLACES.search(rest) or "'" in rest:
        return False
    if any(found[4] != str(row) for found in _CELL.finditer(rest) if found[2]):
        return False
    names = _NAME.findall(_CELL.sub("", re.sub(r"\w+(?=\()", "", rest)))
    return not any(name.upper() not in _CONSTANTS for name in names)
