"""A process that is stopped midway is no dead one: whoever else wants to push to its target waits."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest
from crash_desk import BATCH, LINKS, Case, NewCase, wait_until
from doomed_session import Doom

if sys.platform == "win32":
    pytest.skip("Windows has no SIGSTOP", allow_module_level=True)

PAUSES = [5, pytest.param(20, marks=pytest.mark.nightly), pytest.param(60, marks=pytest.mark.nightly)]
POINTS = {"intended": 1, "body sent": 2}
"""Before and during the second request -> how many have arrived in the pause."""


@pytest.mark.parametrize("seconds", PAUSES)
async def test_whoever_comes_while_a_push_is_paused_sends_nothing_twice(new_case: NewCase, seconds: float) -> None:
    paused = [(new_case(link, rows=4), point) for link in LINKS for point in POINTS]
    waiting = [new_case(case.link, rows=4, beside=case) for case, _ in paused]
    for case, point in paused:
        case.start("push", Doom(point, 2, sleeps=case.folder / "asleep"))
    for (case, _), other in zip(paused, waiting, strict=True):
        wait_until((case.folder / "asleep").exists)
        case.start("push")  # a second window on the same workbook
        other.start("wait")
    for other in waiting:
        wait_until((other.place.home / "busy").exists)
    await asyncio.sleep(seconds)
    for (case, point), other in zip(paused, waiting, strict=True):
        case.arrived(POINTS[point] * BATCH)
        other.arrived(0)
        assert other.processes[0].is_alive()
        wake(case)
    for case in [*waiting, *(case for case, _ in paused)]:
        assert {case.ended(process) for process in case.processes} == {0}
        case.once()
        await check_told(case)


@pytest.mark.parametrize("link", LINKS)
def test_a_plan_that_was_overtaken_while_its_process_slept_sends_nothing(new_case: NewCase, link: str) -> None:
    case = new_case(link)
    asleep = case.folder / "asleep"
    case.start("push", Doom("confirmed", 1, sleeps=asleep))
    wait_until(asleep.exists)
    case.ended(case.start("push"))
    case.once()
    wake(case)
    case.ended(case.processes[0])
    case.once()


def wake(case: Case) -> None:
    assert case.processes[0].pid is not None
    os.kill(case.processes[0].pid, signal.SIGCONT)


async def check_told(case: Case) -> None:
    desk = case.desk()
    assert {run.state for run in desk.session.runs()} == {"done"}
    rows = [row for run in desk.session.runs() for row in desk.session.show(run.run_id)[1]]
    assert {row.outcome for row in rows} == {"accepted"}
    await desk.close()
