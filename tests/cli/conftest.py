from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Office

from synctui.practice import Practice, practice_in_thread


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=40, contacts=120) as practice:
        yield practice


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings, in a folder of their own."""
    home = tmp_path / "home"
    monkeypatch.setenv("SYNCTUI_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SYNCTUI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def office(services: Practice, home: Path, tmp_path: Path) -> Office:
    """A user whose settings, in the working folder, name the practice services."""
    services.reset()
    office = Office(services, tmp_path)
    office.config.write_text(services.settings_text(), encoding="utf-8")
    return office


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
