from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live_desk import COLUMNS, ROWS, Desk, new_desk
from live_excel import WAYS
from office import Office, PlainSpreadsheet
from running_office import running_office

from synctui.practice.server import Practice, practice_in_thread
from synctui.worksheets.base import NewSheet


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=60) as practice:
        yield practice


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pipe on which a LibreOffice listens, one for all tests of a process."""
    with running_office(tmp_path_factory.mktemp("libreoffice")) as pipe:
        yield pipe


@pytest.fixture
def office(services: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    services.reset()
    office = Office(tmp_path, services, PlainSpreadsheet(tmp_path / "awards.xlsx"))
    office.set_up()
    monkeypatch.setenv("SYNCTUI_CONFIG", str(office.config))
    monkeypatch.setenv("SYNCTUI_HOME", str(tmp_path / "home"))
    return office


@pytest.fixture(params=WAYS)
def desk(request: pytest.FixtureRequest) -> Desk:
    made = new_desk(request.param)
    made.workbook.write([NewSheet("Awards", COLUMNS, ROWS)], ["one", "two"])
    return made
