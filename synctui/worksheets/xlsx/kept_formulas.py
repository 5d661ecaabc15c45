"""Formulas of a patched worksheet that stay: their stored results, and those that shared an overwritten one."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from synctui.worksheets.references import number_of
from synctui.worksheets.xlsx.decoding import attributes_of
from synctui.worksheets.xlsx.formulas import looks_only_at_row, shifted
from synctui.worksheets.xlsx.rows import WrittenCell, is_truth_value
from synctui.worksheets.xlsx.texts import unescape

_RESULT = re.compile(r"<v(?: [^<>]*)?>[^<]*</v>|<v ?/>")
_TYPE = re.compile(r"""\st\s*=\s*(?:"[^"]*"|'[^']*')""")
_FORMULA = re.compile(r"<f([^<>]*?)(?:/>|>([^<]*)</f>)")

Shared = tuple[str, str, int]
"""A formula that others share: its text, and the letters and the row of its cell."""


class KeptFormulas:
    """What becomes of each formula, row by row from top to bottom.

    A stored result stays only where nothing that the formula looks at was changed by us: a push sends stored results,
    and an old one must not pass for a new one. The program that opens the file calculates all of them.
    """

    def __init__(self, anything_new: bool) -> None:
        self.anything_new = anything_new
        """Whether any value is written, beside our own columns."""
        self.orphaned = False
        """Whether a formula that others share was overwritten."""
        self._shared: dict[str, Shared] = {}
        self._overwritten: set[str] = set()

    def overwritten(self, cell: WrittenCell, row: int) -> None:
        """Note that a formula gives way to a value."""
        attributes, text = self._read(cell, row)
        if text and attributes.get("t") == "shared":
            self._overwritten.add(attributes.get("si", ""))
            self.orphaned = True

    def kept(self, cell: WrittenCell, row: int, *, fresh: bool) -> str:
        """The XML of a cell whose formula stays; `fresh` tells that other cells of its row are new."""
        if is_truth_value(cell[3]):
            return cell[0]
        attributes, text = self._read(cell, row)
        xml, shared = cell[0], attributes.get("si", "")
        if not text and shared in self._shared:
            text, column, first = self._shared[shared]
            text = shifted(text, row - first, number_of(cell[1]) - number_of(column))
            if shared in self._overwritten:
                xml = xml.replace(cell[3], f"<f>{escape(text)}</f>", 1)
        stale = self.anything_new and (not text or not looks_only_at_row(text, row))
        if fresh or stale:
            start, closing, content = xml.partition(">")
            xml = _TYPE.sub("", start) + closing + _RESULT.sub("", content)
        return xml

    def _read(self, cell: WrittenCell, row: int) -> tuple[dict[str, str], str]:
        """A formula's attributes and its text; a shared one is remembered."""
        found = _FORMULA.match(cell[3])
        attributes = attributes_of(found[1]) if found else {}
        text = unescape(found[2] or "") if found else ""
        if text and attributes.get("t") == "shared":
            self._shared[attributes.get("si", "")] = text, cell[1], row
        return attributes, text
