from __future__ import annotations

import asyncio
import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from synctui import connectors, settings
from synctui.cells import Cell, Grid
from synctui.practice.settings_text import settings_text
from synctui.rows.changes import Changeset
from synctui.session import Session, open_file

FOLDER = Path(__file__).resolve().parents[2] / "sample_workbooks"
LINK = "Awards"
LINKS = {"review.xlsx": "Review"}
"""Samples of another link."""
OF_THE_DAY = ("sf_Last Updated", "_row")
"""Columns that are never the same twice once something was pushed or a row is new."""


def load_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_maker", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = load_maker()


@pytest.fixture(scope="module")
def made_now(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples as the product writes them today."""
    folder = tmp_path_factory.mktemp("samples")
    asyncio.run(MAKER.make(folder, port=0))
    return folder


def sync_cells(name: str) -> dict[object, object]:
    """Key -> what its `Sync` cell says, where it says something."""
    grid = open_file(str(FOLDER / name)).grid(LINKS.get(name, LINK))
    key, sync = grid.headers.index("recordid"), grid.headers.index("Sync")
    return {row.cells[key]: row.cells[sync] for row in grid.rows if row.cells[sync]}


async def diff(name: str, home: Path) -> Changeset:
    config = home / "synctui.toml"
    config.write_text(settings_text(f"http://127.0.0.1:{MAKER.PORT}"), encoding="utf-8")
    async with Session(settings.load(config, connectors.kind, connectors.MODULES), home) as session:
        return await session.diff(LINK, open_file(str(FOLDER / name)))


def lasting(grid: Grid) -> list[dict[str, Cell]]:
    """The rows, without what is of the day on which they were made."""
    return [
        {header: cell for header, cell in zip(grid.headers, row.cells, strict=True) if header not in OF_THE_DAY}
        for row in grid.rows
    ]


@pytest.mark.parametrize("name", MAKER.SAMPLES)
def test_a_sample_is_what_the_product_writes_today(name: str, made_now: Path) -> None:
    kept, made = open_file(str(FOLDER / name)), open_file(str(made_now / name))
    assert kept.sheet_names() == made.sheet_names()
    link = LINKS.get(name, LINK)
    assert lasting(kept.grid(link)) == lasting(made.grid(link))


def test_every_workbook_in_the_folder_is_a_sample_and_the_readme_tells_it() -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert {file.name for file in FOLDER.glob("*.xls*")} == set(MAKER.SAMPLES)
    assert [name for name in MAKER.SAMPLES if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize("name", ["fresh.xlsx", "chart.xlsx", "macro.xlsm"])
async def test_samples_without_edits_have_nothing_to_push(name: str, tmp_path: Path) -> None:
    sheet = await diff(name, tmp_path)
    assert len(sheet.rows) == MAKER.GRANTS
    assert (sheet.changes, sheet.damage, sheet.problems) == ([], [], [])


async def test_the_edited_sample_has_two_updates_and_a_new_row(tmp_path: Path) -> None:
    sheet = await diff("edited.xlsx", tmp_path)
    told = [(change.kind, "".join(change.key), [cell.column for cell in change.cells]) for change in sheet.changes]
    assert told == [
        ("update", "900003", ["cf_County", "cf_Note"]),
        ("update", "900007", ["cf_County"]),
        ("create", "", ["sf_Application Name", "cf_County", "cf_Vendor No"]),
    ]


async def test_the_refused_sample_says_why_and_still_holds_the_edit(tmp_path: Path) -> None:
    assert sync_cells("refused.xlsx") == {"900002": "saved", "900005": "refused: County must have a value."}
    assert [change.key for change in (await diff("refused.xlsx", tmp_path)).changes] == [("900005",)]


def test_the_review_sample_shows_captions_and_states() -> None:
    grid = open_file(str(FOLDER / "review.xlsx")).grid("Review")
    assert {row["cf_Type"] for row in lasting(grid)} == {"Yes", "No"}
    assert sync_cells("review.xlsx") == {
        "900003": "refused: sf_Status ID: there is no status 4999",
        "900004": "edited",
        "900005": "conflict",
        "900006": "gone at source",
        None: "new",
    }


async def test_the_damaged_sample_shows_damage_and_no_edit(tmp_path: Path) -> None:
    sheet = await diff("damaged.xlsx", tmp_path)
    assert [(*damage.key, damage.column, damage.was, damage.now) for damage in sheet.damage] == [
        ("900001", "cf_Cost Center", "00041", 41),
        ("900004", "cf_Cost Center", "00164", 164),
    ]
    assert sheet.changes == []


def test_the_chart_and_the_macro_are_still_there() -> None:
    with zipfile.ZipFile(FOLDER / "chart.xlsx") as chart:
        assert {"xl/charts/chart1.xml", "xl/comments1.xml"} <= set(chart.namelist())
    with zipfile.ZipFile(FOLDER / "macro.xlsm") as macro:
        assert macro.read("xl/vbaProject.bin") == (FOLDER / "vbaProject.bin").read_bytes()
