from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from command_line import Office

TWO: dict[int, dict[str, Any]] = {5: {"cf_County": "Ramsey"}, 6: {"cf_County": "Cass"}}


def cells(office: Office, row: int, *headers: str, sheet: str) -> list[Any]:
    book = openpyxl.load_workbook(office.workbook)
    names = [cell.value for cell in book[sheet][1]]
    return [book[sheet].cell(row, names.index(header) + 1).value for header in headers]


def stored(office: Office, recordid: str, field: str) -> str:
    """What the practice SmartSimple holds now."""
    book = office.folder / "other.xlsx"
    office.json("pull", "AwardsBack", "--workbook", str(book))
    sheet = openpyxl.load_workbook(book)["AwardsBack"]
    headers = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[headers.index("recordid")] == recordid)
    book.unlink()
    return str(row[headers.index(field)])


def pushed(office: Office, edits: dict[int, dict[str, Any]], link: str = "AwardsBack") -> str:
    office.pull(link)
    office.type(edits, link)
    run: str = office.push("--yes", link=link)["run_id"]
    return run


def test_an_undo_brings_the_old_values_back_there_and_in_the_worksheet(office: Office) -> None:
    office.pull("AwardsBack")
    (before,) = cells(office, 5, "cf_County", sheet="AwardsBack")
    run = pushed(office, TWO)
    assert stored(office, "900004", "cf_County") == "Ramsey"
    assert office.json("undo", run, "--dry-run")["rows"][0]["after"] == {"cf_County": before}
    answer = office.json("undo", run, "--yes")
    assert (answer["accepted"], answer["of_run"], answer["kept"], answer["created"]) == (2, run, [], [])
    assert stored(office, "900004", "cf_County") == before
    assert cells(office, 5, "cf_County", "Sync", sheet="AwardsBack") == [before, "saved"]
    assert office.diff("AwardsBack")["changes"] == []
    assert office.json("runs")["runs"][0]["run_id"] == answer["run_id"]


def test_an_undo_can_itself_be_undone(office: Office) -> None:
    run = pushed(office, TWO)
    again = office.json("undo", run, "--yes")["run_id"]
    assert office.json("undo", again, "--yes")["accepted"] == 2
    assert stored(office, "900004", "cf_County") == "Ramsey"
    assert cells(office, 5, "cf_County", "Sync", sheet="AwardsBack") == ["Ramsey", "saved"]


def test_what_somebody_edited_since_is_kept(office: Office) -> None:
    run = pushed(office, TWO)
    office.practice.tables.change("levelone", edit={"900004": {"cf_County": "Theirs"}})
    answer = office.json("undo", run, "--yes", exit_code=1)
    assert [(kept["key"], "Theirs" in kept["message"]) for kept in answer["kept"]] == [("900004", True)]
    assert [row["key"] for row in answer["rows"]] == ["900005"]
    assert stored(office, "900004", "cf_County") == "Theirs"


def test_where_all_was_edited_since_nothing_is_sent(office: Office) -> None:
    run = pushed(office, {5: {"cf_County": "Ramsey"}})
    office.practice.tables.change("levelone", edit={"900004": {"cf_County": "Theirs"}})
    answer = office.json("undo", run, "--yes", exit_code=4)
    assert answer["run_id"] is None
    assert len(office.json("runs")["runs"]) == 1


def test_a_row_that_was_pushed_again_since_is_kept(office: Office) -> None:
    first = pushed(office, {5: {"cf_County": "Ramsey"}}, "Awards")
    office.type({5: {"cf_County": "Walsh"}})
    second = office.push("--yes")["run_id"]
    (kept,) = office.json("undo", first, "--yes", exit_code=4)["kept"]
    assert second in kept["message"]


def test_edits_made_in_the_worksheet_since_stay_there(office: Office) -> None:
    run = pushed(office, TWO)
    office.type({5: {"cf_County": "Edited since"}}, "AwardsBack")
    office.json("undo", run, "--yes")
    assert cells(office, 5, "cf_County", "Sync", sheet="AwardsBack") == ["Edited since", "edited"]
    assert [change["key"] for change in office.diff("AwardsBack")["changes"]] == ["900004"]


def test_a_map_gets_the_old_values_with_the_variables_of_the_run(office: Office) -> None:
    office.pull()
    (before,) = cells(office, 5, "cf_County", sheet="Awards")
    office.type({5: {"cf_County": "Ramsey"}})
    run = office.push("--yes", "--var", "GBL_BATCH=AUG-26")["run_id"]
    answer = office.json("undo", run, "--yes")
    assert "cannot be read" in " ".join(answer["warnings"])
    assert (answer["accepted"], answer["variables"]["GBL_BATCH"]) == (1, "AUG-26")
    assert cells(office, 5, "cf_County", "Sync", sheet="Awards") == [before, "saved"]


def test_created_records_stay_and_are_listed(office: Office) -> None:
    office.pull()
    office.type({42: {"sf_Application Name": "New", "cf_County": "Cass", "cf_Vendor No": "V-9001"}})
    run = office.push("--yes")["run_id"]
    answer = office.json("undo", run, "--yes")
    assert [row["row"] for row in answer["created"]] == [42]
    assert len(office.runs()) == 1


def test_without_its_workbook_a_run_is_undone_all_the_same(office: Office) -> None:
    run = pushed(office, TWO)
    office.workbook.unlink()
    said = office("undo", run, "--yes")
    assert said.exit_code == 0
    assert "will not be marked" in said.stderr
    assert stored(office, "900004", "cf_County") != "Ramsey"


def test_a_row_deleted_from_the_worksheet_is_undone_and_no_other_row_is_marked(office: Office) -> None:
    run = pushed(office, TWO)
    book = openpyxl.load_workbook(office.workbook)
    book["AwardsBack"].delete_rows(5)
    book.save(office.workbook)
    assert office.json("undo", run, "--yes")["accepted"] == 2
    assert cells(office, 5, "recordid", "Sync", sheet="AwardsBack") == ["900005", "saved"]
    assert cells(office, 6, "recordid", "Sync", sheet="AwardsBack") == ["900006", None]


def test_what_empties_cells_asks_first(office: Office) -> None:
    office.pull("AwardsBack")
    office.type({5: {"cf_Note": None}}, "AwardsBack")
    office.push("--yes", link="AwardsBack")
    office.type({5: {"cf_Note": "now something"}}, "AwardsBack")
    run = office.push("--yes", link="AwardsBack")["run_id"]
    assert "--yes" in office.json("undo", run, exit_code=2)["error"]["hint"]


@pytest.mark.parametrize("command", ["undo", "resume"])
def test_an_unknown_run_is_one_sentence(office: Office, command: str) -> None:
    assert "knows no run" in office.json(command, "2026", exit_code=2)["error"]["message"]


# -- resume


def test_what_a_push_left_unsent_is_sent_as_it_was_confirmed(office: Office) -> None:
    office.set_up("partial = true\n\n[links.Journal]", "partial = true\nbatch_rows = 1\n\n[links.Journal]")
    office.pull()
    office.type(TWO)
    office.practice.faults.arm("eone.run:401@2")
    run = office.push(exit_code=3)["run_id"]
    office.practice.faults.clear()
    answer = office.json("resume", run, "--yes")
    assert [(row["key"], row["outcome"]) for row in answer["rows"]] == [("900005", "accepted")]
    assert office.diff()["changes"] == []
    assert office.json("resume", run)["rows"] == []


def test_a_row_that_an_earlier_run_sent_is_resumed_too(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Cass"}})
    office.push("--yes")
    office.type({5: {"cf_County": "Walsh"}})
    office.practice.faults.arm("eone.run:401")
    run = office.push("--yes", exit_code=3)["run_id"]
    office.practice.faults.clear()
    assert office.json("resume", run, "--yes")["accepted"] == 1
    assert office.diff()["changes"] == []
