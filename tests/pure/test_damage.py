from __future__ import annotations

from datetime import datetime

import pytest

from synctui.cells import Cell, CellError
from synctui.records import Column, ColumnType
from synctui.rows.damage import damaged, looks

TEXT = Column("Code")
EXCEL: list[tuple[str, Cell]] = [
    ("0", 0), ("-0", 0), ("007.50", 7.5), ("1.10", 1.1), (".5", 0.5), ("5.", 5), ("5-", -5),
    ("0.30000000000000004", 0.3), ("1e-7", 1e-07), ("12E34", 1.2e35), ("1.797e308", 1.797e308), ("1E-400", 0),
    ("5e-324", 0), ("12345678901234567", 12345678901234500), ("9007199254740993", 9007199254740990),
    ("123456789012345678", 1.23456789012345e17), ("1,234.50", 1234.5), ("1,234", 1234), ("12,34,567", 1234567),
    ("1.234,50", 1234.5), ("1.234", 1234), ("1 234", 1234), ("-$5", -5), ("($5.50)", -5.5), ("$ 5", 5), ("€5", 5),
    ("5 €", 5), ("-5%", -0.05), ("(100)", -100), ("5 %", 0.05), ("1 1/2", 1.5), ("0 1/2", 0.5),
    ("1/2", datetime(2026, 1, 2)), ("13/1", datetime(2026, 1, 13)), ("2-29", datetime(2029, 2, 1)),
    ("SEPT2", datetime(2026, 9, 2)), ("DEC1", datetime(2026, 12, 1)), ("Mar 5", datetime(2026, 3, 5)),
    ("4-2020", datetime(2020, 4, 1)), ("JAN-20", datetime(2026, 1, 20)), ("JAN-32", datetime(1932, 1, 1)),
    ("20 Jan 2020", datetime(2020, 1, 20)), ("January 1, 2020", datetime(2020, 1, 1)),
    ("1/2/3", datetime(2003, 1, 2)), ("31.12.2020", datetime(2020, 12, 31)), ("2020/7/1", datetime(2020, 7, 1)),
    ("2025-07-01", datetime(2025, 7, 1)), ("2025-07-01", 45839), ("9999-12-31", datetime(9999, 12, 31)),
    ("2025-07-01 09:30", datetime(2025, 7, 1, 9, 30)), ("1/2/2020 5 PM", datetime(2020, 1, 2, 17)),
    ("1/1/1900", datetime(1899, 12, 31)), ("1900-02-29", datetime(1900, 2, 28)),
    ("1900-02-28", datetime(1900, 2, 27)), ("12:30", 0.5208333333333334), ("1:30 PM", datetime(1899, 12, 30, 13, 30)),
    ("1 PM", datetime(1899, 12, 30, 13)), ("12 a", datetime(1899, 12, 30)),
    ("1:30.5", datetime(1899, 12, 30, 0, 1, 30, 500_000)), ("12:30:15.5", 0.521012731481482), ("24:00", 1),
    ("25:00", 1.041666666666667), ("-1:30", -0.0625), ("True", True), ("FALSE", False),
    ("#DIV/0!", CellError("#DIV/0!")), ("'00123", "00123"), (" 5 ", 5), ("1. Mai 2020", datetime(2020, 5, 1)),
    ("3. Dez", datetime(2026, 12, 3)), ("WAHR", True), ("\u00a05", "5"),
]  # fmt: skip
"""What Excel makes of a text that is typed or pasted into a cell of format General (English; some of German)."""


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("00123", 123),
        ("1E5", 100000.0),
        ("+44 20", 4420),
        ("(5)", -5),
        ("50%", 0.5),
        ("$25,000", 25000),
        ("1,5", 1.5),
        ("1/2", 0.5),
        ("3-2", datetime(2026, 3, 2)),
        ("3-2", datetime(2026, 2, 3)),
        ("MAR1", datetime(2026, 3, 1)),
        ("1-Sept", datetime(2026, 9, 1)),
        ("Jan 2020", datetime(2020, 1, 1)),
        ("5/6/2020 10:00", datetime(2020, 5, 6, 10)),
        ("2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10)),
        ("2026-01-05T10:00:00+02:00", datetime(2026, 1, 5, 8)),
        ("1:30", datetime(1899, 12, 30, 1, 30)),
        ("1234567890123456", 1234567890123450.0),
        ("1234567890123456", 1234567890123460.0),
        ("123456789012345678", "1.23457E+17"),
        ("  lead trail  ", "lead trail"),
        ("   ", None),
        ("TRUE", True),
        ("false", False),
        ("#N/A", CellError("#N/A")),
        ("'=1+1", "=1+1"),
        *EXCEL,
        ("_x005F_x000D_", "_x000D_"),  # LibreOffice does not escape a text that looks like an escaped escape
    ],
)
def test_what_a_spreadsheet_makes_of_a_text_is_damage(was: str, now: Cell) -> None:
    assert damaged(was, now, TEXT)
    assert looks(was) & looks(now) or not was.strip() or was.startswith(("#N/A", "_x005F_"))


@pytest.mark.parametrize(
    ("was", "now"),
    [("=1+1", 2), ("+A1", 0), ("-2+3", 1), ("@SUM(A1)", 0), ("@x", CellError("#NAME?")), ('=HYPERLINK("x")', "x")],
)
def test_a_text_that_became_a_formula_is_damage(was: str, now: Cell) -> None:
    assert damaged(was, now, TEXT, formula=True)


def test_a_formula_over_a_plain_text_is_a_persons() -> None:
    assert not damaged("plain", 2, TEXT, formula=True)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("9007199254740998", "9007199254749999"),
        ("00123", 124),
        ("00123", "123"),
        ("00123", "00124"),
        ("a", None),
        ("abc", "abd"),
        ("3-2", datetime(2026, 3, 3)),
        ("TRUE", False),
        ("x", 5),
        ("", 5),
        (None, "x"),
        ("12.50", 1250),
        ("12.5", 12.6),
        ("1:30", datetime(1899, 12, 30, 13, 30)),
        ("1/1/1900", datetime(1900, 1, 3)),
        ("2-29", datetime(2029, 2, 2)),
        ("5-", 5),
        ("1E999", 1e308),
        ("A 5", datetime(1899, 12, 30, 5)),
    ],
)
def test_what_a_person_wrote_is_an_edit(was: str | None, now: Cell) -> None:
    assert not damaged(was, now, TEXT)


def test_a_typed_column_cannot_be_damaged() -> None:
    assert not damaged("25000", 24000, Column("Amount", ColumnType.NUMBER))
