"""Where heavy work runs: in place, or in a thread while a screen is waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Offload(Protocol):
    """Runs one piece of work that does not await."""

    async def __call__(self, work: Callable[[], T], /) -> T:
        """The work's answer."""


async def in_place(work: Callable[[], T], /) -> T:
    """Run the work here and now."""
    return work()


async def in_thread(work: Callable[[], T], /) -> T:
    """Run the work in a thread, to its end even when the caller is cancelled."""
    return await asyncio.shield(asyncio.to_thread(work))
