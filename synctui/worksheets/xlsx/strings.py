"""The shared strings of a workbook: read once, never written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synctui.worksheets.xlsx.archive import Archive
from synctui.worksheets.xlsx.limits import MAX_CELLS, Damaged
from synctui.worksheets.xlsx.plain import as_text, is_plain, rewritten
from synctui.worksheets.xlsx.rows import joined_text
from synctui.worksheets.xlsx.texts import plain_text

_ROOT = re.compile(r"<sst(?: [^<>]*)?>")
_ITEM = re.compile(r"<si><t(?: [^<>/]*)?>([^<]*)</t></si>\s*|<si><t/></si>\s*|(<[^<]*|[^<]+)")
_ANY_ITEM = re.compile(r"<si>(.*?)</si>", re.DOTALL)


def read_strings(archive: Archive, part: str) -> list[str]:
    """Every shared string, by its number. Raises Damaged or ExpatError."""
    plain = is_plain(archive.chunks(part))
    pieces = (as_text if plain else rewritten)(archive.chunks(part))
    strings: list[str] = []
    for block in _blocks(pieces):
        strings += map(plain_text, _items(block))
        if len(strings) > MAX_CELLS:
            raise Damaged("it has too many texts")
    return strings


def _blocks(pieces: Iterator[str]) -> Iterator[str]:
    """The items, cut into pieces of whole ones."""
    buffer = ""
    started = False
    for piece in pieces:
        buffer += piece
        if not started:
            found = _ROOT.search(buffer)
            buffer, started = (buffer[found.end() :], True) if found else (buffer, False)
        end = buffer.rfind("</si>") + 5
        if started and end > 4:
            yield buffer[:end].lstrip()
            buffer = buffer[end:]
    yield buffer.partition("</sst>")[0].strip() if started else ""


def _items(block: str) -> list[str]:
    """The texts of items, as XML."""
    found = _ITEM.findall(block)
    if any(rest for _, rest in found):
        return [joined_text(item) for item in _ANY_ITEM.findall("".join(rewritten([f"<sst>{block}</sst>".encode()])))]
    return [text for text, _ in found]
