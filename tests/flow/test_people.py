"""What people do to workbooks, each with a sensible outcome."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk

from synctui.errors import LinkError, WorksheetError
from synctui.session import open_file


def values(ws: Any, row: int) -> list[Any]:
    return [cell.value for cell in ws[row]]


async def test_sorting_changes_nothing(desk: Desk) -> None:
    await desk.pull()

    def sort(ws: Any) -> None:
        rows = sorted((values(ws, row) for row in range(2, ws.max_row + 1)), key=lambda r: str(r[3]), reverse=True)
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                ws.cell(number, column).value = value

    desk.edit(sort)
    found = await desk.diff()
    assert (found.changes, found.problems) == ([], [])
    top = desk.cell(2, "recordid")
    await desk.pull()
    assert desk.cell(2, "recordid") == top


async def test_reordered_and_hidden_columns_stay_so(desk: Desk) -> None:
    await desk.pull()
    county, name = desk.columns()["cf_County"], desk.columns()["sf_Application Name"]

    def swap(ws: Any) -> None:
        ws.column_dimensions["C"].hidden = True
        for row in range(1, ws.max_row + 1):
            a, b = ws.cell(row, county), ws.cell(row, name)
            a.value, b.value = b.value, a.value
        table = ws.tables["Awards"]
        columns = table.tableColumns
        columns[county - 1].name, columns[name - 1].name = columns[name - 1].name, columns[county - 1].name

    desk.edit(swap)
    assert (await desk.diff()).changes == []
    await desk.pull()
    assert desk.columns()["cf_County"] == name
    assert openpyxl.load_workbook(desk.path)["Awards"].column_dimensions["C"].hidden
    assert (await desk.diff()).changes == []


async def test_a_renamed_header_is_told_with_the_nearest_name(desk: Desk) -> None:
    await desk.pull()
    column = desk.columns()["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(1, column), "value", "County!"))
    found = await desk.diff()
    assert any("'County!'" in problem.message for problem in found.problems)
    with pytest.raises(LinkError, match="cf_County"):
        await desk.plan()


async def test_rows_inserted_in_the_middle_are_new_records(desk: Desk) -> None:
    await desk.pull()
    columns = desk.columns()

    def insert(ws: Any) -> None:
        ws.insert_rows(5)
        for header, value in (("cf_Vendor No", "V-8888"), ("sf_Application Name", "Inserted"), ("cf_County", "Cass")):
            ws.cell(5, columns[header]).value = value

    desk.edit(insert)
    [change] = (await desk.diff()).changes
    assert (change.kind, change.row) == ("create", 5)
    assert (await desk.push()).accepted == 1
    assert (await desk.push()).rows == ()


async def test_copied_rows_are_duplicate_keys_and_are_not_sent(desk: Desk) -> None:
    await desk.pull()

    def copy(ws: Any) -> None:
        row = values(ws, 2)
        row[13] = "Copied"
        ws.append(row)

    desk.edit(copy)
    found = await desk.diff()
    assert found.changes == []
    assert sum("2 rows" in problem.message for problem in found.problems) == 2
    assert (await desk.push()).rows == ()


async def test_a_copied_new_row_is_created_for_itself(desk: Desk) -> None:
    await desk.pull()
    columns = desk.columns()

    def add(ws: Any) -> None:
        row = ws.max_row + 1
        for header, value in (("cf_Vendor No", "V-7001"), ("sf_Application Name", "One"), ("cf_County", "Cass")):
            ws.cell(row, columns[header]).value = value

    def copy(ws: Any) -> None:
        row = values(ws, ws.max_row)
        row[columns["cf_Vendor No"] - 1] = "V-7002"
        ws.append(row)

    desk.edit(add)
    assert (await desk.push()).accepted == 1
    desk.edit(copy)
    result = await desk.push()
    assert result.accepted == 1
    assert desk.runs()[-1].rows[0]["VendorNo"] == "V-7002"


async def test_an_old_copy_of_the_workbook_does_not_create_again(desk: Desk, tmp_path: Path) -> None:
    await desk.pull()
    columns = desk.columns()

    def add(ws: Any) -> None:
        row = ws.max_row + 1
        for header, value in (("cf_Vendor No", "V-7001"), ("sf_Application Name", "One"), ("cf_County", "Cass")):
            ws.cell(row, columns[header]).value = value

    desk.edit(add)
    await desk.pull()
    old = tmp_path / "old.xlsx"
    shutil.copy(desk.path, old)
    assert (await desk.push()).accepted == 1
    desk.path = old
    prepared = await desk.plan()
    assert prepared.plan.rows == ()
    assert any("was created in run" in problem.message for problem in prepared.problems)
    assert len(desk.runs()) == 1


async def test_deleted_rows_are_listed_and_come_back_at_the_next_pull(desk: Desk) -> None:
    await desk.pull()
    key = desk.cell(3, "recordid")
    desk.edit(lambda ws: ws.delete_rows(3))
    [change] = (await desk.diff()).changes
    assert (change.kind, change.key) == ("delete", (key,))
    assert (await desk.push()).rows == ()
    assert (await desk.pull()).added == 1
    assert (await desk.diff()).changes == []


async def test_values_pasted_over_are_edits_or_damage(desk: Desk) -> None:
    await desk.pull()
    cost = desk.columns()["cf_Cost Center"]
    row, text = next(
        (row, value) for row in range(2, 40) if str(value := desk.cell(row, "cf_Cost Center")).startswith("00")
    )

    def paste(ws: Any) -> None:
        ws.cell(row, cost).value = int(text)
        ws.cell(row, cost).number_format = "General"

    desk.edit(paste)
    found = await desk.diff()
    assert found.changes == []
    assert [(damage.was, damage.row) for damage in found.damage] == [(text, row)]
    assert len(await desk.session.repair("Awards", open_file(str(desk.path)))) == 1
    assert desk.cell(row, "cf_Cost Center") == text
    assert not (await desk.diff()).damage


async def test_columns_and_formulas_of_the_users_own_survive_a_pull(desk: Desk) -> None:
    await desk.pull()
    county = desk.columns()["cf_County"]

    def add(ws: Any) -> None:
        last = ws.max_column + 1
        ws.cell(1, last).value = "My check"
        ws.cell(2, last).value = "=M2*2"
        ws.cell(3, county).value = "Cass"

    desk.edit(add)
    desk.practice.tables.change("levelone", edit={desk.cell(4, "recordid"): {"cf_County": "Elsewhere"}})
    done = await desk.pull()
    assert done.changed == 1
    formula = openpyxl.load_workbook(desk.path)["Awards"].cell(2, desk.columns()["My check"])
    assert formula.value == "=M2*2"
    assert desk.cell(3, "cf_County") == "Cass"
    assert desk.cell(4, "cf_County") == "Elsewhere"
    [change] = (await desk.diff()).changes
    assert change.row == 3


async def test_a_deleted_passport_stops_everything(desk: Desk) -> None:
    await desk.pull()
    book = openpyxl.load_workbook(desk.path)
    del book["_synctui"]
    book.save(desk.path)
    for attempt in (desk.diff, desk.plan, desk.pull):
        with pytest.raises(WorksheetError):
            await attempt()
    await desk.pull(replace=True)
    assert (await desk.diff()).changes == []


async def test_a_changed_passport_stops_everything(desk: Desk) -> None:
    await desk.pull()

    def change(ws: Any) -> None:
        ws["A3"].value = ws["A3"].value[:-8] + "AAAAAAA="

    desk.edit(change, "_synctui")
    with pytest.raises(WorksheetError, match="checksum"):
        await desk.diff()


async def test_a_workbook_mailed_to_a_colleague_can_be_pushed_there(desk: Desk, tmp_path: Path) -> None:
    await desk.pull()
    column = desk.columns()["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(2, column), "value", "Cass"))
    colleague = desk.beside(tmp_path / "colleague")
    colleague.path = tmp_path / "mailed.xlsx"
    shutil.copy(desk.path, colleague.path)
    assert (await colleague.push()).accepted == 1
    assert (await colleague.push()).rows == ()


async def test_our_own_columns_come_back_when_people_delete_them(desk: Desk) -> None:
    await desk.pull()
    column = desk.columns()["cf_County"]

    def drop(ws: Any) -> None:
        ws.cell(2, column).value = "Cass"
        ws.cell(1, 1).value = "Notes"

    desk.edit(drop)
    with pytest.raises(WorksheetError, match="Pull"):
        await desk.push()
    assert desk.runs() == []
    await desk.pull()
    assert "Sync" in desk.columns()
    assert (await desk.push()).accepted == 1
