"""What stands around the rows of a worksheet part: column widths, merged cells, rules, and the size it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synctui.worksheets.references import Area
from synctui.worksheets.rules import MAX_COLUMNS, MAX_ROWS
from synctui.worksheets.xlsx.areas import Move, moved
from synctui.worksheets.xlsx.decoding import style_of
from synctui.worksheets.xlsx.limits import Damaged
from synctui.worksheets.xlsx.markup import Document, Node, element
from synctui.worksheets.xlsx.validations import Validations, is_ours

_MARK = b"\x00rows\x00"
_AREAS = {
    "mergeCell": "ref",
    "hyperlink": "ref",
    "autoFilter": "ref",
    "sortState": "ref",
    "conditionalFormatting": "sqref",
    "ignoredError": "sqref",
    "protectedRange": "sqref",
}
"""Elements that name cells of their own worksheet, and the attribute that does; validations have their own module."""
_GROWING = frozenset(("conditionalFormatting", "ignoredError"))

_FIXED = frozenset(("brk", "scenario", "cellWatch", "control", "oleObject"))
"""Elements that know rows in ways that are not followed."""
_ELSEWHERE = re.compile(
    r"(?:'((?:[^']|'')*)'|(?<![\w.:'])([\w.]+))!"
    r"\$?(?:[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?|[A-Z]{1,3}:\$?[A-Z]{1,3})(?![\w(])"
)
"""Cells of a worksheet that a formula names."""


class Shell:
    """The part without its rows, as a tree that can be changed. Raises Damaged."""

    def __init__(self, head: str, tail: str) -> None:
        self._document = Document(f"{head}<sheetData/>{tail}".encode())
        self._root = self._document.root
        rows = self._root.find("sheetData")
        if rows is None:
            raise Damaged("a worksheet has no rows")
        self._rows = rows
        self.validations = Validations(self._document)

    def parts(self) -> tuple[bytes, bytes]:
        """What stands before and behind the rows, with the changes made."""
        self.validations.store()
        self._document.replace(self._rows, _MARK.decode())
        before, _, behind = self._document.render().partition(_MARK)
        return before + b"<sheetData>", b"</sheetData>" + behind

    def move_areas(self, move: Move) -> None:
        """Let everything that names cells of this worksheet follow them; what reaches its last row still does then."""

        def follow(area: Area) -> Area | None:
            after = move(area)
            return after.rows(after.top, MAX_ROWS) if after and area.bottom == MAX_ROWS else after

        self.validations.move(follow)
        for parent in list(self._root.walk()):
            named = [child for child in parent.children if child.name in _AREAS]
            gone = [child for child in named if not self._move(child, follow)]
            if gone and len(gone) == len(parent.children) and parent is not self._root:
                self._document.remove(parent)

    def grow_areas(self, bottom: int, new_bottom: int) -> None:
        """Let rules and checks that end where the table ended end where it ends now."""

        def grow(area: Area) -> Area:
            return area.rows(area.top, new_bottom) if area.bottom == bottom and area.top > 1 else area

        self.validations.move(grow)
        for node in self._root.walk():
            if node.name in _GROWING:
                self._move(node, grow)
            elif node.name == "sqref" and node.space != self._root.space:
                self._document.replace_text(node, moved(node.text, grow))

    def declare(self, area: Area) -> None:
        """Widen the declared size of the worksheet so that it covers an area."""
        node = self._root.find("dimension")
        if node:
            old = Area.parse(node.attributes.get("ref", "A1"))
            self._document.set(node, ref=str(Area(old.left, old.top, max(old.right, area.right), area.bottom)))

    def rows_can_go(self, sheet: str) -> bool:
        """Whether nothing around the rows of the worksheet of that name knows them in a way that cannot follow them."""
        nodes = list(self._root.walk())
        ours = {inner for node in nodes if is_ours(node) for inner in node.walk()}
        return all(node in ours or self._can_follow(node, sheet) for node in nodes)

    def _can_follow(self, node: Node, sheet: str) -> bool:
        if node.name in _FIXED or (node.name in ("sqref", "f") and node.space != self._root.space):
            return False
        return node.name not in ("conditionalFormatting", "dataValidation") or _follows(node, sheet)

    def column_style(self, column: int) -> int:
        """The style that a column gives to cells that are not there yet."""
        node = self._root.find("cols")
        for child in node.all("col") if node else ():
            if int(child.attributes.get("min", "0")) <= column <= int(child.attributes.get("max", "0")):
                return style_of(child.attributes, "style")
        return 0

    def insert_columns(self, before: int, last: int, new: Sequence[tuple[float, int]]) -> None:
        """Give columns from `before` on widths and styles of their own and move those up to `last` right."""
        self.validations.insert_columns(before, last, len(new))
        node = self._root.find("cols")
        kept = list(_moved_columns(node, before, last, len(new))) if node else []
        made = [
            (before + i, before + i, {"width": str(wide), "customWidth": "1", "style": str(style)})
            for i, (wide, style) in enumerate(new)
        ]
        columns = sorted([*kept, *made], key=lambda column: column[:2])
        prefix = self._document.prefix
        written = "".join(
            element(f"{prefix}col", {"min": first, "max": end, **attributes}) for first, end, attributes in columns
        )
        whole = element(f"{prefix}cols", None, written)
        if node:
            self._document.replace(node, whole)
        else:
            self._document.insert_before(self._rows, whole)

    def _move(self, node: Node, move: Move) -> bool:
        """Change the area that an element names; False if nothing is left of it and the element is taken out."""
        attribute = _AREAS[node.name]
        before = node.attributes.get(attribute)
        if before is None or node.space != self._root.space:
            return True
        after = moved(before, move)
        if not after:
            self._document.remove(node)
        elif after != before:
            self._document.set(node, **{attribute: after})
        return bool(after)


def _follows(node: Node, sheet: str) -> bool:
    """Whether a rule begins in row 2 or above and names no fixed row of its worksheet, so that it stays right."""

    def own(reference: re.Match[str]) -> str:
        name = (reference[1] or reference[2]).replace("''", "'").lower()
        return reference[0] if name == sheet.lower() or ":" in name else ""

    areas = [Area.parse(text) for text in node.attributes.get("sqref", "").split()]
    texts = [_ELSEWHERE.sub(own, child.text) for child in node.walk() if child.name.startswith("formula")]
    return not any(texts) or (all(area.top <= 2 for area in areas) and not any("$" in text for text in texts))


def _moved_columns(node: Node, before: int, last: int, count: int) -> Iterator[tuple[int, int, dict[str, str]]]:
    """The columns' elements, cut at the place where columns come in and behind the last that moves."""
    for child in node.all("col"):
        attributes = {
            key: text for key, text in child.attributes.items() if key not in ("min", "max") and " " not in key
        }
        first, end = int(child.attributes.get("min", "0")), int(child.attributes.get("max", "0"))
        pieces = (
            (first, min(end, before - 1), 0),
            (max(first, before), min(end, last), count),
            (max(first, last + 1 + count), end, 0),
        )
        for start, stop, shift in pieces:
            if start <= stop:
                yield start + shift, min(stop + shift, MAX_COLUMNS), attributes
