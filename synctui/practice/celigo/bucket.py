"""The account's leaky bucket: 1,000 calls at once, 300 more each second (developer.celigo.com, Rate limits)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

SIZE = 1_000
PER_SECOND = 300.0


class Bucket:
    """Counts calls over an injectable clock."""

    def __init__(self, clock: Callable[[], datetime], size: float = SIZE, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self.size = size
        self.per_second = per_second
        self.refill()

    def refill(self) -> None:
        """As though nobody had called for long."""
        self._left = float(self.size)
        self._at = self._clock()
        self.refused = 0

    def wait(self) -> int:
        """Take a call and answer 0, or answer the whole seconds to wait for the next one."""
        now = self._clock()
        self._left = min(self.size, self._left + (now - self._at).total_seconds() * self.per_second)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        self.refused += 1
        return max(1, math.ceil((1 - self._left) / self.per_second))
