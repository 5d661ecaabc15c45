"""How a target wants its dates and numbers: patterns such as `M/d/yyyy` and `0.00`."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

_TOKEN = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|tt|'[^']*'|.", re.DOTALL)
_NUMBER_PATTERN = re.compile(r"([^#0,.]*)([#0,]*[#0])(?:\.([#0]+))?([^#0,.]*)")
_DATE_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def apply(pattern: str, text: str) -> str:
    """The text in the form that the pattern asks for; unchanged where it is no date or number of a plain form.

    Date letters are those of .NET (`yyyy MM dd HH mm ss tt`), number patterns those of Excel (`0.00`, `#,##0.00`).
    """
    if not text:
        return text
    if _is_date(pattern):
        moment = _moment(text)
        return _date(pattern, moment) if moment else text
    return _number(pattern, text)


def problem(pattern: str) -> str:
    """Why a pattern cannot be used, or empty text."""
    if _is_date(pattern) or _NUMBER_PATTERN.fullmatch(pattern):
        return ""
    return f"{pattern!r} is neither a date's form such as M/d/yyyy nor a number's such as 0.00"


def _is_date(pattern: str) -> bool:
    letters = {letter for letter in re.sub("'[^']*'", "", pattern) if letter.isalpha()}
    return bool(letters) and letters <= set("yMdHhmst")


def _moment(text: str) -> datetime | None:
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _date(pattern: str, moment: datetime) -> str:
    return "".join(_date_part(token, moment) for token in _TOKEN.findall(pattern))


def _date_part(token: str, moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    parts = {
        "yyyy": f"{moment.year:04}", "yy": f"{moment.year % 100:02}",
        "MMMM": f"{moment:%B}", "MMM": f"{moment:%b}", "MM": f"{moment.month:02}", "M": f"{moment.month}",
        "dddd": f"{moment:%A}", "ddd": f"{moment:%a}", "dd": f"{moment.day:02}", "d": f"{moment.day}",
        "HH": f"{moment.hour:02}", "H": f"{moment.hour}", "hh": f"{hour:02}", "h": f"{hour}",
        "mm": f"{moment.minute:02}", "m": f"{moment.minute}", "ss": f"{moment.second:02}", "s": f"{moment.second}",
        "tt": f"{moment:%p}",
    }  # fmt: skip
    return parts.get(token, token.strip("'") if len(token) > 1 else token)


def _number(pattern: str, text: str) -> str:
    shape = _NUMBER_PATTERN.fullmatch(pattern)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if shape is None or not number.is_finite():
        return text
    before, whole, decimals, after = shape[1], shape[2], shape[3] or "", shape[4]
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_EVEN)
    digits = f"{abs(rounded):,f}" if "," in whole else f"{abs(rounded):f}"
    head, _, tail = digits.partition(".")
    head = head.rjust(whole.count("0"), "0") if "," not in whole else head
    while tail and decimals[len(tail) - 1] == "#" and tail[-1] == "0":
        tail = tail[:-1]
    sign = "-" if rounded < 0 else ""
    return f"{sign}{before}{head}{'.' if tail else ''}{tail}{after}"
