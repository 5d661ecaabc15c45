from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_user import Books, Sit

from synctui import settings as settings_file
from synctui.connectors import MODULES, kind
from synctui.practice.server import Practice, practice_in_thread
from synctui.session import Session, open_file

LINKS = ("[links.Awards]", "[links.Journal]", "[links.Strict]")


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=60) as practice:
        yield practice


def three_links(services: Practice) -> str:
    """The practice settings with as many links as fit a screen."""
    parts = re.split(r"(?m)^(?=\[links\.\w+\]$)", services.settings_text())
    return parts[0] + "".join(part for part in parts[1:] if part.startswith(LINKS))


@pytest.fixture(scope="session")
def books(services: Practice, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Workbooks with the link Awards pulled, as it came and edited in several ways."""
    folder = tmp_path_factory.mktemp("books")
    config = folder / "synctui.toml"
    config.write_text(three_links(services), encoding="utf-8")

    async def pull() -> None:
        async with Session(settings_file.load(config, kind, MODULES), folder / "home") as session:
            async for _ in session.pull("Awards", open_file(str(folder / "awards.xlsx"))):
                pass

    asyncio.run(pull())
    return Books(folder / "awards.xlsx")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's state folder; the working folder is beside it."""
    home = tmp_path / "home"
    monkeypatch.setenv("SYNCTUI_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SYNCTUI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def sit(services: Practice, books: Books, home: Path, tmp_path: Path) -> Sit:
    """Sits a user down in front of a dashboard, with practice services that begin anew."""
    services.reset()
    config = tmp_path / "synctui.toml"
    config.write_text(three_links(services), encoding="utf-8")
    return Sit(services, books, config)
