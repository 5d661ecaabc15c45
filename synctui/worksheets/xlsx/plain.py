"""One plain way of writing worksheet XML, into which every other valid way is turned before it is read.

Plain is what the big programs write: UTF-8, no prefixes, comments, CDATA or processing instructions. Whatever else may
stand between the cells is found row by row, and such a row is rewritten too.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat
from xml.sax.saxutils import escape

from synctui.worksheets.references import letters, split
from synctui.worksheets.xlsx.limits import MAX_DEPTH, MAX_PIECE, Damaged
from synctui.worksheets.xlsx.markup import checked_parser, quoted

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml([^>]*)\?>)?\s*<[A-Za-z]+[\s/>]")
_OTHER_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?!(?:utf-8|us-ascii|ascii)["'])""", re.IGNORECASE)
_BARE = frozenset(("worksheet", "sheetData", "row", "c", "is", "sst", "si", "r"))
"""Elements that hold no text of their own: blanks in them mean nothing."""


def is_plain(chunks: Iterable[bytes]) -> bool:
    """Whether a part is written in the plain way, found in one quick pass over its bytes."""
    before = b""
    for chunk in chunks:
        text = before[-1:] + chunk
        if not before:
            start = _START.match(text)
            if not start or (start[1] and _OTHER_ENCODING.search(start[1])):
                return False
            text = text[start.end() :]
        if (b"!" in text and b"<!" in text) or (b"?" in text and b"<?" in text):  # one byte is found much quicker
            return False
        before = chunk
    return bool(before)


def as_text(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text of a part that is plain already."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")(), translate=True)
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def rewritten(chunks: Iterable[bytes], row: int = 0) -> Iterator[str]:
    """The text of any part, written plainly. `row` is the number of the row before the first one.

    Raises Damaged or ExpatError.
    """
    rewriter = _Rewriter(row)
    fed = 0
    for chunk in chunks:
        rewriter.parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - rewriter.parser.CurrentByteIndex > MAX_PIECE:
            raise Damaged("its XML has a piece that is too long")
        yield rewriter.take()
    rewriter.parser.Parse(b"", True)
    yield rewriter.take()


class _Rewriter:
    """Writes what the parser reports, in the plain way."""

    def __init__(self, row: int) -> None:
        self.parser: expat.XMLParserType = checked_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._written: list[str] = []
        self._open: list[str] = []
        self._prefix = ""
        self._row = row
        self._column = 0

    def take(self) -> str:
        """What was written since the last time."""
        text = "".join(self._written)
        self._written.clear()
        return text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._prefix = name[: name.find(":") + 1]
            attributes = self._unprefixed(attributes)
        if len(self._open) > MAX_DEPTH:
            raise Damaged("its XML is nested too deeply")
        name = name.removeprefix(self._prefix)
        if name == "row":
            attributes = self._place_row(attributes)
        elif name == "c" and self._open[-1:] in (["row"], []):
            attributes = self._place_cell(attributes)
        elif name == "c" and "c" in self._open:
            raise Damaged("a cell stands inside another one")
        self._open.append(name)
        self._written.append(f"<{name}{''.join(f' {key}={quoted(value)}' for key, value in attributes.items())}>")

    def _end(self, _: str) -> None:
        self._written.append(f"</{self._open.pop()}>")

    def _text(self, data: str) -> None:
        if self._open[-1] not in _BARE or data.strip():
            self._written.append(escape(data).replace("\r", "&#13;"))

    def _unprefixed(self, attributes: dict[str, str]) -> dict[str, str]:
        if not self._prefix:
            return attributes
        if "xmlns" in attributes:
            raise Damaged("its XML mixes namespaces in a way that no program writes")
        return {"xmlns": attributes.get(f"xmlns:{self._prefix[:-1]}", ""), **attributes}

    def _place_row(self, attributes: dict[str, str]) -> dict[str, str]:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = 0
        return {"r": str(self._row), **{key: value for key, value in attributes.items() if key != "r"}}

    def _place_cell(self, attributes: dict[str, str]) -> dict[str, str]:
        self._column = split(attributes["r"])[0] if "r" in attributes else self._column + 1
        place = f"{letters(self._column)}{self._row}"
        return {"r": place, **{key: value for key, value in attributes.items() if key != "r"}}
