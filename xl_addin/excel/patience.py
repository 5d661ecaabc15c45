"""How long is waited for an Excel that is busy because somebody edits a cell or has a dialog open."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

LONGEST = 10.0
"""Seconds in all, from the first call that Excel turned away to the sentence that tells so."""
PAUSE = 0.1
"""Seconds between two attempts."""
ANOTHER_TIME = 1.0
"""Seconds after which the next call that is turned away begins another wait."""
MOST = 1_000_000
"""More attempts than there is time for; xlwings counts them too."""
AT_ONCE = 1
"""Attempts of a call that is not worth a wait."""


class Patience(int):
    """The number of attempts that xlwings may make, which takes its time to say that one is left.

    xlwings repeats a call that Excel turned away without a pause; all that it does in between is to compare a count
    with its `N_COM_ATTEMPTS`. Here that comparison waits. Its first answer comes at once, for xlwings asks after every
    failure, and looks only later whether it came from a busy Excel.
    """

    def __new__(cls, *_: object) -> Patience:
        """A number that is larger than any count of attempts."""
        return super().__new__(cls, MOST)

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._since = self._latest = float("-inf")

    def __gt__(self, attempts: int) -> bool:
        """Whether a call may be made again after so many attempts."""
        return attempts < 2 or self._waited()

    def anew(self) -> None:
        """Have the whole time again."""
        self._latest = float("-inf")

    def _waited(self) -> bool:
        now = self._clock()
        if now - self._latest > ANOTHER_TIME:
            self._since = now
        self._latest = now
        if now - self._since >= LONGEST:
            return False
        self._sleep(PAUSE)
        return True


def limit_attempts(attempts: int) -> None:
    """Let xlwings give up on a busy Excel after some attempts; left alone it goes on for ever."""
    if isinstance(attempts, Patience):
        attempts.anew()
    module = sys.modules.get("xlwings._xlwindows")
    if module is not None:
        module.N_COM_ATTEMPTS = attempts  # type: ignore[attr-defined]
