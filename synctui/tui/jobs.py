"""Pulls and pushes under way. They belong to the app: screens come and go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from synctui import crash
from synctui.errors import SyncError, UsageError
from synctui.http.calls import CallDone
from synctui.planning import PushOptions
from synctui.pull import PagePulled, PullDone, PullEvent, Writing
from synctui.push import BatchSending, Event, PushDone, PushResult, PushStarted, RowSettled
from synctui.session import Prepared, Session, open_file


class Listener(Protocol):
    """Who is told of a job's end."""

    def pulled(self, job: PullJob) -> None:
        """A pull ended."""

    def planned(self, job: PlanJob) -> None:
        """A plan was made, or not."""

    def pushed(self, job: PushJob) -> None:
        """A push ended."""


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
    result: Prepared | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        return "making the plan"

    async def run(self, session: Session) -> None:
        """Plan. Raises SyncError."""
        workbook = await session.offload(lambda: open_file(self.workbook))
        self.result = await session.plan(self.link, workbook, PushOptions(variables=self.variables), _nobody)

    def tell(self, listener: Listener) -> None:
        """Tell of the end."""
        listener.planned(self)


def _nobody(_variable: str, _question: str) -> None:
    """Questions were put before."""


@dataclass(slots=True, kw_only=True)
class PushJob(Job):
    """A push of a plan that the user confirmed."""

    asks_before_leaving: ClassVar[bool] = True

    prepared: Prepared
    run_id: str = ""
    batch: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    result: PushResult | None = None

    @property
    def doing(self) -> str:
        """What it does now, in a few words."""
        batches = len(self.prepared.plan.batches)
        if self.stopping:
            return "stopping; waiting up to 5 s for the answer under way"
        return f"pushing, call {self.batch} of {batches}" if self.batch else "pushing"

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
            case RowSettled():
                self.done += 1
            case PushDone():
                self.result = event.result


_current: ContextVar[Job | None] = ContextVar("job", default=None)
"""The job that a call is made for; tasks that a job starts inherit it."""


class Jobs:
    """All jobs under way: one for each link, and one for each workbook."""

    def __init__(self, session: Session, ended: Callable[[Job], object]) -> None:
        self._session, self._ended = session, ended
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.running: dict[str, Job] = {}
        session.on_call = self._count

    def start(self, job: Job) -> None:
        """Begin. Raises UsageError while another job has the link or the workbook."""
        busy = self.busy(job.link, job.workbook)
        if busy is not None:
            what = "its own link" if busy.link == job.link else f"the same workbook ({busy.link})"
            raise UsageError(f"A job on {what} is under way.", "Wait until it has ended, or stop it with x.")
        self.running[job.link] = job
        self._tasks[job.link] = asyncio.create_task(self._run(job), name=f"job on {job.link}")

    def busy(self, link: str, workbook: str) -> Job | None:
        """The job that keeps a link or a workbook busy."""
        if link in self.running:
            return self.running[link]
        return next((job for job in self.running.values() if job.workbook == workbook), None)

    def stop(self, link: str) -> None:
        """Stop a link's job: a pull at once, a push before its next batch. Raises UsageError where that cannot be."""
        job = self.running.get(link)
        if job is None:
            raise UsageError(f"No job is under way on {link}.")
        if not job.can_stop:
            raise UsageError(f"The job is {job.doing}.", "This takes a moment only.")
        job.stopping = True
        if isinstance(job, PushJob):
            job.stop.set()
        else:
            self._tasks[link].cancel()

    async def stop_all(self) -> None:
        """Stop every job, and wait until each has come to its end."""
        for link in list(self.running):
            with suppress(UsageError):  # it is ending already
                self.stop(link)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, job: Job) -> None:
        _current.set(job)
        try:
            await job.run(self._session)
        except SyncError as error:
            job.error = error
        except asyncio.CancelledError:
            if not job.stopping:  # not the user, but the end of the program
                raise
        except Exception as error:
            job.error = _fault(error, job)
        finally:
            job.ended = time.monotonic()
            del self.running[job.link], self._tasks[job.link]
        self._ended(job)

    def _count(self, _: CallDone) -> None:
        job = _current.get()
        if job is not None:
            job.calls += 1


def _fault(error: Exception, job: Job) -> SyncError:
    what = f"A fault in SyncTUI ended the job on {job.link} ({type(error).__name__})."
    try:
        return SyncError(what, f"Please report it with the file {crash.keep(error, type(job).__name__)}.")
    except (SyncError, OSError):
        return SyncError(what, "It could not even be noted in a file.")
