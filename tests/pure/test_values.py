from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synctui.cells import Cell, CellError
from synctui.records import Choice, Column, ColumnType, Raw, Value
from synctui.values import (
    MAX_TEXT,
    boolean_words,
    infer,
    key_of,
    number_text,
    plainly_same,
    same,
    shown_whole,
    stand_in,
    to_cell,
    to_wire,
)

TEXT = Column("Note")
NUMBER = Column("Amount", ColumnType.NUMBER)
DATE = Column("Day", ColumnType.DATE)
MOMENT = Column("Start", ColumnType.DATETIME)
TRUTH = Column("Open", ColumnType.BOOLEAN, words=("Yes", "No"))
OPTION = Column("Kind", choices=(Choice("1", "Yes"), Choice("2", "1"), Choice("01", "00123")))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("cf_Amount", ["25000", "1.5", None, ""], ColumnType.NUMBER),
        ("cf_Amount", ["25000.00"], ColumnType.TEXT),
        ("cf_Amount", ["1234567890123456"], ColumnType.TEXT),
        ("cf_Amount", ["123456789012345"], ColumnType.NUMBER),
        ("cf_Amount", ["007"], ColumnType.TEXT),
        ("cf_Amount", ["1E5"], ColumnType.TEXT),
        ("cf_Amount", ["+5"], ColumnType.TEXT),
        ("cf_Amount", ["-0"], ColumnType.TEXT),
        ("cf_Vendor No", ["1"], ColumnType.TEXT),
        ("sf_Status ID", ["4402"], ColumnType.TEXT),
        ("vendorId", ["4402"], ColumnType.TEXT),
        ("Phone", ["5550100"], ColumnType.TEXT),
        ("Zip", ["58102"], ColumnType.TEXT),
        ("accountNumber", ["1"], ColumnType.TEXT),
        ("Paid", ["1"], ColumnType.NUMBER),
        ("Casino", ["1"], ColumnType.NUMBER),
        ("sf_Start Date", ["2026-01-02 00:00:00"], ColumnType.DATETIME),
        ("Day", ["2026-01-02", "2026-12-31"], ColumnType.DATE),
        ("Day", ["2026-01-02", "2026-02-30"], ColumnType.TEXT),
        ("Day", ["2026-01-02", "2026-01-02 10:00:00"], ColumnType.TEXT),
        ("When", ["2026-01-02T10:00:00Z"], ColumnType.TEXT),
        ("x", [None, ""], None),
        ("x", [Raw("5"), Raw("1.5e3")], ColumnType.NUMBER),
        ("x", [Raw("true"), None], ColumnType.BOOLEAN),
        ("x", [Raw('["a"]')], ColumnType.TEXT),
        ("x", [Raw("5"), "5a"], ColumnType.TEXT),
    ],
)
def test_a_type_is_found_with_care(name: str, values: list[Value], expected: ColumnType | None) -> None:
    assert infer(name, values) is expected


def test_a_key_stays_text_whatever_it_looks_like() -> None:
    assert infer("Amount", ["1", "2"], is_key=True) is ColumnType.TEXT


@pytest.mark.parametrize(
    ("value", "column", "cell"),
    [
        (None, TEXT, None),
        ("", TEXT, None),
        ("00123", TEXT, "00123"),
        ("=1+1", TEXT, "=1+1"),
        ("12.50", NUMBER, 12.5),
        ("12", NUMBER, 12),
        ("n/a", NUMBER, "n/a"),
        ("12345678901234567", NUMBER, "12345678901234567"),
        ("1e400", NUMBER, "1e400"),
        ("2026-01-02", DATE, datetime(2026, 1, 2)),
        ("1899-12-30", DATE, "1899-12-30"),
        ("2026-01-02 03:04:05", MOMENT, datetime(2026, 1, 2, 3, 4, 5)),
        ("Yes", TRUTH, True),
        ("Perhaps", TRUTH, "Perhaps"),
        ("a\x0bb\ufffe", TEXT, "a␋b\ufffd"),
    ],
)
def test_a_value_becomes_the_cell_that_shows_it(value: Value, column: Column, cell: Cell) -> None:
    assert to_cell(value, column) == cell
    assert same(value, cell, column)


@pytest.mark.parametrize(
    ("value", "cell", "column"),
    [
        ("a\r\nb", "a\nb", TEXT),
        (None, "", TEXT),
        ("0.1", 0.1, NUMBER),
        ("12", "12", NUMBER),
        ("2026-01-02", 46024, DATE),
        ("2026-01-02", "2026-01-02", DATE),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 4, 999_800), MOMENT),
        ("Yes", 1, TRUTH),
        ("Yes", "TRUE", TRUTH),
    ],
)
def test_what_programs_do_to_looks_is_no_change(value: Value, cell: Cell, column: Column) -> None:
    assert same(value, cell, column)


@pytest.mark.parametrize(
    ("value", "cell", "column"),
    [
        ("12", 13, NUMBER),
        ("12", True, NUMBER),
        ("00123", 123, TEXT),
        ("a", None, TEXT),
        (None, "a", TEXT),
        ("a", CellError("#N/A"), TEXT),
        ("2026-01-02", datetime(2026, 1, 3), DATE),
        ("Yes", False, TRUTH),
    ],
)
def test_an_edit_is_a_change(value: Value, cell: Cell, column: Column) -> None:
    assert not same(value, cell, column)


@pytest.mark.parametrize(
    ("cell", "column", "text"),
    [
        (None, TEXT, ""),
        (" x ", TEXT, " x "),
        (50.0, TEXT, "50"),
        (0.1 + 0.2, NUMBER, "0.3"),
        (1e21, NUMBER, "1000000000000000000000"),
        (-0.0, NUMBER, "0"),
        (datetime(2026, 1, 2), DATE, "2026-01-02"),
        (datetime(2026, 1, 2), MOMENT, "2026-01-02 00:00:00"),
        (datetime(2026, 1, 2), TEXT, "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5), TEXT, "2026-01-02 03:04:05"),
        (46024, DATE, "2026-01-02"),
        (True, TRUTH, "Yes"),
        (0, TRUTH, "No"),
        ("no", TRUTH, "No"),
        (" 12.5 ", NUMBER, "12.5"),
        (" ", NUMBER, ""),
        ("1850-01-02", DATE, "1850-01-02"),
        ("2026-01-02", MOMENT, "2026-01-02"),
        ("yes", OPTION, "1"),
        ("1", OPTION, "2"),
        (2, OPTION, "2"),
        ("Yes; 1", OPTION, "1;2"),
        (None, OPTION, ""),
    ],
)
def test_an_edited_cell_goes_out_in_one_form(cell: Cell, column: Column, text: str) -> None:
    assert to_wire(cell, column) == text


@pytest.mark.parametrize(
    ("cell", "column", "told"),
    [
        ("12,5", NUMBER, "12,5 is not a number; write it as 1234.5."),
        (True, NUMBER, "true is not a number"),
        (datetime(2026, 1, 2), NUMBER, "2026-01-02 is not a number"),
        ("22.11.2026", DATE, "22.11.2026 is not a date; write it as 2026-11-22."),
        ("2026-02-30", DATE, "2026-02-30 is not a date"),
        (-5, DATE, "-5 is not a date"),
        ("soon", MOMENT, "soon is not a date and time; write it as 2026-11-22 14:30:00."),
        ("Maybe", OPTION, "Maybe is no option of this column; choose one of: Yes, 1, 00123."),
    ],
)
def test_what_does_not_fit_its_column_is_never_sent(cell: Cell, column: Column, told: str) -> None:
    with pytest.raises(ValueError, match="is no") as caught:
        to_wire(cell, column)
    assert str(caught.value).startswith(told)


def test_at_most_eight_options_are_named() -> None:
    many = Column("Kind", choices=tuple(Choice(str(n), f"option {n}") for n in range(20)))
    with pytest.raises(ValueError, match=r"option 7 and 12 more\.$"):
        to_wire("x", many)


def test_a_caption_stands_for_its_code() -> None:
    shown = {"1": "Yes", "2": "1", "9": "9", None: None, "1;2": "Yes;1", "1;9": "1;9"}
    assert {code: to_cell(code, OPTION) for code in shown} == shown
    assert same("1", "Yes", OPTION)
    assert plainly_same("1", "Yes", OPTION)
    assert not same("1", "1", OPTION)
    assert not plainly_same("1", "1", OPTION)


def test_an_error_cell_is_never_sent() -> None:
    with pytest.raises(ValueError, match="#REF!"):
        to_wire(CellError("#REF!"), TEXT)


def test_too_long_a_text_is_cut_visibly() -> None:
    cut = stand_in("x" * (MAX_TEXT + 1))
    assert len(cut) == MAX_TEXT
    assert cut.endswith("…")
    assert not shown_whole("x" * (MAX_TEXT + 1))


def test_boolean_words_are_the_columns_own() -> None:
    assert boolean_words(["1", "0", None]) == ("1", "0")
    assert boolean_words([Raw("false")]) == ("true", "false")


@given(st.text())
def test_every_text_is_unchanged_by_its_own_cell(text: str) -> None:
    assert same(text, to_cell(text, TEXT), TEXT)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_numbers_text_reads_back_as_the_same_number(number: float) -> None:
    assert number_text(float(number_text(number))) == number_text(number)


@example("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5), DATE)
@given(
    st.one_of(
        st.none(), st.text(max_size=20), st.sampled_from(["1", "01", "1.0", "2026-01-02", "2026-01-02 03:04:05", "Yes"])
    ),
    st.one_of(
        st.none(),
        st.text(max_size=5),
        st.booleans(),
        st.sampled_from([1, 1.0, datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5)]),
    ),
    st.sampled_from([TEXT, NUMBER, DATE, MOMENT, TRUTH, OPTION]),
)
def test_the_glance_never_sees_more_sameness_than_the_full_look(value: Value, cell: Cell, column: Column) -> None:
    assert same(value, cell, column) or not plainly_same(value, cell, column)


def test_a_key_is_plain_text_whatever_json_type_it_had() -> None:
    assert [type(part) for part in key_of((Raw("1"), "a", None))] == [str, str, str]
