"""Cell styles: told from the styles part, and new ones added behind those that are there."""

from __future__ import annotations

from enum import Enum, auto

from synctui.worksheets.xlsx.markup import Document, Node, element, with_attribute
from synctui.worksheets.xlsx.moments import shows_moment

TEXT_FORMAT = 49
"""The built-in number format `@`."""
GENERAL_FORMAT = 0
_FIRST_OWN_FORMAT = 164
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
"""The order of a styles part (ECMA-376 part 1, 18.8.39)."""

EMPTY_STYLES = """<styleSheet xmlns="{space}">\
<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
<dxfs count="0"/></styleSheet>"""


class Shows(Enum):
    """What a cell's number format makes of a number."""

    NUMBER = auto()
    TEXT = auto()
    MOMENT = auto()


class _Collection:
    """One list of the styles part, such as `cellXfs`."""

    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self._name = name
        self.node = document.root.find(name)
        self.nodes = self.node.children if self.node else []
        self.items = [document.source(node) for node in self.nodes]
        self._known = {xml: index for index, xml in reversed(list(enumerate(self.items)))}
        self._before = len(self.items)

    def index(self, xml: str) -> int:
        """The position of an item, added if it is not there."""
        if xml not in self._known:
            self._known[xml] = len(self.items)
            self.items.append(xml)
        return self._known[xml]

    def store(self) -> None:
        """Write the new items into the document."""
        new = self.items[self._before :]
        if not new:
            return
        self._before = len(self.items)
        if self.node:
            for xml in new:
                self._document.append(self.node, xml)
            self._document.set(self.node, count=str(len(self.items)))
        else:
            self._create("".join(new), len(new))

    def _create(self, xml: str, count: int) -> None:
        whole = element(self._document.prefix + self._name, {"count": count}, xml)
        later = (*_ORDER[_ORDER.index(self._name) + 1 :], "colors", "extLst")
        behind = next((node for node in self._document.root.children if node.name in later), None)
        if behind:
            self._document.insert_before(behind, whole)
        else:
            self._document.append(self._document.root, whole)


class Styles:
    """The styles of a workbook; what is added is written by `store`."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._prefix = document.prefix
        self._formats = _Collection(document, "numFmts")
        self._fonts = _Collection(document, "fonts")
        self._fills = _Collection(document, "fills")
        self._xfs = _Collection(document, "cellXfs")
        self._dxfs = _Collection(document, "dxfs")
        self._codes = {_whole(node, "numFmtId"): node.attributes.get("formatCode", "") for node in self._formats.nodes}
        self._format_ids = [_whole(node, "numFmtId") for node in self._xfs.nodes]
        inner = (node for item in self._dxfs.nodes for node in item.all("numFmt"))
        self._taken = max([_FIRST_OWN_FORMAT - 1, *self._codes, *(_whole(node, "numFmtId") for node in inner)])

    def shows(self, style: int) -> Shows:
        """What the style makes of a number; unknown styles show it as it is."""
        if not 0 <= style < len(self._format_ids):
            return Shows.NUMBER
        format_id = self._format_ids[style]
        code = self._codes.get(format_id)
        if format_id == TEXT_FORMAT or code == "@":
            return Shows.TEXT
        return Shows.MOMENT if shows_moment(format_id, code) else Shows.NUMBER

    def format_id(self, code: str) -> int:
        """The number of a number format, added if it is not there."""
        if code == "@":
            return TEXT_FORMAT
        for known, text in self._codes.items():
            if text == code:
                return known
        self._taken += 1
        number = self._taken
        self._codes[number] = code
        self._formats.index(element(self._prefix + "numFmt", {"numFmtId": number, "formatCode": code}))
        return number

    def derived(self, style: int, format_id: int) -> int:
        """A style that is like another but for its number format."""
        return self._variant(style, numFmtId=format_id, applyNumberFormat=1)

    def bold(self, style: int) -> int:
        """A style that is like another but with bold letters, vertically centred."""
        xml = self._fonts.items[0] if self._fonts.items else element(self._prefix + "font")
        inner = xml.partition(">")[2] if not xml.endswith("/>") or xml.count("<") > 1 else f"</{self._prefix}font>"
        font = self._fonts.index(f"<{self._prefix}font><{self._prefix}b/>{inner}")
        return self._variant(style, fontId=font, applyFont=1)

    def shaded(self, style: int, colour: str) -> int:
        """A style that is like another but on a ground of a colour (ARGB)."""
        p = self._prefix
        pattern = f'<{p}fgColor rgb="{colour}"/><{p}bgColor indexed="64"/>'
        fill = self._fills.index(f'<{p}fill><{p}patternFill patternType="solid">{pattern}</{p}patternFill></{p}fill>')
        return self._variant(style, fillId=fill, applyFill=1)

    def aligned(self, style: int, *, wrap: bool) -> int:
        """A style that is like another but begins at the top of its cell, and breaks its lines if told so."""
        p, xml = self._prefix, with_attribute(self._xf(style), "applyAlignment", "1")
        if f"<{p}alignment" in xml:
            return style
        alignment = element(f"{p}alignment", {"vertical": "top", "wrapText": 1 if wrap else None})
        start, _, content = xml.partition(">")
        start, content = (start[:-1], f"</{p}xf>") if start.endswith("/") else (start, content)
        return self._added(style, f"{start}>{alignment}{content}")

    def conditional(self, letters: str, ground: str, sign: str) -> int:
        """A format for conditional formatting: colours (ARGB) of letters and ground, and a sign before texts."""
        p, code = self._prefix, f'"{sign} "@'
        font = f'<{p}font><{p}color rgb="{letters}"/></{p}font>'
        shows = element(f"{p}numFmt", {"numFmtId": self.format_id(code), "formatCode": code})
        fill = f'<{p}fill><{p}patternFill><{p}bgColor rgb="{ground}"/></{p}patternFill></{p}fill>'
        return self._dxfs.index(f"<{p}dxf>{font}{shows}{fill}</{p}dxf>")

    def store(self) -> None:
        """Write what was added into the document."""
        for collection in (self._formats, self._fonts, self._fills, self._xfs, self._dxfs):
            collection.store()

    def _variant(self, style: int, **attributes: int) -> int:
        xml = self._xf(style)
        for name, value in attributes.items():
            xml = with_attribute(xml, name, str(value))
        return self._added(style, xml, attributes.get("numFmtId"))

    def _xf(self, style: int) -> str:
        return self._xfs.items[style] if 0 <= style < len(self._xfs.items) else self._plain_xf()

    def _added(self, base: int, xml: str, format_id: int | None = None) -> int:
        """The position of a style made from another one."""
        index = self._xfs.index(xml)
        if index == len(self._format_ids):
            known = self._format_ids[base] if base < len(self._format_ids) else GENERAL_FORMAT
            self._format_ids.append(known if format_id is None else format_id)
        return index

    def _plain_xf(self) -> str:
        return element(self._prefix + "xf", {"numFmtId": 0, "fontId": 0, "fillId": 0, "borderId": 0, "xfId": 0})


def _whole(node: Node, name: str) -> int:
    text = node.attributes.get(name, "0")
    return int(text) if text.isdigit() else 0
