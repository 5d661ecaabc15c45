"""How our own worksheets look: widths, formats, colours, input messages."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.cells import Cell
from synctui.changes import SYNC
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec

PASSPORT_SHEET = "_synctui"
LISTS_SHEET = "_synctui_lists"
"""The very hidden worksheet with the options of drop-downs that are too long for a rule of their own."""
OURS = "SyncTUI"
"""The error title of every validation that we write, by which it is known again."""
TABLE_STYLE = "TableStyleLight1"
HEADER_GROUND = "FFD9E1F2"
READ_ONLY_GROUND = "FFEDEDED"
ROW_HEIGHT = 'ht="15" customHeight="1"'
"""One line, whatever the texts: of long ones the beginning is seen."""
MAX_WIDTH = 60
MIN_WIDTH = 8
HIDDEN_WIDTH = 12
SYNC_WIDTH = 26
"""Room for `in doubt: run ...` in a worksheet that has no states yet."""
SAMPLE_ROWS = 200
"""Rows that a column's width is found from."""
MAX_PROMPT_TITLE = 32
MAX_PROMPT = 255
NUMBER_FORMATS = {
    ColumnType.TEXT: "@",
    ColumnType.DATE: "yyyy-mm-dd",
    ColumnType.DATETIME: "yyyy-mm-dd hh:mm:ss",
}
STATE_COLOURS = (
    ("edited", "FF7F6000", "FFFFF2CC"),
    ("new", "FF1F4E78", "FFDDEBF7"),
    ("saved", "FF375623", "FFE2EFDA"),
    ("refused", "FF9C0006", "FFFFC7CE"),
    ("in doubt", "FF833C0B", "FFF8CBAD"),
    ("conflict", "FF5B2C83", "FFE4D7F0"),
    ("gone at source", "FF595959", "FFD9D9D9"),
)
"""How a `Sync` cell begins, and the colours (ARGB) of its letters and its ground."""
_WIDTHS = {ColumnType.DATE: 12, ColumnType.DATETIME: 20, ColumnType.BOOLEAN: 10}


def width(column: ColumnSpec, cells: Iterable[Cell]) -> float:
    """A column's width in characters, by its header and some of its cells."""
    if column.hidden:
        return HIDDEN_WIDTH
    if column.header == SYNC:
        return SYNC_WIDTH
    longest = max((len(line) for cell in cells if cell is not None for line in _lines(cell)), default=0)
    wanted = max(len(column.header) + 4, _WIDTHS.get(column.type, longest + 2))
    return min(MAX_WIDTH, max(MIN_WIDTH, wanted))


def _lines(cell: Cell) -> list[str]:
    return str(cell)[:2_000].splitlines()


def prompt(column: ColumnSpec) -> tuple[str, str] | None:
    """Title and text of a header's input message."""
    if not column.help:
        return None
    return _cut(column.header, MAX_PROMPT_TITLE), _cut(column.help, MAX_PROMPT)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
