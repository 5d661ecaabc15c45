"""SmartSimple's limit of calls in any sixty minutes, over an injectable clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
HOURLY_CALLS = 1_000


class RollingHour:
    """Counts the calls of the past hour; refused calls do not count."""

    def __init__(self, clock: Callable[[], datetime], limit: int = HOURLY_CALLS) -> None:
        self._clock = clock
        self.limit = limit
        self.refused = 0
        """Calls refused since the start."""
        self._granted: deque[datetime] = deque()

    @property
    def used(self) -> int:
        """Calls granted in the past hour."""
        since = self._clock() - HOUR
        while self._granted and self._granted[0] <= since:
            self._granted.popleft()
        return len(self._granted)

    def grant(self) -> bool:
        """Count one more call, or refuse it."""
        if self.used >= self.limit:
            self.refused += 1
            return False
        self._granted.append(self._clock())
        return True

    def forget(self) -> None:
        """As though the hour had passed."""
        self._granted.clear()
        self.refused = 0
