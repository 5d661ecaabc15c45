"""One link's worksheet in one workbook: read against its passport, planned, marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from synctui.cells import Cell, Grid
from synctui.connections import Connections
from synctui.connectors.base import DryRun, DryRunTarget, Source, Target, TargetShape
from synctui.costs import Cost
from synctui.errors import ConflictsFound, LinkError, RowsInDoubt, WorksheetError
from synctui.links import Endpoint, Link
from synctui.offload import Offload
from synctui.planning.pairing import Pairing, pair
from synctui.planning.plan import Plan
from synctui.planning.planner import Planner, PushOptions
from synctui.planning.variables import Ask
from synctui.planning.variables import resolve as resolve_variables
from synctui.push.adopt import adopt_unknown_runs
from synctui.push.conflicts import Conflict, conflicts_of, decide, resolve
from synctui.push.fresh_rows import FreshRows
from synctui.push.marks import SheetMarks
from synctui.push.missed import Missed, missed
from synctui.push.read_back import ReadBack, read_back_of
from synctui.push.rereading import SecondLook
from synctui.records import Memory, Value
from synctui.rows.changes import Changeset, Damage, Policy, Problem, detect, policy_for
from synctui.store.journal import Journal
from synctui.values import to_cell
from synctui.worksheets.base import SheetPatch, Workbook
from synctui.worksheets.identity import belongs, linked
from synctui.worksheets.passport import Passport, from_lines, to_lines


@dataclass(frozen=True, slots=True)
class Reading:
    """The worksheet as it stands, against what the passport remembers of it."""

    passport: Passport
    memory: Memory
    grid: Grid
    changes: Changeset

    @property
    def conflicts(self) -> list[Conflict]:
        """Every cell that the worksheet and the source changed both."""
        return conflicts_of(self.memory, self.changes.rows)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what is needed to carry it out."""

    plan: Plan
    problems: tuple[Problem, ...]
    """What keeps rows from being sent."""
    sheet: Changeset
    target: Target
    marks: SheetMarks
    preview: DryRun | None = None
    """What the target would receive, in a dry run of a target that can tell."""
    proof: ReadBack | None = None
    """How accepted rows are read again; None where they cannot be."""
    cost: Cost | None = None
    """What it costs of the target's call budget, where it has one."""


@dataclass(frozen=True, slots=True)
class LinkedSheet:
    """What can be done with one link's worksheet, apart from pulling into it and sending from it."""

    link: Link
    workbook: Workbook
    connections: Connections
    journal: Journal
    offload: Offload

    # -- reading

    async def read(self, feeding: Sequence[str] | None = None) -> Reading:
        """Read the worksheet, from the file alone. Raises WorksheetError.

        `feeding` are the headers that feed the target; None: those that the link's `columns` name.
        """
        policy = self.policy(feeding)
        return await self.offload(lambda: self._read(policy))

    def _read(self, policy: Policy) -> Reading:
        passport = passport_of(self.workbook)
        memory = linked(passport, self.link.name)
        grid = self.workbook.grid(self.link.name)
        return Reading(passport, memory, grid, detect(memory, grid, policy))

    def policy(self, feeding: Sequence[str] | None = None) -> Policy:
        """What the link's settings say of unusual cells."""
        options = self.link.target.options if self.link.target else None
        named = tuple(options.columns.values()) if options and feeding is None else tuple(feeding or ())
        issued = source_of(self.link, self.connections).id_columns
        return policy_for(options, any(name in issued for name in self.link.key), named)

    async def repair(self) -> list[Damage]:
        """Put back what a spreadsheet program changed by itself; returns what was repaired. Raises WorksheetError."""
        reading = await self.read()
        columns = {column.title: column for column in reading.memory.columns}
        cells: dict[int, dict[str, Cell]] = {}
        for damage in reading.changes.damage:
            cells.setdefault(damage.row, {})[damage.column] = to_cell(damage.was, columns[damage.column])
        if cells:
            types = {title: column.type for title, column in columns.items()}
            patch = SheetPatch(self.link.name, cells, types=types)
            lines = to_lines(reading.passport)
            await self.offload(lambda: self.workbook.write([patch], lines))
        return reading.changes.damage

    async def mark(self, reading: Reading) -> int:
        """Let `Sync` tell how each row was just read; returns how many cells changed. Raises WorksheetError."""
        return await self._marks(reading).states()

    async def decide(self, row_id: str, sides: Mapping[str, str]) -> None:
        """Settle a row's conflicts cell by cell: header -> `mine` or `theirs`.

        Raises WorksheetError, and LinkError where the row is not in conflict any more.
        """
        reading = await self.read()
        row = next((row for row in reading.changes.rows if row.row_id == row_id), None)
        if row is None or row_id not in reading.memory.conflicts:
            raise LinkError("The row is not in conflict any more.", "Look at it again; nothing was written.")
        cells = decide(reading.memory, row, sides)
        await self._marks(reading, {row.number: cells}).keep_choices()

    # -- planning

    async def plan(self, options: PushOptions, ask: Ask) -> Prepared:
        """Check everything against the target; sends no row.

        Raises WorksheetError, LinkError, UsageError, RowsInDoubt, ConflictsFound, RemoteError.
        """
        target = self.target
        if not options.dry_run:
            stop_for_doubt(self.journal, target)
        belongs(linked(passport_of(self.workbook), self.link.name), self.link)
        shape = await target.shape()
        pairing, reading = await self._paired(shape)
        missed = await self._hear(reading, writes=not options.dry_run)
        if missed.runs:
            pairing, reading = await self._paired(shape)
        left_out = missed.problems(reading.changes.rows)
        self.adopt(reading)
        if not options.dry_run:
            stop_for_doubt(self.journal, target)
        planner = self._planner(target, shape, pairing, reading, options)
        proof = read_back_of(
            source_of(self.link, self.connections), self.link, pairing, reading.memory, wanted=options.proof
        )
        planner.reads_back = proof is not None and options.proof
        look, settled = await self._look(planner)
        chosen = self._endpoint.options
        variables = resolve_variables(chosen, options.variables, self.workbook, ask, dry_run=options.dry_run)
        marks = self._marks(reading, settled)
        plan = await _planned(planner, variables, marks)
        if settled and not plan.rows and not options.dry_run:
            await marks.keep_choices()
        warnings = (*plan.warnings, *missed.updated, *look.notes)
        if options.dry_run:
            warnings += tuple(
                f"Run {run} left rows in doubt: settle it first." for run in self.journal.barrier(target.name)
            )
        plan = replace(plan, warnings=warnings, calls_to_look=look.calls)
        problems = (*reading.changes.problems, *left_out, *planner.problems)
        preview = await _preview(target, plan) if options.dry_run else None
        sending = self._sending(target, shape, pairing, reading.memory)
        return Prepared(plan, problems, reading.changes, sending, marks, preview, proof)

    async def _paired(self, shape: TargetShape) -> tuple[Pairing, Reading]:
        """The worksheet, read with the columns that feed the target."""
        first = await self.read()
        pairing = pair(shape, self._endpoint.options.columns, first.grid.headers, first.memory.columns)
        policy = self.policy(pairing.feeding)
        found = await self.offload(lambda: detect(first.memory, first.grid, policy))
        return pairing, replace(first, changes=found)

    def _planner(
        self, target: Target, shape: TargetShape, pairing: Pairing, reading: Reading, options: PushOptions
    ) -> Planner:
        return Planner(
            self.link, target, shape, pairing, reading.memory, reading.grid, reading.changes, self.workbook.name,
            options, self._sent_before(target, reading.changes), self._failed(target, reading.memory),
        )  # fmt: skip

    async def _look(self, planner: Planner) -> tuple[SecondLook, dict[int, dict[str, Value]]]:
        """What others changed at the source, and the cells that take the source's value by that or by decision."""
        memory, rows = planner.memory, planner.sheet.rows
        settled = resolve(memory, rows, "stop")
        look = SecondLook(self.link, source_of(self.link, self.connections), memory)
        await look.take(lambda: [row for rows in planner.travelling() for row in rows])
        planner.problems.clear()
        for cells in (look.cells, resolve(memory, rows, planner.options.conflicts)):
            for number, values in cells.items():
                settled.setdefault(number, {}).update(values)
        return look, settled

    def _sending(self, target: Target, shape: TargetShape, pairing: Pairing, memory: Memory) -> Target:
        """The target, wrapped where it wants whole rows."""
        if not shape.whole_rows:
            return target
        names = {column.title: column.name for column in memory.columns}
        columns = {name: names[header] for name, header in pairing.headers.items() if header in names}
        return FreshRows(target, source_of(self.link, self.connections), self.link.key, columns)

    @property
    def target(self) -> Target:
        """The link's target; nothing is sent yet. Raises LinkError where it has none."""
        return self.connections.get(self._endpoint.connection).target(self._endpoint.options)

    @property
    def _endpoint(self) -> Endpoint:
        if self.link.target is None:
            name = self.link.name
            raise LinkError(f"{name} has no target, so nothing can be pushed.", f"Add [links.{name}.target].")
        return self.link.target

    def _sent_before(self, target: Target, sheet: Changeset) -> Callable[[str], str]:
        found = self.journal.accepted_before(target.name, [row.row_id for row in sheet.rows if row.edits])
        return lambda row_id: found.get(row_id, "")

    def _failed(self, target: Target, memory: Memory) -> set[str]:
        return self.journal.refused(target.name).keys() | memory.refused.keys()

    def _marks(
        self, reading: Reading, resolved: dict[int, dict[str, Value]] | None = None, *, restores: bool = False
    ) -> SheetMarks:
        return SheetMarks(
            self.workbook, reading.passport, reading.memory, reading.changes, reading.grid.headers, self.offload,
            resolved or {}, one_system=self.link.one_system, restores=restores,
        )  # fmt: skip

    async def marks(self, *, restores: bool) -> SheetMarks:
        """What tells the worksheet of a push that is not planned from it. Raises WorksheetError, LinkError."""
        belongs(linked(passport_of(self.workbook), self.link.name), self.link)
        _, reading = await self._paired(await self.target.shape())
        return self._marks(reading, restores=restores)

    # -- what earlier runs left

    async def hear(self) -> None:
        """Tell the worksheet what the journal knows of its rows, where it may not know. Raises as `plan` does."""
        if self.link.target is None or not self._is_linked():
            return
        memory = linked(passport_of(self.workbook), self.link.name)
        if memory.in_doubt or self.journal.creates(self.target.name) - memory.accepted.keys():
            await self._hear(await self.read(), writes=True)

    def _is_linked(self) -> bool:
        lines = self.workbook.passport()
        return (
            lines is not None
            and self.link.name in self.workbook.sheet_names()
            and self.link.name in from_lines(lines).links
        )

    async def _hear(self, reading: Reading, *, writes: bool) -> Missed:
        """What the journal knows of rows and the worksheet does not; where it `writes`, the worksheet is told.

        Raises WorksheetError, and UsageError while a push to the target is under way.
        """
        target, updates = self.target.name, self.link.one_system
        found = missed(self.journal, target, reading.memory, reading.changes, updates=updates, writes=writes)
        if found.runs:
            marks = self._marks(reading)
            with self.journal.hold(target):
                for run_id, rows in found.runs.items():
                    await marks.after(run_id, rows)
        return found

    def adopt(self, reading: Reading) -> None:
        """Take over runs that the workbook shows as in doubt and that the journal does not know."""
        name = self.target.name
        adopt_unknown_runs(self.journal, self.link, name, self.workbook.name, reading.memory, reading.changes)

    async def write_marks(self, run_id: str) -> None:
        """Write what became of a run's rows, where the workbook does not show it yet. Raises WorksheetError."""
        run = self.journal.run(run_id)
        with self.journal.hold(run.target):
            rows = tuple(row for row in self.journal.rows(run_id) if not row.written_back)
            if rows:
                await self._marks(await self.read()).after(run_id, rows)
                self.journal.marked(run_id, rows)


async def _planned(planner: Planner, variables: Mapping[str, str], marks: SheetMarks) -> Plan:
    """The plan. Where it stops for conflicts, the worksheet shows them first, but for a dry run."""
    try:
        return planner.plan(variables)
    except ConflictsFound as error:
        if planner.options.dry_run:
            raise
        try:
            await marks.keep_findings()
        except WorksheetError as unmarked:
            raise ConflictsFound(error.message, f"{error.hint} The workbook does not show it: {unmarked}") from None
        raise


async def _preview(target: Target, plan: Plan) -> DryRun | None:
    if not plan.rows or not isinstance(target, DryRunTarget):
        return None
    return await target.dry_run([row.outgoing for row in plan.rows])


def source_of(link: Link, connections: Connections) -> Source:
    """A link's source; nothing is sent yet."""
    return connections.get(link.source.connection).source(link.source.options)


def stop_for_doubt(journal: Journal, target: Target) -> None:
    """Raises RowsInDoubt while an earlier run's rows are in doubt at the target."""
    runs = journal.barrier(target.name)
    if runs:
        raise RowsInDoubt(
            f"Run {runs[0]} left rows in doubt at {target.name}, so nothing more is sent there.",
            f"Look at the other side, then: synctui settle {runs[0]} --as arrived, resend or skip.",
        )


def passport_of(workbook: Workbook) -> Passport:
    """The workbook's passport. Raises WorksheetError where there is none, or none that can be trusted."""
    lines = workbook.passport()
    if lines is None:
        raise WorksheetError(
            "The workbook has no passport: it was not made by a pull, or the hidden worksheet _synctui was deleted.",
            "Pull again; --replace keeps a worksheet of the same name beside the new one.",
        )
    return from_lines(lines)
