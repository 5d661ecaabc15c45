"""Ctrl-C and SIGTERM: at once, or gently where something is under way that must not be torn."""

from __future__ import annotations

import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def pass_over_interrupts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody caught, except a Ctrl-C that a group of tasks has wrapped: the command tells of it itself."""
    if not is_interrupt(context.get("exception")):
        loop.default_exception_handler(context)


def is_interrupt(error: BaseException | None) -> bool:
    """Whether a group of tasks came to nothing but a Ctrl-C."""
    return isinstance(error, BaseExceptionGroup) and error.split(KeyboardInterrupt)[1] is None


class Interrupts:
    """Handles both signals inside its `with`: they end the work, unless `gently` gives them an event to set.

    KeyboardInterrupt is raised where the work itself runs. Raised within the event loop's own bookkeeping it could
    lose what wakes a task, which would then never end; there, and in tasks of the work, the work is cancelled instead.
    """

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._early = False
        """Heard after the loop began, and before the work did."""
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run(self, runner: asyncio.Runner, work: Coroutine[Any, Any, T]) -> T:
        """Do the work; raises KeyboardInterrupt or CancelledError where it was ended."""
        self._loop = runner.get_loop()
        try:
            return runner.run(self._begin(work))
        finally:
            self._loop = self._task = None

    async def _begin(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        self._task = asyncio.current_task()
        if self._early:
            work.close()
            raise KeyboardInterrupt
        return await work

    @contextmanager
    def gently(self, event: asyncio.Event) -> Iterator[asyncio.Event]:
        """As long as this lasts, an interruption sets the event and raises nothing."""
        self._event = event
        try:
            yield event
        finally:
            self._event = None

    def _heard(self, *_: object) -> None:
        import asyncio

        loop, task = self._loop, self._task
        if loop is None or (task and task.done()):
            raise KeyboardInterrupt
        if self._event is not None:
            loop.call_soon_threadsafe(self._event.set)
        elif task and asyncio.current_task(loop) is task:
            raise KeyboardInterrupt
        elif task:
            loop.call_soon_threadsafe(task.cancel)
        else:
            self._early = True
