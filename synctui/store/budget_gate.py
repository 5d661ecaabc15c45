"""One kind of work's way to a call budget: who comes first, and whether it waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress

from ulid import ULID

from synctui.errors import BudgetSpent, StoreError
from synctui.http.gate import Patience, Urgency
from synctui.store.budget import Budget


class BudgetGate:
    """A Gate to `budget` for calls of one urgency; with `patience` it waits where it would refuse.

    Nothing waits while a reservation is held: rows are on their way then, and their send has a deadline.
    """

    def __init__(self, budget: Budget, urgency: Urgency, patience: Patience | None = None) -> None:
        self._budget, self._urgency, self._patience = budget, urgency, patience
        self._holder = str(ULID())
        self._reservations = 0

    async def ready(self) -> None:
        """Wait for the next call where the user wants to wait."""
        if self._waits:
            await self.ready_for(1)

    async def ready_for(self, calls: int) -> None:
        """Wait until so many calls are free. Raises BudgetSpent where the user does not want to wait."""
        while spent := self._budget.lacking(calls, self._urgency, self._holder, renew=True):
            await self.wait(spent)

    async def again(self, spent: BudgetSpent) -> bool:
        """Wait after a read that met a spent budget; whether it may be tried again."""
        if self._waits:
            await self.wait(spent)
        return self._waits

    async def wait(self, spent: BudgetSpent) -> None:
        """Wait until it may be asked again. Raises `spent` where the user does not want to wait."""
        if self._patience is None:
            raise spent
        await self._patience(spent)

    def slot(self) -> AbstractAsyncContextManager[None]:
        """One call: granted on entering, dated on leaving. Raises BudgetSpent."""
        return self._budget.slot(self._urgency, self._holder)

    def exhausted(self) -> None:
        """The vendor itself says that the budget is spent."""
        self._budget.exhausted()

    @contextmanager
    def reserved(self, calls: int) -> Iterator[None]:
        """Keep calls for the rows that are sent meanwhile. Raises StoreError."""
        reservation = self._budget.reserve(self._holder, calls)
        self._reservations += 1
        try:
            yield
        finally:
            self._reservations -= 1
            with suppress(StoreError):  # it ends by itself
                self._budget.release(reservation)

    @property
    def patient(self) -> bool:
        """Whether the user wants to wait where it would refuse."""
        return self._patience is not None

    @property
    def _waits(self) -> bool:
        return self.patient and not self._reservations
