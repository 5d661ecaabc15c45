from __future__ import annotations

from collections.abc import Iterator

import pytest
from practice_calls import Caller, Clock

from synctui.practice import Practice, practice_in_thread


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running(clock: Clock) -> Iterator[Practice]:
    with practice_in_thread(clock=clock) as practice:
        yield practice


@pytest.fixture
def practice(running: Practice, clock: Clock) -> Practice:
    clock.now = clock.start
    running.reset()
    return running


@pytest.fixture
def call(practice: Practice) -> Iterator[Caller]:
    caller = Caller(practice)
    yield caller
    caller.http.close()
