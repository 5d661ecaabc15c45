"""Help in the sheet: columns that turn typing away, messages on cells, signs of states."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from help_files import COLUMNS, LONG, TOLD, at, block, make, offered, patch, rules
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.xml.functions import fromstring
from xlsx_files import (
    MAIN,
    SHEET_PART,
    STRICT_MAIN,
    STRICT_OFFICE,
    Resave,
    package_parts,
    part,
    text_row,
    worksheet,
    write_package,
)

from synctui.cells import Cell
from synctui.worksheets.base import ColumnSpec, Message, NewSheet, SheetPatch
from synctui.worksheets.layout import LISTS_SHEET, OURS, STATE_LOOKS, shown_message
from synctui.worksheets.memory import MemoryWorkbook
from synctui.worksheets.references import Area
from synctui.worksheets.rules import MAX_ROWS, utf16_length
from synctui.worksheets.xlsx import open_workbook
from synctui.worksheets.xlsx.areas import joined, without, without_cells
from synctui.worksheets.xlsx.sheet_help import choice_rule
from synctui.worksheets.xlsx.shell import Shell


def test_a_read_only_column_turns_typing_away_without_protection(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    rule = at(path, "B9")
    assert rule is not None
    assert (rule.type, rule.formula1, rule.errorStyle or "stop", rule.errorTitle) == ("custom", "FALSE", "stop", OURS)
    assert rule.error == "Key is read-only at the source: it would refuse the edit."
    assert rule.showErrorMessage
    assert at(path, "B1") is None
    assert "sheetProtection" not in part(path, SHEET_PART)


def test_a_read_only_column_offers_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", columns=(ColumnSpec("Key"), ColumnSpec("X", read_only=True, choices=LONG)))
    patch(path, choices={"X": ("a", "b")})
    rule = at(path, "B2")
    assert rule is not None
    assert rule.type == "custom"
    assert LISTS_SHEET not in openpyxl.load_workbook(path).sheetnames


def test_header_help_is_ours(tmp_path: Path) -> None:
    rule = at(make(tmp_path / "book.xlsx"), "D1")
    assert rule is not None
    assert (rule.promptTitle, rule.prompt, rule.errorTitle, rule.showInputMessage, rule.type) == (
        "Status", "Pick one", OURS, True, None)  # fmt: skip


def test_a_message_bears_the_rule_of_its_column_and_no_cell_has_two(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    before = block(path)
    told = {"Sync": TOLD, "Key": TOLD, "Status": TOLD, "Country": TOLD}
    patch(path, messages={2: {"Status": TOLD}, 4: told, 5: told})
    for cell, kind in (("A4", None), ("B4", "custom"), ("D4", "list"), ("E4", "list"), ("D2", "list"), ("D5", "list")):
        rule = at(path, cell)
        assert rule is not None
        assert (rule.type, rule.promptTitle, rule.prompt, rule.errorTitle) == (kind, "Conflict", TOLD.text, OURS)
        assert str(rule.sqref) == cell
        assert rule.showInputMessage
    for cell in ("B2", "B3", "B6", "D3", "D6", f"D{MAX_ROWS}", "E2", "E3", "E6"):
        rule = at(path, cell)
        assert rule is not None
        assert rule.promptTitle is None
    assert offered(path, "D4") == ["Yes", "No", "Maybe not"]
    assert tuple(offered(path, "E4")) == LONG
    patch(path, messages=None, cells={2: {"Name": "x"}})
    assert at(path, "D4").prompt == TOLD.text
    patch(path, messages={})
    assert block(path) == before


def test_new_messages_take_the_place_of_old_ones(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={2: {"Status": TOLD, "Name": TOLD}, 3: {"Name": TOLD}})
    kept = re.search(r'<dataValidation [^>]*sqref="C3"/>', block(path))
    assert kept
    patch(path, messages={3: {"Name": TOLD}, 4: {"Status": Message("Other", "text")}})
    assert at(path, "C2") is None
    assert kept[0] in block(path)
    assert (at(path, "D2").promptTitle, at(path, "D4").promptTitle) == (None, "Other")
    assert f'count="{len(rules(path))}"' in block(path)[:40]


def test_messages_are_cut_to_what_excel_shows_and_lose_what_xml_cannot_hold(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={2: {"Name": Message("t😀" * 40, 'a\x00"<&>\r\n\t' + "😀" * 300)}})
    rule = at(path, "C2")
    assert rule is not None
    assert utf16_length(rule.promptTitle) <= 32
    assert utf16_length(rule.prompt) <= 255
    assert rule.prompt.startswith('a\ufffd"<&>\r\n\t😀')
    assert shown_message(Message("short", "text")) == Message("short", "text")


def test_help_for_headers_and_rows_that_are_gone_is_passed_over(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    before = block(path)
    patch(path, choices={"Gone": ("a",)}, messages={3: {"Gone": TOLD}, 4: {"Name": TOLD}}, remove=[4])
    assert block(path) == before


def test_a_rule_of_the_users_own_stays_and_ours_keeps_away(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    own = DataValidation(type="whole", operator="between", formula1="1", formula2="9", sqref="C3:C5")
    book["Awards"].add_data_validation(own)
    book.save(path)
    written = re.search(r'<dataValidation [^>]*sqref="C3:C5".*?</dataValidation>', block(path))
    assert written
    patch(path, choices={"Name": ("a", "b")}, messages={3: {"Name": TOLD}, 6: {"Name": TOLD}})
    assert written[0] in block(path)
    assert at(path, "C3").type == "whole"
    assert at(path, "C2") is None
    assert at(path, "C6").promptTitle == "Conflict"


def test_new_columns_come_with_their_help_and_the_hidden_last_one_keeps_its_own(tmp_path: Path) -> None:
    columns = (ColumnSpec("Key"), ColumnSpec("_row", hidden=True, read_only=True, help="ours"))
    path = make(tmp_path / "book.xlsx", columns=columns)
    patch(path, messages={2: {"_row": TOLD}})
    new = (ColumnSpec("Pick", choices=("a", "b"), help="h"), ColumnSpec("Land", choices=LONG), ColumnSpec(
        "Fixed", read_only=True))  # fmt: skip
    patch(path, add_columns=new, choices={"Land": LONG[:5]})
    assert offered(path, "B2") == ["a", "b"]
    assert at(path, "B1").prompt == "h"
    assert tuple(offered(path, "C2")) == LONG[:5]
    assert [at(path, cell).type for cell in ("D2", "E2", "E9")] == ["custom"] * 3
    assert (at(path, "E1").prompt, at(path, "E2").promptTitle) == ("ours", "Conflict")


def test_rows_go_out_under_our_rules_and_messages_follow_their_rows(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={4: {"Status": TOLD}, 6: {"Country": TOLD}})
    assert open_workbook(path).removable("Awards")
    patch(path, remove=[2, 4])
    assert at(path, "E4").promptTitle == "Conflict"
    assert str(at(path, "E4").sqref) == "E4"
    assert [rule.promptTitle for rule in rules(path) if rule.promptTitle and "D" in str(rule.sqref)] == ["Status"]
    for cell in (f"D{MAX_ROWS}", f"B{MAX_ROWS}", f"E{MAX_ROWS}"):
        assert at(path, cell) is not None
    patch(path, remove=[2], messages={3: {"Status": TOLD}, 2: {"Name": TOLD}})
    assert (at(path, "D2").promptTitle, at(path, "C2")) == ("Conflict", None)


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_strict_files_and_prefixed_ones_get_their_rules_in_the_right_place(tmp_path: Path, prefix: str) -> None:
    sheet = worksheet(
        text_row(1, "Key", "Pick") + text_row(2, "k", "a"),
        tail='<sheetProtection objects="1"/><autoFilter ref="A1:B2"/><mergeCells><mergeCell ref="D1:E1"/></mergeCells>'
        '<conditionalFormatting sqref="A2:A3"/><hyperlinks><hyperlink ref="A2" location="A1"/></hyperlinks>',
        main=STRICT_MAIN,
    )
    if prefix:
        sheet = re.sub(r"<(/?)", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=")
    parts = package_parts(sheet, main=STRICT_MAIN, office=STRICT_OFFICE)
    path = write_package(tmp_path / "strict.xlsx", parts)
    patch(path, "Data", choices={"Pick": LONG}, messages={2: {"Key": TOLD}})
    names = re.findall(r"<([A-Za-z]+)", part(path, SHEET_PART))
    assert names.index("conditionalFormatting") < names.index("dataValidations") < names.index("hyperlinks")
    assert names.count("dataValidation") == 2
    lists = next(name for name in zipfile.ZipFile(path).namelist() if "Data!Pick" in part(path, name))
    assert f'xmlns="{STRICT_MAIN}"' in part(path, lists)
    patch(path, "Data", choices={"Pick": ()}, messages={})
    assert "dataValidation" not in part(path, SHEET_PART)


def test_libreoffice_keeps_our_rules_and_they_are_known_again(tmp_path: Path, resave: Resave) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={3: {"Status": TOLD}, 4: {"Name": TOLD}})
    path = resave([path])[0]
    assert open_workbook(path).sheet_names() == ("Awards",)
    assert (at(path, "D3").prompt, tuple(offered(path, "E2"))) == (TOLD.text, LONG)
    assert at(path, f"D{MAX_ROWS}") is None  # what LibreOffice drops
    patch(path, choices={"Status": ("New",), "Country": LONG[:7]}, messages={5: {"Status": TOLD}})
    assert at(path, "C4") is None
    for row in (2, 3, 5, MAX_ROWS):
        assert offered(path, f"D{row}") == ["New"]
        assert tuple(offered(path, f"E{row}")) == LONG[:7]
        assert at(path, f"B{row}").type == "custom"
    assert (at(path, "D3").promptTitle, at(path, "D5").promptTitle) == (None, "Conflict")
    assert openpyxl.load_workbook(path)[LISTS_SHEET].sheet_state == "veryHidden"
    assert open_workbook(resave([path])[0]).removable("Awards")


def test_every_state_has_a_sign_of_its_own_and_the_text_stays_itself(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows: list[list[Cell]] = [[look.word, look.word] for look in STATE_LOOKS]
    open_workbook(path).write([NewSheet("Awards", (ColumnSpec("Sync"), ColumnSpec("Key")), rows)], [])
    sheet = openpyxl.load_workbook(path)["Awards"]
    found = {rule.text: rule.dxf.numFmt.formatCode for area in sheet.conditional_formatting for rule in area.rules}
    assert found == {look.word: f'"{look.sign} "@' for look in STATE_LOOKS}
    assert len(set(found.values())) == len(STATE_LOOKS) == 8
    assert {look.word for look in STATE_LOOKS} >= {"saved", "skipped", "in doubt"}
    assert [row.cells[0] for row in open_workbook(path).grid("Awards").rows] == [look.word for look in STATE_LOOKS]


def test_formats_of_signs_share_no_number_with_others(tmp_path: Path, resave: Resave) -> None:
    path = resave([make(tmp_path / "book.xlsx")])[0]
    make(path, name="Grants")
    make(path, name="Third")
    styles = part(path, "xl/styles.xml")
    codes: dict[str, set[str]] = {}
    for tag in re.findall(r"<numFmt [^>]*>", styles):
        number, code = re.search(r'numFmtId="(\d+)"', tag), re.search(r'formatCode="([^"]*)"', tag)
        assert number
        assert code
        codes.setdefault(number[1], set()).add(code[1])
    assert all(len(texts) == 1 for texts in codes.values())


def test_a_workbook_in_memory_keeps_the_help_for_tests_to_see() -> None:
    book = MemoryWorkbook()
    book.write([NewSheet("Awards", COLUMNS, [["v"] * 6, ["w"] * 6, ["x"] * 6])], [])
    sheet = book.sheets["Awards"]
    assert (sheet.read_only, sheet.help["Status"]) == ({"Key"}, "Pick one")
    assert sheet.choices == {"Status": ("Yes", "No", "Maybe not"), "Country": LONG}
    new = ColumnSpec("New", choices=("a",), help="h")
    told: Mapping[int, Mapping[str, Message]] = {2: {"Name": TOLD}, 3: {"Name": TOLD, "Gone": TOLD}}
    book.write([SheetPatch("Awards", remove=[2], add_columns=[new], messages=told, choices={
        "Status": ("b",), "Country": (), "Key": ("k",), "Gone": ("g",)})], [])  # fmt: skip
    sheet = book.sheets["Awards"]
    assert sheet.choices == {"Status": ("b",), "New": ("a",)}
    assert sheet.messages == {2: {"Name": TOLD}}
    book.write([SheetPatch("Awards", {2: {"Name": "y"}})], [])
    assert book.sheets["Awards"].messages == {2: {"Name": TOLD}}
    book.write([SheetPatch("Awards", messages={})], [])
    assert book.sheets["Awards"].messages == {}


OWN = '<dataValidation type="custom" sqref="A3"><formula1>1</formula1></dataValidation>'
SMALL = st.tuples(*[st.integers(1, 6)] * 4).map(
    lambda ends: Area(min(ends[0], ends[2]), min(ends[1], ends[3]), max(ends[0], ends[2]), max(ends[1], ends[3]))
)


def cells_of(areas: list[Area]) -> list[tuple[int, int]]:
    return sorted((c, r) for a in areas for c in range(a.left, a.right + 1) for r in range(a.top, a.bottom + 1))


@given(SMALL, SMALL, st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6)), max_size=4))
def test_areas_lose_exactly_what_is_taken_out(area: Area, hole: Area, cells: dict[int, set[int]]) -> None:
    all_of = set(cells_of([area]))
    assert cells_of(list(without(area, hole))) == sorted(all_of - set(cells_of([hole])))
    ordered = {column: sorted(rows) for column, rows in cells.items()}
    gone = {(column, row) for column, rows in cells.items() for row in rows}
    assert cells_of(list(without_cells(area, ordered))) == sorted(all_of - gone)


@given(st.lists(SMALL, max_size=6))
def test_joined_areas_hold_the_same_cells(areas: list[Area]) -> None:
    together = joined(areas)
    assert set(cells_of(list(together))) == set(cells_of(areas))
    assert len(together) <= len(set(areas))


STEP = st.one_of(
    st.tuples(st.just("offer"), st.integers(2, 4), st.sampled_from(["", '"a,b"', f"{LISTS_SHEET}!$A$2:$A$9"])),
    st.tuples(st.just("show"), st.dictionaries(
        st.tuples(st.integers(1, 4), st.integers(2, 8)), st.sampled_from([TOLD, Message("", "x")]), max_size=6)),
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(STEP, max_size=5))
def test_whatever_comes_after_what_a_cell_has_one_validation_the_right_one(steps: list[tuple[Any, ...]]) -> None:
    head, tail, lists = f'<worksheet xmlns="{MAIN}">', "</worksheet>", {2: "", 3: "", 4: ""}
    tail = f'<dataValidations count="1">{OWN}</dataValidations></worksheet>'
    told: dict[tuple[int, int], Message] = {}
    for step in steps:
        shell = Shell(head, tail)
        if step[0] == "offer":
            shell.validations.offer(step[1], choice_rule("H", step[2]))
            lists[step[1]] = step[2]
        else:
            told = step[1]
            shell.validations.show(told)
        tail = shell.parts()[1].decode().removeprefix("</sheetData>")
    assert OWN in tail
    nodes: Any = fromstring(f"{head}{tail}").iter(f"{{{MAIN}}}dataValidation")
    found: list[Any] = [DataValidation.from_tree(node) for node in nodes]
    assert f'count="{len(found)}"' in tail
    for column, row in ((column, row) for column in range(1, 5) for row in (*range(1, 10), MAX_ROWS)):
        here = [rule for rule in found if f"{'ABCD'[column - 1]}{row}" in rule.sqref]
        formula, message = lists.get(column, "") if row > 1 else "", told.get((column, row))
        if (column, row) == (1, 3):
            formula, message = "1", None
        assert len(here) == bool(formula or message)
        if here:
            assert (here[0].formula1 or "") == formula
            assert here[0].prompt == (message.text if message else None)
