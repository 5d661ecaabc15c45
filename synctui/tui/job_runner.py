"""Runs the jobs: one for each link and one for each workbook at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar

from synctui import crash
from synctui.errors import SyncError, UsageError
from synctui.http.calls import CallDone
from synctui.session import Session
from synctui.tui.jobs import Job, PushJob

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
        return next((job for job in self.running.values() if workbook and job.workbook == workbook), None)

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
