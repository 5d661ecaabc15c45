"""Drop-downs: short lists in the rule, long ones in a very hidden worksheet, and wherever Excel moves them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from help_files import COLUMNS, LONG, TOLD, at, block, lists_part, make, offered, patch, rules
from xlsx_files import (
    SHEET_PART,
    package_parts,
    part,
    text_row,
    worksheet,
    write_package,
)

from synctui.worksheets.base import ColumnSpec, NewSheet
from synctui.worksheets.layout import LISTS_SHEET, OURS
from synctui.worksheets.rules import MAX_ROWS
from synctui.worksheets.xlsx import open_workbook


def test_a_short_list_stands_in_the_rule_and_warns(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    rule = at(path, "D2")
    assert rule is not None
    assert (rule.type, rule.formula1, rule.errorStyle) == ("list", '"Yes,No,Maybe not"', "warning")
    assert (rule.errorTitle, rule.showErrorMessage, rule.hide_drop_down) == (OURS, True, False)
    assert "Status" in rule.error
    assert str(rule.sqref) == f"D2:D{MAX_ROWS}"


def test_a_long_list_stands_in_a_very_hidden_worksheet(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    assert tuple(offered(path, f"E{MAX_ROWS}")) == LONG
    book = openpyxl.load_workbook(path)
    assert book[LISTS_SHEET].sheet_state == "veryHidden"
    assert book[LISTS_SHEET]["A1"].value == "Awards!Country"
    assert open_workbook(path).sheet_names() == ("Awards",)


@pytest.mark.parametrize(
    "choices",
    [
        ("a,b", "c"), ('say "hi"', "c"), (" led", "c"), ("trailing ", "c"), ("=1+1", "c"), ("+1", "c"), ("-1", "c"),
        ("@x", "c"), ("two\nlines", "c"), ("x" * 300,), tuple("abcdefghij" + str(i) for i in range(30)),
        ("<&>", "it's", "_x0041_", "a,b"), ("😀" * 127, "c"), ("00123", "1e5", "#N/A", "a,b"),
    ],
)  # fmt: skip
def test_options_read_back_as_they_are_whatever_they_hold(tmp_path: Path, choices: tuple[str, ...]) -> None:
    path = make(tmp_path / "book.xlsx", columns=(ColumnSpec("Key"), ColumnSpec("Pick", choices=choices)))
    assert tuple(offered(path, "B2")) == choices
    rule = at(path, "B2")
    assert rule is not None
    assert rule.formula1.startswith(f"{LISTS_SHEET}!$A$2:")
    column = openpyxl.load_workbook(path)[LISTS_SHEET]["A"]
    assert {(cell.data_type, cell.number_format) for cell in column} == {("s", "@")}


@pytest.mark.parametrize("choices", [("Yes", "No"), ("it's", "<&>"), ("x" * 250,), ("1", "2"), ("a-b=c",)])
def test_plain_options_need_no_worksheet(tmp_path: Path, choices: tuple[str, ...]) -> None:
    path = make(tmp_path / "book.xlsx", columns=(ColumnSpec("Key"), ColumnSpec("Pick", choices=choices)))
    assert tuple(offered(path, "B2")) == choices
    assert LISTS_SHEET not in openpyxl.load_workbook(path).sheetnames


def test_options_that_no_cell_holds_and_doubles_are_not_offered(tmp_path: Path) -> None:
    choices = ("a", "a", "", " ", "b\x00", "c", "\ufffe")
    path = make(tmp_path / "book.xlsx", columns=(ColumnSpec("Key"), ColumnSpec("Pick", choices=choices)))
    assert offered(path, "B2") == ["a", "c"]
    none = make(tmp_path / "none.xlsx", columns=(ColumnSpec("Key"), ColumnSpec("Pick", choices=("", " "))))
    assert rules(none) == []


def test_a_changed_list_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={3: {"Status": TOLD}})
    patch(path, choices={"Status": ("New", "Old"), "Country": LONG[:-1], "Name": ("n1", "n2")})
    assert offered(path, "D2") == offered(path, "D3") == offered(path, "D9") == ["New", "Old"]
    assert at(path, "D3").prompt == TOLD.text
    assert tuple(offered(path, "E2")) == LONG[:-1]
    assert offered(path, "C2") == ["n1", "n2"]
    assert at(path, "D1").prompt == "Pick one"


def test_lists_grow_long_and_short_again_and_can_be_taken_away(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, choices={"Status": LONG, "Country": ("a", "b")})
    assert tuple(offered(path, "D2")) == LONG
    assert offered(path, "E2") == ["a", "b"]
    patch(path, choices={"Status": (), "Country": ()}, messages={2: {"Status": TOLD}})
    assert at(path, "E2") is None
    assert (at(path, "D2").type, at(path, "D3")) == (None, None)


def test_unchanged_lists_leave_all_bytes_of_rules_and_lists_alone(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, messages={3: {"Status": TOLD}})
    before, lists = block(path), lists_part(path)
    sheet = part(path, lists)
    patch(path, choices={"Status": ("Yes", "No", "Maybe not"), "Country": LONG}, messages={3: {"Status": TOLD}},
          cells={2: {"Name": "x"}}, append=[{"Name": "y"}])  # fmt: skip
    assert (block(path), part(path, lists)) == (before, sheet)


def test_links_of_one_workbook_share_the_lists_and_refresh_their_own(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    other = (ColumnSpec("Key"), ColumnSpec("Country", choices=tuple(f"Land, {i}" for i in range(9))))
    make(path, columns=other, name="Grants")
    assert offered(path, "B2", "Grants")[0] == "Land, 0"
    patch(path, choices={"Country": (*LONG, "more, still")})
    assert offered(path, "E2")[-1] == "more, still"
    assert offered(path, "B2", "Grants") == [f"Land, {i}" for i in range(9)]
    open_workbook(path).write([make_again()], ["x"], {"Awards": "Awards (old)"})
    assert offered(path, "E2", "Awards (old)")[-1] == "more, still"
    assert tuple(offered(path, "E2")) == LONG
    assert openpyxl.load_workbook(path).sheetnames.count(LISTS_SHEET) == 1


def make_again() -> NewSheet:
    return NewSheet("Awards", COLUMNS, [["x"] * len(COLUMNS)])


def test_a_column_of_a_list_that_has_gone_is_used_again(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    patch(path, choices={"Country": ("a", "b")})
    patch(path, choices={"Name": LONG})
    rule = at(path, "C2")
    assert rule is not None
    assert rule.formula1 == f"{LISTS_SHEET}!$A$2:$A$41"


@pytest.mark.parametrize(
    ("formula", "follows"),
    [("Lists!$A$2:$A$9", True), ("'My lists'!$A$2:$A$9", True), ("Lists!$A:$A", True), ("Data!$A$2:$A$9", False),
     ("'data'!$A$2", False), ("$A$2:$A$9", False), ("OFFSET(Lists!$A$2,0,0,$B$3)", False), ("Lists:Data!$A$2", False),
     ("LEN(Lists!$A$1)+A2", True)],
)  # fmt: skip
def test_only_rules_that_name_fixed_rows_of_their_own_worksheet_keep_rows_in(
    tmp_path: Path, formula: str, follows: bool
) -> None:
    rule = f'<dataValidation type="list" sqref="A2:A9"><formula1>{formula}</formula1></dataValidation>'
    sheet = worksheet(text_row(1, "Key") + text_row(2, "k"), tail=f"<dataValidations>{rule}</dataValidations>")
    path = write_package(tmp_path / "hand.xlsx", package_parts(sheet))
    assert open_workbook(path).removable("Data") is follows


EXTENSION = (
    '<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" '
    'errorStyle="warning" allowBlank="1" showErrorMessage="1" {who}><x14:formula1><xm:f>{formula}</xm:f>'
    "</x14:formula1><xm:sqref>{where}</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def in_extension(path: Path, who: str, formula: str) -> Path:
    """The rule of column E moved to where Excel keeps lists of other worksheets."""
    parts: dict[str, str | bytes] = {
        name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()
    }
    sheet = part(path, SHEET_PART)
    rule = next(
        text for text in re.findall(r"<dataValidation .*?(?:</dataValidation>|/>)", sheet) if LISTS_SHEET in text
    )
    extension = EXTENSION.format(who=who, formula=formula, where=f"E2:E{MAX_ROWS}")
    parts[SHEET_PART] = sheet.replace(rule, "").replace("</worksheet>", f"{extension}</worksheet>")
    return write_package(path, parts)


def test_our_list_is_known_again_where_excel_moves_it(tmp_path: Path) -> None:
    where = f"{LISTS_SHEET}!$A$2:$A$41"
    path = in_extension(make(tmp_path / "book.xlsx"), f'errorTitle="{OURS}"', where)
    assert open_workbook(path).removable("Awards")
    before = part(path, SHEET_PART).partition("<extLst>")[2]
    patch(path, cells={2: {"Name": "x"}}, messages={2: {"Name": TOLD}}, choices={"Country": LONG[1:]})
    assert tuple(offered(path, "E2")) == LONG[1:]
    assert "extLst" not in part(path, SHEET_PART)
    assert before


def test_our_list_in_the_extension_keeps_its_bytes_while_nothing_of_it_changes(tmp_path: Path) -> None:
    path = in_extension(make(tmp_path / "book.xlsx"), f'errorTitle="{OURS}"', f"{LISTS_SHEET}!$A$2:$A$41")
    patch(path, remove=[3])
    before = part(path, SHEET_PART).partition("<extLst>")[2]
    patch(path, messages={2: {"Status": TOLD}})
    assert part(path, SHEET_PART).partition("<extLst>")[2] == before


@pytest.mark.filterwarnings("ignore:Data Validation extension is not supported")  # by openpyxl
def test_a_list_of_the_users_own_in_the_extension_stays(tmp_path: Path) -> None:
    path = in_extension(make(tmp_path / "book.xlsx"), 'errorTitle="mine"', "Other!$A$1:$A$3")
    before = part(path, SHEET_PART).partition("<extLst>")[2]
    assert not open_workbook(path).removable("Awards")
    patch(path, messages={2: {"Country": TOLD, "Status": TOLD}}, choices={"Country": ("a", "b")})
    assert part(path, SHEET_PART).partition("<extLst>")[2] == before
    assert at(path, "E2") is None
    assert at(path, "D2").promptTitle == "Conflict"
