"""A run that is over, and what can still be done about it: take it back, or send what it left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synctui.connections import Connections
from synctui.connectors.base import Target, TargetShape
from synctui.costs import Cost
from synctui.errors import LinkError, UsageError
from synctui.linked_sheet import LinkedSheet, source_of, stop_for_doubt
from synctui.links import Endpoint, Link
from synctui.past_runs.undo import Again, Inverse, Kept, plan_again, rows_left
from synctui.planning.plan import Plan
from synctui.push.fresh_rows import FreshRows
from synctui.push.marks import SheetMarks
from synctui.push.run_map import NoWorkbook
from synctui.records import Key, Outcome, Record
from synctui.store.history import RunRow, RunSummary
from synctui.store.journal import Journal
from synctui.store.states import RunState


@dataclass(frozen=True, slots=True)
class PreparedAgain:
    """Rows of a run that are to be sent once more, decided and not yet sent."""

    run: RunSummary
    plan: Plan
    target: Target
    marks: SheetMarks | NoWorkbook
    kept: tuple[Kept, ...] = ()
    created: tuple[RunRow, ...] = ()
    """Rows that the run created, which stay."""
    cost: Cost | None = None
    """What it costs of the target's call budget, where it has one."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run, its link, and its worksheet where that is still there."""

    run: RunSummary
    rows: tuple[RunRow, ...]
    link: Link
    connections: Connections
    journal: Journal
    sheet: LinkedSheet | None

    async def undo(self) -> PreparedAgain:
        """The inverse of what the run did, checked against what was edited since.

        Raises UsageError, LinkError, RowsInDoubt, WorksheetError, RemoteError.
        """
        target, shape = await self._look()
        marks = await self._marks(restores=True)
        names = self._names(marks)
        sending = self._sending(target, shape, names)
        edited = [row.key for row in self.rows if row.outcome is Outcome.ACCEPTED and row.op == "update" and row.after]
        inverse = Inverse(
            self.run, self.rows, self._later(), self._end.options.formats, await self._now(edited, names), names
        )
        return self._prepared(inverse.rows_back(), sending, shape, marks)

    async def resume(self) -> PreparedAgain:
        """What the run left unsent, as it was confirmed. Raises as `undo` does."""
        target, shape = await self._look()
        marks = await self._marks(restores=False)
        left = rows_left(self.run, self.rows, self._later())
        return self._prepared(left, self._sending(target, shape, self._names(marks)), shape, marks)

    async def _look(self) -> tuple[Target, TargetShape]:
        if self.run.state is RunState.RUNNING:
            raise UsageError(f"Run {self.run.run_id} is still under way.", "Wait until it has ended.")
        target = self.connections.get(self._end.connection).target(self._end.options)
        if target.name != self.run.target:
            raise LinkError(
                f"Run {self.run.run_id} went to {self.run.target}, and {self.link.name} now pushes to {target.name}.",
                "Set the link's target back for it.",
            )
        stop_for_doubt(self.journal, target)
        return target, await target.shape()

    @property
    def _end(self) -> Endpoint:
        if self.link.target is None:
            raise LinkError(f"{self.link.name} has no target any more.", f"Add [links.{self.link.name}.target].")
        return self.link.target

    async def _marks(self, *, restores: bool) -> SheetMarks | NoWorkbook:
        return await self.sheet.marks(restores=restores) if self.sheet else NoWorkbook()

    def _names(self, marks: SheetMarks | NoWorkbook) -> Mapping[str, str]:
        return {} if isinstance(marks, NoWorkbook) else {c.title: c.name for c in marks.memory.columns}

    def _sending(self, target: Target, shape: TargetShape, names: Mapping[str, str]) -> Target:
        return self._fresh(target, names) if shape.whole_rows else target

    def _fresh(self, target: Target, names: Mapping[str, str]) -> FreshRows:
        columns = {column: names.get(header, header) for column, header in self.run.columns.items() if header}
        return FreshRows(target, source_of(self.link, self.connections), self.link.key, columns)

    async def _now(self, keys: list[Key], names: Mapping[str, str]) -> Mapping[Key, Record] | None:
        """The records as they are now, where source and target are one system."""
        if not self.link.one_system:
            return None
        target = self.connections.get(self._end.connection).target(self._end.options)
        return await self._fresh(target, names).read(keys)

    def _later(self) -> Mapping[str, str]:
        """Row id -> a later run in which the target accepted it."""
        found = self.journal.accepted_before(self.run.target, [row.row_id for row in self.rows])
        later = {run_id for run_id in set(found.values()) if self.journal.run(run_id).started > self.run.started}
        return {row_id: run_id for row_id, run_id in found.items() if run_id in later}

    def _prepared(
        self, again: Again, target: Target, shape: TargetShape, marks: SheetMarks | NoWorkbook
    ) -> PreparedAgain:
        plan = plan_again(self.run, again, self.link, self._end, target, shape)
        return PreparedAgain(self.run, plan, target, marks, again.kept, again.created)
