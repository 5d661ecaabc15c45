"""What a spreadsheet program makes of a text by itself: told apart from what a person wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isinf
from sys import float_info

from synctui.cells import Cell, CellError
from synctui.records import Column, Value
from synctui.values import FIRST_DATE, MAX_DIGITS, newlines, number_text, same, to_cell

_NUMERIC = re.compile(
    r"[-+]?[$€£]?\s?[-+]?(?:[0-9]+(?:(?:,[0-9]{2})*[,'][0-9]{3,}|[ \u00a0][0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:[eE][-+]?[0-9]{1,3})?\s?[%€£]?"
)
_SWAPPED = str.maketrans(",.", ".,")
_FRACTION = re.compile(r"(?:([0-9]+) )?([0-9]{1,4})/([0-9]{1,4})")
_CLOCK = re.compile(
    r"(?=.*[:ap])(?P<minus>-?)(?P<hours>[0-9]{1,4})(?::(?P<minutes>[0-9]{1,2})(?::(?P<seconds>[0-9]{1,2}))?"
    r"(?P<part>[.,][0-9]+)?)?(?:\s*(?P<half>(?<=\s)[ap]|[ap](?=\.?m))\.?m?\.?)?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"([0-9]{1,4}|[^\W\d_]{3,9})[-/. ]{1,2}([0-9]{1,4}|[^\W\d_]{3,9})(?:,?[-/. ]{1,2}([0-9]{1,4}))?")
_JOINED = re.compile(r"([^\W\d_]{3,9})-?([0-9]{1,4})|([0-9]{1,2})-?([^\W\d_]{3,9})")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHER_MONTHS = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_TRUTH = {
    True: ("TRUE", "WAHR", "VRAI", "VERDADERO", "VERO", "WAAR"),
    False: ("FALSE", "FALSCH", "FAUX", "FALSO", "ONWAAR"),
}
"""What programs read as true and false, by their language."""
_EPOCH = datetime(1899, 12, 30)
_EXCELS_OWN_DAY = datetime(1900, 2, 28)
"""Where its serial number leads other programs when somebody types 29 February 1900, which only Excel knows."""
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_SMALLEST = float_info.min
"""Spreadsheet programs make 0 of what is smaller."""


def damaged(value: Value, cell: Cell, column: Column, *, formula: bool = False) -> bool:
    """Whether a cell holds what a spreadsheet program makes of the value's text, rather than what a person wrote.

    Only values that stand in cells as text can be damaged: `00123` -> 123, `1E5` -> 100000, `3-2` -> a date, the
    16th digit, trimmed blanks, `TRUE`, `=1+1` calculated.
    """
    if not value or same(value, cell, column):
        return False
    shown = to_cell(value, column)
    if not isinstance(shown, str):
        return False
    if formula:
        return shown[:1] in "=+-@"
    match cell:
        case None:
            return not shown.strip()
        case bool():
            return shown.strip().upper() in _TRUTH[cell]
        case datetime():
            return any(_close(cell, moment) for moment in _moments(shown.strip()))
        case CellError():
            return bool(cell.code) and shown.strip().upper() == cell.code
        case str():
            return _damaged_text(shown, cell)
    return any(_same_reading(number, cell) for number in _numbers(shown.strip()))


def _same_reading(number: float, cell: int | float) -> bool:
    """Whether both are one number up to the 15th digit: some programs round the rest, some cut it off."""
    if isinf(number) or abs(number) < _SMALLEST:
        return abs(cell) >= float_info.max if isinf(number) else abs(cell) < _SMALLEST
    return number_text(cell) == number_text(number) or abs(cell - number) < abs(number) * 1e-14


def looks(value: Cell) -> set[str]:
    """Coarse looks of a text or a cell: a text and what a program made of it share one, most others none."""
    if isinstance(value, datetime):
        return {"moment"}
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return {(value.code if isinstance(value, CellError) else str(value)).lower()}
    if not isinstance(value, str):
        return {_rounded(value)} | ({"moment"} if isinstance(value, int | float) and 0 < value < 1 else set())
    text = value.strip()
    found = {text.lower(), text.removeprefix("'").lower()} | {_rounded(number) for number in _numbers(text)}
    found |= {str(truth).lower() for truth, words in _TRUTH.items() if text.upper() in words}
    return found | {"moment" for _ in _moments(text)}


def _rounded(number: int | float) -> str:
    return "0" if abs(number) < _SMALLEST else f"{number:.4g}"


def _damaged_text(shown: str, cell: str) -> bool:
    before, now = newlines(shown), newlines(cell)
    if now in (before.strip(), " ".join(before.split()), before.removeprefix("'"), before.replace("_x005F_", "_")):
        return True
    digits = before.strip()
    if digits.lstrip("-").isdigit() and len(digits.lstrip("-0")) > MAX_DIGITS and now != digits:
        return any(_same_magnitude(number, now) for number in _numbers(digits))
    return False


def _same_magnitude(number: float, text: str) -> bool:
    """Whether a text is a rounded writing of the number, as in `1.23457E+17` or with zeros from the 16th digit on."""
    try:
        shown = float(text.replace(",", "."))
    except ValueError:
        return False
    tolerance = 1e-5 if "E" in text.upper() else 1e-14
    return number != 0 and abs(shown - number) < abs(number) * tolerance


def _numbers(text: str) -> Iterator[float]:
    """Every number that a spreadsheet program could read in a text."""
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text.removesuffix("-")
    for number in (*_plain_numbers(inner), *_plain_numbers(inner.translate(_SWAPPED))):
        yield number if inner == text else -number
    fraction = _FRACTION.fullmatch(text)
    if fraction and int(fraction[3]):
        yield int(fraction[1] or 0) + int(fraction[2]) / int(fraction[3])
    for moment in _moments(text):
        yield (moment - _EPOCH) / _DAY


def _plain_numbers(text: str) -> Iterator[float]:
    """The number of a text with a decimal point, if it is one."""
    if _NUMERIC.fullmatch(text):
        number = float(re.sub(r"[$€£,' \u00a0%]", "", text))
        yield number / 100 if "%" in text else number


def _moments(text: str) -> Iterator[datetime]:
    """Every moment that a spreadsheet program could read in a text; the year of a date without one is 1904, any."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        yield _EPOCH + _clock_time(clock)
    if _ISO.fullmatch(text):
        yield from _iso_moments(text)
    day, _, time = text.partition(" ")
    tail = _CLOCK.fullmatch(time.strip())
    for date in (*_dates(text), *(_dates(day) if tail else ())):
        yield date + (_clock_time(tail) if tail else timedelta())


def _iso_moments(text: str) -> Iterator[datetime]:
    moment = datetime.fromisoformat(text)
    yield moment.replace(tzinfo=None)
    if moment.tzinfo is not None:
        yield moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())


def _clock_time(clock: re.Match[str]) -> timedelta:
    """The time that a clock shows; two numbers with a fraction are minutes and seconds, as in `1:30.5`."""
    hours, minutes, seconds = (int(clock[name] or 0) for name in ("hours", "minutes", "seconds"))
    part = float(f"0.{clock['part'][1:]}") if clock["part"] else 0.0
    if clock["half"]:
        hours = hours % 12 + (12 if clock["half"] in "pP" else 0)
    elif part and clock["seconds"] is None:
        hours, minutes, seconds = 0, hours, minutes
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds + part)
    return -time if clock["minus"] else time


def _dates(text: str) -> Iterator[datetime]:
    parts = _PARTS.fullmatch(text)
    if parts:
        yield from _orders(parts[1], parts[2], parts[3])
    joined = _JOINED.fullmatch(text)
    if joined:
        first, second = (joined[1], joined[2]) if joined[1] else (joined[4], joined[3])
        yield from _orders(first, second, None)


def _orders(first: str, second: str, third: str | None) -> Iterator[datetime]:
    """Dates by every order of day, month and year; two parts may be day and month or month and year."""
    orders = (
        [(third, first, second), (third, second, first), (first, second, third)]
        if third
        else [(None, first, second), (None, second, first), (second, first, "1"), (first, second, "1")]
    )
    for year, month, day in orders:
        date = _date(year, month, day)
        if date is not None:
            yield date


def _date(year: str | None, month: str | None, day: str | None) -> datetime | None:
    month_number = _month(month or "")
    if not month_number or not (day or "").isdigit() or not (year is None or year.isdigit()):
        return None
    if (_full_year(year), month_number, day) == (1900, 2, "29"):
        return _EXCELS_OWN_DAY
    try:
        return datetime(_full_year(year), month_number, int(day or 0))
    except ValueError:
        return None


def _full_year(year: str | None) -> int:
    if year is None:
        return _ANY_YEAR
    number = int(year)
    return number if len(year) > 2 else number + (2000 if number < 30 else 1900)


_ANY_YEAR = 1904
"""Stands for the year that the program adds by itself; a leap year, so that every day exists."""


def _month(text: str) -> int:
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else 0
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else _OTHER_MONTHS.get(name, 0)


def _close(cell: datetime, moment: datetime) -> bool:
    """Whether a cell shows the moment; before March 1900 Excel's serial numbers lie a day behind the others."""
    if moment.year == _ANY_YEAR:
        moment = moment.replace(year=cell.year) if (moment.month, moment.day) != (2, 29) else moment
    return abs(cell - moment) < _SECOND or (moment < FIRST_DATE and abs(cell + _DAY - moment) < _SECOND)
