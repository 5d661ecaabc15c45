"""Whole rows for a target that wants them: untouched columns come from a read just before sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from synctui.changes import Changeset
from synctui.connectors.base import BatchReply, Outgoing, RowReply, Source, Target, TargetShape
from synctui.errors import BadReply, Refused, Unreachable
from synctui.records import Key, Memory, Outcome, Record, Value
from synctui.values import key_of, says_the_same, text_of

SAME_ALREADY = "nothing to send: the source holds these values already"
GONE = "not sent: the record is gone at the source; pull to see it"


@dataclass(frozen=True, slots=True)
class FreshRows:
    """A target whose every column must hold its stored value.

    What somebody else changed in an untouched column is kept; a cell that somebody else changed as well is not
    overwritten; a row that would change nothing is not sent, because sending fires the other side's workflows.
    """

    target: Target
    source: Source
    key: Sequence[str]
    """The source's key columns."""
    columns: Mapping[str, str]
    """Target column -> the source's column."""

    @property
    def name(self) -> str:
        """What is locked and barred while rows are in doubt."""
        return self.target.name

    async def shape(self) -> TargetShape:
        """What the target takes."""
        return await self.target.shape()

    async def mark(self) -> str:
        """Evidence before a batch."""
        return await self.target.mark()

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        """Bytes that these rows take in a request."""
        return self.target.body_size(rows)

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Read the rows again, then send those that still are to be sent. Raises as `Target.send` does."""
        records = await self.read([row.key for row in rows if not row.create])
        settled = {row.row_id: reply for row in rows if (reply := self._settled(row, records.get(row.key)))}
        leaving = [self._whole(row, records.get(row.key)) for row in rows if row.row_id not in settled]
        if not leaving:
            return BatchReply(tuple(settled[row.row_id] for row in rows))
        answer = await self.target.send(leaving, variables)
        settled |= {reply.row_id: reply for reply in answer.rows}
        return replace(answer, rows=tuple(settled.values()))

    async def read(self, keys: Sequence[Key]) -> Mapping[Key, Record]:
        """These records as they are now. Raises Unreachable where they cannot be read: nothing was sent then."""
        if not keys:
            return {}
        try:
            return await (self.source.read_again(keys) if self.source.rereadable else self._read_all(set(keys)))
        except (BadReply, Refused) as error:
            message = f"The rows could not be read again, so nothing was sent. {error.message}"
            raise Unreachable(message, error.hint) from None

    async def _read_all(self, keys: set[Key]) -> Mapping[Key, Record]:
        """The whole list again, for a source that cannot be asked by key."""
        found: dict[Key, Record] = {}
        async for page in self.source.pages():
            if page.number == 1:  # a source that has to read again begins anew
                found.clear()
            for record in page.records:
                key = key_of(record.get(name) for name in self.key)
                if key in keys:
                    found.setdefault(key, record)
        return found

    def _settled(self, row: Outgoing, record: Record | None) -> RowReply | None:
        """What becomes of a row without sending it."""
        if row.create:
            return None
        if record is None:
            return RowReply(row.row_id, Outcome.UNSENT, GONE)
        for column, old in row.replaces.items():
            now = record.get(self.columns[column])
            if not says_the_same(now, old) and not says_the_same(now, row.values[column]):
                message = (
                    f"not sent: {column} was changed at the source meanwhile, to {text_of(now)!r}; pull to merge it"
                )
                return RowReply(row.row_id, Outcome.UNSENT, message)
        whole = self._whole(row, record).values
        unchanged = all(
            says_the_same(whole[column], record.get(name)) for column, name in self.columns.items() if column in whole
        )
        return RowReply(row.row_id, Outcome.ACCEPTED, SAME_ALREADY) if unchanged else None

    def _whole(self, row: Outgoing, record: Record | None) -> Outgoing:
        if record is None:
            return row
        values: dict[str, Value] = {
            column: value if column in row.replaces else record.get(self.columns.get(column, ""), value)
            for column, value in row.values.items()
        }
        return replace(row, values=values)


def note_changes(memory: Memory, sheet: Changeset, records: Mapping[Key, Record], keys: Collection[Key]) -> None:
    """Bring rows that were read again up to date: what others changed as well is a conflict, what is gone is gone."""
    names = {column.title: (index, column.name) for index, column in enumerate(memory.columns)}
    for row in sheet.rows:
        if row.key not in keys:
            continue
        record = records.get(row.key)
        row.gone = record is None
        for place, edit in enumerate(row.edits if record is not None else ()):
            index, name = names.get(edit.column, (-1, ""))
            now = (record or {}).get(name)
            if index < 0 or says_the_same(now, edit.old) or says_the_same(now, edit.new):
                continue
            memory.conflicts.setdefault(row.row_id, {})[edit.column] = edit.old
            row.edits[place] = replace(edit, old=now)
            base = memory.baseline[row.key]
            memory.baseline[row.key] = (*base[:index], now, *base[index + 1 :])
