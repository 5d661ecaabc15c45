from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from celigo_service import Caller, CeligoPractice, Clock


@pytest.fixture(scope="session")
def celigo_clock() -> Clock:
    return Clock(datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def celigo_running(celigo_clock: Clock) -> Iterator[CeligoPractice]:
    practice = CeligoPractice(celigo_clock)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(practice.__aenter__(), loop).result(30)
    yield practice
    asyncio.run_coroutine_threadsafe(practice.__aexit__(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def service(celigo_running: CeligoPractice, celigo_clock: Clock) -> CeligoPractice:
    celigo_clock.now = celigo_clock.start
    celigo_running.reset()
    return celigo_running


@pytest.fixture
def caller(service: CeligoPractice) -> Iterator[Callable[..., Caller]]:
    """Makes callers with other tokens, and closes them."""
    made: list[Caller] = []

    def make(*given: str) -> Caller:
        made.append(Caller(service, *given))
        return made[-1]

    yield make
    for each in made:
        each.http.close()


@pytest.fixture
def api(caller: Callable[..., Caller]) -> Caller:
    return caller()
