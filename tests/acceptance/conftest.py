from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import User

from synctui.practice import Practice, practice_in_thread


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=40) as practice:
        yield practice


@pytest.fixture
def user(services: Practice, tmp_path: Path) -> User:
    services.reset()
    user = User(tmp_path, services)
    user.set_up()
    return user
