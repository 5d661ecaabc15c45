"""Who gets the calls of an hour: pushes before pulls, whoever looks at a screen before both, and never too many."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synctui.errors import BudgetSpent
from synctui.http.gate import Urgency
from synctui.store.budget import LONGEST_CALL, Budget
from synctui.store.budget_gate import BudgetGate

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PUSH, PULL, INTERACTIVE = Urgency.PUSH, Urgency.PULL, Urgency.INTERACTIVE


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def until(self, spent: BudgetSpent) -> None:
        """Waits as a user's `--wait` does, in steps."""
        self.now = max(self.now + timedelta(milliseconds=1), min(spent.until, self.now + timedelta(seconds=20)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(tmp_path: Path, clock: Clock) -> Iterator[Budget]:
    budget = Budget(tmp_path, "https://example.org", 10, clock)
    yield budget
    budget.close()


async def calls(gate: BudgetGate, wanted: int) -> int:
    """How many of these calls are granted."""
    for number in range(wanted):
        try:
            async with gate.slot():
                pass
        except BudgetSpent:
            return number
    return wanted


async def test_a_pull_gets_what_a_push_has_not_kept(budget: Budget) -> None:
    push, pull = BudgetGate(budget, PUSH), BudgetGate(budget, PULL)
    with push.reserved(6):
        assert await calls(pull, 10) == 4
        assert await calls(push, 10) == 6
    assert budget.left() == 0


async def test_somebody_who_looks_at_the_screen_gets_every_call(budget: Budget) -> None:
    with BudgetGate(budget, PUSH).reserved(10):
        assert await calls(BudgetGate(budget, PULL), 1) == 0
        assert await calls(BudgetGate(budget, INTERACTIVE), 12) == 10


async def test_a_call_that_was_made_is_kept_no_longer(budget: Budget) -> None:
    push, pull = BudgetGate(budget, PUSH), BudgetGate(budget, PULL)
    with push.reserved(6):
        assert await calls(push, 4) == 4
        assert budget.left(PULL) == 4
        assert await calls(pull, 9) == 4
    assert budget.left(PULL) == 2


async def test_the_push_that_came_first_goes_first(budget: Budget) -> None:
    first, second = BudgetGate(budget, PUSH), BudgetGate(budget, PUSH)
    with first.reserved(8), second.reserved(8):
        assert await calls(second, 8) == 2
        assert await calls(first, 9) == 8


async def test_what_a_killed_push_kept_is_free_again_soon(budget: Budget, clock: Clock) -> None:
    budget.reserve("killed", 10)
    assert await calls(BudgetGate(budget, PULL), 1) == 0
    clock.pass_by(seconds=LONGEST_CALL)
    assert await calls(BudgetGate(budget, PULL), 10) == 10


async def test_a_push_that_lives_keeps_its_calls_however_long_it_takes(budget: Budget, clock: Clock) -> None:
    push, pull = BudgetGate(budget, PUSH), BudgetGate(budget, PULL)
    with push.reserved(10):
        for _ in range(5):
            clock.pass_by(seconds=LONGEST_CALL - 1)
            assert await calls(push, 1) == 1
        assert budget.left() == 5
        assert await calls(pull, 1) == 0


async def test_a_batch_is_refused_before_any_of_its_calls_is_made(budget: Budget, clock: Clock) -> None:
    await calls(BudgetGate(budget, INTERACTIVE), 8)
    push = BudgetGate(budget, PUSH)
    with push.reserved(3), pytest.raises(BudgetSpent) as caught:
        await push.ready_for(3)
    assert caught.value.until == START + timedelta(hours=1)
    assert f"{caught.value.until.astimezone():%H:%M}" in caught.value.hint
    assert budget.used() == 8


async def test_who_wants_to_wait_is_granted_as_soon_as_there_are_enough(budget: Budget, clock: Clock) -> None:
    await calls(BudgetGate(budget, INTERACTIVE), 8)
    push = BudgetGate(budget, PUSH, clock.until)
    with push.reserved(3):
        await push.ready_for(3)
        assert clock.now == START + timedelta(hours=1)
        assert await calls(push, 3) == 3


async def test_calls_freed_while_a_push_waits_do_not_go_to_a_pull(budget: Budget, clock: Clock) -> None:
    await calls(BudgetGate(budget, INTERACTIVE), 10)
    pull, stolen = BudgetGate(budget, PULL), []

    async def greedy(spent: BudgetSpent) -> None:
        await clock.until(spent)
        stolen.append(await calls(pull, 10))

    push = BudgetGate(budget, PUSH, greedy)
    with push.reserved(10):
        await push.ready_for(10)
        assert await calls(push, 10) == 10
    assert sum(stolen) == 0


async def test_nothing_waits_while_rows_are_on_their_way(budget: Budget, clock: Clock) -> None:
    await calls(BudgetGate(budget, INTERACTIVE), 10)
    push = BudgetGate(budget, PUSH, clock.until)
    with push.reserved(1):
        await push.ready()
        assert not await push.again(BudgetSpent("spent", until=START))
    assert clock.now == START
    await push.ready()
    assert clock.now == START + timedelta(hours=1)


async def test_more_calls_than_an_hour_has_are_waited_for_as_a_whole_hour(budget: Budget, clock: Clock) -> None:
    await calls(BudgetGate(budget, INTERACTIVE), 1)
    await BudgetGate(budget, PUSH, clock.until).ready_for(25)
    assert clock.now == START + timedelta(hours=1)


ACTIONS = st.tuples(
    st.sampled_from(["call", "die", "reserve", "release", "wait", "back", "refused"]),
    st.integers(0, 2),
    st.sampled_from(list(Urgency)),
    st.integers(1, 2000),
)


@given(actions=st.lists(ACTIONS, max_size=80))
@settings(max_examples=80, deadline=None)
def test_no_hour_ever_sees_more_than_the_limit(tmp_path_factory: pytest.TempPathFactory, actions) -> None:
    """Three processes, each with a clock of its own that is set back now and then."""
    folder, clocks, limit = tmp_path_factory.mktemp("budget"), [Clock() for _ in range(3)], 5
    budgets = [Budget(folder, "i", limit, clock) for clock in clocks]
    held: list[list[int]] = [[], [], []]
    real, ends = 0.0, []
    for what, process, urgency, amount in actions:
        budget, holder = budgets[process], f"process {process}"
        if what == "wait":
            real += amount
            for clock in clocks:
                clock.pass_by(seconds=amount)
        elif what == "back":
            clocks[process].pass_by(seconds=-amount)
        elif what == "reserve":
            held[process].append(budget.reserve(holder, amount % 7))
        elif what == "release" and held[process]:
            budget.release(held[process].pop())
        elif what == "refused":
            budget.exhausted()
        elif what in ("call", "die") and grant(budget, urgency, holder, leave=what == "call"):
            ends.append(real)
    starved = budgets[0].lacking(1, PUSH, "process 0") is not None and budgets[0].left() > 0
    ahead = held[1] or held[2]
    for budget in budgets:
        budget.close()
    assert not starved or ahead, "a push waits for nothing but the limit, the vendor and pushes before it"
    for end in ends:
        assert sum(end - 3600 < other <= end for other in ends) <= limit


def grant(budget: Budget, urgency: Urgency, holder: str, *, leave: bool) -> bool:
    """One call that takes no time; without `leave` its process dies in it."""
    try:
        slot, refusals = budget._grant(urgency, holder)
    except BudgetSpent:
        return False
    if leave:
        budget._leave(slot, refusals, answered=True)
    return True


WORKER = """
import asyncio, os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from synctui.errors import BudgetSpent
from synctui.http.gate import Urgency
from synctui.store.budget import Budget
from synctui.store.budget_gate import BudgetGate

made = 0

def clock():
    step = timedelta(hours=2) if made > 100 and sys.argv[2] == "step" else timedelta()
    return datetime.now(UTC) - step

async def main():
    global made
    gate = BudgetGate(Budget(Path(sys.argv[1]), "i", 1000, clock), Urgency[sys.argv[3]])
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(400):
        try:
            async with gate.slot():
                made += 1
        except BudgetSpent:
            pass
    print(made, flush=True)
    os._exit(0)

asyncio.run(main())
"""


@pytest.mark.parametrize("clock", ["steady", "step"])
def test_four_processes_get_exactly_a_thousand_calls(tmp_path: Path, clock: str) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), clock, urgency],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT)},
        )
        for urgency in ("PULL", "PUSH", "INTERACTIVE", "PULL")
    ]
    for process in workers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in workers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=90)[0]) for process in workers) == 1000
