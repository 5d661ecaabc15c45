"""Pulls, pushes and all else that takes its time. Jobs belong to the app: screens come and go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol, TypeVar

from synctui.errors import SyncError, WorksheetError
from synctui.past_runs.settle import Decision, Settlement
from synctui.planning.planner import PushOptions
from synctui.pull.run import PagePulled, PullDone, PullEvent, Writing
from synctui.push.run import BatchSending, Event, PushDone, PushResult, PushStarted, ReadingBack, RowSettled
from synctui.rows.changes import Damage
from synctui.sentences import was_not_marked, will_not_be_marked
from synctui.session import Prepared, PreparedAgain, Session, open_file
from synctui.wording import count
from synctui.worksheets.base import Workbook

T = TypeVar("T")
Again = Literal["undo", "resume"]
"""What is done about a run that is over."""


class Listener(Protocol):
    """Who is told of a job's end."""

    def pulled(self, job: PullJob) -> None:
        """A pull ended."""

    def planned(self, job: PlanJob) -> None:
        """A plan was made, or not."""

    def pushed(self, job: PushJob) -> None:
        """A push ended."""

    def decided(self, job: DecideJob) -> None:
        """A decision was written, or not."""

    def repaired(self, job: RepairJob) -> None:
        """Damaged cells were put back, or not."""

    def settled(self, job: SettleJob) -> None:
        """A look at rows in doubt ended."""

    def planned_again(self, job: AgainJob) -> None:
        """The plan of an undo or of the rest of a run was made, or not."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One piece of work on one link."""

    asks_before_leaving: ClassVar[bool] = False
    """Whether the user has to confirm that leaving stops it."""
    link: str
    workbook: str
    """Full path of the file it writes."""
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    calls: int = 0
    done: int = 0
    """Rows so far."""
    total: int | None = None
    """Rows in all, where that is known."""
    stopping: bool = False
    """The user asked it to stop."""
    error: SyncError | None = None
    """What ended it before its time."""

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        raise NotImplementedError

    @property
    def can_stop(self) -> bool:
        """Whether it can still be stopped."""
        return not self.stopping

    @property
    def elapsed(self) -> float:
        """Seconds that it has taken."""
        return (self.ended or time.monotonic()) - self.began

    @property
    def left(self) -> float | None:
        """Seconds that it will take at this pace; None where that cannot be told."""
        if not self.total or not self.done or self.done >= self.total:
            return None
        return self.elapsed / self.done * (self.total - self.done)

    async def run(self, session: Session) -> None:
        """Do the work. Raises SyncError, CancelledError."""
        raise NotImplementedError

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        raise NotImplementedError


@dataclass(slots=True, kw_only=True)
class PullJob(Job):
    """A pull."""

    replace: bool = False
    pages: int = 0
    writing: bool = False
    result: PullDone | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        if self.writing:
            return "writing the workbook"
        return f"pulling, page {self.pages}" if self.pages else "pulling"

    @property
    def can_stop(self) -> bool:
        """Not while the workbook is being written: that lands whole or not at all."""
        return not self.writing and not self.stopping

    @property
    def summary(self) -> str:
        """What it did, in one sentence."""
        done = self.result
        if done is None:
            return ""
        parts = {"added": done.added, "changed": done.changed, "gone": done.removed, "in conflict": done.conflicts}
        told = ", ".join(f"{number:,} {word}" for word, number in parts.items() if number) or "nothing new"
        return f"{self.link}: {done.rows:,} rows pulled in {self.elapsed:.1f} s with {self.calls} calls: {told}."

    async def run(self, session: Session) -> None:
        """Pull. Raises SyncError; CancelledError leaves the file as it was."""
        workbook = await session.offload(lambda: open_file(self.workbook))
        async with aclosing(session.pull(self.link, workbook, replace=self.replace)) as events:  # type: ignore[type-var]
            async for event in events:
                self._take(event)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.pulled(self)

    def _take(self, event: PullEvent) -> None:
        match event:
            case PagePulled():
                self.pages, self.done, self.total = event.pages, event.rows, event.total
            case Writing():
                self.writing, self.done = True, event.rows
            case PullDone():
                self.result = event


@dataclass(slots=True, kw_only=True)
class PlanJob(Job):
    """A plan in the making: reads the workbook and asks the target what it takes; sends no row."""

    variables: Mapping[str, str]
    only_failed: bool = False
    """Send rows that were refused, and no others."""
    result: Prepared | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return "making the plan"

    async def run(self, session: Session) -> None:
        """Plan. Raises SyncError."""
        workbook = await session.offload(lambda: open_file(self.workbook))
        options = PushOptions(variables=self.variables, only_failed=self.only_failed)
        self.result = await session.plan(self.link, workbook, options, _nobody)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.planned(self)


def _nobody(_variable: str, _question: str) -> None:
    """Questions were put before."""


@dataclass(slots=True, kw_only=True)
class PushJob(Job):
    """A push of a plan that the user confirmed."""

    asks_before_leaving: ClassVar[bool] = True

    prepared: Prepared | PreparedAgain
    run_id: str = ""
    batch: int = 0
    reading_back: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    result: PushResult | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        batches = len(self.prepared.plan.batches)
        if self.reading_back:
            return f"reading {count(self.reading_back, 'row')} back"
        if self.stopping:
            return "stopping; waiting up to 5 s for the answer under way"
        return f"pushing, call {self.batch} of {max(batches, self.batch)}" if self.batch else "pushing"

    async def run(self, session: Session) -> None:
        """Push. Raises SyncError after `result` is there, or before anything was journalled."""
        self.total = len(self.prepared.plan.rows)
        async with aclosing(session.push(self.prepared, self.stop)) as events:  # type: ignore[type-var]
            async for event in events:
                self._take(event)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.pushed(self)

    def _take(self, event: Event) -> None:
        match event:
            case PushStarted():
                self.run_id = event.run_id
            case BatchSending():
                self.batch = event.number
            case ReadingBack():
                self.reading_back = event.rows
            case RowSettled():
                self.done += 1
            case PushDone():
                self.result = event.result


@dataclass(slots=True, kw_only=True)
class DecideJob(Job):
    """The user's decision about a row in conflict, on its way into the worksheet; sends nothing."""

    row_id: str
    sides: Mapping[str, str]
    """Header -> `mine` or `theirs`."""

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return "writing your decision"

    @property
    def can_stop(self) -> bool:
        """Never: it lands whole or not at all."""
        return False

    async def run(self, session: Session) -> None:
        """Write it. Raises SyncError."""
        workbook = await session.offload(lambda: open_file(self.workbook))
        await session.decide(self.link, workbook, self.row_id, self.sides)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.decided(self)


@dataclass(slots=True, kw_only=True)
class RepairJob(Job):
    """Damaged cells on their way back; sends nothing."""

    result: Sequence[Damage] | None = None
    """What was put back."""

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return "putting damaged cells back"

    @property
    def can_stop(self) -> bool:
        """Never: it lands whole or not at all."""
        return False

    async def run(self, session: Session) -> None:
        """Put them back. Raises SyncError."""
        workbook = await session.offload(lambda: open_file(self.workbook))
        self.result = await session.repair(self.link, workbook)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.repaired(self)


@dataclass(slots=True, kw_only=True)
class RunJob(Job):
    """Work on a run that is over, with its workbook where that is there."""

    run_id: str
    notice: str = ""
    """Why the workbook takes no part."""

    async def _with_workbook(
        self, session: Session, act: Callable[[Workbook | None], Awaitable[T]], why: Callable[[WorksheetError], str]
    ) -> T:
        """Act on the workbook; where it is gone or cannot be used, on the journal alone."""
        if not self.workbook:
            return await act(None)
        try:
            return await act(await session.offload(lambda: _old_file(self.workbook)))
        except WorksheetError as error:
            self.notice = why(error)
            return await act(None)


def _old_file(path: str) -> Workbook:
    if not Path(path).is_file():
        raise WorksheetError(f"There is no file {path}.", "Pull to create it.")
    return open_file(path)


@dataclass(slots=True, kw_only=True)
class SettleJob(RunJob):
    """A look at the other side for what became of a run's rows in doubt; sends no row."""

    decision: Decision | None = None
    """What the user says of rows of which the look is no proof."""
    result: Settlement | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return "looking what became of rows in doubt"

    async def run(self, session: Session) -> None:
        """Look and settle. Raises SyncError."""

        async def act(workbook: Workbook | None) -> Settlement:
            return await session.settle(self.run_id, self.decision, workbook)

        self.result = await self._with_workbook(session, act, was_not_marked)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.settled(self)


@dataclass(slots=True, kw_only=True)
class AgainJob(RunJob):
    """A plan that takes a run back, or sends what it left; sends no row."""

    what: Again
    result: PreparedAgain | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return f"making the plan of {'an undo' if self.what == 'undo' else 'the rest'}"

    async def run(self, session: Session) -> None:
        """Plan. Raises SyncError."""
        make = session.undo if self.what == "undo" else session.advance

        async def act(workbook: Workbook | None) -> PreparedAgain:
            return await make(self.run_id, workbook)

        self.result = await self._with_workbook(session, act, will_not_be_marked)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.planned_again(self)
