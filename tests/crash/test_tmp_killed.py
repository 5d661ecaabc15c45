"""Pushes of forty rows that are killed at any moment, again and again, while the other side has its own troubles."""

from __future__ import annotations

import asyncio
import signal
import sys
from multiprocessing.process import BaseProcess
from random import Random

import pytest
from crash_desk import LINKS, Case, NewCase, wait_until

if sys.platform == "win32":
    pytest.skip("Windows has no SIGKILL", allow_module_level=True)

ROWS, NEW, BATCH_ROWS = 40, 8, 5
ROUNDS = 30
TROUBLE = 0.35
LATE = 0.1
FAULTS = (
    *("cut_before", "cut_after", "cut_answer", "reset_after", f"late={LATE}", "slow=0.1", "truncated"),
    *("empty", "empty_after", "500_before", "500_after", "html200"),
)


async def lives_through(case: Case, random: Random) -> int:
    """Push, be killed, settle, and again until all is there; tells how often the process was killed."""
    kills = 0
    for patience in range(ROUNDS):
        if random.random() < TROUBLE:
            case.practice.faults.arm(f"{LINKS[case.link]}:{random.choice(FAULTS)}*1@{random.randint(1, 4)}")
        process = begun(case)
        process.join(random.uniform(0.0, 0.05 + 0.1 * patience))
        process.kill()
        kills += case.ended(process) == -signal.SIGKILL
        await asyncio.sleep(2 * LATE)  # what was sent arrives
        case.practice.faults.clear()
        await settled(case)
        if len(case.log) == ROWS:
            break
    return kills


def begun(case: Case) -> BaseProcess:
    """A push whose first call has left."""
    known = len(case.practice.received)
    process = case.start("push")
    wait_until(lambda: len(case.practice.received) > known or not process.is_alive())
    return process


async def settled(case: Case) -> None:
    """After a round everything is told as it is; then the user settles what is in doubt."""
    desk = case.desk()
    case.check_truth(case.rows(desk))
    await case.settle(desk)
    await desk.close()


@pytest.mark.parametrize(
    "seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(10, 200))]
)
async def test_a_push_that_is_killed_at_random_moments_arrives_once(new_case: NewCase, seed: int) -> None:
    random = Random(seed)
    case = new_case(list(LINKS)[seed % 3], rows=ROWS, new=NEW, batch=BATCH_ROWS)
    kills = await lives_through(case, random)
    print("KILLS", kills)
    assert kills > 0
    desk = case.desk()
    await case.ends_well(desk)
    assert not [run for run in desk.session.runs() if run.state not in ("interrupted", "done")]
    await desk.close()
