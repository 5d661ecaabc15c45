"""What is asked before each call to an instance with a call budget."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol


class Gate(Protocol):
    """Grants calls."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """One call: granted on entering, dated on leaving. Raises BudgetSpent."""

    def exhausted(self) -> None:
        """The vendor itself says that the budget is spent."""


class OpenGate:
    """Grants everything: for systems without a call budget."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Always granted."""
        return nullcontext()

    def exhausted(self) -> None:
        """Nothing to note."""
