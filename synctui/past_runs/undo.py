"""Undo and resume: what a run sent is taken back, what an interrupted run left over is sent. Sends nothing itself.

Both are planned from the journal alone, so that they work where the workbook is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synctui import formats
from synctui.connectors.base import Outgoing, Target, TargetShape
from synctui.links import Endpoint, Link
from synctui.planning.batches import asks_of, calls_of, into_batches
from synctui.planning.plan import Plan, PlannedRow
from synctui.records import Key, Outcome, Record, Value
from synctui.store.history import RunRow, RunSummary
from synctui.values import says_the_same, text_of

GONE = "kept: the record is gone at the source"
UNSEEN = "This target cannot be read, so that edits made there since the run are not seen: they would be overwritten."


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that stays as it is."""

    row: RunRow
    why: str


@dataclass(frozen=True, slots=True)
class Again:
    """Rows of a run that are to be sent once more, by document, and what is left out."""

    documents: tuple[tuple[PlannedRow, ...], ...]
    kept: tuple[Kept, ...] = ()
    created: tuple[RunRow, ...] = ()
    """Rows that the run created: no target of ours deletes records."""


@dataclass(frozen=True, slots=True)
class Inverse:
    """Turns a run's rows round."""

    run: RunSummary
    rows: Sequence[RunRow]
    later: Mapping[str, str]
    """Row id -> a later run in which the target accepted it."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Target column -> how it wants dates and numbers."""
    now: Mapping[Key, Record] | None = None
    """The records as they are now; None where they cannot be read."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Worksheet's header -> the source's column, where they differ."""

    def rows_back(self) -> Again:
        """Every accepted edit turned round; whatever somebody edited since is kept."""
        done = [row for row in self.rows if row.outcome is Outcome.ACCEPTED]
        documents, kept = [], []
        for document in by_document(done):
            why = self._why_kept(document)
            edited = [row for row in document if row.op == "update" and row.after]
            if edited and not why:
                documents.append(tuple(map(self._back, document)))
            kept += [Kept(row, why) for row in edited if why]
        return Again(tuple(documents), tuple(kept), tuple(row for row in done if row.op == "create"))

    def _why_kept(self, document: Sequence[RunRow]) -> str:
        if len(document) > 1 and any(row.op == "create" for row in document):
            return "kept: its document holds a row that this run created"
        return next((why for row in document if (why := self._edited_since(row))), "")

    def _edited_since(self, row: RunRow) -> str:
        if row.row_id in self.later:
            return f"kept: sent again since, in run {self.later[row.row_id]}"
        if self.now is None or not row.after:
            return ""
        record = self.now.get(row.key)
        if record is None:
            return GONE
        for header, pushed in _left_there(row).items():
            found = record.get(self.names.get(header, header))
            if not says_the_same(found, pushed) and not says_the_same(found, row.before.get(header)):
                return f"kept: {header} was edited by someone since, to {text_of(found)!r}"
        return ""

    def _back(self, row: RunRow) -> PlannedRow:
        fed = _fed(self.run, row.after)
        values = {**row.payload, **{column: self._wire(column, row.before.get(h)) for column, h in fed.items()}}
        there = _left_there(row)
        replaces = {column: there[header] for column, header in fed.items()}
        sent = Outgoing(row.row_id, values, row.document, key=row.key, replaces=replaces)
        return PlannedRow(sent, row.key, "update", row.sheet_row, there, row.before)

    def _wire(self, column: str, value: Value) -> Value:
        return formats.apply(self.patterns[column], text_of(value)) if column in self.patterns else value


def _left_there(row: RunRow) -> Mapping[str, Value]:
    """What the target held of the edits after the run, as far as it is known."""
    return {**row.after, **row.kept}


def rows_left(run: RunSummary, rows: Sequence[RunRow], later: Mapping[str, str]) -> Again:
    """What a run left unsent, as it was confirmed; documents of which a later run sent a row are left out."""
    unsent = [row for row in rows if row.outcome is Outcome.UNSENT]
    sent_since = {row.document for row in unsent if row.row_id in later}
    left = [document for document in by_document(unsent) if document[0].document not in sent_since]
    return Again(tuple(tuple(as_confirmed(run, row) for row in document) for document in left))


def as_confirmed(run: RunSummary, row: RunRow) -> PlannedRow:
    """A row of the journal as it was planned."""
    replaces = {column: row.before.get(header) for column, header in _fed(run, row.after).items()}
    sent = Outgoing(row.row_id, row.payload, row.document, row.op == "create", row.key, replaces)
    return PlannedRow(sent, row.key, row.op, row.sheet_row, row.before, row.after)


def _fed(run: RunSummary, headers: Iterable[str]) -> dict[str, str]:
    """Target column -> header, of the headers named."""
    wanted = set(headers)
    return {column: header for column, header in run.columns.items() if header in wanted}


def by_document(rows: Iterable[RunRow]) -> list[list[RunRow]]:
    """Rows by document, in their order."""
    documents: dict[int, list[RunRow]] = {}
    for row in rows:
        documents.setdefault(row.document, []).append(row)
    return list(documents.values())


def plan_again(run: RunSummary, again: Again, link: Link, end: Endpoint, target: Target, shape: TargetShape) -> Plan:
    """The plan of sending rows of a run once more, with the variables that the run had."""
    batches = into_batches(again.documents, target, end.options.batch_rows)
    rows = [row for batch in batches for row in batch]
    return Plan(
        link=run.link,
        source=run.source,
        target=run.target,
        connection=run.connection,
        environment=end.connection.environment,
        workbook=run.workbook,
        batches=batches,
        variables=run.variables,
        warnings=(*shape.notes, *(() if link.one_system else (UNSEEN,))) if rows else (),
        asks=tuple(asks_of(rows)),
        documents=len(again.documents),
        groups=shape.groups,
        calls=calls_of(batches, shape),
        calls_per_batch=shape.calls_per_batch,
        rereads=shape.whole_rows,
        columns=run.columns,
    )
