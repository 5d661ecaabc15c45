"""Three-way merge of a worksheet's rows with what the source says now, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from synctui.records import ABSENT, Accepted, Column, Key, Memory, Record, Value
from synctui.rows.changes import Changeset, RowView
from synctui.values import says_the_same


@dataclass(slots=True)
class Merge:
    """What a pull does to a worksheet."""

    cells: dict[int, dict[str, Value]] = field(default_factory=dict)
    """Row number -> header -> the source's new value."""
    append: list[Key] = field(default_factory=list)
    """Records that get a row of their own, in the source's order."""
    vanished: list[RowView] = field(default_factory=list)
    """Rows whose record is gone at the source and that hold nothing of the user's."""
    gone: dict[Key, tuple[Value, ...]] = field(default_factory=dict)
    """Records gone at the source whose rows hold something of the user's: key -> last known values."""
    conflicts: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Row id -> header -> the value that both sides changed."""
    accepted: dict[str, Accepted] = field(default_factory=dict)
    """What the target last accepted, less what the source has caught up with."""
    changed: set[Key] = field(default_factory=set)
    """Records that the source changed since the last pull."""


def merge(
    memory: Memory,
    sheet: Changeset,
    columns: tuple[Column, ...],
    incoming: Mapping[Key, Record],
) -> Merge:
    """Merge by key: disjoint edits of both sides are kept, the same cell changed by both is a conflict.

    `columns` are the passport's columns after the pull, those of `memory` first; `incoming` maps key to record in the
    source's order. The caller turns the answer into cells.
    """
    result = Merge(accepted=dict(memory.accepted))
    shown = set()
    for row in sheet.rows:
        if not any(row.key):
            shown.add(row.lost_key)
            continue
        shown.add(row.key)
        record = incoming.get(row.key)
        if record is not None:
            _merge_row(result, memory, columns, row, record)
        elif row.known or row.gone:
            _lose_row(result, memory, row)
    result.append = [key for key in incoming if key not in shown]
    return result


def _merge_row(result: Merge, memory: Memory, columns: tuple[Column, ...], row: RowView, record: Record) -> None:
    base = memory.baseline.get(row.key) or memory.gone.get(row.key)
    earlier = memory.conflicts.get(row.row_id, {})
    typed = row.unread.union(edit.column for edit in row.edits)
    if not earlier and base == tuple(record.get(column.name, ABSENT) for column in columns):
        return
    for index, column in enumerate(columns):
        theirs = record.get(column.name)
        if index >= len(memory.columns):
            _take(result, row, column, theirs)
            continue
        was = base[index] if base else None
        mine = row.values[index]
        moved = not says_the_same(was, theirs)
        if moved:
            result.changed.add(row.key)
        if says_the_same(mine, theirs) or _is_pushed(memory, row, column, theirs):
            _caught_up(result, row, column, theirs)
        elif column.title in earlier:
            _conflict(result, row, column, earlier[column.title])
        elif says_the_same(mine, was) and column.title not in typed:
            _take(result, row, column, theirs)
        elif moved:
            _conflict(result, row, column, was)


def _is_pushed(memory: Memory, row: RowView, column: Column, theirs: Value) -> bool:
    """Whether the source says what the target accepted: nobody else changed it, and what stands here now is newer."""
    accepted = memory.accepted.get(row.row_id)
    return (
        accepted is not None
        and column.title in accepted.values
        and not accepted.left
        and says_the_same(accepted.values[column.title], theirs)
    )


def _take(result: Merge, row: RowView, column: Column, theirs: Value) -> None:
    result.cells.setdefault(row.number, {})[column.title] = theirs


def _conflict(result: Merge, row: RowView, column: Column, was: Value) -> None:
    result.conflicts.setdefault(row.row_id, {})[column.title] = was


def _caught_up(result: Merge, row: RowView, column: Column, theirs: Value) -> None:
    """Where the source now says what the target accepted, nothing is left to remember for this cell."""
    accepted = result.accepted.get(row.row_id)
    if accepted is None or column.title not in accepted.values:
        return
    if not says_the_same(accepted.values[column.title], theirs):
        return
    values = {header: value for header, value in accepted.values.items() if header != column.title}
    if values:
        result.accepted[row.row_id] = replace(accepted, values=values)
    else:
        del result.accepted[row.row_id]


def _lose_row(result: Merge, memory: Memory, row: RowView) -> None:
    holds = row.edits or row.user_content or row.accepted or row.in_doubt or row.blocked or row.damage
    if holds:
        result.gone[row.key] = memory.baseline.get(row.key) or memory.gone[row.key]
    else:
        result.vanished.append(row)
