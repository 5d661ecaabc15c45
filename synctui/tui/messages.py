"""What the app is told by its jobs, and tells its screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synctui.past_runs.settle import Decision
    from synctui.store.history import RunSummary
    from synctui.tui.jobs import Job


class Decided(Message):
    """The user decided cells of a row in conflict: header -> `mine` or `theirs`."""

    def __init__(self, link: str, row_id: str, sides: Mapping[str, str]) -> None:
        super().__init__()
        self.link, self.row_id, self.sides = link, row_id, sides


class Judged(Message):
    """The user said what became of a run's rows in doubt."""

    def __init__(self, run: RunSummary, decision: Decision) -> None:
        super().__init__()
        self.run, self.decision = run, decision


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
