"""What people do to a workbook as a whole, and to many of its rows at once."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from desk import Desk

from synctui.errors import WorksheetError

VBA = Path(__file__).resolve().parents[2] / "sample_workbooks" / "vbaProject.bin"


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as package:
        return package.read(name)


async def test_filtered_and_hidden_rows_are_rows_like_all_others_and_stay_hidden(desk: Desk) -> None:
    await desk.pull()
    county = desk.columns()["cf_County"]

    def filter_rows(ws: Any) -> None:
        ws.tables["Awards"].autoFilter.filterColumn.append(
            openpyxl.worksheet.filters.FilterColumn(
                colId=county - 1, filters=openpyxl.worksheet.filters.Filters(filter=["Ramsey"])
            )
        )
        for row in (2, 3, 4):
            ws.row_dimensions[row].hidden = True
        ws.cell(3, county).value = "Typed before it was filtered"

    desk.edit(filter_rows)
    [change] = (await desk.diff()).changes
    assert change.row == 3
    desk.practice.tables.change("levelone", edit={desk.cell(5, "recordid"): {"cf_County": "Elsewhere"}})
    await desk.pull()
    sheet = openpyxl.load_workbook(desk.path)["Awards"]
    assert [sheet.row_dimensions[row].hidden for row in (2, 3, 4, 5)] == [True, True, True, False]
    assert sheet.tables["Awards"].autoFilter.filterColumn[0].filters.filter == ["Ramsey"]
    assert desk.cell(5, "cf_County") == "Elsewhere"
    assert (await desk.push()).accepted == 1


async def test_rows_pasted_over_other_rows_are_told_and_not_sent(desk: Desk) -> None:
    await desk.pull()
    lost = {desk.cell(row, "recordid") for row in (5, 6)}

    def paste(ws: Any) -> None:
        for source, target in ((2, 5), (3, 6)):
            for cell in ws[source]:
                ws.cell(target, cell.column).value = cell.value

    desk.edit(paste)
    found = await desk.diff()
    assert {change.key[0] for change in found.changes} == lost
    assert {change.kind for change in found.changes} == {"delete"}
    assert {problem.row for problem in found.problems} == {2, 3, 5, 6}
    assert (await desk.push()).rows == ()


async def test_a_renamed_key_column_is_told_by_its_name(desk: Desk) -> None:
    await desk.pull()
    column = desk.columns()["recordid"]
    desk.edit(lambda ws: setattr(ws.cell(1, column), "value", "record_id"))
    for attempt in (desk.diff, desk.push):
        with pytest.raises(WorksheetError, match="recordid"):
            await attempt()
    assert desk.runs() == []


async def test_a_workbook_saved_as_xlsm_goes_on_as_before(desk: Desk, libreoffice: Callable[..., list[Path]]) -> None:
    await desk.pull()
    county = desk.columns()["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(2, county), "value", "Cass"))
    [desk.path] = libreoffice([desk.path], "xlsm:Calc MS Excel 2007 VBA XML")
    found = await desk.diff()
    assert ([change.row for change in found.changes], found.damage, found.problems) == ([2], [], [])
    assert (await desk.push()).accepted == 1
    assert desk.cell(2, "Sync") == "saved"
    await desk.pull()
    assert (await desk.diff()).changes == []
    assert b"macroEnabled" in part(desk.path, "[Content_Types].xml")


async def test_a_workbook_with_macros_keeps_them_from_the_first_pull_on(desk: Desk, tmp_path: Path) -> None:
    desk.path = tmp_path / "macros.xlsm"
    book = xlsxwriter.Workbook(desk.path)
    book.add_worksheet("Mine").write("A1", "own")
    book.add_vba_project(str(VBA))
    book.close()
    await desk.pull()
    macros = part(desk.path, "xl/vbaProject.bin")
    county = desk.columns()["cf_County"]
    edited = openpyxl.load_workbook(desk.path, keep_vba=True)
    edited["Awards"].cell(2, county).value = "Cass"
    edited.save(desk.path)
    assert (await desk.push()).accepted == 1
    await desk.pull()
    assert part(desk.path, "xl/vbaProject.bin") == macros == VBA.read_bytes()
    assert b"macroEnabled" in part(desk.path, "[Content_Types].xml")
    assert openpyxl.load_workbook(desk.path)["Mine"]["A1"].value == "own"


async def test_an_old_copy_is_brought_up_to_date_by_a_pull(desk: Desk, tmp_path: Path) -> None:
    await desk.pull()
    old = tmp_path / "yesterday.xlsx"
    shutil.copy(desk.path, old)
    county, key = desk.columns()["cf_County"], desk.cell(3, "recordid")
    desk.practice.tables.change("levelone", edit={key: {"cf_County": "Elsewhere"}})
    await desk.pull()
    desk.path = old
    desk.edit(lambda ws: setattr(ws.cell(2, county), "value", "Cass"))
    [change] = (await desk.diff()).changes
    assert change.row == 2
    assert (await desk.pull()).changed == 1
    assert [desk.cell(row, "cf_County") for row in (2, 3)] == ["Cass", "Elsewhere"]
    assert (await desk.push()).accepted == 1
