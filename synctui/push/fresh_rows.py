"""Whole rows for a target that wants them: untouched columns come from a read just before sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synctui.connectors.base import BatchReply, Outgoing, RowReply, Source, Target, TargetShape
from synctui.push.rereading import reread
from synctui.records import Key, Outcome, Record, Value
from synctui.values import says_the_same, text_of

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
        return (await reread(self.source, self.key, keys)).records

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
