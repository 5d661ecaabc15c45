"""Ctrl-C and SIGTERM: at once, or gently where something is under way that must not be torn."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def pass_over_interrupts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody caught, except a Ctrl-C that a group of tasks has wrapped: the command tells of it itself."""
    if not is_interrupt(context.get("exception")):
        loop.default_exception_handler(context)


def is_interrupt(error: BaseException | None) -> bool:
    """Whether a group of tasks came to nothing but a Ctrl-C."""
    return isinstance(error, BaseExceptionGroup) and error.split(KeyboardInterrupt)[1] is None


class Interrupts:
    """Handles both signals inside its `with`: raises KeyboardInterrupt, unless `gently` gives them an event to set."""

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def gently(self, event: asyncio.Event) -> Iterator[asyncio.Event]:
        """As long as this lasts, an interruption sets the event and raises nothing."""
        import asyncio

        self._loop, self._event = asyncio.get_running_loop(), event
        try:
            yield event
        finally:
            self._event = None

    def _heard(self, *_: object) -> None:
        if self._event is None or self._loop is None:
            raise KeyboardInterrupt
        self._loop.call_soon_threadsafe(self._event.set)
