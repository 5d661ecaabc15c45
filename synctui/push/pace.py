"""When a push may send its next batch: with the calls for it kept, and never by waiting inside a send."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from synctui.errors import BudgetSpent
from synctui.http.gate import Patience
from synctui.planning.batches import calls_for
from synctui.planning.plan import Plan, PlannedRow
from synctui.store.budget_gate import BudgetGate


class Pace(Protocol):
    """Asked before each batch is noted in the journal."""

    @property
    def waits(self) -> bool:
        """Whether the user wants to wait where a budget is spent."""

    def held(self) -> AbstractContextManager[None]:
        """Around the whole push: keeps its calls from others of less urgency. Raises StoreError."""

    async def ready(self, batch: Sequence[PlannedRow]) -> None:
        """Wait for the calls of a batch. Raises BudgetSpent where nobody wants to wait."""

    async def again(self, spent: BudgetSpent) -> None:
        """Wait after a batch that was turned away at the door. Raises `spent` where nobody wants to wait."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """For targets without a call budget of ours: only the other side's own word is waited for."""

    patience: Patience | None = None

    @property
    def waits(self) -> bool:
        """Whether the user wants to wait where a budget is spent."""
        return self.patience is not None

    def held(self) -> AbstractContextManager[None]:
        """Keeps nothing."""
        return nullcontext()

    async def ready(self, batch: Sequence[PlannedRow]) -> None:
        """Always."""

    async def again(self, spent: BudgetSpent) -> None:
        """Wait as long as the other side said. Raises `spent` where nobody wants to wait."""
        if self.patience is None:
            raise spent
        await self.patience(spent)


@dataclass(frozen=True, slots=True)
class BudgetPace:
    """The pace that a call budget allows."""

    gate: BudgetGate
    plan: Plan

    @property
    def waits(self) -> bool:
        """Whether the user wants to wait where a budget is spent."""
        return self.gate.patient

    def held(self) -> AbstractContextManager[None]:
        """Keep the plan's calls."""
        return self.gate.reserved(self.plan.calls)

    async def ready(self, batch: Sequence[PlannedRow]) -> None:
        """Wait for the calls of a batch. Raises BudgetSpent where nobody wants to wait."""
        await self.gate.ready_for(calls_for(len(batch), self.plan.calls_per_batch, rereads=self.plan.rereads))

    async def again(self, spent: BudgetSpent) -> None:
        """Wait after a batch that was turned away at the door. Raises `spent` where nobody wants to wait."""
        await self.gate.wait(spent)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do it, or leave it as soon as `stop` is set. Raises what it raises."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        for task in (doing, stopped):
            task.cancel()
        await asyncio.gather(doing, stopped, return_exceptions=True)
