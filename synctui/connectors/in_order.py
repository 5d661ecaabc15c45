"""Fetches several things at once and hands them out in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def in_order(
    items: Iterable[Item], fetch: Callable[[Item], Awaitable[Answer]], at_once: int
) -> AsyncGenerator[Answer, None]:
    """Yield `fetch(item)` for each item in order, with at most `at_once` fetched ahead of the caller.

    The first failure is raised in its turn; a failure or closing the iterator cancels what is under way.
    """
    waiting: deque[asyncio.Task[Answer]] = deque()
    rest = iter(items)

    async def fetch_one(item: Item) -> Answer:
        return await fetch(item)

    try:
        while True:
            for item in islice(rest, at_once - len(waiting)):
                waiting.append(asyncio.create_task(fetch_one(item)))
            if not waiting:
                return
            answer = await waiting[0]
            waiting.popleft()
            yield answer
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
