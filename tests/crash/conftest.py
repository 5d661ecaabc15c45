from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_desk import LINKS, Case, NewCase, edited, settings_text

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.practice import Practice, practice_in_thread
from synctui.session import Session, open_file

GRANTS = 44


@pytest.fixture(scope="session")
def services() -> Iterator[Practice]:
    with practice_in_thread(grants=GRANTS) as practice:
        yield practice


@pytest.fixture
def practice(services: Practice) -> Practice:
    services.reset()
    return services


@pytest.fixture(scope="session")
def pulled(services: Practice, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workbook for each link, fresh from its source."""
    folder = tmp_path_factory.mktemp("pulled")
    (folder / "synctui.toml").write_text(settings_text(services), encoding="utf-8")
    workbooks = {link: folder / f"{link}.xlsx" for link in LINKS}
    asyncio.run(pull(folder, workbooks))
    return workbooks


async def pull(folder: Path, workbooks: dict[str, Path]) -> None:
    async with Session(settings.load(folder / "synctui.toml", kind, MODULES), folder / "home") as session:
        for link, path in workbooks.items():
            async for _ in session.pull(link, open_file(str(path))):
                pass


@pytest.fixture
def new_case(practice: Practice, pulled: dict[str, Path], tmp_path: Path) -> Iterator[NewCase]:
    cases: list[Case] = []

    def make(link: str, *, rows: int = 6, new: int = 2, batch: int = 2, beside: Case | None = None) -> Case:
        skip = sum(len(other.counties) - new for other in cases)  # each case has records of its own
        folder = tmp_path / f"case{len(cases)}"
        folder.mkdir()
        (folder / "synctui.toml").write_text(settings_text(practice, batch), encoding="utf-8")
        case = Case(folder, practice, link, tuple(f"C{len(cases)}-{n}" for n in range(rows)), batch, beside)
        case.place.workbook.write_bytes(edited(pulled[link], link, case.counties, new, skip))
        cases.append(case)
        return case

    yield make
    for process in (process for case in cases for process in case.processes):
        process.kill()
        process.join()
        process.close()
