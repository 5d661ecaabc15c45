"""Captions in the worksheet, codes on the wire: a real workbook, real services, a real LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk

from synctui.errors import SettingsError

LINK = "Review"


def put(desk: Desk, row: int, header: str, value: Any) -> None:
    column = desk.columns(LINK)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), LINK)


def stored(desk: Desk, row: int, field: str) -> str | None:
    return desk.practice.tables.by_type["levelone"][str(desk.cell(row, "recordid", LINK))][field]


async def test_a_pull_shows_captions_and_an_untouched_workbook_has_no_change(desk: Desk) -> None:
    await desk.pull(LINK)
    shown = {desk.cell(row, "cf_Type", LINK) for row in range(2, 12)}
    assert shown == {"Yes", "No"}
    found = await desk.diff(LINK)
    assert (found.changes, found.damage, found.problems) == ([], [], [])


async def test_an_edit_by_caption_sends_the_code(desk: Desk) -> None:
    await desk.pull(LINK)
    assert (desk.cell(2, "cf_Type", LINK), stored(desk, 2, "cf_Type")) == ("Yes", "1")
    put(desk, 2, "cf_Type", "no")
    [change] = (await desk.diff(LINK)).changes
    assert [(cell.column, cell.old, cell.new) for cell in change.cells] == [("cf_Type", "1", "2")]
    result = await desk.push(LINK)
    assert (result.accepted, result.refused) == (1, 0)
    [effect] = desk.practice.updates.effects
    assert ("cf_Type" in effect.changed, effect.values["cf_Type"]) == (True, "2")
    assert stored(desk, 2, "cf_Type") == "2"
    await desk.pull(LINK)
    assert (await desk.push(LINK)).rows == ()


async def test_a_text_that_is_no_option_is_not_sent_and_says_which_there_are(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_Type", "Maybe")
    put(desk, 3, "cf_Type", "No")
    [problem] = (await desk.diff(LINK)).problems
    assert problem.message == "Maybe is no option of this column; choose one of: Yes, No."
    prepared = await desk.plan(LINK, dry_run=True)
    assert [row.sheet_row for row in prepared.plan.rows] == [3]
    assert problem in prepared.problems


async def test_a_pull_leaves_what_cannot_be_sent_and_tells_of_the_conflict(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_Type", "Maybe")
    key = str(desk.cell(2, "recordid", LINK))
    desk.practice.tables.change("levelone", edit={key: {"cf_Type": "2"}})
    done = await desk.pull(LINK)
    assert (desk.cell(2, "cf_Type", LINK), done.conflicts) == ("Maybe", 1)


async def test_a_retired_option_is_shown_and_goes_back_as_its_code(desk: Desk) -> None:
    await desk.pull(LINK)
    key = str(desk.cell(2, "recordid", LINK))
    desk.practice.tables.change("levelone", edit={key: {"cf_Type": "3"}})
    await desk.pull(LINK)
    assert desk.cell(2, "cf_Type", LINK) == "Undecided"
    put(desk, 3, "cf_Type", "Undecided")
    assert (await desk.push(LINK)).accepted == 1
    assert stored(desk, 3, "cf_Type") == "3"


async def test_a_mailed_workbook_reads_captions_without_metadata(desk: Desk, tmp_path: Path) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_Type", "No")
    colleague = desk.beside(tmp_path / "elsewhere")
    assert (await colleague.push(LINK)).accepted == 1
    assert stored(desk, 2, "cf_Type") == "2"


async def test_new_captions_are_written_without_a_change_and_keep_what_an_edit_means(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_Type", "No")
    put(desk, 3, "cf_Type", "Maybe")
    said = [desk.cell(row, "cf_Type", LINK) for row in range(4, 12)]
    other = desk.with_settings("[links.Review.target]", '[links.Review.target]\noptions = { cf_Type = "1=No;2=Yes" }')
    done = await other.pull(LINK)
    assert (done.changed, done.conflicts) == (0, 0)
    assert [desk.cell(row, "cf_Type", LINK) for row in (2, 3)] == ["Yes", "Maybe"]
    swapped = {"Yes": "No", "No": "Yes"}
    assert [desk.cell(row, "cf_Type", LINK) for row in range(4, 12)] == [swapped[caption] for caption in said]
    [change] = (await other.diff(LINK)).changes
    assert [(cell.old, cell.new) for cell in change.cells] == [("1", "2")]
    assert (await other.push(LINK)).accepted == 1
    assert stored(desk, 2, "cf_Type") == "2"


async def test_the_settings_name_options_where_metadata_tells_none(desk: Desk) -> None:
    options = 'options = { cf_County = "Cass=Cass County", cf_Typ = "1=a" }'
    other = desk.with_settings("[links.Awards.target]", f"[links.Awards.target]\n{options}")
    done = await other.pull("Awards")
    assert "The link's options name 'cf_Typ', which is no column." in done.notices
    counties = {other.cell(row, "cf_County") for row in range(2, 62)}
    assert "Cass County" in counties
    assert "Cass" not in counties
    row = next(row for row in range(2, 62) if other.cell(row, "cf_County") != "Cass County")
    column = other.columns()["cf_County"]
    other.edit(lambda ws: setattr(ws.cell(row, column), "value", "Cass County"))
    assert (await other.push("Awards")).accepted == 1
    assert other.runs()[-1].rows[0]["County"] == "Cass"


@pytest.mark.parametrize("table", ["1=a;1=b", " ; "])
def test_options_that_do_not_parse_are_a_settings_error_that_names_the_key(desk: Desk, table: str) -> None:
    with pytest.raises(SettingsError, match=r"links\.Awards\.target\.options\.cf_County has|holds"):
        desk.with_settings("[links.Awards.target]", f'[links.Awards.target]\noptions = {{ cf_County = "{table}" }}')


def save_again(path: Path, folder: Path) -> None:
    """As a person does who opens the workbook in LibreOffice and saves it."""
    command = ["soffice", f"-env:UserInstallation={(folder / 'libreoffice').as_uri()}", "--headless",
               "--convert-to", "xlsx", "--outdir", str(folder / "saved"), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    (folder / "saved" / path.name).replace(path)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
async def test_a_workbook_saved_by_libreoffice_has_no_change(desk: Desk, tmp_path: Path) -> None:
    await desk.pull(LINK)
    save_again(desk.path, tmp_path)
    assert openpyxl.load_workbook(desk.path)[LINK].max_row == 61
    found = await desk.diff(LINK)
    assert (found.changes, found.damage, found.problems) == ([], [], [])
