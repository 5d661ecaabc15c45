"""The options of drop-downs: short lists stand in the rule, longer ones in a column of a very hidden worksheet.

Row 1 of such a column says whose it is, `SHEET!HEADER`, and the options follow. A column never moves, for rules know
it by its letters; it is used again when its list has gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import zip_longest

from synctui.worksheets.layout import LISTS_SHEET, MAX_INLINE
from synctui.worksheets.references import letters, number_of
from synctui.worksheets.rules import MAX_TEXT, carried, utf16_length
from synctui.worksheets.xlsx.contents import TYPE, Package, Sheet
from synctui.worksheets.xlsx.decoding import Decoders
from synctui.worksheets.xlsx.rows import SheetXml
from synctui.worksheets.xlsx.styles import TEXT_FORMAT, Styles
from synctui.worksheets.xlsx.texts import xml_text

_INLINE = re.compile(r"""[^\s,"=+@-](?:[^,"\r\n\t]*[^\s,"])?""")
"""An option that may stand in a rule itself: nothing in it means anything there."""


class Lists:
    """The lists of one workbook on their way through a change; `store` writes what became of them."""

    def __init__(
        self, package: Package, styles: Styles, found: Sheet | None, decoders: Callable[[Package], Decoders]
    ) -> None:
        self._package = package
        self._styles = styles
        self._found = found
        self._decoders = decoders
        self._changed = False

    def formula(self, sheet: str, header: str, choices: Sequence[str]) -> str:
        """The formula of a drop-down with these options; empty where there is none to offer."""
        options = tuple(dict.fromkeys(text for text in choices if _can_be_offered(text)))
        inline = '"' + ",".join(options) + '"'
        if all(map(_INLINE.fullmatch, options)) and utf16_length(inline) <= MAX_INLINE:
            self._keep(f"{sheet}!{header}", ())
            return inline if options else ""
        column = letters(self._keep(f"{sheet}!{header}", options))
        return f"{LISTS_SHEET}!${column}$2:${column}${len(options) + 1}"

    def rename(self, old: str, new: str) -> None:
        """Let the lists of a worksheet bear its new name."""
        for column, texts in self._columns.items():
            sheet, _, header = texts[0].partition("!") if texts else ("", "", "")
            if sheet == old:
                self._columns[column] = (f"{new}!{header}", *texts[1:])
                self._changed = True

    def store(self) -> None:
        """Put the worksheet of the lists into the package, if anything of it changed."""
        package = self._package
        if self._found and self._found.node.attributes.get("state") != "veryHidden":
            package.workbook.set(self._found.node, state="veryHidden")
        if not self._changed:
            return
        style = self._styles.derived(0, TEXT_FORMAT)
        if self._found:
            package.put(self._found.part, lambda: self._xml(style))
            return
        part = package.add("worksheets/sheet{}.xml", f"{TYPE}worksheet+xml", lambda: self._xml(style))
        package.new_sheet_entry(LISTS_SHEET, package.relate(package.workbook_part, "worksheet", part), "veryHidden")

    @cached_property
    def _columns(self) -> dict[int, tuple[str, ...]]:
        """Column -> whose it is and its options."""
        found: dict[int, list[str]] = {}
        decode = self._decoders(self._package)
        for row in SheetXml(self._package.archive, self._found.part).rows() if self._found else ():
            for column, attributes, _, content, _ in row.cells():
                cell = decode[attributes](content)
                if cell is not None and cell != "":
                    found.setdefault(number_of(column), []).append(str(cell))
        return {column: tuple(texts) for column, texts in found.items()}

    def _keep(self, key: str, options: tuple[str, ...]) -> int:
        """Let a list be these options, or be gone; gives its column."""
        free = next(column for column in range(1, len(self._columns) + 2) if not self._columns.get(column))
        column = next((column for column, texts in self._columns.items() if texts[:1] == (key,)), free)
        texts = (key, *options) if options else ()
        if self._columns.get(column, ()) != texts:
            self._columns[column] = texts
            self._changed = True
        return column

    def _xml(self, style: int) -> Iterator[bytes]:
        """The worksheet: all text cells, so that no option becomes a formula or a number."""
        names = [letters(column) for column in sorted(self._columns)]
        yield b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        yield f'<worksheet xmlns="{self._package.space}"><sheetData>'.encode()
        for number, texts in enumerate(zip_longest(*(self._columns[number_of(name)] for name in names)), 1):
            cells = "".join(
                f'<c r="{name}{number}" s="{style}" t="inlineStr"><is>'
                f'<t xml:space="preserve">{xml_text(text)}</t></is></c>'
                for name, text in zip(names, texts, strict=True)
                if text is not None
            )
            yield f'<row r="{number}">{cells}</row>'.encode()
        yield b"</sheetData></worksheet>"


def _can_be_offered(text: str) -> bool:
    return bool(text.strip()) and carried(text) == text and utf16_length(text) <= MAX_TEXT
