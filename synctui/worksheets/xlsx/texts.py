"""Texts between cells and XML: entities, Excel's `_xHHHH_` escapes, and the limits of a cell.

ECMA-376 part 1, 22.9.2.19 (ST_Xstring) is the source of the escapes.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from synctui.worksheets.rules import check_text
from synctui.worksheets.xlsx.limits import Damaged

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7});|#x([0-9A-Fa-f]{1,6});|(amp|lt|gt|quot|apos);)?")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def needs_care(text: str) -> bool:
    """Whether a text may have to be written in another way than it reads; quick for the many that need not."""
    return len(text) > 8_000 or not text.isprintable() or "&" in text or "<" in text or ">" in text or "_x" in text


def xml_text(text: str) -> str:
    """A text as it stands between tags, so that Excel shows exactly it. Raises WorksheetError."""
    check_text(text)
    return escape(_LIKE_ESCAPED.sub("_x005F_", text)).replace("\r", "_x000D_")


def attribute_text(text: str) -> str:
    """A text as an attribute says it, before its quotes; Excel escapes line breaks there too. Raises WorksheetError."""
    check_text(text)
    return _LIKE_ESCAPED.sub("_x005F_", text).replace("\r", "_x000d_").replace("\n", "_x000a_")


def xml_attribute(text: str) -> str:
    """A text as an attribute says it where XML's own line breaks do, before its quotes."""
    return _LIKE_ESCAPED.sub("_x005F_", text)


def plain_text(xml: str) -> str:
    """What the XML between tags says, with Excel's escapes undone."""
    if "&" in xml:
        xml = unescape(xml)
    return decode(xml) if "_x" in xml else xml


def unescape(xml: str) -> str:
    """XML's own references replaced by their characters. Raises Damaged."""
    return _ENTITY.sub(_character, xml)


def decode(text: str) -> str:
    """Excel's `_xHHHH_` replaced by the characters they stand for; half a surrogate pair stays as it is written."""
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if not _LONE.search(decoded):
        return decoded
    paired = _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), decoded)
    return _LONE.sub(lambda lone: f"_x{ord(lone[0]):04X}_", paired)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    if not decimal and not hexadecimal:
        raise Damaged("a text has an ampersand that stands for nothing")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise Damaged("a text refers to a character that does not exist")
    return chr(code)
