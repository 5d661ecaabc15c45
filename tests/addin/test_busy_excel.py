"""Somebody edits a cell while the add-in writes: it waits, or it takes back, or it says what is left."""

from __future__ import annotations

from typing import Any

import excel_model as model
import pytest
from live_desk import COLUMNS, EVERYTHING, ROWS, Desk, com_desk, refused
from live_excel import live_book

from synctui.worksheets.base import NewSheet


def test_while_a_cell_is_edited_nothing_is_done_and_the_remedy_is_named(desk: Desk) -> None:
    before = desk.state()
    desk.book.app.editing = True
    for use in (lambda: desk.workbook.grid("Awards"), lambda: desk.workbook.write([], [])):
        assert refused(use).hint == "Finish editing the cell (press Enter), then try again."
    assert desk.typist.now == pytest.approx(20 if desk.way == "excel_com" else 0, abs=0.5)
    desk.book.app.editing = False
    assert desk.state() == before


@pytest.mark.parametrize("edited_after", [0, 2, 3])
def test_who_types_for_some_seconds_only_delays_a_write(edited_after: int) -> None:
    desk, undelayed = com_desk(), com_desk()
    for each in (desk, undelayed):
        each.workbook.write([NewSheet("Awards", COLUMNS, ROWS)], ["one"])
    desk.book.app.edited_after, desk.typist.stops_after = edited_after, desk.typist.now + 4
    for each in (desk, undelayed):
        each.workbook.write([EVERYTHING], ["two"])
    assert desk.typist.now == pytest.approx(4, abs=0.5)
    assert desk.state() == undelayed.state()


def test_an_excel_that_answers_between_two_edits_has_the_whole_time_again() -> None:
    desk = com_desk()
    patience = desk.typist.patience()
    for _ in range(3):
        waits = 0
        while patience > 2 + waits:
            waits += 1
        assert waits == pytest.approx(100, abs=2)
        desk.typist.now += 5


def test_the_status_bar_is_not_worth_a_wait_but_to_give_it_back_is() -> None:
    desk = com_desk()
    from xl_addin.excel import Excel

    excel = Excel(live_book("excel_com", desk.book), desk.typist.patience())
    excel.status("1 of 3")
    desk.book.app.editing, desk.typist.stops_after = True, 2
    refused(lambda: excel.status("2 of 3"))
    assert desk.typist.now == 0
    excel.status(None)
    assert desk.book.app.modes["StatusBar"] is False


@pytest.mark.parametrize("edited_after", [0, 2, 3])
def test_what_an_edit_breaks_off_is_taken_back_once_it_ends(desk: Desk, edited_after: int) -> None:
    before = desk.state()
    desk.book.app.edited_after, desk.typist.stops_after = edited_after, 14 if desk.way == "excel_com" else 4
    assert refused(lambda: desk.workbook.write([EVERYTHING], ["two"])).message == "Excel is busy."
    assert desk.state() == before
    assert desk.typist.now == pytest.approx(desk.typist.stops_after, abs=0.5)


def test_an_edit_that_does_not_end_leaves_a_half_changed_workbook_and_says_so(desk: Desk) -> None:
    before = desk.state()
    desk.book.app.edited_after = 3
    error = refused(lambda: desk.workbook.write([EVERYTHING], ["two"]))
    assert error.message.startswith("Excel is busy.")
    assert "Book.xlsx is half changed" in error.message
    assert "without saving Book.xlsx, then open it again" in error.hint
    assert desk.typist.now == pytest.approx(20 if desk.way == "excel_com" else 10, abs=0.5)
    assert desk.book.saved[-1] == desk.book.saved[0]
    desk.book.app.editing = False
    assert desk.state() != before


class Locking(dict[str, str]):
    """Formulas of a table that is protected as soon as it has grown."""

    def __init__(self, sheet: model.Sheet) -> None:
        super().__init__()
        self.sheet = sheet

    def get(self, *_: Any) -> None:
        self.sheet.protected = True


def test_what_excel_refuses_to_take_back_is_said_too(desk: Desk) -> None:
    desk.book.full_disk = True
    desk.table.computed = Locking(desk.sheet)
    error = refused(lambda: desk.workbook.write([EVERYTHING], ["two"]))
    assert "protected sheet" in error.message
    assert "half changed" in error.message
