"""Dates, times and durations of a live workbook are what the reader of files says of the same cells."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import excel_model as model
import pytest
import xlsxwriter
from live_desk import Desk, new_desk, refused
from live_excel import WAYS

from synctui.session import open_file
from synctui.worksheets.base import SheetPatch

FORMATS = ("[h]:mm", "h:mm", "yyyy-mm-dd", "General", '0.00 "days"', "[$-409]m/d/yy h:mm AM/PM;@", "mm:ss.0", "[mm]:ss")
SERIALS = (0.5, 1.25, 45_351.999_997, 60.0, 2.0)


def in_a_file(path: Path, date1904: bool) -> Any:
    """Every serial number in every format, as the reader of files gives it."""
    with xlsxwriter.Workbook(path, {"date_1904": date1904}) as book:
        sheet = book.add_worksheet("Times")
        for column, code in enumerate(FORMATS):
            sheet.write_string(0, column, f"T{column}")
            for row, serial in enumerate(SERIALS, 1):
                sheet.write_number(row, column, serial, book.add_format({"num_format": code}))
    return open_file(str(path))


@pytest.mark.parametrize("as_dates", [True, False])
@pytest.mark.parametrize(("way", "date1904"), [*((way, False) for way in WAYS), ("excel_com", True)])
def test_times_durations_and_dates_read_as_in_a_file(tmp_path: Path, way: str, as_dates: bool, date1904: bool) -> None:
    expected = in_a_file(tmp_path / "times.xlsx", date1904)
    desk = new_desk(way)
    desk.book.date1904, desk.book.app.tells_times_as_dates = date1904, as_dates
    sheet = desk.book.sheets[0]
    for column, code in enumerate(FORMATS, 1):
        sheet.cells[1, column] = model.Content(f"T{column - 1}")
        for row, serial in enumerate(SERIALS, 2):
            sheet.cells[row, column] = model.Content(serial)
            sheet.formats[row, column] = code
    found = desk.workbook.grid("Sheet1").rows
    assert [list(map(repr, row.cells)) for row in found] == [
        list(map(repr, row.cells)) for row in expected.grid("Times").rows
    ]
    for address in ("A2", "B2", "C4", "D3", "F4", "H2"):
        assert desk.workbook.cell("Sheet1", address) == expected.cell("Times", address)


@pytest.mark.parametrize("code", ["h:mm", "[h]:mm", "yyyy-mm-dd"])
def test_computed_times_and_durations_read_as_in_a_file(desk: Desk, code: str) -> None:
    desk.book.results["=1/2"] = 0.5
    desk.sheet.type(3, 3, "=1/2")
    desk.sheet.formats[3, 3] = code
    assert desk.column(2)[1] == (0.5 if code == "[h]:mm" else datetime(1899, 12, 30, 12))


@pytest.mark.parametrize("date1904", [True, False])
def test_times_that_a_failed_write_replaced_are_back_as_they_were(desk: Desk, date1904: bool) -> None:
    desk.book.date1904 = date1904 and desk.way == "excel_com"
    for row, code in enumerate(FORMATS[:4], 2):
        desk.sheet.cells[row, 3], desk.sheet.formats[row, 3] = model.Content(45_351.25), code
    before = desk.state()
    desk.book.full_disk = True
    refused(lambda: desk.workbook.write([SheetPatch("Awards", {row: {"N": 1} for row in range(2, 6)})], []))
    assert desk.state() == before
