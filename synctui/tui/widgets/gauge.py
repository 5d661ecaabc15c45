"""The call budget of a connection as a fuel gauge."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from textual.content import Content
from textual.widgets import Static

from synctui.errors import StoreError
from synctui.tui.texts import moment, plain

BAR = 10
"""Columns of the gauge."""
EVERY = 2.0
"""Seconds between two looks at the ledger, which other processes write as well."""
LOW = 0.1
"""Share of the calls below which the gauge warns."""


class CallBudget(Protocol):
    """What the gauge reads."""

    @property
    def limit(self) -> int:
        """Calls granted in any 60 minutes."""

    def left(self) -> int:
        """Calls that would be granted now."""

    def full_at(self) -> datetime | None:
        """When all would be granted again (aware)."""


class Gauge(Static):
    """`grants ▰▰▱▱ 214 of 800 calls left, full again 14:20`."""

    def __init__(self, connection: str, budget: CallBudget) -> None:
        super().__init__(classes="gauge")
        self._connection, self._budget = connection, budget

    def on_mount(self) -> None:
        """Look at the ledger now and then."""
        self.look()
        self.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Read the ledger."""
        try:
            told = fuel(self._budget.left(), self._budget.limit, self._budget.full_at())
        except StoreError as error:
            told = plain(error.message, "$text-error")
        self.update(Content.assemble(plain(self._connection, "bold"), " ", told))


def fuel(left: int, limit: int, full_at: datetime | None) -> Content:
    """How many calls are left."""
    full = round(BAR * left / limit) if limit else 0
    bar = "▰" * full + "▱" * (BAR - full)
    again = f", full again {moment(full_at)}" if full_at and left < limit else ""
    words = f" {left:,} of {limit:,} calls left{again}"
    low = left <= limit * LOW
    return Content.assemble((bar, "$error" if low else "$success"), words, (" low" if low else "", "bold $text-error"))
