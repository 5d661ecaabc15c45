"""How our own worksheets look: widths, formats, colours, input messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synctui.cells import Cell
from synctui.records import ColumnType
from synctui.rows.changes import SYNC
from synctui.worksheets.base import ColumnSpec, Message
from synctui.worksheets.rules import carried, utf16_length

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
MAX_SENTENCE = 225
"""Characters of the sentence that a validation says to what it does not like."""
MAX_INLINE = 255
"""Characters of a list of options that stands in the rule itself, its quotes among them."""


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a `Sync` cell of one state looks; its text stays the state's own."""

    word: str
    """How the cell's text begins."""
    sign: str
    """Shown before the text, so that colour is never needed."""
    letters: str
    """Colour (ARGB) of the letters."""
    ground: str
    """Colour (ARGB) of the ground."""


STATE_LOOKS = (
    StateLook("edited", "~", "FF7F6000", "FFFFF2CC"),
    StateLook("new", "+", "FF1F4E78", "FFDDEBF7"),
    StateLook("saved", "✓", "FF375623", "FFE2EFDA"),
    StateLook("refused", "✗", "FF9C0006", "FFFFC7CE"),
    StateLook("in doubt", "?", "FF833C0B", "FFF8CBAD"),
    StateLook("conflict", "!", "FF5B2C83", "FFE4D7F0"),
    StateLook("gone at source", "−", "FF595959", "FFD9D9D9"),
    StateLook("skipped", "·", "FF44546A", "FFF2F2F2"),
)
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
    told = shown_message(Message(column.header, column.help))
    return told.title, told.text


def shown_message(message: Message) -> Message:
    """A message as Excel can hold it: longer texts make it call the file damaged."""
    return Message(_cut(carried(message.title), MAX_PROMPT_TITLE), _cut(carried(message.text), MAX_PROMPT))


def choice_warning(header: str) -> str:
    """What is said to a text that a drop-down does not offer."""
    return _cut(f"The source does not offer this for {_named(header)}; a push of it may be refused.", MAX_SENTENCE)


def read_only_refusal(header: str) -> str:
    """What is said to somebody who types into a read-only column."""
    return _cut(f"{_named(header)} is read-only at the source: it would refuse the edit.", MAX_SENTENCE)


def _named(header: str) -> str:
    return _cut(" ".join(carried(header).split()), 80)


def _cut(text: str, length: int) -> str:
    """A text of at most so many characters, as Excel counts them."""
    if utf16_length(text) <= length:
        return text
    kept = text[: length - 1]
    while utf16_length(kept) > length - 1:
        kept = kept[:-1]
    return f"{kept}…"
