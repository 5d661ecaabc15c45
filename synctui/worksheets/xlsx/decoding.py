"""From the XML of a cell to the value that a person sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from synctui.cells import Cell, CellError
from synctui.worksheets.xlsx.limits import Damaged
from synctui.worksheets.xlsx.moments import from_iso, from_serial
from synctui.worksheets.xlsx.strings import SharedStrings
from synctui.worksheets.xlsx.texts import plain_text

Decode = Callable[[str], Cell]
"""From what stands in `<v>` or `<is>`, as XML, to the cell."""

_ATTRIBUTES = re.compile(r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def attributes_of(xml: str) -> dict[str, str]:
    """The attributes written in a start tag. Raises Damaged."""
    if not _ATTRIBUTES.fullmatch(xml):
        raise Damaged("the attributes of a cell are broken")
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(xml)}


class Decoders(dict[str, Decode]):
    """Attributes of a cell as XML -> how to read it; each way of writing them is worked out once."""

    def __init__(
        self, strings: Callable[[], SharedStrings | None], is_moment: Callable[[int], bool], date1904: bool
    ) -> None:
        super().__init__()
        self._strings = strings
        self._is_moment = is_moment
        self._moment = _moments(date1904)
        self.of_row = lru_cache(maxsize=256)(self._of_row)
        """How to read a row, by the attributes of its cells: rows of one table are mostly alike."""

    def __missing__(self, attributes: str) -> Decode:
        decode = self[attributes] = self._decoder(attributes_of(attributes))
        return decode

    def _of_row(self, attributes: tuple[str, ...]) -> tuple[Decode, ...]:
        return tuple(self[attribute] for attribute in attributes)

    def _decoder(self, attributes: dict[str, str]) -> Decode:
        match attributes.get("t", "n"):
            case "s":
                return _shared(self._strings())
            case "str" | "inlineStr":
                return _text
            case "b":
                return _boolean
            case "e":
                return _error
            case "d":
                return _iso
            case "n":
                return self._moment if self._is_moment(style_of(attributes)) else _number
        raise Damaged(f"a cell has the unknown type {attributes['t'][:20]!r}")


def style_of(attributes: dict[str, str], name: str = "s") -> int:
    """The number of a cell's style."""
    try:
        return int(attributes.get(name) or 0)
    except ValueError as error:
        raise Damaged("a cell has no valid style") from error


def formula_result(cell: Cell) -> Cell:
    """What a formula without a stored result stands for."""
    return CellError() if cell is None else cell


def _number(xml: str) -> int | float | CellError | None:
    """A number as written: whole where it has neither point nor exponent."""
    if xml.isdigit():
        return int(xml)
    if not xml:
        return None
    try:
        value = int(xml) if xml[1:].isdigit() and xml[0] == "-" else float(xml)
    except ValueError as error:
        raise Damaged(f"a cell holds the number {xml[:30]!r}") from error
    return value if value - value == 0 else CellError("#NUM!")


def _moments(date1904: bool) -> Decode:
    def read(xml: str) -> Cell:
        serial = _number(xml)
        if serial is None or isinstance(serial, CellError):
            return serial
        moment = from_serial(serial, date1904)
        return serial if moment is None else moment

    return read


def _shared(strings: SharedStrings | None) -> Decode:
    known = strings.known if strings else []

    def read(xml: str) -> Cell:
        try:
            if xml.isdigit():
                return known[int(xml)]
        except IndexError:
            if strings and strings.reach(int(xml)):
                return known[int(xml)]
        if not xml:
            return None
        raise Damaged(f"a cell holds the text number {xml[:20]!r}, which does not exist")

    return read


def _text(xml: str) -> Cell:
    if "&" not in xml and "_x" not in xml:
        return xml
    return plain_text(xml)


def _boolean(xml: str) -> Cell:
    return xml.strip() in ("1", "true") if xml else None


def _error(xml: str) -> Cell:
    return CellError(plain_text(xml)) if xml else None


def _iso(xml: str) -> Cell:
    return from_iso(xml) or plain_text(xml) if xml else None
