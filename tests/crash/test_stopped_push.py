"""Ctrl-C at any moment: every row has its place soon, and what may have left is never taken for unsent."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import doomed_session
import pytest
from crash_desk import LINKS, Case, NewCase, wait_until

if sys.platform == "win32":
    pytest.skip("Windows has no SIGINT that one process can send to another", allow_module_level=True)

ARGUMENTS = ("--yes", "--workbook", "awards.xlsx")
AT_ONCE = 5
LATEST = 1.2
"""Seconds in which a push is under way."""
FINAL = 5.0
"""Seconds from Ctrl-C to the end, where the target answers."""
PARTING = 2.0
"""Seconds more where it does not: the answer's five are over first."""


@dataclass
class Pressed:
    """A push that is stopped."""

    case: Case
    process: BaseProcess
    told: Path
    at: float = 0.0


def started(case: Case) -> Pressed:
    told = case.folder / "told"
    process = case.process(doomed_session.command, case.place, told, "push", case.link, *ARGUMENTS)
    wait_until(told.exists)
    return Pressed(case, process, told)


def pressed(cases: list[Case], moments: list[float]) -> list[Pressed]:
    """Pushes at the same time, each stopped at its moment, in seconds from the last one's start."""
    pushes, begun = [started(case) for case in cases], time.time()
    for push, moment in zip(pushes, sorted(moments), strict=True):
        time.sleep(max(begun + moment - time.time(), 0.0))
        push.at = time.time()
        if push.process.is_alive():
            assert push.process.pid is not None
            os.kill(push.process.pid, signal.SIGINT)
    return pushes


def seconds_to_the_end(push: Pressed) -> float:
    code = push.case.ended(push.process)
    told = push.told.read_text(encoding="utf-8")
    assert code in (0, 6, 130), told
    assert "Traceback" not in told
    return float(push.told.with_suffix(".ended").read_text()) - push.at


async def check(push: Pressed) -> bool:
    """Every row is in a final state that the other side's log bears out; tells whether one is in doubt."""
    desk = push.case.desk()
    rows = push.case.rows(desk)
    assert {row.state for row in rows} <= {"acked", "unknown", "cancelled", "unsent"}
    push.case.check_truth(rows)
    doubt = any(row.outcome == "in_doubt" for row in rows)
    if doubt:
        await push.case.check_barred(desk)
        await push.case.ends_well(desk)
    await desk.close()
    return doubt


@pytest.mark.parametrize("seed", range(5))
async def test_ctrl_c_at_a_random_moment_ends_in_a_final_state(new_case: NewCase, seed: int) -> None:
    random, links = Random(seed), list(LINKS)
    cases = [new_case(links[n % 3], batch=1) for n in range(10)]
    for place in LINKS.values():
        cases[0].practice.faults.arm(f"{place}:slow=0.15")
    for start in range(0, len(cases), AT_ONCE):
        pushes = pressed(cases[start : start + AT_ONCE], [random.uniform(0, LATEST) for _ in range(AT_ONCE)])
        took = [seconds_to_the_end(push) for push in pushes]
        assert max(took) < FINAL
        for push in pushes:
            await check(push)


async def test_ctrl_c_while_a_target_is_silent_leaves_its_rows_in_doubt(new_case: NewCase) -> None:
    cases = [new_case(link, batch=1) for link in LINKS]
    for link, case in zip(LINKS, cases, strict=True):
        case.practice.faults.arm(f"{LINKS[link]}:hang=60*1@3")
    pushes = pressed(cases, [LATEST] * len(cases))
    took = [seconds_to_the_end(push) for push in pushes]
    assert all(FINAL - 1 < seconds < FINAL + PARTING for seconds in took), took
    assert [await check(push) for push in pushes] == [True] * len(LINKS)


async def test_ctrl_c_while_a_push_is_planned_shows_no_traceback(new_case: NewCase) -> None:
    for link, moment in itertools.product(LINKS, (0.02, 0.05, 0.08, 0.11)):
        case = new_case(link, rows=3)
        [push] = pressed([case], [moment])
        assert seconds_to_the_end(push) < FINAL
        await check(push)
