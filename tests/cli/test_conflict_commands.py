from __future__ import annotations

import openpyxl
from command_line import Office

MINE = {5: {"cf_County": "Mine"}}
KEY = "900004"


def theirs(office: Office, value: str = "Theirs") -> None:
    office.practice.tables.change("levelone", edit={KEY: {"cf_County": value}})


def test_a_conflict_ends_a_push_with_4_and_diff_lists_it(office: Office) -> None:
    office.pull()
    office.type(MINE)
    theirs(office)
    assert "Row 5 is in conflict" in office.push(exit_code=4)["error"]["message"]
    assert office.runs() == []
    [conflict] = office.diff()["conflicts"]
    assert conflict == {
        "key": KEY, "row": 5, "column": "cf_County", "mine": "Mine", "theirs": "Theirs", "base": "Williams",
    }  # fmt: skip
    said = office("diff", "Awards", "--workbook", str(office.workbook)).stdout
    assert "row 5  900004  cf_County  mine Mine  theirs Theirs  base Williams" in said


def test_a_dry_run_stops_for_it_too_and_writes_nothing(office: Office) -> None:
    office.pull()
    office.type(MINE)
    theirs(office)
    before = office.workbook.read_bytes()
    office.push("--dry-run", exit_code=4)
    assert office.workbook.read_bytes() == before
    assert office.diff()["conflicts"] == []


def test_conflicts_mine_sends_and_conflicts_theirs_does_not(office: Office) -> None:
    office.pull()
    office.type(MINE)
    theirs(office)
    assert office.push("--conflicts", "theirs")["rows"] == []
    assert openpyxl.load_workbook(office.workbook)["Awards"].cell(5, 1).value is None
    office.type(MINE)
    theirs(office, "Theirs again")
    assert office.push("--conflicts", "mine")["accepted"] == 1
    assert office.diff()["conflicts"] == []


def test_the_calls_of_the_second_look_are_part_of_the_cost(office: Office) -> None:
    office.pull()
    office.type(MINE)
    answer = office.push("--dry-run")
    assert answer["calls"] == 5
    assert answer["calls_made"] >= 2
