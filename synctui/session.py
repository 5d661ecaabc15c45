"""The composition root: opens settings, stores, connections and workbooks; the fronts talk to this only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from synctui import settings as settings_file
from synctui.connections import Connections
from synctui.connectors import MODULES, kind
from synctui.connectors.base import CheckResult, Source
from synctui.costs import Cost
from synctui.errors import SyncError, UsageError, WorksheetError
from synctui.files import FileKind
from synctui.http.calls import CallDone
from synctui.http.gate import Patience, Urgency
from synctui.linked_sheet import LinkedSheet, passport_of, source_of, stop_for_doubt
from synctui.linked_sheet import Prepared as Prepared
from synctui.linked_sheet import Reading as Reading
from synctui.links import Link
from synctui.offload import Offload, in_place
from synctui.past_runs.lookup import Lookup
from synctui.past_runs.past_run import PastRun
from synctui.past_runs.past_run import PreparedAgain as PreparedAgain
from synctui.past_runs.settle import NO_LINK, Decision, Settlement, look_and_settle, settle
from synctui.planning.plan import Plan
from synctui.planning.planner import PushOptions
from synctui.planning.variables import Ask
from synctui.pull import export as exporting
from synctui.pull import run as pulling
from synctui.push import run as pushing
from synctui.push.run_map import PreparedRun
from synctui.push.run_map import prepare as prepare_run
from synctui.rows.changes import Changeset, Damage
from synctui.settings import Settings, state_folder
from synctui.store.history import RunRow, RunSummary
from synctui.store.journal import Journal
from synctui.worksheets.base import Workbook
from synctui.worksheets.passport import from_lines
from synctui.worksheets.xlsx import open_workbook


@dataclass(slots=True)
class Session:
    """One user's work with one settings file. Nothing is opened before it is needed."""

    settings: Settings
    home: Path
    offload: Offload = in_place
    on_call: Callable[[CallDone], None] | None = None
    calls: int = 0
    """Calls made so far."""
    patience: Patience | None = None
    """How pulls and pushes wait where the call budget is spent; None: they end."""
    _journal: Journal | None = None
    _connections: Connections | None = field(default=None)

    @classmethod
    def open(cls, config: str | None = None, offload: Offload = in_place, home: Path | None = None) -> Session:
        """Read the settings that apply here; `home` is a state folder other than the user's. Raises SettingsError."""
        path = settings_file.find(config)
        return cls(settings_file.load(path, kind, MODULES), home or state_folder(), offload)

    @property
    def journal(self) -> Journal:
        """The push journal of this machine. Raises StoreError."""
        if self._journal is None:
            self._journal = Journal(self.home)
        return self._journal

    @property
    def connections(self) -> Connections:
        """All connections of the settings."""
        if self._connections is None:
            self._connections = Connections(self.settings, self.home, self._count, self.patience)
        return self._connections

    def _count(self, call: CallDone) -> None:
        self.calls += 1
        if self.on_call is not None:
            self.on_call(call)

    async def close(self) -> None:
        """Let go of sockets and files."""
        if self._connections is not None:
            await self._connections.close()
        if self._journal is not None:
            self._journal.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- reading

    async def check(self, names: Sequence[str] = ()) -> AsyncIterator[tuple[str, CheckResult]]:
        """Sign in and read, connection by connection; a failure is an answer, not an exception."""
        for name in names or self.settings.connections:
            yield name, await self._check(name)

    async def _check(self, name: str) -> CheckResult:
        settings = self.settings.connection(name)
        try:
            result = await self.connections.get(settings).check()
            links = [link for link in self.settings.links.values() if link.source.connection.name == name]
            notes = [await self._probe(link) for link in links if result.ok]
        except SyncError as error:
            return CheckResult(False, str(error), error=error)
        return replace(result, detail=" ".join([result.detail, *filter(None, notes)]))

    async def _probe(self, link: Link) -> str:
        """Read a record of a link's source; says what a push sends where the settings leave that to the columns."""
        source = self.source(link)
        probed = await source.probe()
        if link.target is None or not link.one_system or not probed.columns:
            return ""
        shape = await self.connections.get(link.target.connection).target(link.target.options).shape()
        sent = [column for column in probed.columns if not source.read_only(column)]
        named = not shape.any_column or link.target.options.columns
        return "" if named else f"Without `fields`, {link.name} sends {', '.join(sent)}."

    def source(self, link: Link) -> Source:
        """A link's source; nothing is sent yet."""
        return source_of(link, self.connections)

    def _pulled(self, link: Link) -> Source:
        return source_of(link, self.connections.at(Urgency.PULL))

    def cost_of_pull(self, name: str, calls: int | None = None) -> Cost | None:
        """What a pull costs of the call budget, else as the last one did; None where the source has no budget."""
        end = self.settings.link(name).source.connection
        known = calls if calls is not None else self.connections.metadata(end).get(_pull_calls(name))
        return self.connections.at(Urgency.PULL).cost(end, known if isinstance(known, int) else None)

    def cost_of_push(self, plan: Plan) -> Cost | None:
        """What a push costs of the call budget; None where the target has no budget."""
        return self.connections.at(Urgency.PUSH).cost(self.settings.connection(plan.connection), plan.calls)

    def _note_calls(self, link: Link, calls: int) -> None:
        """Remember what a pull cost, for the next one's estimate."""
        self.connections.metadata(link.source.connection).put(_pull_calls(link.name), calls)

    async def pull(self, name: str, workbook: Workbook, *, replace: bool = False) -> AsyncIterator[pulling.PullEvent]:
        """Pull a link into its worksheet. Raises RemoteError, WorksheetError, LinkError; the file is then as it was."""
        link = self.settings.link(name)
        await self.catch_up(workbook)
        if not replace:
            await self._sheet(name, workbook).hear()
        policy, before = self._sheet(name, workbook).policy(), self.calls
        async for event in pulling.run(
            link, self._pulled(link), workbook, policy=policy, replace=replace, offload=self.offload
        ):
            if isinstance(event, pulling.PullDone):
                self._note_calls(link, self.calls - before)
            yield event

    async def export(self, name: str, path: Path, kind: FileKind) -> AsyncIterator[exporting.ExportEvent]:
        """Pull a link into a file of its own. Raises as `pull` does, and StoreError, UsageError."""
        link = self.settings.link(name)
        before = self.calls
        async for event in exporting.run(link, self._pulled(link), path, kind, offload=self.offload):
            if isinstance(event, exporting.FileWritten):
                self._note_calls(link, self.calls - before)
            yield event

    async def diff(self, name: str, workbook: Workbook) -> Changeset:
        """What a push would send, from the file alone. Raises WorksheetError."""
        return (await self._sheet(name, workbook).read()).changes

    async def read(self, name: str, workbook: Workbook) -> Reading:
        """A link's worksheet against its passport, from the file alone. Raises WorksheetError."""
        return await self._sheet(name, workbook).read()

    async def decide(self, name: str, workbook: Workbook, row_id: str, sides: Mapping[str, str]) -> None:
        """Settle a row's conflicts cell by cell, header -> `mine` or `theirs`, in the workbook.

        Raises WorksheetError, and LinkError where the row is not in conflict any more.
        """
        await self._sheet(name, workbook).decide(row_id, sides)

    async def repair(self, name: str, workbook: Workbook) -> Sequence[Damage]:
        """Put back what a spreadsheet program changed by itself; returns what was repaired. Raises WorksheetError."""
        await self.catch_up(workbook)
        return await self._sheet(name, workbook).repair()

    async def look(self, name: str, workbook: Workbook) -> Reading | None:
        """How a link's rows stand, from the file alone; None before its first pull. Raises WorksheetError."""

        def knows() -> bool:
            lines = workbook.passport()
            return lines is not None and name in from_lines(lines).links

        return await self._sheet(name, workbook).read() if await self.offload(knows) else None

    async def mark(self, name: str, workbook: Workbook, reading: Reading) -> int:
        """Let `Sync` tell how each row was just read; returns how many cells changed. Raises WorksheetError."""
        return await self._sheet(name, workbook).mark(reading)

    def _sheet(self, name: str, workbook: Workbook, urgency: Urgency = Urgency.INTERACTIVE) -> LinkedSheet:
        connections = self.connections.at(urgency)
        return LinkedSheet(self.settings.link(name), workbook, connections, self.journal, self.offload)

    # -- pushing

    async def plan(self, name: str, workbook: Workbook, options: PushOptions, ask: Ask) -> Prepared:
        """Check everything against the target; sends no row.

        Raises WorksheetError, LinkError, UsageError, RowsInDoubt, ConflictsFound, RemoteError.
        """
        if not options.dry_run:
            await self.catch_up(workbook)
        prepared = await self._sheet(name, workbook, Urgency.PUSH).plan(options, ask)
        return replace(prepared, cost=self.cost_of_push(prepared.plan))

    async def prepare_run(self, name: str, map_name: str, variables: Mapping[str, str]) -> PreparedRun:
        """A map's run, to be confirmed; the map is looked up, and not run. Raises as `plan` does."""
        settings = self.settings.connection(name)
        prepared = prepare_run(settings, self.connections.of_kind(settings, "eone"), map_name, variables)
        stop_for_doubt(self.journal, prepared.target)
        await prepared.target.mark()
        return prepared

    def push(
        self, prepared: Prepared | PreparedRun | PreparedAgain, stop: asyncio.Event | None = None
    ) -> AsyncIterator[pushing.Event]:
        """Carry out a plan that the user confirmed."""
        pace = self.connections.at(Urgency.PUSH).pace(prepared.plan)
        return pushing.run(
            prepared.plan, target=prepared.target, journal=self.journal, marks=prepared.marks, stop=stop, pace=pace,
            proof=prepared.proof if isinstance(prepared, Prepared) else None,
        )  # fmt: skip

    async def undo(self, text: str, workbook: Workbook | None) -> PreparedAgain:
        """The inverse of a run, checked against what was edited since; sends nothing.

        Raises UsageError, LinkError, RowsInDoubt, WorksheetError, RemoteError.
        """
        prepared = await (await self._past_run(text, workbook)).undo()
        return replace(prepared, cost=self.cost_of_push(prepared.plan))

    async def advance(self, text: str, workbook: Workbook | None) -> PreparedAgain:
        """What a run left unsent, as it was confirmed, by whichever process; sends nothing. Raises as `undo` does."""
        prepared = await (await self._past_run(text, workbook)).resume()
        return replace(prepared, cost=self.cost_of_push(prepared.plan))

    async def _past_run(self, text: str, workbook: Workbook | None) -> PastRun:
        if workbook is not None:
            await self.catch_up(workbook)
        run, rows = self.show(text)
        if run.link not in self.settings.links:
            raise UsageError(
                f"Run {run.run_id} belongs to no link of the settings.", "Undo and resume work on pushes of links."
            )
        there = workbook and run.link in workbook.sheet_names()
        sheet = self._sheet(run.link, workbook, Urgency.PUSH) if workbook and there else None
        connections = self.connections.at(Urgency.PUSH)
        return PastRun(run, rows, self.settings.link(run.link), connections, self.journal, sheet)

    # -- the journal

    def runs(self) -> tuple[RunSummary, ...]:
        """All runs, newest first."""
        return self.journal.runs()

    def show(self, text: str) -> tuple[RunSummary, tuple[RunRow, ...]]:
        """One run by its id, or by the beginning of it. Raises UsageError."""
        run_id = self.journal.find(text)
        return self.journal.run(run_id), self.journal.rows(run_id)

    async def settle(self, text: str, decision: Decision | None, workbook: Workbook | None) -> Settlement:
        """Look for what became of rows in doubt, decide it where that is proof or by `decision`, and mark the workbook.

        Raises UsageError, and WorksheetError for a workbook that cannot be read: nothing is decided then.
        """
        if workbook is not None:
            await self._adopt_from(workbook)
        run_id = self.journal.find(text)
        settlement = await self._settled(run_id, decision)
        if workbook is None:
            return settlement
        try:
            await self.catch_up(workbook)
            await self._write_marks(run_id, workbook)
        except WorksheetError as error:
            return replace(settlement, notices=(f"The workbook does not show it yet: {error}",))
        return settlement

    async def _settled(self, run_id: str, decision: Decision | None) -> Settlement:
        link = self.settings.links.get(self.journal.run(run_id).link)
        if link is None or link.target is None:
            return settle(self.journal, run_id, decision, [NO_LINK])
        lookup = Lookup(link, self.connections)
        return await look_and_settle(self.journal, run_id, lookup.look, link.target.options, decision)

    async def _adopt_from(self, workbook: Workbook) -> None:
        for name in passport_of(workbook).links:
            link = self.settings.links.get(name)
            if link is not None and link.target is not None and name in workbook.sheet_names():
                sheet = self._sheet(name, workbook)
                sheet.adopt(await sheet.read())

    async def catch_up(self, workbook: Workbook) -> None:
        """Write the marks of earlier runs that could not be written into this workbook. Raises WorksheetError."""
        for run_id in self.journal.unmarked(workbook.name):
            await self._write_marks(run_id, workbook)

    async def _write_marks(self, run_id: str, workbook: Workbook) -> None:
        name = self.journal.run(run_id).link
        if name in self.settings.links and name in workbook.sheet_names():
            await self._sheet(name, workbook).write_marks(run_id)

    # -- what lies at a target

    async def maps(self, name: str) -> Sequence[Any]:
        """An eOne connection's maps, read fresh. Raises RemoteError, SettingsError."""
        found: Sequence[Any] = await self._of_kind(name, "eone").maps()
        return found

    async def columns(self, name: str, map_name: str) -> Sequence[Any]:
        """The columns of one eOne map, read fresh. Raises RemoteError, SettingsError."""
        found: Sequence[Any] = await self._of_kind(name, "eone").columns(map_name)
        return found

    async def celigo(self, name: str, verb: str, *arguments: str) -> Any:
        """What a Celigo connection answers to `connections`, `exports`, `imports` or `ping`.

        Raises RemoteError, SettingsError.
        """
        return await getattr(self._of_kind(name, "celigo"), verb)(*arguments)

    def _of_kind(self, name: str, kind: str) -> Any:
        return self.connections.of_kind(self.settings.connection(name), kind)


def _pull_calls(link: str) -> str:
    return f"calls of a pull of {link}"


def open_file(path: str) -> Workbook:
    """A workbook file; one that does not exist is made by the first pull. Raises WorksheetError."""
    return open_workbook(Path(path))
