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


class SharedStrings:
    """The texts that cells refer to by number, read as far as one is asked for: headers mostly need the first few."""

    def __init__(self, archive: Archive, part: str) -> None:
        plain = is_plain(archive.chunks(part))
        self._blocks = _blocks((as_text if plain else rewritten)(archive.chunks(part)))
        self.known: list[str] = []
        """Every text read so far, by its number."""
        if not plain:
            self.reach(MAX_CELLS)  # the part's checksum is known to be right when all of it was read

    def reach(self, number: int) -> bool:
        """Read on until a text is known; False if there is no such text. Raises Damaged or ExpatError."""
        while number >= len(self.known):
            block = next(self._blocks, None)
            if block is None:
                return False
            self.known += map(plain_text, _items(block))
            if len(self.known) > MAX_CELLS:
                raise Damaged("it has too many texts")
        return True


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
