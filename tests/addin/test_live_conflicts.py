"""Both sides change a cell, or one deletes the record: what Excel shows, and how it is settled there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import excel_model as model
import pytest
from live_excel import WAYS, live_workbook
from office import Office, PlainSpreadsheet

MINE, THEIRS = "Mine", "Theirs"


@dataclass
class LiveSpreadsheet(PlainSpreadsheet):
    """A spreadsheet program whose workbook is open in the model of Excel."""

    way: str = ""
    book: model.Book = field(default_factory=lambda: model.App().open())

    @property
    def workbook(self) -> Any:
        return live_workbook(self.way, self.book)

    def column(self, header: str) -> int:
        return next(column for column in range(1, 60) if self.awards.shown(1, column) == header)

    @property
    def awards(self) -> model.Sheet:
        return self.book.sheet("Awards")

    def type(self, row: int, header: str, text: str) -> None:
        self.awards.type(row, self.column(header), text)

    def shown(self, row: int, header: str) -> Any:
        return self.awards.shown(row, self.column(header))

    def message(self, row: int, header: str) -> str:
        """What a person reads who stands on a cell; nothing on a way that shows none."""
        column = self.column(header)
        found = self.awards.rules_in(model.Area(column, row, column, row))
        return found[0][1].get("InputMessage", "") if found else ""


@pytest.fixture(params=WAYS)
def excel(request: pytest.FixtureRequest, office: Office) -> LiveSpreadsheet:
    front = LiveSpreadsheet(office.front.path, way=request.param)
    office.front = front
    office.pulled()
    return front


def change_both(office: Office, excel: LiveSpreadsheet) -> None:
    excel.type(2, "cf_County", MINE)
    office.practice.tables.change("levelone", edit={excel.shown(2, "recordid"): {"cf_County": THEIRS}})


def test_a_push_that_stops_names_the_row_and_the_cell_shows_both_sides(office: Office, excel: LiveSpreadsheet) -> None:
    change_both(office, excel)
    assert office.press("push") == 4
    assert office.last().startswith("Row 2 is in conflict")
    assert "drop-down of each such row's Sync cell" in office.last()
    assert "--conflicts" not in office.last()
    assert (excel.shown(2, "Sync"), excel.shown(2, "cf_County"), office.sent()) == ("conflict", MINE, [])
    message = excel.message(2, "cf_County")
    assert (MINE in message and THEIRS in message) is (excel.way == "excel_com")
    assert {"mine", "theirs"} <= set(offered(excel))
    assert excel.book.saved[-1]["Awards"] == excel.awards.cells


def offered(excel: LiveSpreadsheet) -> list[Any]:
    """What the drop-down of the cell `Sync` in row 2 offers."""
    lists = excel.book.sheet("_synctui_lists")
    column = next(column for column in range(1, 60) if lists.shown(1, column) == "Awards!Sync")
    return [lists.shown(row, column) for row in range(2, 10)]


@pytest.mark.parametrize(("choice", "sent", "county"), [("mine", 1, MINE), ("theirs", 0, THEIRS)])
def test_the_choice_in_the_sheet_settles_it_and_the_message_goes(
    office: Office, excel: LiveSpreadsheet, choice: str, sent: int, county: str
) -> None:
    change_both(office, excel)
    assert office.press("push") == 4
    excel.type(2, "Sync", choice)
    assert office.press("push") == 0
    assert len(office.sent()) == sent
    assert excel.shown(2, "cf_County") == county
    assert excel.shown(2, "Sync") in (None, "saved")
    assert excel.message(2, "cf_County") == ""


def test_a_record_that_is_gone_stops_with_its_own_remedy(office: Office, excel: LiveSpreadsheet) -> None:
    excel.type(2, "cf_County", MINE)
    office.practice.tables.change("levelone", delete=[excel.shown(2, "recordid")])
    assert office.press("push") == 4
    assert office.last().startswith("Row 2 is gone at the source")
    assert "Delete the rows; to create one anew" in office.last()
    assert "mine or theirs" not in office.last()


def test_a_sheet_that_cannot_show_the_conflict_is_named_too(office: Office, excel: LiveSpreadsheet) -> None:
    change_both(office, excel)
    excel.book.full_disk = True
    assert office.press("push") == 4
    assert "Row 2 is in conflict" in office.last()
    assert "The workbook does not show it" in office.last()
    assert excel.shown(2, "Sync") is None
