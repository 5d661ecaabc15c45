"""A world in which everything goes wrong that can: a target, a workbook, a user, and processes that die.

Every decision is drawn from one seeded generator. The target writes down what took effect; only that, and what the
user was told, are compared in the end.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from synctui.connectors.base import Attempt, BatchReply, Evidence, Outgoing, RowReply, TargetShape
from synctui.connectors.eone.looking import look_into_history
from synctui.connectors.eone.maps import PastRun
from synctui.connectors.eone.options import EoneTarget
from synctui.errors import (
    BudgetSpent,
    ContentRefused,
    OutcomeUnknown,
    Refused,
    RemoteError,
    SignInRefused,
    SyncError,
    Unreachable,
    WorksheetError,
)
from synctui.past_runs.settle import look_and_settle, settle
from synctui.planning.plan import Plan, PlannedRow
from synctui.push import run as push
from synctui.records import Outcome
from synctui.store.drafts import Draft, DraftRow
from synctui.store.history import RunRow, RunSummary
from synctui.store.journal import Journal

TARGET = "erp: VENDORS"
WORKBOOK = "vendors.xlsx"
OTHERS = -1
START = datetime(2026, 11, 22, tzinfo=UTC)
SETTLED = 1801.0
"""Seconds after which a request has no late effect any more: its deadline, and `settle_minutes`."""
LATE, BEYOND = 1200.0, 10_000.0
RULES = {
    "ask": EoneTarget(map="M"),
    "exclusive": EoneTarget(map="M", exclusive=True),
    "upsert": EoneTarget(map="M", upsert=True),
}
"""What the settings say of the target; others write to all but the exclusive one."""


class Died(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass(frozen=True)
class Effect:
    """What the target's own log says of one row that took effect."""

    row_id: str
    value: str
    create: bool
    push: int
    """Which push's connection brought it, or OTHERS."""


@dataclass
class SheetRow:
    """One row of the workbook, as it was saved last."""

    row_id: str
    value: str
    new: bool
    accepted: str = ""
    """The value that the target last took, as the passport remembers it."""
    doubt: str = ""
    """The run in the row's `in doubt` mark."""


@dataclass
class Process:
    """One SyncTUI: when it is dead, nothing that it does reaches the disk."""

    world: World
    number: int
    dead: bool = False
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = copy(self.world.journal)
        self.journal.reached = self.reached

    def reached(self, point: str) -> None:
        self.world.points[point] += not self.dead
        if self.dead or self.world.draw(self.world.death):
            self.world.deaths[point] += not self.dead
            self.die()

    def die(self) -> None:
        self.dead = True
        raise Died


class World:
    """One schedule."""

    def __init__(
        self, seed: int, journal: Journal, policy: type[RemoteEnd] | None = None, options: EoneTarget | None = None
    ) -> None:
        self.random = Random(seed)
        self.options = options or RULES[self.random.choice(["ask", "exclusive", "upsert"])]
        self.latest = LATE if self.options.exclusive else BEYOND
        self.past: list[PastRun] = []
        """Newest first."""
        self.by_evidence = Counter[str]()
        self.journal, self.policy = journal, policy or RemoteEnd
        journal.clock = self.clock
        self.death, self.trouble = self.random.choice([0.0, 0.02, 0.06]), self.random.choice([0.2, 0.5, 0.9])
        self.log: list[Effect] = []
        self.runs: dict[str, int] = {}
        """Run id -> the number of the push that made it."""
        self.resent: Counter[str] = Counter()
        """Row id -> how often the user decided to send it again."""
        self.points: Counter[str] = Counter()
        self.deaths: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.to_correct: set[str] = set()
        self.halves = 0
        """Calls with rows of a batch that had been refused whole."""
        self.untold: list[str] = []
        """Rows that left while the journal said otherwise."""
        self.pushes = self.run_number = 0
        wipe(journal)
        self.server: dict[int, set[asyncio.Task[int]]] = {}
        """Push -> what the target still does for it."""
        rows = [SheetRow(f"key:V{n}", "v1", new=False) for n in range(self.random.randint(1, 5))]
        self.sheet = {row.row_id: row for row in [*rows, *(SheetRow(f"row:{n}", "v1", new=True) for n in range(2))]}
        self.bisect, poisonous = self.draw(0.5), self.random.choice([0.0, 0.0, 0.2, 0.5])
        self.poison = {row_id for row_id in self.sheet if self.draw(poisonous)}
        """Rows for which the target refuses whatever they come with, until the evening."""

    def draw(self, chance: float) -> bool:
        return self.random.random() < chance

    def clock(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    # -- the user's day

    async def live(self) -> None:
        """Some hours of trouble, and then an evening without, at whose end all must be well."""
        for _ in range(self.random.randint(2, 6)):
            acts = [self.push, self.settle, self.edit, self.lose_journal]
            await self.alive(self.random.choices(acts, [6, 3, 2, 0.8])[0])
            await asyncio.sleep(self.random.choice([0, 1, 600]))
        self.death = self.trouble = 0.0
        self.poison.clear()
        await self.server_done()
        for _ in range(4):
            await self.alive(self.settle, patient=True)
            self.correct()
            await self.alive(self.push)
            if not self.to_correct and all(row.value == row.accepted and not row.doubt for row in self.sheet.values()):
                return

    async def alive(self, act: Callable[..., object], **more: bool) -> None:
        """One thing that the user does, in a process of its own."""
        self.pushes += 1
        with suppress(Died, SyncError, asyncio.CancelledError):
            await act(Process(self, self.pushes), **more)

    async def edit(self, process: Process) -> None:
        row = self.random.choice(list(self.sheet.values()))
        if not row.doubt:
            row.value = f"v{int(row.value[1:]) + 1}"

    async def lose_journal(self, process: Process) -> None:
        """An exclusive target's journal comes back when no request that it forgot can have an effect any more."""
        wipe(self.journal)
        if self.options.exclusive:
            await asyncio.sleep(SETTLED)

    async def push(self, process: Process) -> None:
        await self.catch_up(process)
        plan = self.plan(process)
        if plan is None:
            return
        stop = asyncio.Event()
        task = asyncio.ensure_future(self.run(process, plan, stop))
        if self.draw(self.trouble / 3):
            halt = self.random.choice([stop.set, task.cancel])
            asyncio.get_running_loop().call_later(self.random.choice([0, 1, 8, 500]), halt)
        if self.draw(self.trouble / 3):
            await asyncio.sleep(self.random.choice([0, 1, 8]))
            await self.alive(self.push)  # a second window, or an impatient user
        await task

    async def run(self, process: Process, plan: Plan, stop: asyncio.Event) -> None:
        number = process.number
        target, marks = self.policy(self, process), WorkbookMarks(self, process)
        async for event in push.run(plan, target=target, journal=process.journal, marks=marks, stop=stop):
            if isinstance(event, push.PushStarted):
                self.runs[event.run_id] = number
            self.halves += isinstance(event, push.BatchSending) and event.again

    def plan(self, process: Process) -> Plan | None:
        wanted = [row for row in self.sheet.values() if row.value != row.accepted and not row.doubt]
        known = process.journal.created_before(TARGET, [row.row_id for row in wanted])
        creates = {row.row_id for row in wanted if row.new and not row.accepted} - known.keys()
        rows = [planned(number, row, create=row.row_id in creates) for number, row in enumerate(wanted)]
        size = self.random.choice([1, 2, 3, 7])
        batches = tuple(tuple(rows[n : n + size]) for n in range(0, len(rows), size))
        if not rows:
            return None
        return Plan("Vendors", "grants", TARGET, "erp", "", WORKBOOK, batches, bisect=self.bisect)

    async def catch_up(self, process: Process) -> None:
        """What every command does first: take over strange doubts, write the marks that are owed."""
        for run_id in {row.doubt for row in self.sheet.values() if row.doubt}:
            doubtful = [row for row in self.sheet.values() if row.doubt == run_id]
            rows = tuple(draft_row(n, row) for n, row in enumerate(doubtful))
            process.journal.adopt(run_id, Draft("Vendors", "grants", "erp", TARGET, "", WORKBOOK, rows))
        for run_id in process.journal.unmarked(WORKBOOK):
            with process.journal.hold(TARGET):
                rows = [row for row in process.journal.rows(run_id) if not row.written_back]
                await WorkbookMarks(self, process).after(run_id, rows)
                process.journal.marked(run_id, rows)

    async def settle(self, process: Process, *, patient: bool = False) -> None:
        """Evidence first; what it leaves, the user looks up, and tells the truth as far as it can be seen by then."""
        await self.catch_up(process)
        for run_id in process.journal.barrier(TARGET):
            await asyncio.sleep(SETTLED if patient else self.random.choice([0.0, 1.0, SETTLED]))
            if await self.evidence_settles(process, run_id):
                await self.catch_up(process)
                continue
            if patient or self.draw(0.7):
                await self.server_done(self.runs.get(run_id, -1))
            doubtful = [row for row in process.journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT]
            arrived = [row for row in doubtful if self.arrived(row.row_id, run_id)]
            decision = "arrived" if len(arrived) == len(doubtful) else "skip" if arrived else "resend"
            try:
                settle(process.journal, run_id, decision)
            finally:
                self.note(decision, [row for row in doubtful if row.row_id not in self.doubtful(run_id)], arrived)
            await self.catch_up(process)

    def leaving(self, rows: Sequence[Outgoing]) -> None:
        """Each row that leaves stands in one attempt, whose intent is on disk."""
        with self.journal._database.read() as db:
            noted = [row_id for (row_id,) in db.execute("SELECT row_id FROM rows WHERE state = 'sending'")]
        if sorted(noted) != sorted(row.row_id for row in rows):
            self.untold += [row.row_id for row in rows]

    async def evidence_settles(self, process: Process, run_id: str) -> bool:
        """Whether nothing is left in doubt."""
        doubtful = [row for row in self.journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT]
        try:
            told = await look_and_settle(process.journal, run_id, self.look, self.options)
        finally:
            left = self.doubtful(run_id)
            settled = [row.row_id for row in doubtful if row.row_id not in left]
            if self.options.upsert:
                self.resent.update(settled)
        self.by_evidence.update(row.state for row in told.rows if row.row_id in settled)
        return not told.in_doubt

    async def look(self, run: RunSummary, attempt: Attempt, rows: Sequence[RunRow]) -> Evidence:
        """As a map's own history shows it."""
        if self.draw(self.trouble / 5):
            raise Unreachable("No route.")
        sent = [Outgoing(row.row_id, row.payload, row.document) for row in rows]
        return await look_into_history(self, "M", self.options, attempt, sent)  # type: ignore[arg-type]

    def doubtful(self, run_id: str) -> set[str]:
        return {row.row_id for row in self.journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT}

    def note(self, decision: str, settled: Sequence[RunRow], arrived: Sequence[RunRow]) -> None:
        """What the user knows from then on: what may come twice, and what has to be edited anew."""
        if decision == "resend":
            self.resent.update(row.row_id for row in settled)
        if decision == "skip":
            self.to_correct |= {row.row_id for row in settled} - {row.row_id for row in arrived}

    def correct(self) -> None:
        """Rows that were left and did not arrive with the others are edited anew, so that they are sent again."""
        for row in self.sheet.values():
            if row.row_id in self.to_correct and not row.doubt:
                row.value = f"v{int(row.value[1:]) + 1}"
                self.to_correct.remove(row.row_id)

    def others(self, row_id: str) -> None:
        """Somebody else runs the same map with the same record."""
        self.ran(1)
        self.log.append(Effect(row_id, "theirs", False, OTHERS))

    def ran(self, documents: int) -> int:
        """The map has run: the run's number."""
        self.run_number += 1
        self.past.insert(0, PastRun(self.run_number, f"{self.clock():%Y-%m-%dT%H:%M:%S}", documents, 0, False))
        return self.run_number

    async def history(self, key: str) -> Sequence[PastRun]:
        """The newest ten runs."""
        return self.past[:10]

    def arrived(self, row_id: str, run_id: str) -> bool:
        return any(effect.row_id == row_id and effect.push == self.runs.get(run_id) for effect in self.log)

    async def server_done(self, push: int | None = None) -> None:
        tasks = [task for number, own in self.server.items() if push in (None, number) for task in own]
        if tasks:
            await asyncio.wait(tasks)


def wipe(journal: Journal) -> None:
    """The journal as it is on the first day."""
    with journal._database.write() as db:
        for table in ("decisions", "rows", "attempts", "runs", "targets"):
            db.execute(f"DELETE FROM {table}")


def planned(number: int, row: SheetRow, *, create: bool) -> PlannedRow:
    outgoing = Outgoing(row.row_id, {"Value": row.value}, number, create)
    op = "create" if create else "update"
    return PlannedRow(outgoing, (row.row_id[4:],), op, number + 2, {}, {"Value": row.value})


def draft_row(number: int, row: SheetRow) -> DraftRow:
    op = "create" if row.new else "update"
    return DraftRow(row.row_id, (row.row_id[4:],), op, number, number, {}, {}, {"Value": row.value})


class WorkbookMarks:
    """Saves into the world's workbook, whole or not at all."""

    def __init__(self, world: World, process: Process) -> None:
        self.world, self.process = world, process

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        self._risk()
        for row in rows:
            self.world.sheet[row.row_id].doubt = run_id
        self._perhaps_die()

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        self._risk()
        for told in rows:
            row = self.world.sheet[told.row_id]
            if told.outcome is Outcome.IN_DOUBT:
                row.doubt = run_id
                continue
            row.doubt = ""
            if told.outcome in (Outcome.ACCEPTED, Outcome.SKIPPED):
                row.accepted = told.after["Value"] or ""
        self._perhaps_die()

    def _risk(self) -> None:
        self._perhaps_die()
        if self.world.draw(self.world.trouble / 8):
            raise WorksheetError("The file is open elsewhere.")

    def _perhaps_die(self) -> None:
        if self.process.dead or self.world.draw(self.world.death):
            self.process.die()


class RemoteEnd:
    """The shipped rules of a target: what is raised is what is known, and nothing is repeated."""

    name = TARGET

    def __init__(self, world: World, process: Process) -> None:
        self.world, self.process = world, process

    async def shape(self) -> TargetShape:
        return TargetShape(())

    async def mark(self) -> str:
        if self.world.draw(self.world.trouble / 10):
            raise Unreachable("No route.")
        return str(self.world.run_number)

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        return len(rows)

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        self.world.leaving(rows)
        if any(row.row_id in self.world.poison for row in rows):
            await asyncio.sleep(self.world.random.choice([0.0, 2.0]))
            raise ContentRefused(self.world.random.choice(["A row is bad.", f"{rows[0].row_id} is bad."]))
        if not self.world.draw(self.world.trouble):
            return await self.fine(rows)
        fault = self.world.random.choice(FAULTS)
        self.world.faults[fault.__name__] += 1
        return await fault(self, rows)

    def apply(self, rows: Sequence[Outgoing], after: float = 0.0) -> asyncio.Task[int]:
        """The target at work, whatever becomes of who asked."""
        task = asyncio.ensure_future(self._apply(rows, after))
        self.world.server.setdefault(self.process.number, set()).add(task)
        return task

    async def _apply(self, rows: Sequence[Outgoing], after: float) -> int:
        await asyncio.sleep(after)
        if rows and not self.world.options.exclusive and self.world.draw(self.world.trouble / 5):
            self.world.others(rows[0].row_id)
        number = self.world.ran(len(rows))
        for row in rows:
            effect = Effect(row.row_id, row.values["Value"] or "", row.create, self.process.number)
            self.world.log.append(effect)
        return number

    async def fine(self, rows: Sequence[Outgoing]) -> BatchReply:
        number = await asyncio.shield(self.apply(rows, self.world.random.choice([0.0, 2.0])))
        replies = tuple(RowReply(row.row_id, Outcome.ACCEPTED, new_key="77" if row.create else "") for row in rows)
        return BatchReply(replies, run_number=str(number))


# -- what goes wrong with one call


async def never_left(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    until = START + timedelta(days=1)
    raise end.world.random.choice([Unreachable("No route."), SignInRefused("No."), BudgetSpent("Spent.", until=until)])


async def refused_whole(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    raise Refused("Too large.")


async def refused_in_part(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await asyncio.shield(end.apply(rows[1:]))
    outcome = end.world.random.choice([Outcome.REFUSED, Outcome.UNSENT])
    return BatchReply(
        (RowReply(rows[0].row_id, outcome), *(RowReply(row.row_id, Outcome.ACCEPTED) for row in rows[1:]))
    )


async def stopped_whole(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    return BatchReply(tuple(RowReply(row.row_id, Outcome.UNSENT) for row in rows), stop="The map is off.")


async def told_in_doubt(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await asyncio.shield(end.apply(rows[: end.world.random.randint(0, len(rows))]))
    return BatchReply(tuple(RowReply(row.row_id, Outcome.IN_DOUBT) for row in rows))


async def lost_before(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    raise OutcomeUnknown("The connection broke.")


async def lost_after(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await asyncio.shield(end.apply(rows))
    raise end.world.random.choice([OutcomeUnknown("The answer was cut."), KeyError("Status"), RemoteError("500")])


async def lost_in_part(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await asyncio.shield(end.apply(rows[: end.world.random.randint(0, len(rows))]))
    raise OutcomeUnknown("The answer was cut.")


async def applied_late(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    end.apply(rows, end.world.random.choice([1.0, 30.0, end.world.latest]))
    raise OutcomeUnknown("The connection broke.")


async def hangs(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    if end.world.draw(0.5):
        end.apply(rows, end.world.random.choice([1.0, end.world.latest]))
    await asyncio.sleep(10_000)
    raise AssertionError("nobody waits that long")


async def slow(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await asyncio.sleep(end.world.random.choice([3.0, 7.0, 400.0]))
    return await end.fine(rows)


async def miscounted(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    return BatchReply((await end.fine(rows)).rows[1:])


async def dies_before(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    end.process.die()
    raise AssertionError


async def dies_while_it_waits(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    end.apply(rows, end.world.random.choice([0.0, 30.0]))
    end.process.die()
    raise AssertionError


async def dies_after(end: RemoteEnd, rows: Sequence[Outgoing]) -> BatchReply:
    await end.fine(rows)
    end.process.die()
    raise AssertionError


FAULTS = (
    never_left,
    refused_whole,
    refused_in_part,
    stopped_whole,
    told_in_doubt,
    lost_before,
    lost_after,
    lost_in_part,
    applied_late,
    hangs,
    slow,
    miscounted,
    dies_before,
    dies_while_it_waits,
    dies_after,
)
