"""Looks at the other side for what became of rows in doubt, in whatever way the link allows. Changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from synctui.connections import Connections
from synctui.connectors.base import Evidence, EvidentTarget, Fate, Finding, Outgoing, Source
from synctui.errors import LinkError, SyncError
from synctui.linked_sheet import source_of
from synctui.links import Link
from synctui.past_runs.undo import as_confirmed
from synctui.planning.plan import PlannedRow
from synctui.records import Attempt, Key, Record
from synctui.store.history import RunRow, RunSummary
from synctui.values import key_of, says_the_same
from synctui.wording import rows_named

BLIND = "The link's source does not read what its target writes, so nothing can be looked up: look at the target."
NEW_ROW = "a new row cannot be found again at the source"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What can be looked up for one link."""

    link: Link
    connections: Connections

    async def look(self, run: RunSummary, attempt: Attempt, rows: Sequence[RunRow]) -> Evidence:
        """What is to be seen of the rows of one request. Raises RemoteError, LinkError, SettingsError."""
        target = self._target(run)
        source = source_of(self.link, self.connections) if self.link.one_system else None
        planned = [as_confirmed(run, row) for row in rows]
        evidence = Evidence()
        if isinstance(target, EvidentTarget):
            evidence = await target.look(attempt, [row.outgoing for row in planned], source)
        left = [row for row in planned if row.row_id not in evidence.findings]
        if not left:
            return evidence
        return evidence | (await self._read_back(source, left) if source else Evidence((BLIND,)))

    def _target(self, run: RunSummary) -> object:
        end = self.link.target
        target = self.connections.get(end.connection).target(end.options) if end else None
        if target is None or target.name != run.target:
            raise LinkError(f"{self.link.name} does not push to {run.target} any more.", "Set its target back.")
        return target

    async def _read_back(self, source: Source, rows: Sequence[PlannedRow]) -> Evidence:
        """The records as they stand now, beside what was sent and what was there before: shown, and never proof."""
        updates = [row for row in rows if row.op == "update"]
        try:
            records = await self._records(source, [row.key for row in updates]) if updates else {}
        except SyncError as error:
            return Evidence((f"The records could not be read again: {error.message}",))
        told = {row.row_id: _compared(row.outgoing, records.get(row.key)) for row in updates}
        told |= {row.row_id: NEW_ROW for row in rows if row.op == "create"}
        findings = {row_id: Finding(Fate.UNCLEAR, f"in doubt: {text}") for row_id, text in told.items()}
        return Evidence(_by_row(rows, told), findings)

    async def _records(self, source: Source, keys: Sequence[Key]) -> Mapping[Key, Record]:
        """These records as they are now: by their keys, else out of the whole list."""
        if source.rereadable:
            return await source.read_again(keys)
        found: dict[Key, Record] = {}
        async with aclosing(source.pages()) as pages:  # type: ignore[type-var]
            async for page in pages:
                if page.number == 1:  # a source that has to read again begins anew
                    found.clear()
                for record in page.records:
                    found.setdefault(key_of(record.get(name) for name in self.link.key), record)
        return found


def _compared(row: Outgoing, record: Record | None) -> str:
    if record is None:
        return "the source has no such record"
    sent = {name: row.values.get(name) for name in row.replaces or row.values}
    if all(says_the_same(record.get(name), value) for name, value in sent.items()):
        return "the source holds what was sent"
    if row.replaces and all(says_the_same(record.get(name), value) for name, value in row.replaces.items()):
        return "the source holds what was there before"
    return "the source holds neither what was sent nor what was there before"


def _by_row(rows: Sequence[PlannedRow], told: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence per thing that was found, with the worksheet's rows."""
    places: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        places[told[row.row_id]].append(row.sheet_row)
    return tuple(f"{rows_named(numbers)}: {text}." for text, numbers in places.items())
