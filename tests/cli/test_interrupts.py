"""Ctrl-C at the worst moments of an event loop: between taking a callback from its list and calling it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGINT that a process can send to itself")

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import asyncio, os, signal, sys
from synctui.cli.desk import Desk

kind, turn = sys.argv[1], int(sys.argv[2])

class Handle(asyncio.events.Handle):
    calls = 0

    def _run(self):
        Handle.calls += 1
        if Handle.calls == turn:
            os.kill(os.getpid(), signal.Signals[kind])
        super()._run()

asyncio.events.Handle = asyncio.base_events.events.Handle = Handle

async def other():
    for _ in range(50):
        await asyncio.sleep(0)

async def work(_):
    await asyncio.gather(*(other() for _ in range(3)))
    return "done"

try:
    print(Desk("test").run(work))
except KeyboardInterrupt:
    print("interrupted")
"""


def ended(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("turn", [1, 2, 3, 5, 20, 90])
def test_an_interruption_within_the_loop_ends_the_work(turn: int) -> None:
    assert ended(CODE, "SIGINT", str(turn)) == "interrupted"


def test_the_systems_way_to_end_a_program_does_the_same() -> None:
    assert ended(CODE, "SIGTERM", "7") == "interrupted"


def test_a_loop_that_nobody_interrupts_ends_by_itself() -> None:
    assert ended(CODE, "SIGINT", "100000") == "done"


BUSY = """
import os, signal
from synctui.cli.desk import Desk

async def work(_):
    os.kill(os.getpid(), signal.SIGINT)
    print("this is not reached")

try:
    Desk("test").run(work)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_work_that_does_not_wait_is_interrupted_where_it_is() -> None:
    assert ended(BUSY) == "interrupted"


PARTS = """
import asyncio, os, signal
from synctui.cli.desk import Desk

async def wait():
    try:
        await asyncio.sleep(60)
    finally:
        print("waiting ended")

async def press():
    await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)

async def work(_):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(wait())
            group.create_task(press())
    finally:
        print("tidied up")

try:
    Desk("test").run(work)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_work_in_several_tasks_tidies_up_before_it_ends() -> None:
    assert ended(PARTS).splitlines() == ["waiting ended", "tidied up", "interrupted"]
