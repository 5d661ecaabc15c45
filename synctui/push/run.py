"""Runs a plan: journals what is about to leave, sends it batch by batch, journals what the target said of every row.

What may have had an effect is never sent twice. What left and got no answer that can be trusted is in doubt, and
nothing more is sent to its target until somebody settles it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from datetime import timedelta
from typing import Protocol

from synctui.connectors.base import RowReply, Target
from synctui.errors import BudgetSpent, StoreError, SyncError, WorksheetError
from synctui.planning.halving import Waiting, can_divide
from synctui.planning.plan import Plan, PlannedRow
from synctui.push.events import BatchSending as BatchSending
from synctui.push.events import Event as Event
from synctui.push.events import PushDone as PushDone
from synctui.push.events import PushResult as PushResult
from synctui.push.events import PushStarted as PushStarted
from synctui.push.events import ReadingBack as ReadingBack
from synctui.push.events import RowSettled as RowSettled
from synctui.push.pace import AtOnce, Pace, unless
from synctui.push.read_back import ReadBack, not_read, read_back
from synctui.push.sending import Sent, send_once
from synctui.records import Outcome
from synctui.store.drafts import Draft, DraftRow, Hold, Verdict
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import Ending, State
from synctui.wording import count

DEADLINE = 900.0
"""Seconds until an answer is given up: eOne runs a map while its caller waits."""
GRACE = 5.0
"""Seconds that a user who stops a push waits for the answer under way."""
REFUSED_WHOLE = "were refused in one call; a push with --bisect sends them in halves until the bad row stands alone."

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


async def run(
    plan: Plan,
    *,
    target: Target,
    journal: Journal,
    marks: Marks,
    stop: asyncio.Event | None = None,
    pace: Pace | None = None,
    proof: ReadBack | None = None,
    deadline: float = DEADLINE,
    grace: float = GRACE,
) -> AsyncGenerator[Event, None]:
    """Send a plan. `stop` ends it before its next batch, as cancelling the task and closing the iterator do.

    `proof` reads accepted rows again in the end. `deadline` and `grace` are seconds. Before anything is journalled:
    raises RowsInDoubt where the target is barred, UsageError where another push to it is under way, LinkError for a
    row that was created before, StoreError. After PushDone: raises what ended the push early (Unreachable,
    SignInRefused, BudgetSpent, WorksheetError, StoreError, CancelledError); a row that fails is an outcome and raises
    nothing.
    """
    pace = pace or AtOnce()
    with journal.hold(plan.target) as hold, pace.held():
        push = _Push(
            plan, target, journal, marks, hold, stop or asyncio.Event(), pace, proof, deadline=deadline, grace=grace
        )
        ended: BaseException | None = None
        try:
            yield PushStarted(push.run_id, len(plan.rows), len(plan.batches))
            await push.prepare()
            while sending := await push.next():
                yield sending
                for settled in await push.send():
                    yield settled
            if accepted := push.readable():
                yield ReadingBack(len(accepted))
                await push.prove(accepted)
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
        pace: Pace,
        proof: ReadBack | None,
        *,
        deadline: float,
        grace: float,
    ) -> None:
        self._plan, self._target, self._journal, self._marks = plan, target, journal, marks
        self._pace, self._proof = pace, proof
        self._hold, self._stop, self._deadline, self._grace = hold, stop, deadline, grace
        self._baseline = ""
        self._note = ""
        self._waiting = Waiting(plan.batches, bisect=plan.bisect)
        self._calls = 0
        self._notices: list[str] = []
        self._marked_before = False
        self.cancelled: asyncio.CancelledError | None = None
        """A cancel that came when nothing was left to be sent."""
        self.run_id = journal.begin(hold, _draft(plan))

    @property
    def over(self) -> bool:
        """Whether nothing more may be sent."""
        return bool(self._note) or self._stop.is_set()

    async def prepare(self) -> None:
        """Read the evidence from before, and have the workbook say that its rows are in doubt."""
        await self._ready()  # before the workbook says that its rows are in doubt
        if self.over:
            return
        self._baseline = await self._target.mark()
        self._journal.reached("baseline")
        cancelled = await _to_the_end(self._marks.before(self.run_id, self._plan.rows))
        self._marked_before = True
        self._journal.reached("marked")
        if cancelled is not None:
            raise cancelled

    async def next(self) -> BatchSending | None:
        """The call that comes next, once its calls are granted; None at the end. Raises BudgetSpent."""
        await self._ready()
        if self.over or not self._waiting:
            return None
        return BatchSending(self._calls + 1, len(self._waiting.next), self._waiting.again)

    async def _ready(self) -> None:
        """Wait for the calls of the next batch, unless nothing more may be sent. Raises BudgetSpent."""
        if self._waiting and not self.over:
            await unless(self._stop, self._pace.ready(self._waiting.next))

    async def send(self) -> list[RowSettled]:
        """Send the next batch and journal its answer; raises what forbids the one after it."""
        if self.over:
            return []
        batch, again = self._waiting.next, self._waiting.again
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
        if isinstance(sent.error, BudgetSpent) and self._pace.waits:
            self._waiting.put_back(batch, again=again)
            return await self._send_later(attempt, sent, sent.error)
        divided = sent.divisible and self._waiting.divide(batch)
        if divided:
            self._plan_again(attempt, sent, f"refused whole, sent again in halves: {sent.refusal}")
        else:
            self._record(attempt, sent)
        if sent.error is not None:
            raise sent.error
        if sent.divisible and can_divide(batch) and not divided:
            self._notices = [f"{count(len(batch), 'row')} {REFUSED_WHOLE}"]
        told = {row.row_id: row for row in sent.reply.rows}
        return [] if divided else [_settled(row, told[row.row_id]) for row in batch]

    async def _send_later(self, attempt: int, sent: Sent, spent: BudgetSpent) -> list[RowSettled]:
        """Wait as long as was said after a batch that was turned away at the door, so that it is sent then."""
        self._plan_again(attempt, sent, spent.message)
        self._calls -= 1
        await unless(self._stop, self._pace.again(spent))
        return []

    def _plan_again(self, attempt: int, sent: Sent, reason: str) -> None:
        """Note that rows wait again after a call without effect; none of them is settled."""
        planned = [Verdict(row.row_id, State.PLANNED, row.message) for row in sent.reply.rows]
        self._journal.record(self._hold, self.run_id, attempt, planned, reason=reason)

    def readable(self) -> list[RunRow]:
        """The accepted rows that are to be read again."""
        rows = self._proof.rows(self._journal.rows(self.run_id)) if self._proof else []
        if rows and self._proof and self._proof.unwanted:
            self._notices.append(not_read(len(rows), self._proof.unwanted))
            return []
        return rows

    async def prove(self, rows: Sequence[RunRow]) -> None:
        """Read accepted rows again; whatever keeps that from its end is a notice, for they are accepted."""
        if self._proof is None:
            return
        read = await read_back(self._proof, rows, self._stop)
        self.cancelled = read.cancelled
        self._notices += [read.notice] if read.notice else []
        try:
            self._journal.prove(self._hold, self.run_id, read.findings)
        except StoreError as error:
            self._notices.append(not_read(len(rows), error.message))

    async def close(self, ended: BaseException | None) -> PushResult:
        """Give every row its place, and tell the workbook."""
        stopped = self._stop.is_set() or isinstance(ended, (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt))
        stopped = stopped and bool(self._waiting)
        note = "stopped by the user" if stopped else self._note or _sentence(ended)
        notices = self._notices + self._finish(Ending.STOPPED if stopped else Ending.FINISHED, note)
        rows = self._journal.rows(self.run_id)
        if self._marked_before:
            notices += await self._mark(rows)
        elif not isinstance(ended, WorksheetError):  # the workbook was never touched: nothing is owed to it
            self._journal.marked(self.run_id, rows)
        return PushResult(self.run_id, tuple(map(_told, rows)), note, tuple(notices))

    def _intend(self, batch: Sequence[PlannedRow]) -> int:
        attempt = self._journal.intend(
            self._hold,
            self.run_id,
            {row.row_id: row.outgoing.values for row in batch},
            baseline=self._baseline,
            deadline=self._journal.clock() + timedelta(seconds=self._deadline),
        )
        self._waiting.take()
        self._calls += 1
        return attempt

    def _record(self, attempt: int, sent: Sent) -> None:
        reply = sent.reply
        self._note = self._reason_to_end(sent)
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
            return "not sent: rows before it are in doubt" if self._waiting else ""
        return self._waiting.hopeless(sent.refusal, divisible=sent.divisible) or sent.reply.stop

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
            self.cancelled = await _to_the_end(self._marks.after(self.run_id, rows)) or self.cancelled
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


def _told(row: RunRow) -> RowSettled:
    return RowSettled(row.row_id, row.key, row.sheet_row, row.outcome, row.message, row.new_key, row.proof)


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
