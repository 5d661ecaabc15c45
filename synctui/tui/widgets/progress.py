"""One line that tells how far a job is: rows, calls, time taken and time left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from synctui.tui.texts import clock
from synctui.wording import count

if TYPE_CHECKING:
    from synctui.tui.jobs import Job

BAR = 8
"""Columns of the bar."""
EVERY = 0.25
"""Seconds between two looks at the job."""


class ProgressLine(Static):
    """Follows a job as long as it has one."""

    def __init__(self) -> None:
        super().__init__(classes="progress")
        self.display = False
        self._job: Job | None = None

    def on_mount(self) -> None:
        """Look at the job now and then."""
        self.set_interval(EVERY, self._look)

    def follow(self, job: Job | None) -> None:
        """Show this job, or nothing."""
        self._job = job
        self.display = job is not None
        self._look()

    def _look(self) -> None:
        if self._job is not None:
            self.update(progress(self._job))


def progress(job: Job) -> Content:
    """What is known of a job, in one line."""
    rows = f"{job.done:,} of {count(job.total, 'row')}" if job.total else count(job.done, "row") if job.done else ""
    left = f"{clock(job.left)} left" if job.left is not None else ""
    told = [job.doing, rows, count(job.calls, "call"), clock(job.elapsed), left]
    return Content.assemble((_bar(job), "$primary"), " ", " · ".join(text for text in told if text))


def _bar(job: Job) -> str:
    full = round(BAR * min(1.0, job.done / job.total)) if job.total else 0
    return "█" * full + "░" * (BAR - full)
