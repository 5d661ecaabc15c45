from __future__ import annotations

from collections.abc import Iterator

import pytest

from synctui.practice import Practice, practice_in_thread

GRANTS = 620
"""More than a page of 500, and quickly made anew for each test."""


@pytest.fixture(scope="module")
def running() -> Iterator[Practice]:
    with practice_in_thread(grants=GRANTS) as practice:
        yield practice


@pytest.fixture
def practice(running: Practice) -> Practice:
    running.reset()
    return running
