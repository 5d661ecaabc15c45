"""When a read is tried again. A send never comes here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from synctui.errors import Unreachable
from synctui.http.calls import Timing

T = TypeVar("T")

# Each failed attempt is told to `on_call`; stamina's own log lines would show on stderr beside the progress.
stamina.instrumentation.set_on_retry_hooks(())


async def repeat_read(attempt: Callable[[], Awaitable[T]], timing: Timing) -> T:
    """Try a read until it answers, `timing.attempts` or `timing.total` is used up; the last error is let through."""

    def again(error: Exception) -> bool | float:
        if not isinstance(error, Unreachable):
            return False
        if error.retry_after is None:
            return True
        return error.retry_after <= timing.total and error.retry_after

    attempts = stamina.retry_context(
        on=again,
        attempts=timing.attempts,
        timeout=timing.total,
        wait_initial=timing.pause,
        wait_jitter=timing.pause / 2,
        wait_max=timing.total / 4,
    )
    async for trial in attempts:
        with trial:
            answer = await attempt()
    return answer
