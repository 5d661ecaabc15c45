"""Exit codes, and which of them a command or a button gives where several hold."""

from __future__ import annotations

from collections.abc import Iterable

DONE = 0
REFUSED = 1
USAGE = 2
CONFLICTS = 4
IN_DOUBT = 6
INTERRUPTED = 130
PRECEDENCE = (IN_DOUBT, INTERRUPTED, 3, 5, 4, 7, USAGE, REFUSED, DONE)


def worst(codes: Iterable[int]) -> int:
    """The code to give where all of these hold."""
    return min(codes, key=PRECEDENCE.index, default=DONE)
