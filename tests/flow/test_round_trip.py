from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk

from synctui.errors import ConflictsFound, LinkError, RowsInDoubt, UsageError, WorksheetError
from synctui.records import Outcome
from synctui.session import open_file


def put(desk: Desk, row: int, header: str, value: Any, sheet: str = "Awards") -> None:
    column = desk.columns(sheet)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), sheet)


async def test_a_pull_and_an_untouched_workbook_show_no_change(desk: Desk) -> None:
    done = await desk.pull()
    assert (done.rows, done.added, done.conflicts) == (60, 60, 0)
    found = await desk.diff()
    assert (found.changes, found.damage, found.problems) == ([], [], [])


async def test_a_workbook_saved_by_another_program_shows_no_change(desk: Desk) -> None:
    await desk.pull()
    desk.edit(lambda _: None)
    found = await desk.diff()
    assert (found.changes, found.damage) == ([], [])


async def test_edits_and_a_new_row_arrive_once_and_are_not_sent_again(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    put(desk, 3, "sf_Application Name", "Renamed fund")
    put(desk, 5, "cf_County", "Ramsey")
    columns = desk.columns()

    def add(ws: Any) -> None:
        row = ws.max_row + 1
        for header, value in (("cf_Vendor No", "V-9999"), ("sf_Application Name", "New"), ("cf_County", "Cass")):
            ws.cell(row, columns[header], value)

    desk.edit(add)
    result = await desk.push()
    assert (result.accepted, result.refused, result.in_doubt) == (4, 0, 0)
    [run] = desk.runs()
    assert len(run.rows) == 4
    assert run.variables == {"GBL_BATCH": "JUL-26", "GBL_POSTED": "2026-07-31"}
    assert desk.cell(2, "Sync") == "saved"
    assert (await desk.push()).rows == ()
    await desk.pull()
    assert desk.cell(2, "cf_County") == "Cass"
    assert desk.cell(2, "Sync") == "saved"
    assert (await desk.push()).rows == ()
    assert len(desk.runs()) == 1


async def test_a_refused_row_keeps_its_message_and_only_failed_sends_just_it(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    put(desk, 3, "cf_County", None)
    result = await desk.push()
    assert (result.accepted, result.refused) == (1, 1)
    assert desk.cell(3, "Sync").startswith("refused: County must have a value.")
    put(desk, 3, "cf_County", "Ward")
    put(desk, 4, "cf_County", "Ward")
    again = await desk.push(only_failed=True)
    assert [row.row for row in again.rows] == [3]
    assert again.accepted == 1


async def test_a_lost_answer_leaves_doubt_bars_the_map_and_is_settled_by_the_user(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    desk.practice.faults.arm("eone.run:cut_after*1")
    result = await desk.push()
    assert [row.outcome for row in result.rows] == [Outcome.IN_DOUBT]
    assert desk.cell(2, "Sync") == f"in doubt: run {result.run_id}"
    with pytest.raises(RowsInDoubt, match=result.run_id):
        await desk.plan()
    settlement = await desk.session.settle(result.run_id, "arrived", open_file(str(desk.path)))
    assert (settlement.settled, settlement.in_doubt) == (1, 0)
    assert desk.cell(2, "Sync") == "saved"
    assert (await desk.push()).rows == ()
    assert len(desk.runs()) == 1


@pytest.mark.parametrize(("decision", "sync", "runs"), [("resend", "edited", 2), ("skip", "skipped", 1)])
async def test_the_users_other_decisions(desk: Desk, decision: Any, sync: str, runs: int) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    desk.practice.faults.arm("eone.run:cut_before*1")
    result = await desk.push()
    await desk.session.settle(result.run_id, decision, open_file(str(desk.path)))
    assert desk.cell(2, "Sync").startswith(sync)
    await desk.push()
    assert len(desk.runs()) == runs


async def test_doubt_in_a_mailed_workbook_bars_the_map_on_another_machine(desk: Desk, tmp_path: Path) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    desk.practice.faults.arm("eone.run:cut_after*1")
    result = await desk.push()
    colleague = desk.beside(tmp_path / "elsewhere")
    with pytest.raises(RowsInDoubt, match=result.run_id):
        await colleague.plan()
    await colleague.session.settle(result.run_id, "arrived", open_file(str(desk.path)))
    assert desk.cell(2, "Sync") == "saved"


async def test_both_sides_changed_the_same_cell(desk: Desk) -> None:
    await desk.pull()
    key = desk.cell(2, "recordid")
    put(desk, 2, "cf_County", "Mine")
    desk.practice.tables.change(
        "levelone", edit={key: {"cf_County": "Theirs", "sf_Application Name": "Renamed at the source"}}
    )
    done = await desk.pull()
    assert (done.conflicts, done.changed) == (1, 1)
    assert (desk.cell(2, "cf_County"), desk.cell(2, "Sync")) == ("Mine", "conflict")
    assert desk.cell(2, "sf_Application Name") == "Renamed at the source"
    with pytest.raises(ConflictsFound):
        await desk.plan()
    result = await desk.push(conflicts="mine")
    assert result.accepted == 1
    assert desk.runs()[-1].rows[0]["County"] == "Mine"


async def test_theirs_puts_the_sources_value_into_the_sheet(desk: Desk) -> None:
    await desk.pull()
    key = desk.cell(2, "recordid")
    put(desk, 2, "cf_County", "Mine")
    put(desk, 3, "cf_County", "Other")
    desk.practice.tables.change("levelone", edit={key: {"cf_County": "Theirs"}})
    await desk.pull()
    put(desk, 2, "Sync", "theirs")
    result = await desk.push()
    assert [row.row for row in result.rows] == [3]
    assert desk.cell(2, "cf_County") == "Theirs"
    assert not (await desk.diff()).changes


async def test_records_gone_at_the_source(desk: Desk) -> None:
    await desk.pull()
    edited, plain = desk.cell(2, "recordid"), desk.cell(3, "recordid")
    put(desk, 2, "cf_County", "Cass")
    desk.practice.tables.change("levelone", delete=[edited, plain])
    done = await desk.pull()
    assert done.removed == 2
    assert desk.cell(2, "Sync") == "gone at source"
    assert desk.cell(3, "recordid") != plain
    with pytest.raises(ConflictsFound, match="gone at the source"):
        await desk.plan()


async def test_a_document_travels_whole_and_shares_its_outcome(desk: Desk) -> None:
    await desk.pull("Journal")
    batch = desk.cell(2, "cf_Batch", "Journal")
    column = desk.columns("Journal")["cf_Batch"]
    sheet = openpyxl.load_workbook(desk.path)["Journal"]
    size = sum(sheet.cell(row, column).value == batch for row in range(2, sheet.max_row + 1))
    assert size > 1
    put(desk, 2, "cf_Reference", "changed", "Journal")
    prepared = await desk.plan("Journal")
    assert (prepared.plan.documents, len(prepared.plan.rows)) == (1, size)
    assert sum(row.after != {} for row in prepared.plan.rows) == 1
    result = await desk.push("Journal")
    assert {row.outcome for row in result.rows} == {Outcome.ACCEPTED}
    assert (await desk.push("Journal")).rows == ()


async def test_a_map_that_stops_whole_leaves_the_others_unsent(desk: Desk) -> None:
    await desk.pull("Strict")
    put(desk, 2, "cf_County", "Cass", "Strict")
    put(desk, 3, "cf_County", None, "Strict")
    result = await desk.push("Strict")
    assert {row.row: row.outcome for row in result.rows} == {2: Outcome.UNSENT, 3: Outcome.REFUSED}
    assert desk.cell(2, "Sync", "Strict") == "edited"


async def test_a_plan_tells_what_it_costs_and_why_it_asks(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", None)
    plan = (await desk.plan(dry_run=True)).plan
    assert plan.asks == ("1 value will be emptied",)
    assert (plan.documents, len(plan.batches), plan.environment) == (1, 1, "practice")
    assert desk.runs() == []
    await desk.push()
    put(desk, 2, "cf_County", "Ward")
    await desk.push()
    put(desk, 2, "cf_County", "Walsh")
    assert any("sent before in run" in ask for ask in (await desk.plan(dry_run=True)).plan.asks)


async def test_variables_may_stand_in_cells_and_be_overridden(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    await desk.push(variables={"GBL_BATCH": "AUG-26"})
    assert desk.runs()[0].variables["GBL_BATCH"] == "AUG-26"
    with pytest.raises(UsageError, match="GBL_"):
        await desk.plan(variables={"BATCH": "x"})


async def test_a_sheet_without_a_passport_is_not_touched(desk: Desk) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Awards"
    book.active["A1"] = "mine"
    book.save(desk.path)
    before = desk.path.read_bytes()
    with pytest.raises(WorksheetError, match="--replace"):
        await desk.pull()
    assert desk.path.read_bytes() == before
    await desk.pull(replace=True)
    assert openpyxl.load_workbook(desk.path)["Awards (old)"]["A1"].value == "mine"
    assert (await desk.diff()).changes == []


async def test_another_environment_is_refused_by_name(desk: Desk) -> None:
    await desk.pull()
    other = desk.with_settings("VENDORS FROM EXCEL", "VENDORS STRICT")
    with pytest.raises(WorksheetError, match="VENDORS STRICT"):
        await other.plan()


async def test_a_misspelt_map_column_is_told_before_anything_is_sent(desk: Desk) -> None:
    await desk.pull()
    put(desk, 2, "cf_County", "Cass")
    with pytest.raises(LinkError, match="'County'"):
        await desk.with_settings("County = ", "Conty = ").plan()
