"""A worksheet part read as a stream: what stands before its rows, the rows, what stands after.

The cells of plain XML are found by a regular expression that must account for every character of a row; a row that it
does not cover is rewritten plainly first. Nothing is allocated from what the part declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from synctui.worksheets.layout import LISTS_SHEET
from synctui.worksheets.rules import MAX_ROWS
from synctui.worksheets.xlsx.archive import Archive
from synctui.worksheets.xlsx.limits import MAX_ROW_TEXT, MAX_SMALL_PART, Damaged
from synctui.worksheets.xlsx.plain import as_text, is_plain, rewritten

_HELD = r"(?:(?:<v>|<is><t[^<>/]*+>|<v [^<>/]*+>){content}</(?:v|t></is)>|<v ?/>)?</c>"
_CELL_XML = rf'<c r="([A-Z]++)[0-9]++"([^<>/]*+)(?:>(<f[^<>]*+>(?:[^<]*+</f>)?)?{_HELD}|/>)'
"""One cell. What repeats takes all that it can and gives nothing back (`++`), for no other reading can come of it."""
_REST = "(<[^<]*+|[^<]++)"
_CELL = re.compile(_CELL_XML.format(content="([^<]*+)") + "|" + _REST)
_WRITTEN_CELL = re.compile(f"({_CELL_XML.format(content='[^<]*+')})|{_REST}")
_ANY_CELL = re.compile(r'<c r="([A-Z]+)[0-9]+"([^<>]*)>(.*?)</c>', re.DOTALL)
_FORMULA = re.compile(r"<f(?: [^<>]*)?(?:/>|>[^<]*</f>)")
_VALUE = re.compile(r"<v(?: [^<>]*)?>([^<]*)</v>")
_PHONETIC = re.compile(r"<rPh[ >].*?</rPh>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^<>]*)?>([^<]*)</t>")
_ROOT = re.compile(r"<worksheet[\s>]")
_SHEET_DATA = re.compile(r"<sheetData(?: [^<>]*?)?(/?)>")
_ROW = re.compile(r'\s*+<row((?:\s++r="([0-9]{1,9})")?[^<>]*+)>')
_ROW_NUMBER = re.compile(r"""\sr\s*=\s*["']([^"']{0,9})""")
_FORMULA_TAG = re.compile(
    rb"<(?:[A-Za-z_][\w.-]*:)?f(?=[\s/>])[^<>]*>(?!(?:TRUE|FALSE)\(\)<|'?" + LISTS_SHEET.encode() + rb"'?!)"
)
"""The start of a formula that is more than a truth value or the list of one of our drop-downs."""
_LONGEST_TAG = 512

RawCell = tuple[str, str, str, str, str]
"""Letters of the column; attributes but for the reference; the whole `<f>`; what stands in `<v>` or `<is>`; and what
the expression did not expect, which is empty in every cell that is handed out. All but the letters are XML."""
WrittenCell = tuple[str, str, str, str, str]
"""A cell's whole XML, its column's letters, its other attributes, its formula, and again what was not expected."""


class RawRow(NamedTuple):
    """A row as it is written, in plain XML."""

    number: int
    attributes: str
    """All of the row's attributes, as XML, its number among them."""
    body: str
    """Its cells, as XML."""

    def cells(self) -> list[RawCell]:
        """The cells in the order they are written. Raises Damaged or ExpatError."""
        found: list[RawCell] = _CELL.findall(self.body)
        for cell in found:
            if cell[4]:
                return [_general(match) for match in _ANY_CELL.finditer(self._rewritten())]
        return found

    def written_cells(self) -> list[WrittenCell]:
        """The cells with their whole XML, for those who change some of them. Raises Damaged or ExpatError."""
        found: list[WrittenCell] = _WRITTEN_CELL.findall(self.body)
        for cell in found:
            if cell[4]:
                return [_written(match) for match in _ANY_CELL.finditer(self._rewritten())]
        return found

    def _rewritten(self) -> str:
        """The row in XML that the expressions for any cell understand."""
        return "".join(rewritten([f'<row r="{self.number}">{self.body}</row>'.encode()]))


def _general(match: re.Match[str]) -> RawCell:
    """A cell with anything in it: rich text, phonetic hints, extensions."""
    content = match[3]
    formula, value = _FORMULA.search(content), _VALUE.search(content)
    inline = joined_text(content.partition("<is>")[2].partition("</is>")[0])
    return match[1], match[2], formula[0] if formula else "", value[1] if value else inline, ""


def _written(match: re.Match[str]) -> WrittenCell:
    formula = _FORMULA.search(match[3])
    return match[0], match[1], match[2], formula[0] if formula else "", ""


def same_cells(cells: Iterable[WrittenCell]) -> re.Pattern[str]:
    """An expression for the cells of every row that has these, whatever they hold, if none of them is a formula."""
    held = _HELD.format(content="[^<]*+")
    return re.compile("".join(f'<c r="{cell[1]}[0-9]++"{re.escape(cell[2])}(?:>{held}|/>)' for cell in cells))


def joined_text(xml: str) -> str:
    """The text of a rich or simple string item, as XML; phonetic hints are left out."""
    return "".join(_TEXT.findall(_PHONETIC.sub("", xml)))


def is_truth_value(formula: str) -> bool:
    """Whether a `<f>` element only says true or false, which is how LibreOffice writes a truth value."""
    return formula.endswith((">TRUE()</f>", ">FALSE()</f>"))


class SheetXml:
    """One worksheet part of a package; every pass over it streams."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._archive = archive
        self._part = part
        self._plain = is_plain(archive.chunks(part))
        self.head = ""
        """What stands before the rows; known once `rows` has begun."""
        self.tail = ""
        """What stands behind the rows; known once `rows` has ended."""

    def rows(self) -> Iterator[RawRow]:
        """Every row that is written, top to bottom. Raises Damaged."""
        last = 0
        for block in self._blocks():
            for digits, attributes, body in _rows_of(block):
                number = int(digits) if digits else _number_of(attributes, last + 1)
                if not last < number <= MAX_ROWS:
                    raise Damaged(f"row {number} stands behind row {last}")
                last = number
                yield RawRow(number, attributes, body)

    def _blocks(self) -> Iterator[str]:
        """The XML of the rows, in pieces of whole ones."""
        pieces = (as_text if self._plain else rewritten)(self._archive.chunks(self._part))
        buffer, opening = self._read_head(pieces)
        while opening:
            end = buffer.find("</sheetData>")
            cut = end if end >= 0 else buffer.rfind("</row>") + 6
            if end >= 0 or cut > 5:
                yield buffer[:cut]
                buffer = buffer[cut:]
            if end >= 0:
                break
            buffer += _more(pieces, len(buffer))
        self.tail = "".join(chain([buffer.removeprefix("</sheetData>")], pieces))

    def _read_head(self, pieces: Iterator[str]) -> tuple[str, bool]:
        """The text behind the opening of the rows, and whether there are any."""
        buffer = ""
        for piece in pieces:
            buffer += piece
            found = _SHEET_DATA.search(buffer)
            if found:
                self.head = buffer[: found.start()]
                if not _ROOT.search(self.head):
                    break
                return buffer[found.end() :], not found[1]
            if len(buffer) > MAX_SMALL_PART:
                break
        raise Damaged(f"{self._part} is no worksheet")


def _more(pieces: Iterator[str], length: int) -> str:
    """At least as much again as there is already, so that a long row is not copied over and over."""
    if length > MAX_ROW_TEXT:
        raise Damaged("a row is too long")
    taken, size = [], 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size >= length:
            return "".join(taken)
    if not size:
        raise Damaged("the rows have no end")
    return "".join(taken)


def _rows_of(block: str) -> list[tuple[str, str, str]]:
    """Number, where it is written the usual way; attributes and cells of each row, as XML."""
    rows = []
    for piece in block.split("</row>"):
        start = 0
        while found := _ROW.match(piece, start):
            attributes, digits = found.groups()
            start = found.end()
            if attributes[-1:] != "/":
                rows.append((digits, attributes, piece[start:]))
                break
            rows.append((digits, attributes[:-1], ""))
        else:
            if piece[start:].strip():
                raise Damaged("there is something else between its rows")
    return rows


def _number_of(attributes: str, usual: int) -> int:
    """A row's number, which is the usual one where none is written."""
    found = _ROW_NUMBER.search(attributes)
    return int(found[1]) if found else usual


def holds_formulas(chunks: Iterable[bytes]) -> bool:
    """Whether a worksheet part has a formula in a cell; reads no further than the first."""
    end = b""
    for chunk in chunks:
        text = end + chunk
        if (b"<f" in text or b":f" in text) and _FORMULA_TAG.search(text, 0, max(0, len(text) - 16)):
            return True
        end = text[-_LONGEST_TAG:]
    return _FORMULA_TAG.search(end) is not None
