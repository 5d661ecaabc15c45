"""The main job from end to end: 1,230 records, edits saved by LibreOffice, 4 rows and 2 variables received once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from processes import User

from synctui.practice import practice_in_thread

SOFFICE = shutil.which("soffice")
EDITS = {
    5: {"cf_County": "Ramsey"},
    700: {"sf_Application Name": "Åsa's café & <bar>"},
    1231: {"cf_County": "Ward"},
    1232: {"sf_Application Name": "Lakeside workshop", "cf_County": "Cass", "cf_Vendor No": "V-9001"},
}
VARIABLES = {"GBL_BATCH": "AUG-26", "GBL_POSTED": "2026-08-31"}
GIVEN = [part for name, value in VARIABLES.items() for part in ("--var", f"{name}={value}")]


def saved_by_libreoffice(path: Path, folder: Path) -> None:
    """Open the workbook in LibreOffice and save it again."""
    assert SOFFICE
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    out = folder / "saved"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, path]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    shutil.move(out / path.name, path)


def meant(user: User) -> list[dict[str, Any]]:
    """The rows that the map should receive, by what the worksheet shows."""
    rows = [list(row) for row in openpyxl.load_workbook(user.workbook)["Awards"].iter_rows(values_only=True)]
    pairs = {"VendorNo": "cf_Vendor No", "Vendor Name": "sf_Application Name", "County": "cf_County"}
    places = {column: rows[0].index(header) for column, header in pairs.items()}
    return [{column: rows[number - 1][place] for column, place in places.items()} for number in sorted(EDITS)]


def states(user: User) -> dict[int, str]:
    """Row -> what its Sync cell says, where it says something."""
    shown = enumerate(openpyxl.load_workbook(user.workbook)["Awards"]["A"], 1)
    return {number: str(cell.value) for number, cell in shown if cell.value and number > 1}


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not installed")
def test_edits_saved_by_libreoffice_arrive_once(tmp_path: Path) -> None:
    with practice_in_thread() as practice:
        user = User(tmp_path, practice)
        user.set_up()
        the_main_job(user)


def the_main_job(user: User) -> None:
    book = ("--workbook", str(user.workbook))

    pulled = user.json("pull", "Awards", *book)
    assert (pulled["rows"], pulled["added"], pulled["calls"]) == (1230, 1230, 3)

    user.type(EDITS)
    saved_by_libreoffice(user.workbook, user.folder)

    found = user.json("diff", "Awards", *book)
    assert [(change["kind"], change["row"], len(change["cells"])) for change in found["changes"]] == [
        ("update", 5, 1), ("update", 700, 1), ("update", 1231, 1), ("create", 1232, 3),
    ]  # fmt: skip
    assert (found["damage"], found["problems"]) == ([], [])

    expected = meant(user)
    pushed = user.json("push", "Awards", *book, *GIVEN, "--yes")
    assert (pushed["accepted"], pushed["refused"], pushed["in_doubt"], pushed["unsent"]) == (4, 0, 0, 0)
    (run,) = user.runs()
    assert sorted(run.rows, key=lambda row: row["VendorNo"]) == sorted(expected, key=lambda row: row["VendorNo"])
    assert run.variables == VARIABLES

    again = user.json("push", "Awards", *book, *GIVEN, "--yes")
    assert (again["run_id"], again["rows"]) == (None, [])

    later = user.json("pull", "Awards", *book)
    assert (later["rows"], later["conflicts"]) == (1230, 0)
    assert user.json("diff", "Awards", *book) == {"changes": [], "damage": [], "problems": [], "conflicts": []}
    assert user.json("push", "Awards", *book, *GIVEN, "--yes")["run_id"] is None
    assert states(user) == dict.fromkeys(EDITS, "saved")
    assert meant(user) == expected
    assert len(user.runs()) == 1
    assert len(user.json("runs")["runs"]) == 1


def test_a_colleague_pushes_from_the_mailed_workbook(user: User, tmp_path: Path) -> None:
    user.run("pull", "Awards", "--workbook", str(user.workbook))
    user.type({5: {"cf_County": "Ramsey"}})
    (tmp_path / "colleague").mkdir()
    colleague = User(tmp_path / "colleague", user.practice)
    colleague.set_up()
    shutil.move(user.workbook, colleague.workbook)
    pushed = colleague.json("push", "Awards", "--workbook", str(colleague.workbook))
    assert pushed["accepted"] == 1
    assert [row["County"] for row in user.runs()[0].rows] == ["Ramsey"]
