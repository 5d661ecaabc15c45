from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from command_line import Office, Said

CODE = "cf_Cost Center"
ROW = 3
"""A row whose cost center begins with zeros."""


@pytest.fixture
def pulled(office: Office) -> Office:
    office.pull()
    return office


def change(office: Office, row: int, header: str, value: Any) -> str:
    """Put a value into a cell in the format that a spreadsheet program gives by itself; returns what it held."""
    book = openpyxl.load_workbook(office.workbook)
    headers = [cell.value for cell in book["Awards"][1]]
    cell = book["Awards"].cell(row, headers.index(header) + 1)
    was = str(cell.value)
    cell.value, cell.number_format = value, "General"
    book.save(office.workbook)
    return was


def cell(office: Office, row: int, header: str) -> Any:
    sheet = openpyxl.load_workbook(office.workbook)["Awards"]
    return sheet.cell(row, [cell.value for cell in sheet[1]].index(header) + 1)


def as_number(office: Office) -> str:
    """Make a number of the code."""
    was = str(cell(office, ROW, CODE).value)
    assert was.startswith("0")
    change(office, ROW, CODE, int(was))
    return was


def repair(office: Office) -> list[Any]:
    repaired: list[Any] = office.json("repair", "Awards", "--workbook", str(office.workbook))["repaired"]
    return repaired


def test_a_code_that_lost_its_zeros_and_its_format_is_whole_again(pulled: Office) -> None:
    code = as_number(pulled)
    assert repair(pulled) == [{"key": "900002", "row": ROW, "column": CODE, "was": code, "now": str(int(code))}]
    assert (cell(pulled, ROW, CODE).value, cell(pulled, ROW, CODE).number_format) == (code, "@")
    assert pulled.diff() == {"changes": [], "damage": [], "problems": [], "conflicts": []}


def test_a_repaired_code_survives_libreoffice(pulled: Office, libreoffice: Callable[[list[Path]], list[Path]]) -> None:
    code = as_number(pulled)
    (saved,) = libreoffice([pulled.workbook])
    shutil.copy(saved, pulled.workbook)
    assert [(found["now"], found["was"]) for found in repair(pulled)] == [(str(int(code)), code)]
    (saved,) = libreoffice([pulled.workbook])
    shutil.copy(saved, pulled.workbook)
    assert (cell(pulled, ROW, CODE).value, cell(pulled, ROW, CODE).number_format) == (code, "@")
    assert pulled.diff() == {"changes": [], "damage": [], "problems": [], "conflicts": []}


def test_a_damaged_key_is_put_back(pulled: Office) -> None:
    pulled.set_up('key = "recordid"', 'key = "cf_Cost Center"')
    pulled.pull("Awards", "--replace")
    code = as_number(pulled)
    (found,) = repair(pulled)
    assert (found["key"], found["column"], found["was"]) == (code, CODE, code)
    assert cell(pulled, ROW, CODE).number_format == "@"
    assert pulled.diff() == {"changes": [], "damage": [], "problems": [], "conflicts": []}


def test_edits_of_a_damaged_row_stay(pulled: Office) -> None:
    code = as_number(pulled)
    change(pulled, ROW, "cf_County", "Ramsey")
    assert len(repair(pulled)) == 1
    (edited,) = pulled.diff()["changes"]
    assert [(found["column"], found["new"]) for found in edited["cells"]] == [("cf_County", "Ramsey")]
    assert cell(pulled, ROW, CODE).value == code


def test_a_text_that_became_a_formula_or_a_moment_is_text_again(pulled: Office) -> None:
    pulled.practice.tables.change("levelone", edit={"900002": {"cf_Note": "=1+1"}, "900003": {"cf_Note": "3-2"}})
    pulled.pull()
    change(pulled, 3, "cf_Note", "=1+1")
    change(pulled, 4, "cf_Note", "=DATE(2026,3,2)")
    book = openpyxl.load_workbook(pulled.workbook)
    headers = [cell.value for cell in book["Awards"][1]]
    moment = book["Awards"].cell(4, headers.index("cf_Note") + 1)
    moment.value, moment.number_format = 46083, "d-mmm"
    book.save(pulled.workbook)
    assert [found["was"] for found in repair(pulled)] == ["=1+1", "3-2"]
    for row, text in ((3, "=1+1"), (4, "3-2")):
        found = cell(pulled, row, "cf_Note")
        assert (found.value, found.number_format) == (text, "@")
        assert found.data_type == "s"


def test_people_read_what_each_cell_was_and_is_again(pulled: Office) -> None:
    code = as_number(pulled)
    said = on(pulled, "repair")
    assert said.exit_code == 0
    assert said.stdout == f"row {ROW}  900002  {CODE}  {int(code)} → {code}\n1 cell repaired\n"


def test_nothing_damaged_is_said_and_the_file_is_not_touched(pulled: Office) -> None:
    change(pulled, ROW, "cf_County", "Ramsey")
    before = pulled.workbook.stat()
    said = on(pulled, "repair")
    assert (said.exit_code, said.stdout) == (0, "Nothing is damaged.\n")
    after = pulled.workbook.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_workbook_that_is_open_elsewhere_is_left_alone(pulled: Office) -> None:
    as_number(pulled)
    before = pulled.workbook.read_bytes()
    pulled.workbook.with_name(f".~lock.{pulled.workbook.name}#").write_text(",dana,laptop,,;", encoding="utf-8")
    answer = pulled.json("repair", "Awards", "--workbook", str(pulled.workbook), exit_code=7)
    assert "LibreOffice" in answer["error"]["message"]
    assert pulled.workbook.read_bytes() == before


def test_a_wrong_link_and_a_missing_file_are_told(pulled: Office) -> None:
    wrong = pulled.json("repair", "Award", "--workbook", str(pulled.workbook), exit_code=2)
    assert "'Awards'" in wrong["error"]["hint"]
    missing = pulled.json("repair", "Awards", "--workbook", "nowhere.xlsx", exit_code=7)
    assert "nowhere.xlsx" in missing["error"]["message"]


def test_nobody_is_asked_for_a_repair(pulled: Office) -> None:
    as_number(pulled)
    before = len(pulled.practice.received)
    repair(pulled)
    assert len(pulled.practice.received) == before


@pytest.mark.parametrize("command", ["diff", "push"])
def test_the_command_is_the_remedy_that_diff_and_plan_name(command: str, pulled: Office) -> None:
    as_number(pulled)
    arguments = ("--dry-run",) if command == "push" else ()
    said = on(pulled, command, *arguments)
    assert f"To put it back:\n  synctui repair Awards --workbook {pulled.workbook}\n" in said.stdout


def on(office: Office, command: str, *arguments: str) -> Said:
    return office(command, "Awards", "--workbook", str(office.workbook), *arguments)
