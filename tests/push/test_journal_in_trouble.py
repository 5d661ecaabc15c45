"""The journal's disk is full, broken or taken at its n-th write, for every n: nothing leaves that is not on disk."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from push_fakes import TARGET, FakeMarks, FakeTarget, plan

from synctui.connectors.base import BatchReply, Outgoing, RowReply
from synctui.errors import StoreError
from synctui.past_runs.settle import settle
from synctui.push import run as push
from synctui.push.run import PushDone
from synctui.records import Outcome
from synctui.store.journal import Journal

LONG = "x" * 9000
"""A text that needs new pages of the file, so that every write meets a full disk."""
ROWS = ("key:V1", "key:V2", "key:V3", "key:V4")
BATCHES = ([1, 2], [3, 4])


class Trouble:
    """What is wrong with a disk, from its n-th write on: for one write, or as long as the push lasts."""

    def __init__(self, first: int, *, lasts: bool) -> None:
        self.first, self.lasts = first, lasts
        self.writes = self.struck = self.failed = 0

    @contextmanager
    def around(self, db: sqlite3.Connection, path: Path) -> Iterator[None]:
        self.writes += 1
        if self.writes < self.first or (self.struck and not self.lasts):
            yield
            return
        self.struck += 1
        with self.strike(db, path):
            try:
                yield
            except StoreError:
                self.failed += 1
                raise

    @contextmanager
    def strike(self, db: sqlite3.Connection, path: Path) -> Iterator[None]:
        raise NotImplementedError
        yield


class Full(Trouble):
    """The file cannot grow any more."""

    said = "database or disk is full"

    @contextmanager
    def strike(self, db: sqlite3.Connection, path: Path) -> Iterator[None]:
        [pages] = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count={pages}")
        try:
            yield
        finally:
            db.execute("PRAGMA max_page_count=1000000")


class Broken(Trouble):
    """The system refuses every write to any file: SQLite calls that a disk I/O error."""

    said = "disk I/O error"

    @contextmanager
    def strike(self, db: sqlite3.Connection, path: Path) -> Iterator[None]:
        import resource

        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class Taken(Trouble):
    """Another process is writing, and does not come to an end."""

    said = "database is locked"

    @contextmanager
    def strike(self, db: sqlite3.Connection, path: Path) -> Iterator[None]:
        db.execute("PRAGMA busy_timeout=1")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()


KINDS = [Full, pytest.param(Broken, marks=pytest.mark.skipif(sys.platform == "win32", reason="no limits")), Taken]


class TroubledJournal(Journal):
    """Meets trouble at each of its writes."""

    trouble: Trouble | None = None

    @contextmanager
    def _writing(self, point: str) -> Iterator[sqlite3.Connection]:
        if self.trouble is None:
            with super()._writing(point) as db:
                yield db
            return
        file = self._database
        with self.trouble.around(file._db, file.path), super()._writing(point) as db:
            yield db


class Watcher(FakeTarget):
    """Looks at the disk, over a connection of its own, whenever rows come."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def mark(self) -> str:
        return LONG

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        with sqlite3.connect(self._path) as db:
            noted = db.execute("SELECT row_id FROM rows WHERE state = 'sending'").fetchall()
        db.close()
        assert [row_id for (row_id,) in noted] == [row.row_id for row in rows], "no intent on disk"
        self.calls.append([row.row_id for row in rows])
        return BatchReply(tuple(RowReply(row.row_id, Outcome.ACCEPTED, LONG) for row in rows))

    @property
    def log(self) -> list[str]:
        return [row_id for call in self.calls for row_id in call]


async def pushed(journal: Journal, target: Watcher, rows: Sequence[Sequence[int]] = BATCHES) -> tuple[Any, Any]:
    """The push's result and the error that it ended with; None where there was none."""
    result = error = None
    try:
        async for event in push.run(plan(*rows), target=target, journal=journal, marks=FakeMarks(target)):
            result = event.result if isinstance(event, PushDone) else result
    except StoreError as failure:
        error = failure
    return result, error


def lived_through(folder: Path, trouble: Trouble) -> bool:
    """One push with trouble, and the next without; tells whether the trouble came."""
    journal = TroubledJournal(folder, synchronous="OFF", patience=0)
    journal.trouble = trouble
    target = Watcher(folder / "journal.sqlite3")
    result, error = asyncio.run(pushed(journal, target))
    check_told(trouble, result, error)
    journal.close()
    check_ends_well(folder, target, result)
    return trouble.struck > 0


def check_told(trouble: Trouble, result: Any, error: StoreError | None) -> None:
    """Trouble is told in one sentence with its remedy, as the push's error or as a notice of its result."""
    said = [str(error)] if error else []
    said += result.notices if result else []
    assert any(trouble.said in sentence for sentence in said) == (trouble.failed > 0), said
    assert not any("Traceback" in sentence or "unexpected" in sentence for sentence in said)


def check_ends_well(folder: Path, target: Watcher, result: Any) -> None:
    """Afterwards the journal tells the truth of every row, and what is left arrives with the next push."""
    journal = Journal(folder, synchronous="OFF", patience=0)
    with journal.hold(TARGET):
        pass
    runs = journal.runs()
    told = {row.row_id: row.outcome for run in runs for row in journal.rows(run.run_id)}
    assert not runs or set(told) == set(ROWS)
    assert all(row_id in target.log for row_id, outcome in told.items() if outcome is Outcome.ACCEPTED)
    assert all(row_id not in target.log for row_id, outcome in told.items() if outcome is Outcome.UNSENT)
    doubtful = [row_id for row_id, outcome in told.items() if outcome is Outcome.IN_DOUBT]
    assert set(target.log) <= {row_id for row_id in told if told[row_id] is not Outcome.UNSENT}
    for run_id in journal.barrier(TARGET):
        settle(journal, run_id, "arrived" if set(doubtful) <= set(target.log) else "resend")
    left = [[number] for number in range(1, 5) if f"key:V{number}" not in target.log]
    asyncio.run(pushed(journal, target, left))
    assert Counter(target.log) == Counter(ROWS)
    journal.close()


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "to the end"])
@pytest.mark.parametrize("kind", KINDS)
def test_trouble_at_any_write_is_a_sentence_and_sends_nothing_without_its_intent(
    tmp_path: Path, kind: type[Trouble], lasts: bool
) -> None:
    writes = 1
    while lived_through(tmp_path / str(writes), kind(writes, lasts=lasts)):
        writes += 1
    assert writes > 8  # the lock, the plan, two intents and two answers, the end, the marks
