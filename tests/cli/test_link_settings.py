"""What a link's settings say of its worksheet, and what push and pull tell in return."""

from __future__ import annotations

import openpyxl
import pytest
from command_line import Office


def test_a_target_given_later_is_taken_up_by_the_next_pull_and_the_edits_stay(office: Office) -> None:
    full = office.config.read_text(encoding="utf-8")
    start, end = full.index("[links.Awards.target]"), full.index("[links.Journal]")
    office.config.write_text(full[:start] + full[end:], encoding="utf-8")
    office.pull()
    office.type({5: {"cf_County": "Mine"}})
    office.config.write_text(full, encoding="utf-8")
    error = office.push(exit_code=7)["error"]
    assert error["message"] == "The rows of Awards were pulled before it had a target."
    assert error["hint"] == "Pull again, then push."
    office.pull()
    assert office.push()["accepted"] == 1


def test_a_target_put_in_place_of_another_is_not_taken_up_by_a_pull(office: Office) -> None:
    office.pull()
    office.set_up(
        'map = "VENDORS FROM EXCEL"\ncolumns = { VendorNo = "cf_Vendor No"',
        'map = "VENDORS STRICT"\ncolumns = { VendorNo = "cf_Vendor No"',
    )
    assert "VENDORS FROM EXCEL" in office.pull(exit_code=7)["error"]["message"]


@pytest.mark.parametrize("name", ["County", "cf_County"])
def test_blanks_of_a_column_are_told_by_the_targets_name_or_the_worksheets(office: Office, name: str) -> None:
    office.set_up(
        "partial = true\n\n[links.Journal]", f'partial = true\nblanks = {{ {name} = "refuse" }}\n\n[links.Journal]'
    )
    office.pull()
    office.type({5: {"cf_County": None}})
    answer = office.diff()
    assert answer["changes"] == []
    assert "emptied" in answer["problems"][0]["message"]


def test_a_sum_is_written_as_short_as_it_can_be(office: Office) -> None:
    office.pull("AwardsBack")
    office.type({5: {"cf_Amount": 0.5}, 6: {"cf_Amount": 1.5}}, "AwardsBack")
    answer = office.push("--dry-run", link="AwardsBack")
    assert answer["sums"]["cf_Amount"]["after"] == "2"


def test_a_doubt_about_the_last_row_does_not_speak_of_rows_after_it(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Mine"}})
    office.practice.faults.arm("eone.run:cut_after*1")
    answer = office.push(exit_code=6)
    assert (answer["in_doubt"], answer["unsent"], answer["note"]) == (1, 0, "")


def test_a_column_that_is_gone_from_the_worksheet_is_told_with_what_to_do(office: Office) -> None:
    office.pull()
    book = openpyxl.load_workbook(office.workbook)
    sheet = book["Awards"]
    sheet.delete_cols([cell.value for cell in sheet[1]].index("cf_County") + 1)
    book.save(office.workbook)
    error = office.push("--dry-run", exit_code=2)["error"]
    assert error["hint"] == "Put the column back, or name another one in the link's columns."
