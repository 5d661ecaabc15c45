"""Leaves an instance alone for a minute after several calls in a row found it in trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from synctui.errors import OutcomeUnknown, Unreachable

FAILURES = 5
"""Calls in a row, each with its repetitions, that got no answer or a failure of the other side's own (5xx)."""
PAUSE = 60.0
"""Seconds for which no call is made then."""


@dataclass(slots=True)
class Trial:
    """One call under way."""

    alive: bool = False
    """Whether the last answer shows that the other side works, whatever it said."""


class Breaker:
    """The state of one instance, shared by all who call it in this process. `clock` counts seconds."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name, self._clock = name, clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Around one call. Raises Unreachable at once, without a call, while the instance is left alone."""
        probe = self._enter()
        trial = Trial()
        try:
            yield trial
        except (Unreachable, OutcomeUnknown):
            self._note(alive=trial.alive)
            raise
        except BaseException:
            if trial.alive:
                self._note(alive=True)
            raise
        else:
            self._note(alive=True)
        finally:
            if probe:
                self._probing = False

    def _enter(self) -> bool:
        """Whether this call is the one that finds out if the instance is well again."""
        if self._open_until is None:
            return False
        left = self._open_until - self._clock()
        if left > 0 or self._probing:
            raise self._alone(max(left, 0.0))
        self._probing = True
        return True

    def _note(self, *, alive: bool) -> None:
        self._failures = 0 if alive else self._failures + 1
        if alive:
            self._open_until = None
        elif self._failures >= FAILURES:
            self._open_until = self._clock() + PAUSE

    def _alone(self, left: float) -> Unreachable:
        until = datetime.now().astimezone() + timedelta(seconds=left)
        return Unreachable(
            f"{self._name} failed {self._failures} times in a row, so it is left alone until {until:%H:%M:%S}.",
            "Nothing was sent. Try again then; look at your network and at the other side meanwhile.",
        )


class Breakers:
    """The breakers of one process, by instance."""

    def __init__(self) -> None:
        self._of: dict[str, Breaker] = {}

    def of(self, base_url: str, name: str, clock: Callable[[], float] = time.monotonic) -> Breaker:
        """The breaker of the instance behind a base URL; `name` is what messages call it."""
        return self._of.setdefault(base_url, Breaker(name, clock))
