"""Dates as worksheets keep them: serial numbers of days, told from numbers by a cell's number format."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

EPOCH = datetime(1899, 12, 30)
"""Day 0 of the 1900 system, right from 1 March 1900 on."""
FIRST = datetime(1900, 3, 1)
"""Earlier days count differently from one spreadsheet program to the next."""
DAYS_TO_1904 = 1_462
_DAY = timedelta(days=1)
_LAST_DAY = 2_958_466
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""Built-in number formats that show dates or times (ECMA-376 part 1, 18.8.30)."""
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NOT_A_FIELD = re.compile(r"""\[[^\]]*\]|"[^"]*"?|\\.|_.|\*.""")


def shows_moment(format_id: int, code: str | None) -> bool:
    """Whether a number format shows a date or a time of day; elapsed time as in `[h]:mm` is a number."""
    if code is None:
        return format_id in _DATE_FORMATS
    if _ELAPSED.search(_first_section(re.sub(r'"[^"]*"', "", code))):
        return False
    fields = _first_section(_NOT_A_FIELD.sub("", code)).lower()
    return fields != "general" and any(letter in fields for letter in "ymdhs")


def _first_section(code: str) -> str:
    return code.partition(";")[0]


def from_serial(serial: float, date1904: bool) -> datetime | None:
    """The moment of a serial number, to the millisecond as programs keep it; None where it means none."""
    if not 0 <= serial < _LAST_DAY:
        return None
    day, fraction = divmod(serial + DAYS_TO_1904 if date1904 else serial, 1)
    try:
        return EPOCH + timedelta(day, 0, 0, round(fraction * 86_400_000))
    except OverflowError:
        return None


def to_serial(moment: datetime, date1904: bool) -> int | float | None:
    """The serial number of a moment; None for days that not every program counts alike."""
    if moment.tzinfo is not None or moment < FIRST:
        return None
    days = (moment - EPOCH) / _DAY - (DAYS_TO_1904 if date1904 else 0)
    return None if days < 0 else int(days) if days % 1 == 0 else days


def from_iso(text: str) -> datetime | None:
    """The moment of a `t="d"` cell: a date, a date with a time, or a time alone. None where it is none of these."""
    try:
        moment = datetime.fromisoformat(text if "-" in text else f"1899-12-30T{text.removeprefix('T')}")
    except ValueError:
        return None
    return moment.replace(tzinfo=None)
