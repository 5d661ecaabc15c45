"""A push from its first event to its end, for a front that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from synctui.errors import SyncError
from synctui.exit_codes import IN_DOUBT, INTERRUPTED, REFUSED, worst
from synctui.push.run import Event, PushDone, PushResult, RowSettled

Watch = Callable[[Event, int], None]
"""Is told of every event, and of how many rows have their answer."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a push."""

    result: PushResult
    error: SyncError | None
    """What ended it early."""
    stopped: bool

    @property
    def exit_code(self) -> int:
        """The first of all the codes that hold."""
        codes = [self.error.exit_code] if self.error else []
        codes += [INTERRUPTED] if self.stopped else []
        codes += [IN_DOUBT] if self.result.in_doubt else []
        codes += [REFUSED] if self.result.refused or self.result.not_saved else []
        return worst(codes)


async def carry_out(
    push: AsyncIterator[Event],
    watch: Watch,
    fault: Callable[[Exception], SyncError],
    stop: asyncio.Event | None = None,
) -> Ended:
    """Follow a push to its end; `fault` turns what nobody expected into a sentence.

    Raises what kept it from beginning.
    """
    result: PushResult | None = None
    error: SyncError | None = None
    settled = 0
    try:
        async with aclosing(push) as events:  # type: ignore[type-var]
            async for event in events:
                settled += isinstance(event, RowSettled)
                result = event.result if isinstance(event, PushDone) else None
                watch(event, settled)
    except Exception as failure:
        if result is None:
            raise
        error = failure if isinstance(failure, SyncError) else fault(failure)
    if result is None:
        raise AssertionError("a push ends in PushDone or an error")
    return Ended(result, error, stop is not None and stop.is_set())
