"""Column names as XML element names, and back, the way .NET writes them (XmlConvert.EncodeLocalName)."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.parsers import expat

_ESCAPED = re.compile(r"_[xX]([0-9a-fA-F]{8}|[0-9a-fA-F]{4})_")


@lru_cache(maxsize=4096)
def encode_name(name: str) -> str:
    """`Ship To` -> `Ship_x0020_To`: what no element name may hold, and what would read as such an escape."""
    return "".join(_encoded(name, position) for position in range(len(name)))


def decode_name(name: str) -> str:
    """`Ship_x0020_To` -> `Ship To`."""
    return _ESCAPED.sub(_decoded, name)


def _encoded(name: str, position: int) -> str:
    char = name[position]
    if char == "_":
        return "_x005F_" if _ESCAPED.match(name, position) else char
    if _allowed(char, first=position == 0):
        return char
    return f"_x{ord(char):04X}_" if ord(char) < 0x10000 else f"_x{ord(char):08X}_"


def _decoded(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]


@lru_cache(maxsize=4096)
def _allowed(char: str, *, first: bool) -> bool:
    """Whether a character may stand in an element name: expat knows the tables of XML 1.0."""
    if char.isascii():
        return char.isalpha() or (not first and (char.isdigit() or char in "-."))
    try:
        expat.ParserCreate("utf-8").Parse(f"<{'' if first else 'a'}{char}/>".encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return not char.isspace()
