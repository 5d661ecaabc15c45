"""Runs a plan: journals what is about to leave, sends it batch by batch, journals what the target said of every row.

Nothing here is ever sent twice. What left and got no answer that can be trusted is in doubt, and nothing more is sent
to its target until somebody settles it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from synctui.connectors.base import RowReply, Target
from synctui.errors import StoreError, SyncError, WorksheetError
from synctui.plan import Plan, PlannedRow
from synctui.records import Key, Outcome
from synctui.sending import Sent, send_once
from synctui.store.drafts import Draft, DraftRow, Hold, Verdict
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import Ending, State

DEADLINE = 900.0
"""Seconds until an answer is given up: eOne runs a map while its caller waits."""
GRACE = 5.0
"""Seconds that a user who stops a push waits for the answer under way."""

_STATES = {
    Outcome.ACCEPTED: State.ACKED,
    Outcome.REFUSED: State.REJECTED,
    Outcome.IN_DOUBT: State.UNKNOWN,
    Outcome.UNSENT: State.UNSENT,
    Outcome.SKIPPED: State.SKIPPED,
}


class Marks(Protocol):
    """Tells the workbook what becomes of its rows. Both methods save it, and raise WorksheetError."""

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        """Write row ids and `in doubt: run N` into sheet and passport; nothing is sent before this is saved."""

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        """Write what became of all rows of the run; also told of runs that an earlier process could not mark."""


@dataclass(frozen=True, slots=True)
class RowSettled:
    """What became of one row."""

    row_id: str
    key: Key
    row: int
    """The worksheet's row number when the plan was made."""
    outcome: Outcome
    message: str
    new_key: str
    """The id that the target gave to a created record."""


@dataclass(frozen=True, slots=True)
class PushStarted:
    """The push is in the journal; nothing has left yet."""

    run_id: str
    rows: int
    batches: int


@dataclass(frozen=True, slots=True)
class BatchSending:
    """One call is about to be made."""

    number: int
    """1-based."""
    rows: int


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a push; every row of the plan is in `rows` once, in the plan's order."""

    run_id: str
    rows: tuple[RowSettled, ...]
    note: str
    """Why it ended before its last row; empty where it did not."""
    notices: tuple[str, ...] = ()
    """What else the user should know: the workbook could not be marked, for instance."""

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def accepted(self) -> int:
        """Rows that the target took."""
        return self.count(Outcome.ACCEPTED)

    @property
    def refused(self) -> int:
        """Rows that the target turned down."""
        return self.count(Outcome.REFUSED)

    @property
    def in_doubt(self) -> int:
        """Rows that left and whose fate is unknown."""
        return self.count(Outcome.IN_DOUBT)

    @property
    def unsent(self) -> int:
        """Rows without effect at the target."""
        return self.count(Outcome.UNSENT)

    @property
    def skipped(self) -> int:
        """Rows that the target ignored."""
        return self.count(Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class PushDone:
    """The last event of every push, also of one that then raises."""

    result: PushResult


Event = PushStarted | BatchSending | RowSettled | PushDone


async def run(
    plan: Plan,
    *,
    target: Target,
    journal: Journal,
    marks: Marks,
    stop: asyncio.Event | None = None,
    deadline: float = DEADLINE,
    grace: float = GRACE,
) -> AsyncGenerator[Event, None]:
    """Send a plan. `stop` ends it before its next batch, as cancelling the task and closing the iterator do.

    `deadline` and `grace` are seconds. Before anything is journalled: raises RowsInDoubt where the target is barred,
    UsageError where another push to it is under way, LinkError for a row that was created before, StoreError. After
    PushDone: raises what ended the push early (Unreachable, SignInRefused, BudgetSpent, WorksheetError, StoreError,
    CancelledError); a row that fails is an outcome and raises nothing.
    """
    with journal.hold(plan.target) as hold:
        push = _Push(plan, target, journal, marks, hold, stop or asyncio.Event(), deadline=deadline, grace=grace)
        ended: BaseException | None = None
        try:
            yield PushStarted(push.run_id, len(plan.rows), len(plan.batches))
            await push.prepare()
            for number, batch in enumerate(plan.batches, 1):
                if push.over:
                    break
                yield BatchSending(number, len(batch))
                for settled in await push.send(batch):
                    yield settled
        except BaseException as error:  # whatever ended the push, every row gets its place first
            ended = error
        result = await push.close(ended)
        ended = ended or push.cancelled
        if isinstance(ended, GeneratorExit):
            raise ended
        yield PushDone(result)
        if ended is not None:
            raise ended


class _Push:
    """One push under way: what a batch needs to know of those before it."""

    def __init__(
        self,
        plan: Plan,
        target: Target,
        journal: Journal,
        marks: Marks,
        hold: Hold,
        stop: asyncio.Event,
        *,
        deadline: float,
        grace: float,
    ) -> None:
        self._plan, self._target, self._journal, self._marks = plan, target, journal, marks
        self._hold, self._stop, self._deadline, self._grace = hold, stop, deadline, grace
        self._baseline = ""
        self._note = ""
        self._refusal = ""
        self._batches_sent = 0
        self._marked_before = False
        self.cancelled: asyncio.CancelledError | None = None
        """A cancel that came while the workbook was told of the end."""
        self.run_id = journal.begin(hold, _draft(plan))

    @property
    def over(self) -> bool:
        """Whether nothing more may be sent."""
        return bool(self._note) or self._stop.is_set()

    async def prepare(self) -> None:
        """Read the evidence from before, and have the workbook say that its rows are in doubt."""
        if self.over:
            return
        self._baseline = await self._target.mark()
        self._journal.reached("baseline")
        cancelled = await _to_the_end(self._marks.before(self.run_id, self._plan.rows))
        self._marked_before = True
        self._journal.reached("marked")
        if cancelled is not None:
            raise cancelled

    async def send(self, batch: Sequence[PlannedRow]) -> list[RowSettled]:
        """Send one batch and journal its answer; raises what forbids the next one."""
        if self.over:
            return []
        attempt = self._intend(batch)
        sent = await send_once(
            self._target,
            [row.outgoing for row in batch],
            self._plan.variables,
            stop=self._stop,
            deadline=self._deadline,
            grace=self._grace,
        )
        self._journal.reached("answered")
        self._record(attempt, sent)
        if sent.error is not None:
            raise sent.error
        told = {row.row_id: row for row in sent.reply.rows}
        return [_settled(row, told[row.row_id]) for row in batch]

    async def close(self, ended: BaseException | None) -> PushResult:
        """Give every row its place, and tell the workbook."""
        stopped = self._stop.is_set() or isinstance(ended, (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt))
        stopped = stopped and self._batches_sent < len(self._plan.batches)
        note = "stopped by the user" if stopped else self._note or _sentence(ended)
        notices = self._finish(Ending.STOPPED if stopped else Ending.FINISHED, note)
        rows = self._journal.rows(self.run_id)
        if self._marked_before:
            notices += await self._mark(rows)
        elif not isinstance(ended, WorksheetError):  # the workbook was never touched: nothing is owed to it
            self._journal.marked(self.run_id, rows)
        settled = tuple(RowSettled(r.row_id, r.key, r.sheet_row, r.outcome, r.message, r.new_key) for r in rows)
        return PushResult(self.run_id, settled, note, tuple(notices))

    def _intend(self, batch: Sequence[PlannedRow]) -> int:
        attempt = self._journal.intend(
            self._hold,
            self.run_id,
            {row.row_id: row.outgoing.values for row in batch},
            baseline=self._baseline,
            deadline=self._journal.clock() + timedelta(seconds=self._deadline),
        )
        self._batches_sent += 1
        return attempt

    def _record(self, attempt: int, sent: Sent) -> None:
        reply = sent.reply
        self._note = self._reason_to_end(sent)
        self._refusal = sent.refusal
        self._journal.record(
            self._hold,
            self.run_id,
            attempt,
            [_verdict(row, reply.run_number) for row in reply.rows],
            run_number=reply.run_number,
            reason=self._note,
        )
        self._baseline = reply.run_number or self._baseline

    def _reason_to_end(self, sent: Sent) -> str:
        if any(row.outcome is Outcome.IN_DOUBT for row in sent.reply.rows):
            return "not sent: rows before it are in doubt"
        if sent.refusal and sent.refusal == self._refusal:
            return f"refused twice: {sent.refusal}"
        return sent.reply.stop

    def _finish(self, ending: Ending, note: str) -> list[str]:
        try:
            self._journal.finish(self._hold, self.run_id, ending, note)
        except StoreError as error:  # the rows stay as they are, and whoever comes next puts them in order
            return [str(error)]
        return []

    async def _mark(self, rows: Sequence[RunRow]) -> list[str]:
        """Tell the workbook; where that fails, the next command that writes it makes up for it."""
        self._journal.reached("marking")
        try:
            self.cancelled = await _to_the_end(self._marks.after(self.run_id, rows))
            self._journal.reached("written")
            self._journal.marked(self.run_id, rows)
        except Exception as error:  # the push is done, and its result must be told whatever this was
            return [f"The workbook does not show the outcome yet: {_sentence(error)}"]
        return []


def _draft(plan: Plan) -> Draft:
    return Draft(
        link=plan.link,
        source=plan.source,
        connection=plan.connection,
        target=plan.target,
        environment=plan.environment,
        workbook=plan.workbook,
        rows=tuple(map(_draft_row, plan.rows)),
        variables=plan.variables,
        columns=plan.columns,
    )


def _draft_row(row: PlannedRow) -> DraftRow:
    sent = row.outgoing
    return DraftRow(row.row_id, row.key, row.op, row.sheet_row, sent.document, sent.values, row.before, row.after)


def _verdict(row: RowReply, run_number: str) -> Verdict:
    answered = "answered by the target" + (f", its run {run_number}" if run_number else "")
    evidence = answered if row.outcome is Outcome.ACCEPTED else ""
    return Verdict(row.row_id, _STATES[row.outcome], row.message, evidence, row.new_key)


def _settled(row: PlannedRow, reply: RowReply) -> RowSettled:
    return RowSettled(row.row_id, row.key, row.sheet_row, reply.outcome, reply.message, reply.new_key)


def _sentence(ended: BaseException | None) -> str:
    if ended is None:
        return ""
    return ended.message if isinstance(ended, SyncError) else f"unexpected {type(ended).__name__}"


async def _to_the_end(work: Coroutine[object, object, None]) -> asyncio.CancelledError | None:
    """Do it all, and only then tell of a cancel that came meanwhile: a workbook is saved whole or not at all."""
    task = asyncio.ensure_future(work)
    cancelled = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    return cancelled
