"""What the dashboard knows of each link: its workbook, how its rows stand, its last pull and its last run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ulid import ULID

from synctui.errors import SyncError, WorksheetError
from synctui.links import Link
from synctui.offload import in_thread
from synctui.session import Reading, Session, open_file
from synctui.store.history import RunSummary
from synctui.tui.signs import state_of
from synctui.worksheets.passport import from_lines

MOST_FILES = 30
"""Workbooks of the working folder that are looked into for a passport, newest first."""

Stamp = tuple[int, int] | None
"""A file's time of change (ns) and size; None where there is none."""


@dataclass(slots=True)
class LinkState:
    """One link, as far as it is known."""

    link: Link
    workbook: str = ""
    """Full path; empty until one is found or chosen."""
    searched: bool = False
    """Whether a workbook has been looked for."""
    read: bool = False
    """Whether the workbook has been looked at since it was chosen."""
    reading: Reading | None = None
    """Its rows; None before the first pull."""
    counts: Counter[str] = field(default_factory=Counter)
    """State (as in SIGNS) -> rows; `rows` all of them, `damage` cells."""
    pulled: datetime | None = None
    """Aware; None before the first pull."""
    last_run: RunSummary | None = None
    error: SyncError | None = None
    """Why the workbook could not be read."""
    job_error: SyncError | None = None
    """What ended the last job before its time."""
    stamp: Stamp = None
    """Of the file when it was read."""


class Overview:
    """The states of all links."""

    def __init__(self, session: Session, workbook: str | None, folder: Path) -> None:
        self.session = session
        self.links = {name: LinkState(link) for name, link in session.settings.links.items()}
        self._given = str(Path(workbook).resolve()) if workbook else ""
        self._folder = folder

    async def find_workbooks(self) -> None:
        """Choose a workbook for each link: the one given, else the last one pushed from, else one that holds it."""
        if self._given:
            found = dict.fromkeys(self.links, self._given)
        else:
            found = await in_thread(self._found_in_folder) | self._found_in_journal()
        for name, state in self.links.items():
            state.workbook = state.workbook or found.get(name, "")
            state.searched = True

    def _found_in_journal(self) -> dict[str, str]:
        runs = reversed(self.session.runs())
        return {run.link: run.workbook for run in runs if Path(run.workbook).is_file()}

    def _found_in_folder(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in _newest(self._folder):
            for name in _links_in(path):
                found.setdefault(name, str(path))
        return found

    async def read(self, name: str) -> None:
        """Look at a link's workbook and at the journal; what fails is kept as the link's error."""
        state = self.links[name]
        state.stamp = await in_thread(lambda: stamp(state.workbook))
        try:
            state.reading = reading = await self._reading(state)
            state.counts = await in_thread(lambda: counts(reading)) if reading else Counter()
            state.pulled = _pulled_at(reading) if reading else None
            state.last_run = next((run for run in self.session.runs() if run.link == name), None)
            state.error = None
        except SyncError as error:
            moved = await in_thread(lambda: stamp(state.workbook)) != state.stamp
            state.error = None if moved else error  # somebody saves it now: it is looked at again
        state.read = True

    async def _reading(self, state: LinkState) -> Reading | None:
        name = state.link.name
        if not state.workbook or name not in self._held_by(state):
            return None
        workbook = await in_thread(lambda: open_file(state.workbook))
        return await self.session.look(name, workbook)

    def _held_by(self, state: LinkState) -> Collection[str]:
        """Links that the workbook can hold, as far as another one's reading of the same file tells."""
        others = self.links.values()
        told = [o.reading.passport.links for o in others if o.reading and (o.workbook, o.stamp) == _file(state)]
        return told[0] if told else self.links

    async def changed(self) -> list[str]:
        """Links whose workbook somebody saved since it was read."""
        seen = {name: state for name, state in self.links.items() if state.read and state.workbook}
        now = {path: await in_thread(lambda path=path: stamp(path)) for path in {s.workbook for s in seen.values()}}  # type: ignore[misc]
        return [name for name, state in seen.items() if now[state.workbook] != state.stamp]

    def choose(self, name: str, workbook: str) -> None:
        """Take another workbook for a link."""
        self.links[name] = LinkState(self.links[name].link, workbook, searched=True, last_run=self.links[name].last_run)


def _file(state: LinkState) -> tuple[str, Stamp]:
    return state.workbook, state.stamp


def counts(reading: Reading) -> Counter[str]:
    """How many rows stand in which state."""
    changes = reading.changes
    found = Counter(state_of(row, reading.memory) for row in changes.rows)
    found["rows"] = len(changes.rows)
    found["damage"] = len(changes.damage)
    found["problem"] = len(changes.problems)
    found["deleted"] = len(changes.deleted)
    return found


def offers(state: LinkState) -> str:
    """What can be done about refused and damaged cells, by which key."""
    told = {"refused": "U pushes just the refused rows", "damage": "f puts the damaged cells back"}
    return " · ".join(words for name, words in told.items() if state.counts[name])


def stamp(path: str) -> Stamp:
    """When a file was changed, and how long it is."""
    try:
        found = os.stat(path)  # noqa: PTH116  an empty path is no folder here
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _pulled_at(reading: Reading) -> datetime | None:
    """A pull's id tells its time."""
    try:
        return ULID.from_str(reading.memory.pull_id).datetime
    except ValueError:
        return None


def _newest(folder: Path) -> list[Path]:
    """Workbooks of a folder, newest first; the lock files of spreadsheet programs left out."""
    found = [path for path in folder.glob("*.xls[xm]") if not path.name.startswith(("~$", "."))]
    return sorted(found, key=lambda path: stamp(str(path)) or (0, 0), reverse=True)[:MOST_FILES]


def _links_in(path: Path) -> Iterator[str]:
    try:
        lines = open_file(str(path)).passport()
        yield from from_lines(lines).links if lines is not None else ()
    except WorksheetError:
        return
