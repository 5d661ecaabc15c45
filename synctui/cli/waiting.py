"""`--wait`: what a command does where the hour's calls are used up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from synctui.errors import BudgetSpent

STEP = 20.0
"""Seconds after which it is looked whether calls are free sooner than was said."""
LEAST = 0.05


class Waiting:
    """Says until when it waits, once, and waits a while."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told = ""

    async def __call__(self, spent: BudgetSpent) -> None:
        """Wait until then, or for a step on the way there."""
        until = f"{spent.until.astimezone():%H:%M:%S}"
        if until != self._told:
            self._told = until
            self._tell(f"{spent.message} Waiting until {until}; Ctrl-C ends it.")
        seconds = (spent.until - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(min(max(seconds, LEAST), STEP))
