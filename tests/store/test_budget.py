from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synctui.errors import BudgetSpent, StoreError
from synctui.store.budget import LONGEST_CALL, Budget

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(tmp_path: Path, clock: Clock) -> Iterator[Budget]:
    budget = Budget(tmp_path, "https://example.org", 3, clock)
    yield budget
    budget.close()


async def call(budget: Budget) -> None:
    async with budget.slot():
        pass


async def granted(budget: Budget, wanted: int) -> int:
    for number in range(wanted):
        try:
            await call(budget)
        except BudgetSpent:
            return number
    return wanted


async def test_no_more_than_the_limit_is_granted(budget: Budget) -> None:
    assert budget.left() == 3
    assert await granted(budget, 5) == 3
    assert (budget.used(), budget.left()) == (3, 0)


async def test_a_call_is_free_again_an_hour_after_its_end(budget: Budget, clock: Clock) -> None:
    async with budget.slot():
        clock.pass_by(minutes=5)
    assert await granted(budget, 5) == 2
    clock.pass_by(minutes=59, seconds=59)
    assert await granted(budget, 1) == 0
    clock.pass_by(seconds=1)
    assert budget.used() == 0
    assert await granted(budget, 5) == 3


async def test_the_user_is_told_when_the_next_call_is_free(budget: Budget, clock: Clock) -> None:
    await call(budget)
    clock.pass_by(minutes=10)
    await granted(budget, 2)
    with pytest.raises(BudgetSpent) as caught:
        await call(budget)
    assert caught.value.until == START + timedelta(hours=1)
    assert "hourly_calls" in caught.value.hint
    assert "3 calls" in caught.value.message


async def test_the_gauge_knows_when_all_calls_are_free_again(budget: Budget, clock: Clock) -> None:
    assert budget.full_at() is None
    await call(budget)
    clock.pass_by(minutes=10)
    await call(budget)
    assert budget.full_at() == START + timedelta(minutes=70)
    clock.pass_by(minutes=60)
    assert budget.full_at() is None


async def test_a_limit_that_was_lowered_counts_at_once(budget: Budget, tmp_path: Path, clock: Clock) -> None:
    await granted(budget, 3)
    lower = Budget(tmp_path, "https://example.org", 1, clock)
    assert lower.left() == 0
    clock.pass_by(minutes=60)
    assert await granted(lower, 3) == 1
    lower.close()


async def test_instances_do_not_share_a_budget(budget: Budget, tmp_path: Path, clock: Clock) -> None:
    await granted(budget, 3)
    other = Budget(tmp_path, "https://other.example.org", 2, clock)
    assert await granted(other, 5) == 2
    other.close()


async def test_a_call_under_way_counts(budget: Budget, clock: Clock) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(budget.slot())
        clock.pass_by(minutes=61)
        assert await granted(budget, 1) == 0


async def test_a_call_that_took_longer_than_any_should_counts_from_its_end(budget: Budget, clock: Clock) -> None:
    async with budget.slot():
        clock.pass_by(minutes=40)
    clock.pass_by(minutes=59)
    assert budget.used() == 1


async def test_a_clock_that_is_set_back_frees_nothing(budget: Budget, clock: Clock) -> None:
    await granted(budget, 2)
    clock.pass_by(hours=-2)
    assert await granted(budget, 5) == 1
    clock.pass_by(minutes=61)
    assert await granted(budget, 5) == 0
    clock.pass_by(hours=2)
    assert await granted(budget, 5) == 3


async def test_a_failed_call_counts_too(budget: Budget) -> None:
    for error in (OSError, asyncio.CancelledError):
        with pytest.raises(error):
            async with budget.slot():
                raise error
    assert budget.used() == 2


async def test_the_vendors_own_word_stops_all_calls_for_a_minute(budget: Budget, clock: Clock) -> None:
    async with budget.slot():
        budget.exhausted()
    assert budget.left() == 0
    clock.pass_by(seconds=59)
    with pytest.raises(BudgetSpent) as caught:
        await call(budget)
    assert caught.value.until == START + timedelta(minutes=1)


async def test_one_call_a_minute_tries_whether_the_vendor_grants_again(budget: Budget, clock: Clock) -> None:
    budget.exhausted()
    clock.pass_by(minutes=1)
    async with budget.slot():
        assert await granted(budget, 1) == 0
        budget.exhausted()
    assert await granted(budget, 1) == 0
    clock.pass_by(minutes=1)
    with pytest.raises(OSError, match="lost"):
        async with budget.slot():
            raise OSError("lost")
    assert await granted(budget, 1) == 0, "an answer that was lost proves nothing"
    clock.pass_by(minutes=1)
    await call(budget)
    assert budget.left() == 0
    clock.pass_by(minutes=61)
    assert await granted(budget, 5) == 3


async def test_calls_that_were_under_way_do_not_lift_the_vendors_word(budget: Budget) -> None:
    async with budget.slot():
        budget.exhausted()
    async with AsyncExitStack() as stack:
        assert budget.left() == 0
        with pytest.raises(BudgetSpent):
            await stack.enter_async_context(budget.slot())


@given(steps=st.lists(st.tuples(st.sampled_from(["call", "wait", "back", "die"]), st.integers(0, 2000)), max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_hour_ever_sees_more_than_the_limit(tmp_path_factory: pytest.TempPathFactory, steps) -> None:
    clock = Clock()
    real, ends = 0.0, []
    budget = Budget(tmp_path_factory.mktemp("budget"), "i", 4, clock)
    for kind, seconds in steps:
        if kind == "wait":
            real += seconds
            clock.pass_by(seconds=seconds)
        elif kind == "back":
            clock.pass_by(seconds=-seconds)
        elif grant(budget, leave=kind == "call"):
            ends.append(real)
    budget.close()
    for end in ends:
        assert sum(end - 3600 < other <= end for other in ends) <= 4


def grant(budget: Budget, *, leave: bool) -> bool:
    """One call that takes no time; without `leave` its process dies in it."""
    try:
        slot, refusals = budget._grant()
    except BudgetSpent:
        return False
    if leave:
        budget._leave(slot, refusals, answered=True)
    return True


WORKER = """
import asyncio, os, sys
from pathlib import Path
from synctui.errors import BudgetSpent
from synctui.store.budget import Budget

async def main():
    budget, granted = Budget(Path(sys.argv[1]), "i", 200), 0
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(200):
        try:
            async with budget.slot():
                granted += 1
        except BudgetSpent:
            pass
    print(granted, flush=True)
    os._exit(0)

asyncio.run(main())
"""


def worker(folder: Path, code: str = WORKER, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), **environment},
    )


def test_four_processes_in_four_time_zones_get_exactly_the_limit(tmp_path: Path) -> None:
    workers = [worker(tmp_path, TZ=zone) for zone in ("UTC", "Asia/Tokyo", "America/Denver", "Pacific/Chatham")]
    for process in workers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=60)[0] for process in workers]
    counts = [int(text) for text in told]
    assert sum(counts) == 200


def test_a_process_that_dies_in_a_call_leaves_it_counted_but_not_for_ever(tmp_path: Path) -> None:
    killed = WORKER.replace("granted += 1", "os._exit(9)")
    process = worker(tmp_path, killed)
    process.communicate("go\n", timeout=30)
    assert process.returncode == 9
    clock = Clock()
    clock.now = datetime.now(UTC) + timedelta(minutes=61)
    budget = Budget(tmp_path, "i", 200, clock)
    assert budget.used() == 1
    clock.pass_by(seconds=LONGEST_CALL)
    assert budget.used() == 0
    budget.close()


async def test_a_ledger_that_cannot_be_written_grants_nothing(budget: Budget) -> None:
    budget._database._db.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="call budget"):
        await call(budget)
