"""Dates in the patterns of Moment.js, which mappings use (`MM/DD/YYYY`)."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

CODES = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d",
    "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S",
    "SSS": "%f", "A": "%p", "a": "%p", "ZZ": "%z", "Z": "%z",
}  # fmt: skip
UNPADDED = frozenset({"M", "D", "H", "h", "m", "s"})
PIECE = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a|ZZ|Z|[^A-Za-z]+|.", re.DOTALL)


def parse(text: str, pattern: str, zone: str) -> datetime:
    """The moment that a text names; without a pattern it is ISO 8601. Raises ValueError."""
    if pattern:
        moment = datetime.strptime(text, "".join(_code(piece) for piece in PIECE.findall(pattern)))
    else:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))


def write(moment: datetime, pattern: str, zone: str) -> str:
    """The moment in a pattern; without one as ISO 8601 in UTC."""
    if not pattern:
        utc = moment.astimezone(ZoneInfo("UTC"))
        return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    local = moment.astimezone(ZoneInfo(zone)) if zone else moment
    return "".join(_part(piece, local) for piece in PIECE.findall(pattern))


def _code(piece: str) -> str:
    return CODES.get(piece, piece.replace("%", "%%"))


def _part(piece: str, moment: datetime) -> str:
    if piece not in CODES:
        return piece
    text = moment.strftime(CODES[piece])
    if piece == "SSS":
        return text[:3]
    if piece == "Z":
        return f"{text[:3]}:{text[3:]}"
    return text.lstrip("0") or "0" if piece in UNPADDED else text
