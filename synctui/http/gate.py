"""What is asked before each call to an instance with a call budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import Enum
from typing import Protocol

from synctui.errors import BudgetSpent


class Urgency(Enum):
    """What calls are for: where few are left, the most urgent get them."""

    INTERACTIVE = "interactive"
    """Somebody looks at the screen for it: a check, a list of maps."""
    PUSH = "push"
    """Rows on their way, and what must be read for them."""
    PULL = "pull"
    """Bulk, which can be had later as well."""


Patience = Callable[[BudgetSpent], Awaitable[None]]
"""Waits until a spent budget may be asked again, and tells the user so."""


class Gate(Protocol):
    """Grants calls."""

    async def ready(self) -> None:
        """Wait for the next call where the user wants to wait; at once otherwise, and while rows are on their way."""

    async def again(self, spent: BudgetSpent) -> bool:
        """Wait after a read that met a spent budget; whether it may be tried again."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """One call: granted on entering, dated on leaving. Raises BudgetSpent."""

    def exhausted(self) -> None:
        """The vendor itself says that the budget is spent."""


class OpenGate:
    """Grants everything: for systems without a call budget."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience

    async def ready(self) -> None:
        """There is nothing to wait for."""

    async def again(self, spent: BudgetSpent) -> bool:
        """Wait as long as the vendor said, where the user wants to wait."""
        if self._patience is not None:
            await self._patience(spent)
        return self._patience is not None

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Always granted."""
        return nullcontext()

    def exhausted(self) -> None:
        """Nothing to note."""
