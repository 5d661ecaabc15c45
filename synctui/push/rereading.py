"""Reads rows again from their source before they are sent, and merges what others changed there meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from synctui.connectors.base import Source
from synctui.errors import BadReply, Refused, SettingsError, Unreachable
from synctui.links import Link
from synctui.planning.batches import REREAD_ROWS
from synctui.records import Key, Memory, Record, Value
from synctui.rows.changes import Changeset, RowView
from synctui.rows.merge import merge
from synctui.values import key_of, says_the_same
from synctui.wording import rows_named

UNSEEN = "The source cannot be asked for single records: what was changed there since the pull is not seen."


@dataclass(frozen=True, slots=True)
class Reread:
    """Records as they are now."""

    records: Mapping[Key, Record]
    """Those that are gone are absent."""
    calls: int


async def reread(
    source: Source, key: Sequence[str], keys: Sequence[Key], *, listed: int = 0, page_size: int = 0
) -> Reread:
    """Records by their keys, or out of the whole list where the source cannot be asked by key or that is cheaper.

    `key` are the source's key columns; `listed` and `page_size` tell what the whole list costs. Raises Unreachable
    where they cannot be read: nothing was sent then; and BudgetSpent, SettingsError.
    """
    if not keys:
        return Reread({}, 0)
    try:
        if not source.rereadable:
            return await _out_of_list(source, key, keys)
        if page_size and _calls(listed, page_size) < _calls(len(keys), REREAD_ROWS):
            return await _cheaply(source, key, keys)
        return await _by_key(source, keys)
    except (BadReply, Refused) as error:
        message = f"The rows could not be read again, so nothing was sent. {error.message}"
        raise Unreachable(message, error.hint) from None


def _calls(rows: int, at_once: int) -> int:
    return -(-rows // at_once)


async def _by_key(source: Source, keys: Sequence[Key]) -> Reread:
    return Reread(await source.read_again(keys), _calls(len(keys), REREAD_ROWS))


async def _cheaply(source: Source, key: Sequence[str], keys: Sequence[Key]) -> Reread:
    """The whole list, and by key only what it does not hold any more."""
    found = await _out_of_list(source, key, keys)
    missing = [wanted for wanted in keys if wanted not in found.records]
    rest = await _by_key(source, missing) if missing else Reread({}, 0)
    return Reread({**found.records, **rest.records}, found.calls + rest.calls)


async def _out_of_list(source: Source, key: Sequence[str], keys: Iterable[Key]) -> Reread:
    wanted, found, calls = set(keys), dict[Key, Record](), 0
    async with aclosing(source.pages()) as pages:  # type: ignore[type-var]
        async for page in pages:
            calls += 1
            if page.number == 1:  # a source that has to read again begins anew
                found.clear()
            for record in page.records:
                name = key_of(record.get(column) for column in key)
                if name in wanted:
                    found.setdefault(name, record)
    return Reread(found, calls)


@dataclass(slots=True)
class SecondLook:
    """What the source says now of the rows that are to be sent. Changes rows and memory, in nobody's file yet."""

    link: Link
    source: Source
    memory: Memory
    cells: dict[int, dict[str, Value]] = field(default_factory=dict)
    """Row number -> header -> what others wrote into cells that the user did not touch."""
    calls: int = 0
    unseen: str = ""
    """Why nothing could be read again; empty where it could."""

    @property
    def notes(self) -> list[str]:
        """What the user should know, in sentences."""
        merged = [
            f"{rows_named(sorted(self.cells))} changed at the source since the pull, in other cells than yours: merged."
        ]
        return [*([self.unseen] if self.unseen else []), *(merged if self.cells else [])]

    async def take(self, travelling: Callable[[], Iterable[RowView]]) -> None:
        """Read again what travels, and merge it, until nothing travels that was not read. Raises as `reread`.

        A merge can bring rows along that did not travel before: documents are formed by values.
        """
        seen: set[Key] = set()
        while rows := [row for row in travelling() if row.known and row.key not in seen]:
            seen.update(row.key for row in rows)
            if not (self.link.one_system or self.source.rereadable):
                self.unseen = UNSEEN
                return
            try:
                if not self._merge(rows, await self._read([row.key for row in rows])):
                    return
            except SettingsError as error:
                if self.link.one_system:
                    raise
                self.unseen = f"{error.message} What was changed at the source since the pull is not seen."
                return

    async def _read(self, keys: Sequence[Key]) -> Mapping[Key, Record]:
        size = getattr(self.link.source.options, "page_size", 0) or 0
        again = await reread(self.source, self.link.key, keys, listed=len(self.memory.baseline), page_size=size)
        self.calls += again.calls
        return again.records

    def _merge(self, rows: Sequence[RowView], records: Mapping[Key, Record]) -> bool:
        """Returns whether another value stands in a row now."""
        memory, before = self.memory, len(self.cells)
        whole = {key: self._whole(key, record) for key, record in records.items()}
        merged = merge(memory, Changeset(list(rows)), memory.columns, whole)
        for row in rows:
            if row.key not in whole:
                row.known, row.gone = False, True
                memory.gone[row.key] = memory.baseline.pop(row.key)
                continue
            memory.conflicts.pop(row.row_id, None)
            if row.row_id in merged.conflicts:
                memory.conflicts[row.row_id] = merged.conflicts[row.row_id]
            taken = self._news(row, merged.cells.get(row.number, {}))
            if taken:
                self.cells.setdefault(row.number, {}).update(taken)
            self._move(row, {**taken, **merged.conflicts.get(row.row_id, {})}, whole[row.key])
        return len(self.cells) > before

    def _whole(self, key: Key, record: Record) -> Record:
        """The record with all columns: an answer by key may have fewer than the list, which says nothing of them."""
        if not self.source.rereadable:
            return record
        known = zip(self.memory.columns, self.memory.baseline[key], strict=True)
        return {**{column.name: value for column, value in known}, **record}

    def _news(self, row: RowView, cells: Mapping[str, Value]) -> dict[str, Value]:
        base = self.memory.baseline[row.key]
        was = {column.title: value for column, value in zip(self.memory.columns, base, strict=True)}
        return {title: value for title, value in cells.items() if not says_the_same(value, was[title])}

    def _move(self, row: RowView, titles: Mapping[str, Value], record: Record) -> None:
        """The baseline of cells that others changed; what the user typed there now replaces theirs."""
        base = list(self.memory.baseline[row.key])
        now: dict[str, Value] = {}
        for index, column in enumerate(self.memory.columns):
            if column.title in titles:
                base[index] = now[column.title] = record.get(column.name)
                if column.title not in self.memory.conflicts.get(row.row_id, {}):
                    row.values[index] = base[index]
        self.memory.baseline[row.key] = tuple(base)
        row.edits = [replace(edit, old=now[edit.column]) if edit.column in now else edit for edit in row.edits]
