"""What the app is told by its jobs, and tells its screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from synctui.tui.jobs import Job


class JobEnded(Message):
    """A job has come to its end, whatever that is."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class LinkChanged(Message, bubble=False):
    """Something about a link is new: its rows, its workbook, or a job that began. The app passes it to its screens."""

    def __init__(self, link: str) -> None:
        super().__init__()
        self.link = link
