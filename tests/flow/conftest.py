from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from desk import Desk

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.practice.server import Practice, practice_in_thread
from synctui.session import Session


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=60, contacts=120) as practice:
        yield practice


@pytest.fixture
async def desk(services: Practice, tmp_path: Path) -> AsyncIterator[Desk]:
    services.reset()
    config = tmp_path / "synctui.toml"
    config.write_text(services.settings_text(), encoding="utf-8")
    session = Session(settings.load(config, kind, MODULES), tmp_path / "home")
    desk = Desk(session, tmp_path / "awards.xlsx", services)
    yield desk
    await desk.close()
