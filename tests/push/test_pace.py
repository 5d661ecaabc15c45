"""A push and its call budget: nothing of a batch leaves that has not all its calls, and what waits is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from push_fakes import FakeMarks, FakeTarget, accept, outcomes, plan, reply, result_of

from synctui.errors import BudgetSpent
from synctui.planning.plan import Plan, PlannedRow
from synctui.push import run as push
from synctui.push.run import Event
from synctui.store.journal import Journal

SPENT = BudgetSpent("The hour is spent.", until=datetime(2026, 11, 22, 10, tzinfo=UTC))


class FakePace:
    """Grants so many batches; then waits until it is `free`, or refuses."""

    def __init__(self, batches: int = 100, *, waits: bool = False) -> None:
        self.batches, self.waits = batches, waits
        self.free, self.waiting, self.waited = asyncio.Event(), asyncio.Event(), 0

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def ready(self, batch: Sequence[PlannedRow]) -> None:
        if self.batches <= 0:
            await self.again(SPENT)

    async def again(self, spent: BudgetSpent) -> None:
        if not self.waits:
            raise spent
        self.waited += 1
        self.waiting.set()
        await self.free.wait()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path)
    yield journal
    journal.close()


async def run(
    journal: Journal, plan: Plan, target: FakeTarget, pace: FakePace, stop: asyncio.Event | None = None
) -> tuple[list[Event], FakeMarks, BudgetSpent | None]:
    events, marks, ended = [], FakeMarks(target), None
    try:
        async for event in push.run(plan, target=target, journal=journal, marks=marks, pace=pace, stop=stop):
            events.append(event)
            pace.batches -= isinstance(event, push.BatchSending)
    except BudgetSpent as error:
        ended = error
    return events, marks, ended


async def test_without_calls_nothing_is_sent_and_the_workbook_is_not_touched(journal: Journal) -> None:
    target = FakeTarget()
    events, marks, ended = await run(journal, plan([1], [2]), target, FakePace(0))
    assert (target.calls, marks.before_rows, ended) == ([], [], SPENT)
    assert outcomes(result_of(events)) == ["unsent", "unsent"]


async def test_the_batches_that_have_calls_are_sent_and_the_rest_is_unsent(journal: Journal) -> None:
    target = FakeTarget()
    events, _, ended = await run(journal, plan([1], [2], [3]), target, FakePace(2))
    assert ended is SPENT
    assert outcomes(result_of(events)) == ["accepted", "accepted", "unsent"]
    assert len(target.calls) == 2


async def test_a_push_that_waits_is_ended_at_once_by_the_user(journal: Journal) -> None:
    target, pace, stop = FakeTarget(), FakePace(1, waits=True), asyncio.Event()
    running = asyncio.create_task(run(journal, plan([1], [2]), target, pace, stop))
    await asyncio.wait_for(pace.waiting.wait(), 2)
    assert [row.state for row in journal.rows(journal.runs()[0].run_id)] == ["acked", "planned"], "no intent is noted"
    stop.set()
    events, _, ended = await asyncio.wait_for(running, 2)
    assert ended is None
    assert outcomes(result_of(events)) == ["accepted", "unsent"]
    assert journal.runs()[0].state == "cancelled"


async def test_a_batch_that_the_other_side_turns_away_is_sent_after_the_wait(journal: Journal) -> None:
    target, pace = FakeTarget(accept, SPENT, accept), FakePace(waits=True)
    pace.free.set()
    events, _, ended = await run(journal, plan([1], [2]), target, pace)
    assert ended is None
    assert outcomes(result_of(events)) == ["accepted", "accepted"]
    assert target.calls == [["key:V1"], ["key:V2"], ["key:V2"]]
    assert pace.waited == 1


async def test_a_batch_that_is_turned_away_is_unsent_where_nobody_waits(journal: Journal) -> None:
    target = FakeTarget(lambda rows: asyncio.sleep(0, reply(rows)), SPENT)
    events, _, ended = await run(journal, plan([1], [2], [3]), target, FakePace())
    assert ended is SPENT
    assert outcomes(result_of(events)) == ["accepted", "unsent", "unsent"]
    assert len(target.calls) == 2
