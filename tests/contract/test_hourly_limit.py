"""Many workers, an instance that allows so many calls an hour, and a clock that runs as fast as they wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from practice_systems import handed, read_settings

from synctui.connectors import connect
from synctui.errors import BudgetSpent
from synctui.http.gate import Urgency
from synctui.practice import Practice, practice_in_thread
from synctui.store.budget import Budget
from synctui.store.budget_gate import BudgetGate

LIMIT, WORKERS, WANTED = 40, 8, 200


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    async def until(self, spent: BudgetSpent) -> None:
        self.now = max(self.now, min(spent.until, self.now + timedelta(minutes=1)))
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def instance(clock: Clock) -> Iterator[Practice]:
    with practice_in_thread(clock=clock, grants=5) as practice:
        practice.hour.limit = LIMIT
        yield practice


@pytest.mark.parametrize("style", ["200", "403", "429"])
@pytest.mark.parametrize("strangers", [0, 10], ids=["alone", "with others"])
async def test_no_worker_runs_into_the_limit(
    style: str, strangers: int, instance: Practice, clock: Clock, tmp_path: Path
) -> None:
    """Calls that others made are not in the ledger: each of them may cost one refusal, and no more."""
    instance.switches.set("limit_style", style)
    for _ in range(strangers):
        assert instance.hour.grant()
    read = read_settings(instance, tmp_path)
    link = read.link("Awards")
    with closing(Budget(tmp_path, "instance", LIMIT, clock)) as budget:
        gate = BudgetGate(budget, Urgency.PULL, clock.until)
        with handed(link.source.connection, gate) as (tools, _, calls):
            connection = connect(link.source.connection, tools)
            source = connection.source(link.source.options)

            async def worker() -> None:
                for _ in range(WANTED // WORKERS):
                    assert (await source.probe()).ok

            await asyncio.gather(*(worker() for _ in range(WORKERS)))
            await connection.close()
    assert sum(call.status > 0 for call in calls) - instance.hour.refused == WANTED
    assert instance.hour.refused <= max(1, strangers)
