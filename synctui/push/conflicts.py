"""Cells that the worksheet and the source changed both: how they are shown, and how the user settles them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from synctui.cells import Cell, CellError
from synctui.records import Column, Key, Memory, Value
from synctui.rows.changes import PLAIN, SYNC, RowView
from synctui.rows.states import sync_text
from synctui.values import stand_in, to_cell, to_wire
from synctui.worksheets.base import Message

SIDES = ("mine", "theirs")
"""What the user types or chooses in the `Sync` cell of a row in conflict."""
SIDES_AND_BASE = (*SIDES, "base")
TITLE = "Conflict"
MAX_MESSAGE = 255
"""Characters of an input message, in UTF-16 units."""
_ADVICE = "Choose mine or theirs in Sync."
BLANK = "(blank)"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One cell that both sides changed."""

    key: Key
    row: int
    """The worksheet's row number."""
    column: str
    """The worksheet's header."""
    mine: Value
    theirs: Value
    base: Value
    """What both sides began with."""
    said: Column = PLAIN
    """The column, by which values are shown as people know them."""

    @property
    def shown(self) -> tuple[str, str, str]:
        """Mine, theirs and base as the worksheet would show them: captions for codes."""
        mine, theirs, base = (_shown(value, self.said) for value in (self.mine, self.theirs, self.base))
        return mine, theirs, base


def conflicts_of(memory: Memory, rows: Iterable[RowView]) -> list[Conflict]:
    """Every cell in conflict, in the worksheet's order."""
    found = []
    for row in rows:
        bases = memory.conflicts.get(row.row_id)
        theirs = memory.baseline.get(row.key)
        for index, column in enumerate(memory.columns if bases and theirs else ()):
            if bases and theirs and column.title in bases:
                cell = (row.values[index], theirs[index], bases[column.title])
                found.append(Conflict(row.key, row.number, column.title, *cell, column))
    return found


def messages_of(memory: Memory, rows: Iterable[RowView]) -> dict[int, dict[str, Message]]:
    """What a person reads on each cell in conflict: row number -> header -> message."""
    told: dict[int, dict[str, Message]] = {}
    for conflict in conflicts_of(memory, rows):
        told.setdefault(conflict.row, {})[conflict.column] = Message(TITLE, message_text(conflict))
    return told


def message_text(conflict: Conflict) -> str:
    """The row's key, then mine, theirs and base on a line each; long ones are cut so that each keeps its share."""
    texts = [" ".join(text.split()) or BLANK for text in (stand_in(" / ".join(conflict.key)), *conflict.shown)]
    key, *values = _cut(texts, MAX_MESSAGE - len(_message("", ("", "", ""))))
    return _message(key, values)


def _message(key: str, values: Iterable[str]) -> str:
    lines = (f"{name}: {value}" for name, value in zip(SIDES_AND_BASE, values, strict=True))
    return "\n".join((key, *lines, _ADVICE))


def _cut(texts: Sequence[str], room: int) -> list[str]:
    """Texts that fit into the room together: what short ones leave goes to the long ones, in equal shares."""
    order = sorted(range(len(texts)), key=lambda number: _units(texts[number]))
    kept = list(texts)
    for place, number in enumerate(order):
        kept[number] = _shortened(texts[number], room // (len(texts) - place))
        room -= _units(kept[number])
    return kept


def _shortened(text: str, room: int) -> str:
    if _units(text) <= room:
        return text
    while _units(text) > room - 1:
        text = text[: len(text) - max(1, (_units(text) - room) // 2)]
    return f"{text}…"


def _units(text: str) -> int:
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def _shown(value: Value, column: Column) -> str:
    cell = to_cell(value, column)
    return cell.code if isinstance(cell, CellError) else to_wire(cell, PLAIN)


# -- the user's decision


def resolve(memory: Memory, rows: Iterable[RowView], choice: str) -> dict[int, dict[str, Value]]:
    """Settle conflicts by `mine` or `theirs`, as typed into a row's `Sync` cell or chosen for all (`choice`).

    Changes the rows and the memory; returns the cells that take the source's value: row number -> header -> value,
    empty where the worksheet's stay.
    """
    cells: dict[int, dict[str, Value]] = {}
    for row in rows:
        columns = memory.conflicts.get(row.row_id)
        side = row.sync if row.sync in SIDES else choice
        if columns and side in SIDES:
            cells[row.number] = decide(memory, row, dict.fromkeys(columns, side))
            row.sync = ""
    return cells


def decide(memory: Memory, row: RowView, sides: Mapping[str, str]) -> dict[str, Value]:
    """Settle a row's conflicts cell by cell: header -> side. Returns the cells that take the source's value."""
    columns = memory.conflicts[row.row_id]
    theirs = {title for title, side in sides.items() if side == "theirs" and title in columns}
    left = {title: base for title, base in columns.items() if title not in sides}
    if left:
        memory.conflicts[row.row_id] = left
    else:
        del memory.conflicts[row.row_id]
    return _take(memory, row, theirs)


def _take(memory: Memory, row: RowView, titles: Iterable[str]) -> dict[str, Value]:
    taken = {}
    for index, column in enumerate(memory.columns):
        if column.title in titles:
            taken[column.title] = row.values[index] = memory.baseline[row.key][index]
    row.edits = [edit for edit in row.edits if edit.column not in taken]
    _forget_accepted(memory, row.row_id, taken)
    return taken


def _forget_accepted(memory: Memory, row_id: str, taken: Mapping[str, Value]) -> None:
    """Cells that take the source's value no longer hold what the target accepted: the row is not `saved` by them."""
    accepted = memory.accepted.get(row_id)
    if accepted is None:
        return
    left = {title: value for title, value in accepted.values.items() if title not in taken}
    if left or not accepted.values:
        memory.accepted[row_id] = replace(accepted, values=left)
    else:
        del memory.accepted[row_id]


def settled_cells(
    settled: Mapping[int, Mapping[str, Value]], memory: Memory, rows: Iterable[RowView]
) -> dict[int, dict[str, Cell]]:
    """What `resolve` told as cells, with what each row's `Sync` says from now on."""
    columns = {column.title: column for column in memory.columns}
    views = {row.number: row for row in rows} if settled else {}
    return {
        number: {title: to_cell(value, columns[title]) for title, value in values.items()}
        | {SYNC: sync_text(views[number], memory) or None}
        for number, values in settled.items()
    }
