"""What a pull or push costs of a call budget, told before it is spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from synctui.wording import count


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls that something takes, and those that there are."""

    calls: int | None
    """None: not known yet."""
    left: int
    limit: int
    """Calls granted in any 60 minutes."""
    enough_at: datetime | None = None
    """When there will be enough (aware, UTC); None where there are."""

    @property
    def sentence(self) -> str:
        """`14 calls; 312 of 800 left`."""
        known = f"{count(self.calls, 'call')}; " if self.calls is not None else ""
        return f"{known}{self.left:,} of {self.limit:,} left"

    @property
    def shortage(self) -> str:
        """What to do where there are not enough; empty where there are."""
        if self.enough_at is None:
            return ""
        free = f"{self.enough_at.astimezone():%H:%M}"
        if self.calls is not None and self.calls > self.limit:
            return f"That is more than an hour has. With --wait it goes on by itself from hour to hour, next at {free}."
        return f"That is more than are left: there are enough at {free}. With --wait it waits for them by itself."

    @property
    def lines(self) -> list[str]:
        """Both, as far as there is something to say."""
        return [line for line in (self.sentence, self.shortage) if line]


def lines_of(cost: Cost | None) -> list[str]:
    """What is said of a cost; nothing where there is no budget."""
    return cost.lines if cost else []


def pages_cost(total: int, first_page: int, calls_so_far: int) -> int:
    """What a pull costs whose first page is there: as many calls as further pages of that size."""
    return calls_so_far + -(-(total - first_page) // first_page) if first_page else calls_so_far
