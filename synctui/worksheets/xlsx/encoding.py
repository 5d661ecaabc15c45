"""From a value to the XML of its cell, with a style in which it stays what it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from synctui.cells import Cell, CellError
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.layout import NUMBER_FORMATS
from synctui.worksheets.references import letters
from synctui.worksheets.xlsx.moments import to_serial
from synctui.worksheets.xlsx.styles import GENERAL_FORMAT, TEXT_FORMAT, Shows, Styles
from synctui.worksheets.xlsx.texts import needs_care, xml_text

Write = Callable[[int, Any], str]
"""From a row number and a value to a cell's XML."""

_WHOLE_LIMIT = 10**15
"""Whole numbers from here on lose digits in a spreadsheet."""


class CellStyles:
    """Picks, for a value and the style its cell has, the style to write: the same one wherever it can stay."""

    def __init__(self, styles: Styles, date1904: bool) -> None:
        self.styles = styles
        self.date1904 = date1904
        self._fitting: dict[tuple[int, Shows, bool], int] = {}

    def fitting(self, style: int, wanted: Shows, with_time: bool = False) -> int:
        """The style itself if it shows such values, else one like it with another number format."""
        key = (style, wanted, with_time)
        if key not in self._fitting:
            self._fitting[key] = self._find(*key)
        return self._fitting[key]

    def _find(self, style: int, wanted: Shows, with_time: bool) -> int:
        if self.styles.shows(style) is wanted:
            return style
        if wanted is Shows.MOMENT:
            code = NUMBER_FORMATS[ColumnType.DATETIME if with_time else ColumnType.DATE]
            return self.styles.derived(style, self.styles.format_id(code))
        return self.styles.derived(style, TEXT_FORMAT if wanted is Shows.TEXT else GENERAL_FORMAT)


class CellWriter(dict[type, Write]):
    """Writes the cells of one column that have one style: by the type of the value, what writes it.

    Each way is worked out when the first value of its type comes: `writer[type(value)](row, value)`.
    """

    def __init__(self, column: int, style: int, styles: CellStyles) -> None:
        super().__init__()
        self._start = f'<c r="{letters(column)}'
        self._style = style
        self._styles = styles

    def __call__(self, row: int, value: Cell) -> str:
        """A cell's XML. Raises WorksheetError for what no cell can hold."""
        return self[type(value)](row, value)

    def __missing__(self, kind: type) -> Write:
        ways: tuple[tuple[type, Callable[[], Write]], ...] = (
            (bool, self._boolean),
            (str, self._text),
            (int, self._whole),
            (float, self._fraction),
            (datetime, self._moment),
            (CellError, self._error),
            (type(None), self._blank),
        )
        make = next((make for base, make in ways if issubclass(kind, base)), None)
        if make is None:
            raise WorksheetError(f"A cell cannot hold a {kind.__name__}.", "This is a fault in SyncTUI; report it.")
        write = self[kind] = make()
        return write

    def _opening(self, style: int) -> str:
        """What stands between the row's number and the rest of the start tag."""
        return f'" s="{style}"' if style else '"'

    def _text(self) -> Write:
        start, blank = self._start, self._blank()
        opening = f'{self._opening(self._styles.fitting(self._style, Shows.TEXT))} t="inlineStr"><is><t'
        opening += ' xml:space="preserve">'

        def write(row: int, value: Any) -> str:
            if needs_care(value):
                value = xml_text(value)
            return f"{start}{row}{opening}{value}</t></is></c>" if value else blank(row, None)

        return write

    def _whole(self) -> Write:
        start, opening = self._start, self._opening(self._styles.fitting(self._style, Shows.NUMBER))

        def write(row: int, value: Any) -> str:
            if -_WHOLE_LIMIT < value < _WHOLE_LIMIT:
                return f"{start}{row}{opening}><v>{value}</v></c>"
            return self(row, str(value))

        return write

    def _fraction(self) -> Write:
        start, opening = self._start, self._opening(self._styles.fitting(self._style, Shows.NUMBER))

        def write(row: int, value: Any) -> str:
            if value - value != 0:
                raise WorksheetError(f"A cell cannot hold the number {value}.", "Correct it at the source.")
            return f"{start}{row}{opening}><v>{value!r}</v></c>"

        return write

    def _boolean(self) -> Write:
        start, opening = self._start, self._opening(self._style)

        def write(row: int, value: Any) -> str:
            return f'{start}{row}{opening} t="b"><v>{value:d}</v></c>'

        return write

    def _moment(self) -> Write:
        start, date1904 = self._start, self._styles.date1904

        @cache
        def opening(with_time: bool) -> str:
            return self._opening(self._styles.fitting(self._style, Shows.MOMENT, with_time))

        def write(row: int, value: Any) -> str:
            serial = to_serial(value, date1904)
            if serial is None:
                return self(row, value.isoformat(" "))
            return f"{start}{row}{opening(serial % 1 != 0)}><v>{serial!r}</v></c>"

        return write

    def _error(self) -> Write:
        start, opening, blank = self._start, self._opening(self._style), self._blank()

        def write(row: int, value: Any) -> str:
            code = value.code
            return f'{start}{row}{opening} t="e"><v>{xml_text(code)}</v></c>' if code else blank(row, None)

        return write

    def _blank(self) -> Write:
        if not self._style:
            return lambda _row, _value: ""
        start, opening = self._start, self._opening(self._style)
        return lambda row, _value: f"{start}{row}{opening}/>"
