from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import Office, PlainSpreadsheet

from synctui.practice.server import Practice, practice_in_thread


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=60) as practice:
        yield practice


@pytest.fixture
def office(services: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    services.reset()
    office = Office(tmp_path, services, PlainSpreadsheet(tmp_path / "awards.xlsx"))
    office.set_up()
    monkeypatch.setenv("SYNCTUI_CONFIG", str(office.config))
    monkeypatch.setenv("SYNCTUI_HOME", str(tmp_path / "home"))
    return office
