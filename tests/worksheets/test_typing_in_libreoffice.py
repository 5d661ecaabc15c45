"""LibreOffice itself reads typed texts: whatever it makes of them is told as damage, and none of it would be sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synctui.records import Column, Key, Memory, Value, key_id
from synctui.rows.changes import Policy, detect
from synctui.worksheets.xlsx import open_workbook

TYPED = (
    "00123", "007.50", "0123456789", "1E5", "1e-7", "1.5E+3", "12E34", "1.797e308", "1E999", "5e-324", "-0", "1.10",
    "0.30000000000000004", "1234567890123456", "12345678901234567", "123456789012345678", ".5", "5.", "5-", "+44",
    "-5", "(100)", "50%", "5 %", "$25,000", "$5", "€5", "1,234", "1,234.50", "1.234,50", "1.234", "1,5", "1,000,000",
    "1 000", "1'000", "3-2", "1/2", "3/4", "1/13", "13/1", "1 1/2", "0 1/2", "5/6/2020", "01/02/2020", "31/12/2020",
    "31.12.2020", "1.2.3", "1.2", "MAR1", "SEPT2", "1-Sept", "Mar 1", "Jan 2020", "Jan-20", "January 1, 2020",
    "1. Mai 2020", "1/2/3", "2-29", "2020-1-1", "99-12-31", "00-12-31", "1899-12-30", "1900-02-29", "9999-12-31",
    "2025-07-01", "2025-07-01 09:30", "2025-07-01T09:30:00", "2025-07-01T09:30:00Z", "2025-07-01T09:30:00+02:00",
    "12:30", "1:30 PM", "1 PM", "1:30.5", "12:30:15.5", "1:2:3", "25:00", "24:00", "-1:30", "TRUE", "false", "WAHR",
    "=1+1", "=A1", "'00123", "#N/A", "-2+3", "@x", " x ", "  lead trail  ", "+44 20 7946 0018", "1.2.3.4", "5 USD",
    "E5", "Q1", "plain",
)  # fmt: skip
COLUMNS = (Column("Key"), Column("Code"))


@pytest.mark.parametrize(("language", "least"), [(1033, 60), (1031, 45)], ids=["English", "German"])
def test_what_libreoffice_makes_of_typed_texts_is_damage_and_never_an_edit(
    tmp_path: Path, libreoffice: Callable[..., list[Path]], language: int, least: int
) -> None:
    keys = [f"k{number}" for number in range(len(TYPED))]
    lines = [f"\t{key}\t{text}\t{key_id((key,))}\n" for key, text in zip(keys, TYPED, strict=True)]
    path = tmp_path / "typed.csv"
    path.write_text("".join(["Sync\tKey\tCode\t_row\n", *lines]), encoding="utf-8")
    detecting = f"--infilter=CSV:9,,76,1,,{language},false,true"
    [saved] = libreoffice([path], "xlsx:Calc MS Excel 2007 XML", detecting)
    grid = open_workbook(saved).grid("typed")
    altered = {text for row, text in zip(grid.rows, TYPED, strict=True) if row.cells[2] != text or row.formulas}
    baseline: dict[Key, tuple[Value, ...]] = {(key,): (key, text) for key, text in zip(keys, TYPED, strict=True)}
    found = detect(Memory("typed", columns=COLUMNS, key=("Key",), baseline=baseline), grid, Policy())
    assert {damage.was for damage in found.damage} == altered
    assert found.changes == []
    assert len(altered) >= least
