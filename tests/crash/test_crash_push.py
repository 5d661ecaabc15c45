from __future__ import annotations

import asyncio
import json
import os
import signal
import socketserver
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import doomed_push
import pytest
from doomed_push import BATCH, REFUSED, ROW_IDS, TARGET, Doom, Sheet, opened, push_all, settle_all
from forking import PROCESSES

from synctui.errors import UsageError
from synctui.store.history import RunRow

if sys.platform == "win32":
    pytest.skip("Windows has no SIGKILL", allow_module_level=True)

ONCE = (
    *("before the journal opens", "locking", "locked", "planning", "planned", "baseline"),
    *("workbook half written before", "workbook written before", "workbook in place before", "marked"),
    *("finishing", "finished", "marking"),
    *("workbook half written after", "workbook written after", "workbook in place after", "written", "noting"),
)
EACH_BATCH = (
    *("intending", "intended", "before it connects", "half the body sent", "body sent"),
    *("half the answer read", "answered", "recording", "recorded"),
)


class FakeTarget(socketserver.ThreadingTCPServer):
    """Takes one line of row ids per connection, writes them into its log, answers with the same line."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.log: list[str] = []
        self.delay = 0.0
        self.poison = ""
        """The row for which a whole line is refused."""
        super().__init__(("127.0.0.1", 0), _Take)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Take(socketserver.StreamRequestHandler):
    server: FakeTarget

    def handle(self) -> None:
        line = self.rfile.readline()
        if not line.endswith(b"\n"):
            return
        time.sleep(self.server.delay)
        refused = self.server.poison in json.loads(line)
        self.server.log += [] if refused else json.loads(line)
        try:
            self.wfile.write(REFUSED if refused else line)
        except OSError:
            return


@pytest.fixture(scope="module")
def server() -> Iterator[FakeTarget]:
    with FakeTarget() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(server: FakeTarget) -> FakeTarget:
    server.log.clear()
    server.delay, server.poison = 0.0, ""
    return server


def started(act: str, folder: Path, target: FakeTarget, doom: Doom) -> ForkServerProcess:
    process = PROCESSES.Process(target=doomed_push.main, args=(act, folder, target.port, doom, set(target.log)))
    process.start()
    return process


def killed(act: str, folder: Path, target: FakeTarget, point: str, hit: int) -> None:
    """Run a doomed process, and make sure that it died where it was meant to."""
    process = started(act, folder, target, Doom(point, hit))
    process.join(30)
    assert process.exitcode == -signal.SIGKILL, f"{point} was not reached {hit} time(s)"


def rows_of_last_run(folder: Path) -> tuple[RunRow, ...]:
    journal = opened(folder, Doom())
    runs = journal.runs()
    rows = journal.rows(runs[0].run_id) if runs else ()
    assert all(run.state in ("interrupted", "done") for run in runs)
    assert len(rows) == (runs[0].size if runs else 0)
    journal.close()
    return rows


def check_told_the_truth(rows: tuple[RunRow, ...], log: list[str]) -> None:
    for row in rows:
        if row.outcome == "accepted":
            assert log.count(row.row_id) == 1
        elif row.outcome == "unsent":
            assert row.row_id not in log
        else:
            assert row.outcome == "in_doubt"
    assert sum(row.outcome == "in_doubt" for row in rows) <= BATCH


def check_all_ends_well(folder: Path, target: FakeTarget) -> None:
    """What a user does next: settle by what the target shows, and push what is left."""
    settle_all(folder, Doom(), set(target.log))
    asyncio.run(push_all(folder, target.port, Doom()))
    assert Counter(target.log) == Counter(ROW_IDS), "each row took effect exactly once"
    asyncio.run(push_all(folder, target.port, Doom()))
    assert set(Sheet(folder, Doom()).rows().values()) == {"saved"}
    assert len(target.log) == len(ROW_IDS)


@pytest.mark.parametrize(
    ("point", "hit"), [*((point, 1) for point in ONCE), *((point, hit) for point in EACH_BATCH for hit in (1, 3))]
)
def test_a_push_killed_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, target: FakeTarget, point: str, hit: int
) -> None:
    killed("push", tmp_path, target, point, hit)
    time.sleep(0.02)  # what was sent arrives
    check_told_the_truth(rows_of_last_run(tmp_path), target.log)
    check_all_ends_well(tmp_path, target)


def test_what_takes_effect_only_after_the_death_is_in_doubt(tmp_path: Path, target: FakeTarget) -> None:
    target.delay = 0.3
    killed("push", tmp_path, target, "body sent", 1)
    rows = rows_of_last_run(tmp_path)
    assert target.log == []
    assert [row.outcome for row in rows[:BATCH]] == ["in_doubt"] * BATCH
    time.sleep(0.5)
    assert len(target.log) == BATCH
    target.delay = 0.0
    check_all_ends_well(tmp_path, target)


@pytest.mark.parametrize("point", ["locking", "locked", "deciding", "decided"])
def test_a_settlement_killed_anywhere_is_made_or_not_made(tmp_path: Path, target: FakeTarget, point: str) -> None:
    killed("push", tmp_path, target, "answered", 1)
    killed("settle", tmp_path, target, point, 1)
    rows = rows_of_last_run(tmp_path)
    made = "accepted" if point == "decided" else "in_doubt"
    assert [row.outcome for row in rows[:BATCH]] == [made] * BATCH
    check_all_ends_well(tmp_path, target)


def test_a_dead_process_frees_its_lock(tmp_path: Path, target: FakeTarget) -> None:
    killed("push", tmp_path, target, "locked", 1)
    journal = opened(tmp_path, Doom())
    assert not journal.locks.held(TARGET)
    journal.close()


def test_a_process_that_only_sleeps_keeps_its_lock(tmp_path: Path, target: FakeTarget) -> None:
    process = started("push", tmp_path, target, Doom("body sent", 1, signal.SIGSTOP))
    while not target.log:
        time.sleep(0.01)
    journal = opened(tmp_path, Doom())
    assert [run.state for run in journal.runs()] == ["running"]
    with pytest.raises(UsageError, match="is sending to"), journal.hold(TARGET):
        pass
    journal.close()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGCONT)
    process.join(30)
    assert process.exitcode == 0
    assert Counter(target.log) == Counter(ROW_IDS)
    assert [row.outcome for row in rows_of_last_run(tmp_path)] == ["accepted"] * len(ROW_IDS)


@pytest.mark.parametrize("hit", [2, 4])
@pytest.mark.parametrize("point", EACH_BATCH)
def test_a_push_killed_while_it_looks_for_a_bad_row_loses_and_doubles_nothing(
    tmp_path: Path, target: FakeTarget, point: str, hit: int
) -> None:
    target.poison = "row:N1"
    killed("bisect", tmp_path, target, point, hit)
    time.sleep(0.02)
    rows = rows_of_last_run(tmp_path)
    assert Counter(target.log).keys() >= {row.row_id for row in rows if row.outcome == "accepted"}
    assert not {row.row_id for row in rows if row.outcome in ("unsent", "refused")} & set(target.log)
    target.poison = ""
    settle_each_half(tmp_path, target)
    asyncio.run(push_all(tmp_path, target.port, Doom()))
    assert Counter(target.log) == Counter(ROW_IDS), "each row took effect exactly once"


def settle_each_half(folder: Path, target: FakeTarget) -> None:
    """Rows in doubt all left in one call: they arrived together, or none did."""
    settle_all(folder, Doom(), set(target.log))
    journal = opened(folder, Doom())
    assert journal.barrier(TARGET) == ()
    journal.close()
