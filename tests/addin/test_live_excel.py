from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import excel_model as model
import pytest
from live_desk import COLUMNS, EVERYTHING, ROWS, Desk, com_desk, refused
from live_excel import NO_XLWINGS, WAYS, live_book, live_workbook

from synctui.cells import CellError
from synctui.worksheets.base import ColumnSpec, Message, NewSheet, SheetPatch

ROOT = Path(__file__).resolve().parents[2]


def test_the_passport_is_very_hidden_and_all_is_on_disk(desk: Desk) -> None:
    assert [(sheet.name, sheet.visible) for sheet in desk.book.sheets] == [
        ("Sheet1", -1), ("Awards", -1), ("_synctui", 2), ("_synctui_lists", 2)]  # fmt: skip
    assert desk.book.saved[-1]["_synctui"][1, 1] == model.Content("one")
    assert desk.workbook.sheet_names() == ("Sheet1", "Awards")


def test_a_shorter_passport_leaves_nothing_of_the_longer_one(desk: Desk) -> None:
    desk.workbook.write([], ["only"])
    assert desk.workbook.passport() == ("only",)


def test_what_is_in_front_and_all_modes_stay(desk: Desk) -> None:
    desk.book.app.modes |= {"Calculation": -4135, "EnableEvents": False}
    before = desk.state()[1:]
    desk.workbook.write([NewSheet("New", COLUMNS, ROWS), SheetPatch("Awards", {2: {"Sync": "edited"}})], [])
    assert desk.state()[1:] == before
    assert before[0] == "Sheet1"


@pytest.mark.parametrize("fails", [False, True])
def test_what_people_have_selected_stays_selected_and_no_other_workbook_moves(desk: Desk, fails: bool) -> None:
    other = desk.book.app.open("in front.xlsx")
    desk.book.sheets[0].selection, desk.sheet.selection = model.Area(2, 3, 4, 5), model.Area(1, 7, 3, 9)
    selected = {sheet.name: sheet.selection for sheet in desk.book.sheets}
    desk.book.full_disk = fails
    changes = [NewSheet("New", COLUMNS, ROWS), EVERYTHING]
    if fails:
        refused(lambda: desk.workbook.write(changes, ["two"]))
    else:
        desk.workbook.write(changes, ["two"])
    assert {name: desk.book.sheet(name).selection for name in selected} == selected
    assert (desk.book.active.name, desk.book.app.active) == ("Sheet1", other)


def test_a_selection_that_moved_would_be_seen() -> None:
    desk = com_desk()
    live_book("excel_com", desk.book).sheets[0].range("B2:C3").api.Select()
    assert desk.book.sheets[0].selection == model.Area(2, 2, 3, 3)


class StuckModes(dict[str, Any]):
    """Modes of an Excel that takes one of them only as it is."""

    stuck = ""

    def __setitem__(self, name: str, value: Any) -> None:
        if name == self.stuck and value != self[name]:
            raise model.Refusal(f"Unable to set the {name} property of the Application class")
        super().__setitem__(name, value)


@pytest.mark.parametrize("mode", ["Calculation", "DisplayAlerts", "EnableEvents", "ScreenUpdating"])
def test_a_mode_that_cannot_be_set_leaves_the_others_as_they_were(desk: Desk, mode: str) -> None:
    modes = desk.book.app.modes = StuckModes(desk.book.app.modes)
    modes.stuck = mode
    before = desk.state()
    assert (
        "Unable to set" in refused(lambda: desk.workbook.write([SheetPatch("Awards", {2: {"Key": "x"}})], [])).message
    )
    assert desk.state() == before


def test_cells_that_a_filter_hides_get_their_own_values(desk: Desk) -> None:
    desk.sheet.filtered = {3, 5}
    desk.workbook.write([SheetPatch("Awards", {row: {"Sync": f"s{row}"} for row in range(2, 8)}, remove=[3, 4])], [])
    assert desk.column(0) == ["s2", "s5", "s6", "s7"]
    assert desk.sheet.filtered == {3}


def test_new_rows_are_in_the_table_and_above_its_totals(desk: Desk) -> None:
    desk.sheet.show_totals(desk.table, wanted=True)
    desk.workbook.write([SheetPatch("Awards", append=[{"Key": "007", "N": 7}, {"Key": "008"}])], [])
    assert (desk.table.area.bottom, desk.table.totals) == (10, True)
    assert desk.sheet.content(10, 1).value == "Total"
    assert [row.cells[1] for row in desk.workbook.grid("Awards").rows if row.in_table][-2:] == ["007", "008"]


def test_formulas_of_the_user_are_kept_and_filled_into_new_rows(desk: Desk) -> None:
    desk.book.results |= {"=[@N]*2": 14.0}
    desk.sheet.add_column(desk.table, 6, "Twice")
    desk.table.computed["Twice"] = "=[@N]*2"
    desk.sheet.type(2, 6, "=[@N]*2")
    desk.workbook.write([SheetPatch("Awards", {2: {"N": 7}}, [{"Key": "x", "N": 7}])], [])
    rows = desk.workbook.grid("Awards").rows
    assert (rows[0].cells[5], rows[0].formulas) == (14, {5})
    assert (rows[-1].cells[5], rows[-1].formulas) == (14, {5})
    assert not desk.workbook.removable("Awards")


def test_a_cell_of_text_that_begins_like_a_formula_is_none(desk: Desk) -> None:
    desk.workbook.write([SheetPatch("Awards", {2: {"Key": "=1+1"}})], [])
    assert desk.workbook.removable("Awards")
    assert desk.workbook.cell("Awards", "B2") == "=1+1"


def test_errors_are_told_from_texts_that_read_so(desk: Desk) -> None:
    desk.workbook.write([SheetPatch("Awards", {2: {"Key": "#N/A"}, 3: {"N": CellError("#N/A")}})], [])
    desk.book.results["=1/0"] = model.Fault("#DIV/0!")
    desk.sheet.type(4, 3, "=1/0")
    assert desk.column(1)[0] == "#N/A"
    assert desk.column(2)[1:3] == [CellError("#N/A"), CellError("#DIV/0!")]


def test_moments_keep_their_milliseconds(desk: Desk) -> None:
    moment = datetime(2024, 2, 29, 23, 59, 59, 250_000)
    desk.workbook.write([SheetPatch("Awards", {2: {"N": moment}})], [])
    assert desk.column(2)[0] == moment


@pytest.mark.parametrize("breaks_after", [0, 1, 4, 9, 14])
def test_a_write_that_fails_midway_is_taken_back(desk: Desk, breaks_after: int) -> None:
    before = desk.state()
    desk.book.app.breaks_after = breaks_after
    patch = SheetPatch(
        "Awards", {2: {"Key": "changed", "N": "text"}, 4: {"Sync": "edited"}},
        [{"Key": "new", "N": 1}], add_columns=[ColumnSpec("More")])  # fmt: skip
    error = refused(lambda: desk.workbook.write([patch, NewSheet("New", COLUMNS, ROWS)], ["two"], {"Sheet1": "Old"}))
    assert "cannot complete" in error.message
    assert desk.state() == before


def test_a_workbook_that_cannot_be_saved_is_as_it_was(desk: Desk) -> None:
    before = desk.state()
    desk.book.full_disk = True
    patch = SheetPatch(
        "Awards", {2: {"Key": "=changed"}}, [{"Key": "new"}], [3, 4, 6], add_columns=[ColumnSpec("More")]
    )
    assert "not saved" in refused(lambda: desk.workbook.write([patch], ["two"])).message
    assert desk.state() == before


def test_a_workbook_that_was_never_saved_says_so(desk: Desk) -> None:
    desk.book.path = None
    assert desk.workbook.name == "Book.xlsx"
    assert "Ctrl+S" in refused(lambda: desk.workbook.write([], [])).hint


def test_a_protected_worksheet_is_as_it_was(desk: Desk) -> None:
    before = desk.state()
    desk.sheet.protected = True
    assert "protected" in refused(lambda: desk.workbook.write([SheetPatch("Awards", {2: {"Key": "x"}})], [])).message
    assert desk.state() == before


@pytest.mark.parametrize("text", ["a\x07", "\ufffe", "\uffff", "\ud800", "x" * 32_768])
def test_what_no_cell_can_hold_is_named_by_its_address(desk: Desk, text: str) -> None:
    before = desk.state()
    assert "Awards!B3" in refused(lambda: desk.workbook.write([SheetPatch("Awards", {3: {"Key": text}})], [])).message
    assert desk.state() == before


def test_names_that_did_not_grow_are_told(desk: Desk) -> None:
    desk.book.names = {"Keys": "=Awards!$B$2:$B$7", "Other": "=Sheet1!$A$7"}
    notices = desk.workbook.write([SheetPatch("Awards", append=[{"Key": "x"}])], [])
    assert [notice.partition(" ends")[0] for notice in notices] == ["The name Keys"]
    assert not desk.workbook.removable("Awards")


def test_rules_of_ours_come_and_go_and_those_of_the_user_stay() -> None:
    desk = com_desk()
    columns = (ColumnSpec("Sync"), ColumnSpec("Key", read_only=True, help="The key."), *COLUMNS[2:])
    desk.workbook.write([NewSheet("Awards", columns, ROWS)], [])
    users = {"Type": 1, "ErrorTitle": "Mine", "InputMessage": "mine"}
    desk.sheet.put_rule(model.Area(3, 2, 3, 3), users)
    messages = {row: {"Key": Message("Conflict", "Theirs"), "N": Message("a", "b")} for row in (2, 5)}
    desk.workbook.write([SheetPatch("Awards", messages=messages)], [])
    told = {str(area): rule["InputMessage"] for area, rule in desk.sheet.rules if rule["InputMessage"]}
    assert told == {"B1": "The key.", "B2": "Theirs", "B5": "Theirs", "C5": "b", "C2:C3": "mine"}
    assert desk.sheet.uniform_rule(model.Area(2, 2, 2, 2))["Formula1"] == "=1=0"  # type: ignore[index]
    desk.workbook.write([SheetPatch("Awards", messages={}, choices={"Type": ("x",), "N": ("y",)})], [])
    told = {str(area): rule["InputMessage"] for area, rule in desk.sheet.rules if rule["InputMessage"]}
    assert told == {"B1": "The key.", "C2:C3": "mine"}
    rule = desk.sheet.uniform_rule(model.Area(4, 2, 4, 1000))
    assert rule is not None
    assert (rule["Type"], rule["AlertStyle"], rule["Formula1"]) == (3, 2, "='_synctui_lists'!$A$2")
    assert desk.sheet.uniform_rule(model.Area(3, 2, 3, 3)) == users


def test_states_are_coloured_and_headers_stay_in_sight() -> None:
    desk = com_desk()
    desk.workbook.write([NewSheet("Awards", COLUMNS, ROWS)], [])
    assert {area.left for area, _ in desk.sheet.conditions} == {1}
    assert "refused" in {rule["String"] for _, rule in desk.sheet.conditions}
    assert (desk.sheet.frozen_rows, desk.sheet.hidden_columns) == (1, {5})


def test_a_workbook_for_reading_only_is_refused() -> None:
    desk = com_desk()
    desk.book.read_only = True
    assert "reading only" in refused(lambda: desk.workbook.write([], [])).message


def test_currency_keeps_all_its_decimals() -> None:
    desk = com_desk()
    desk.workbook.write([NewSheet("Awards", COLUMNS, [[None, "k", 0.123456, None, None]])], [])
    desk.sheet.set_format(model.Area(3, 2, 3, 2), "$#,##0.00")
    assert desk.column(2) == [0.123456]


def test_an_address_on_onedrive_is_the_name_as_it_is() -> None:
    desk = com_desk()
    live = live_book("excel_com", desk.book)
    assert live.name == "Book.xlsx"
    desk.book.path = None
    desk.book.name = "https://example.sharepoint.com/Book.xlsx"
    assert live_workbook("excel_com", desk.book).name == "https://example.sharepoint.com/Book.xlsx"


def test_the_program_tells_asks_and_shows() -> None:
    desk = com_desk()
    book = live_book("excel_com", desk.book)
    from xl_addin.excel import Excel

    excel, app = Excel(book), desk.book.app
    desk.workbook.write([NewSheet("Awards", COLUMNS, ROWS)], [])
    excel.status("Pulling")
    assert (excel.sheet, app.modes["StatusBar"]) == ("Sheet1", "Pulling")
    excel.status(None)
    excel.show("Awards")
    assert (excel.sheet, app.modes["StatusBar"]) == ("Awards", False)
    app.answers = [1, 2, "JUL-26", False]
    assert (excel.ask("T", "Go?"), excel.ask("T", "Go?")) == (True, False)
    assert (excel.input("T", "Batch?"), excel.input("T", "Batch?")) == ("JUL-26", None)
    excel.tell("T", "Done")
    assert app.boxes[-1] == ("T", "Done")
    assert excel.workbook.passport() == desk.workbook.passport()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["a=b.xlsx", " Budget = 1 --hwnd=9.xlsx", "BÜCHER.xlsx", "Book1"])
def test_the_workbook_that_called_is_found_by_its_whole_name(way: str, name: str) -> None:
    calling, front = model.App(), model.App()
    for book in ("a", "a.xlsx", name):
        live_book(way, calling.open(book))
    other = live_book(way, front.open(name))
    window = other.app.pid if way == "excel_com" else other.app.pid + 1
    from xl_addin.excel import Excel

    front.open("in front.xlsx")
    found = Excel.calling([f"--wb={name.lower()}", "--from_xl=1", "--app=", f"--hwnd={window}"])
    found.status("found")
    assert found.workbook.name.endswith(name)
    assert (front.modes["StatusBar"], calling.modes["StatusBar"]) == ("found", False)


@pytest.mark.parametrize("arguments", [[], ["--wb=", "--hwnd="], ["--wb=gone.xlsx", "--from_xl=1", "--hwnd="]])
def test_a_button_of_no_open_workbook_says_so(arguments: list[str]) -> None:
    live_book("excel_engine", model.App().open("there.xlsx"))
    from xl_addin.excel import Excel

    refused(lambda: Excel.calling(arguments))


def test_the_add_in_asks_for_no_licence_key_and_loads_nothing_that_needs_one() -> None:
    pytest.importorskip("xlwings", reason=NO_XLWINGS)
    code = "import sys, xl_addin.excel, xlwings; print(xlwings.__pro__, 'xlwings.server' in sys.modules)"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XLWINGS")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_add_in_names_no_part_of_xlwings_under_another_licence() -> None:
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "xl_addin").rglob("*.py")}
    parts = ("xlwings.pro", "xlwings.server", "xlwings.reports", "xlwings import pro", "xlwings import server",
             "XLWINGS_LICENSE_KEY")  # fmt: skip
    assert texts
    assert [(name, part) for name, text in texts.items() for part in parts if part in text] == []
