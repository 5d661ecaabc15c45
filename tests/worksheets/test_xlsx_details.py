"""Names of tables, number formats, formulas and references, each by its rule."""

from __future__ import annotations

from datetime import datetime

import pytest

from synctui.cells import Cell
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec
from synctui.worksheets.layout import MAX_WIDTH, prompt, width
from synctui.worksheets.references import Area, letters, number_of
from synctui.worksheets.xlsx.formulas import looks_only_at_row, shifted
from synctui.worksheets.xlsx.moments import from_serial, shows_moment, to_serial
from synctui.worksheets.xlsx.neighbours import with_sheet_name
from synctui.worksheets.xlsx.tables import table_name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Awards", "Awards"),
        ("FY26", "_FY26"),
        ("A1", "_A1"),
        ("XFD1048576", "_XFD1048576"),
        ("R1C1", "_R1C1"),
        ("R", "_R"),
        ("c", "_c"),
        ("rc2", "_rc2"),
        ("FOUR26", "FOUR26"),
        ("2024 plan", "_2024_plan"),
        ("My Links (new)", "My_Links__new_"),
        ("Größe", "Größe"),
        ("東京", "東京"),
        (".hidden", "_.hidden"),
        ("taken", "taken_2"),
        ("x" * 300, "x" * 249),
    ],
)
def test_a_table_gets_a_name_that_excel_allows(wanted: str, name: str) -> None:
    assert table_name(wanted, {"TAKEN"}) == name


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("General", False),
        ("0.00E+00", False),
        ("#,##0 \"days\"", False),
        ("yyyy\\-mm\\-dd", True),
        ("[$-409]d-mmm-yy;@", True),
        ("[Red]0;[Blue]-0", False),
        ("h:mm AM/PM", True),
        ("[h]:mm:ss", False),
        ("[mm]:ss", False),
        ("mm:ss.0", True),
        ("0\\d", False),
        ("_d0", False),
        ("*m0", False),
        ("@", False),
        ("\"[h]\" yyyy", True),
    ],
)  # fmt: skip
def test_a_number_format_tells_dates_from_numbers(code: str, expected: bool) -> None:
    assert shows_moment(164, code) is expected


def test_built_in_formats_that_show_dates() -> None:
    assert {number for number in range(164) if shows_moment(number, None)} == {
        *range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "serial"),
    [
        (datetime(1900, 3, 1), 61),
        (datetime(2024, 1, 2), 45293),
        (datetime(2024, 1, 2, 12), 45293.5),
        (datetime(9999, 12, 31), 2958465),
    ],
)
def test_serial_numbers_in_both_systems(moment: datetime, serial: float) -> None:
    assert to_serial(moment, False) == serial
    assert from_serial(serial, False) == moment
    if serial > 1462:
        assert to_serial(moment, True) == serial - 1462
        assert from_serial(serial - 1462, True) == moment


def test_days_that_programs_count_differently_have_no_serial_number() -> None:
    assert to_serial(datetime(1900, 2, 28), False) is None
    assert to_serial(datetime(1903, 12, 31), True) is None
    assert from_serial(-0.5, False) is None
    assert from_serial(2958466, False) is None
    assert from_serial(2958465, True) is None
    assert from_serial(0.25, False) == datetime(1899, 12, 30, 6)


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$B$2+C$3+$D4", "B3+$B$2+D$3+$D6"),
        ("SUM(A1:A9)", "SUM(B3:B11)"),
        ("LOG10(A1)", "LOG10(B3)"),
        ("'A1'!A1&\"A1\"", "'A1'!B3&\"A1\""),
        ("Sheet1!A1", "Sheet1!B3"),
        ("Awards[A1]", "Awards[A1]"),
        ("name_A1+A1.b", "name_A1+A1.b"),
    ],
)
def test_a_formula_moved_down_and_right(formula: str, moved: str) -> None:
    assert shifted(formula, 2, 1) == moved


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("B5*2", True),
        ("IF($B5>1,\"B6\",C5)", True),
        ("Awards[[#This Row],[Amount]]*2", True),
        ("Awards[[#This Row],[A]:[B]]", True),
        ("[[#This Row],Amount]", True),
        ("[@Amount]*[@[My col]]", True),
        ("PI()*2", True),
        ("B4", False),
        ("B5:B6", False),
        ("SUM(B:B)", False),
        ("Awards[Amount]", False),
        ("Rate*B5", False),
        ("Other!B5", False),
        ("'My sheet'!B5", False),
    ],
)  # fmt: skip
def test_whether_a_formula_looks_beyond_its_row(formula: str, expected: bool) -> None:
    assert looks_only_at_row(formula, 5) is expected


def test_letters_and_numbers_of_all_columns() -> None:
    assert [letters(number) for number in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(number_of(letters(number)) == number for number in range(1, 16385))
    for text in ("XFE", "ZZZ"):
        with pytest.raises(ValueError, match=text):
            number_of(text)


def test_areas_in_any_order_and_with_dollars() -> None:
    assert str(Area.parse("$C$9:A1")) == "A1:C9"
    assert str(Area.parse("b2")) == "B2"
    for text in ("", "A", "1", "A0", "A1048577", "A1:", "A1:B2:C3"):
        if text != "A1:":
            with pytest.raises(ValueError, match="no cell"):
                Area.parse(text)


def test_a_worksheets_name_in_a_formula_is_replaced() -> None:
    assert with_sheet_name("Awards!$A$1,'Awards'!B2,MyAwards!C3", "Awards", "It's old") == (
        "'It''s old'!$A$1,'It''s old'!B2,MyAwards!C3")  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        (ColumnSpec("Key"), ["a"], 8),
        (ColumnSpec("Key"), ["x" * 30, None, "a\n" + "y" * 20], 32),
        (ColumnSpec("Key"), ["x" * 500], MAX_WIDTH),
        (ColumnSpec("A long header text"), [], 22),
        (ColumnSpec("Sync"), [None], 26),
        (ColumnSpec("At", ColumnType.DATETIME), [datetime(2024, 1, 2)], 20),
    ],
)
def test_columns_are_as_wide_as_what_is_in_them(column: ColumnSpec, cells: list[Cell], expected: int) -> None:
    assert width(column, cells) == expected


def test_input_messages_fit_excels_limits() -> None:
    assert prompt(ColumnSpec("x")) is None
    told = prompt(ColumnSpec("h" * 99, help="t" * 999))
    assert told is not None
    assert [len(text) for text in told] == [32, 255]
