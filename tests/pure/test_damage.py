from __future__ import annotations

from datetime import datetime

import pytest

from synctui.cells import Cell, CellError
from synctui.damage import damaged, looks
from synctui.records import Column, ColumnType

TEXT = Column("Code")


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
    ],
)
def test_what_a_spreadsheet_makes_of_a_text_is_damage(was: str, now: Cell) -> None:
    assert damaged(was, now, TEXT)
    assert looks(was) & looks(now) or not was.strip() or was == "#N/A"


def test_a_text_that_became_a_formula_is_damage() -> None:
    assert damaged("=1+1", 2, TEXT, formula=True)
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
    ],
)
def test_what_a_person_wrote_is_an_edit(was: str | None, now: Cell) -> None:
    assert not damaged(was, now, TEXT)


def test_a_typed_column_cannot_be_damaged() -> None:
    assert not damaged("25000", 24000, Column("Amount", ColumnType.NUMBER))
