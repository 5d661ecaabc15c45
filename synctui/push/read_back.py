"""Reads accepted rows again where source and target are one system: saved as sent, saved differently, or not saved.

The target's word is never taken back: an accepted row stays accepted in the journal. What is found is told beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.connectors.base import Source
from synctui.errors import SyncError
from synctui.links import Link
from synctui.planning.batches import REREAD_ROWS
from synctui.planning.pairing import Pairing
from synctui.push.fresh_rows import SAME_ALREADY
from synctui.push.pace import unless
from synctui.records import Key, Memory, Outcome, Proof, Record, Value
from synctui.store.drafts import Finding
from synctui.store.history import RunRow
from synctui.values import newlines, says_the_same, text_of

UNWANTED = "--no-proof"
STOPPED = "stopped by the user"
NOT_FOUND = "not saved: the record was not found when it was read again"
LONGEST = 60
"""Characters of a value that a message shows."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How the rows of one push can be read again."""

    source: Source
    key_columns: int
    columns: Mapping[str, tuple[str, ...]]
    """Worksheet column -> what the source may call it: the target's name for it first, then its own."""
    sent_as: Mapping[str, str] = field(default_factory=dict)
    """Worksheet column -> target column."""
    unwanted: str = ""
    """Why it is not to be done, in the user's own words."""

    def rows(self, rows: Sequence[RunRow]) -> list[RunRow]:
        """The rows that reading again can tell something of."""
        return [row for row in rows if row.outcome is Outcome.ACCEPTED and self._tells(row)]

    def _tells(self, row: RunRow) -> bool:
        return bool(self.columns.keys() & row.after.keys()) and bool(self.key(row)) and row.message != SAME_ALREADY

    def key(self, row: RunRow) -> Key:
        """The record's key, a created one's as the target gave it; empty where it is not known."""
        if any(row.key):
            return row.key
        return (row.new_key,) if row.new_key and self.key_columns == 1 else ()

    async def read(self, rows: Sequence[RunRow]) -> list[Finding]:
        """What the source says of some rows now. Raises RemoteError."""
        records = await self.source.read_again([self.key(row) for row in rows])
        return [self.compare(row, records.get(self.key(row))) for row in rows]

    def compare(self, row: RunRow, record: Record | None) -> Finding:
        """A row as it was sent against the record as it is now."""
        sent = {header: value for header, value in row.after.items() if header in self.columns}
        if record is None:
            before = {header: row.before.get(header) for header in sent}
            return Finding(row.row_id, Proof.NOT_SAVED, _joined(row.message, NOT_FOUND), before)
        now = {header: _first(record, self.columns[header]) for header in sent}
        kept = {header: now[header] for header in sent if not self._saved(row, header, now[header])}
        lost = kept_as_before(row.before, kept)
        proof = Proof.NOT_SAVED if lost else Proof.DIFFERENT if kept else Proof.SAVED
        return Finding(row.row_id, proof, _joined(row.message, *_told(row, kept, lost)), kept)

    def _saved(self, row: RunRow, header: str, now: Value) -> bool:
        sent = (row.after[header], row.payload.get(self.sent_as.get(header, ""), row.after[header]))
        return any(says_the_same(newlines(text_of(now)), newlines(text_of(value))) for value in sent)


def read_back_of(source: Source, link: Link, pairing: Pairing, memory: Memory, *, wanted: bool) -> ReadBack | None:
    """How rows of a link are read back; None where its source cannot tell of what its target took."""
    if not link.one_system or not source.rereadable:
        return None
    names = {column.title: column.name for column in memory.columns}
    sent_as = {header: name for name, header in pairing.headers.items() if header}
    columns = {header: (name, *([names[header]] if header in names else ())) for header, name in sent_as.items()}
    return ReadBack(source, len(link.key), columns, sent_as, "" if wanted else UNWANTED)


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading rows back."""

    findings: tuple[Finding, ...]
    notice: str = ""
    """Why some were not read; empty where all were."""
    cancelled: asyncio.CancelledError | None = None
    """A cancel that came meanwhile."""


async def read_back(proof: ReadBack, rows: Sequence[RunRow], stop: asyncio.Event) -> Read:
    """Read rows back, in calls of some each, until `stop`; whatever goes wrong is a notice, and nothing is raised."""
    findings: list[Finding] = []
    cancelled, why = None, ""
    for first in range(0, len(rows), REREAD_ROWS):
        try:
            await unless(stop, _read_into(findings, proof, rows[first : first + REREAD_ROWS]))
        except asyncio.CancelledError as error:
            cancelled, why = error, STOPPED
        except Exception as error:  # the push is over and done, whatever this was
            why = error.message if isinstance(error, SyncError) else f"unexpected {type(error).__name__}"
        if why or stop.is_set():
            break
    return Read(tuple(findings), not_read(len(rows) - len(findings), why or STOPPED), cancelled)


async def _read_into(findings: list[Finding], proof: ReadBack, rows: Sequence[RunRow]) -> None:
    findings += await proof.read(rows)


def not_read(rows: int, why: str) -> str:
    """That accepted rows were not read back; empty text where all were."""
    if not rows:
        return ""
    told = "1 accepted row was" if rows == 1 else f"{rows:,} accepted rows were"
    return f"{told} not read back to see what was saved: {why.rstrip('.')}."


def kept_as_before(before: Mapping[str, Value], kept: Mapping[str, Value]) -> frozenset[str]:
    """Columns in which the target still holds what it held before the push: what was sent is not saved there."""
    return frozenset(header for header, value in kept.items() if says_the_same(value, before.get(header)))


def _first(record: Record, names: Sequence[str]) -> Value:
    return next((record[name] for name in names if name in record), None)


def _told(row: RunRow, kept: Mapping[str, Value], lost: frozenset[str]) -> list[str]:
    left = ", ".join(f"{header} {_shown(kept[header])}" for header in kept if header in lost)
    other = ", ".join(
        f"{header} {_shown(row.after[header])} → {_shown(value)}"
        for header, value in kept.items()
        if header not in lost
    )
    told = [f"not saved: the target kept {left}"] if left else []
    return told + ([f"saved differently: {other}"] if other else [])


def _joined(*sentences: str) -> str:
    return "; ".join(filter(None, sentences))


def _shown(value: Value) -> str:
    """A value in a sentence; in quotation marks where spaces around it would be overlooked."""
    text = newlines(text_of(value)).replace("\n", " ")
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return text or "(blank)" if text == text.strip() else f"“{text}”"
