"""What is written is what every other program reads, and what comes back after it saved the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_files import part

from synctui.cells import Cell, CellError
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

TEXTS = [
    "00123", "1234567890123456", "12345678901234567890", "=1+1", "'=1+1", "+44 20", "-1", "@x", "#N/A", "#SPILL!",
    "TRUE", "1E5", "3-2", "2024-01-02", "2024-01-02T03:04:05+02:00", "_x000D_", "_x0041_", "_X0041_", "_x005F_x000D_",
    "  lead trail  ", " ", "a\nb", "tab\there", "<b>&amp;</b>", "\"quotes\" 'single'", "é 東京 😀 \u202e", "\u00a0",
    "x" * 32_767,
    "😀" * 16_383, "]]>", "a\u0085b\u2028c", "\ud7ff\ue000\ufffd",
]  # fmt: skip
NUMBERS = [0, 1, -1, 123456789012345, 0.1, 0.1 + 0.2, 1e-9, 1.5e15, 1e300, -2.5, 999999999999999]
MOMENTS = [
    datetime(1900, 3, 1), datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5), datetime(2024, 2, 29, 23, 59, 59),
    datetime(2024, 1, 2, 8), datetime(2024, 1, 2, 3, 4, 5, 123000), datetime(9999, 12, 31, 23, 59, 59),
]  # fmt: skip
COLUMNS = (
    ColumnSpec("Sync"),
    ColumnSpec("Key"),
    ColumnSpec("Text"),
    ColumnSpec("Number", ColumnType.NUMBER),
    ColumnSpec("At", ColumnType.DATETIME),
    ColumnSpec("Day", ColumnType.DATE),
    ColumnSpec("OK", ColumnType.BOOLEAN),
)
HEADERS = tuple(column.header for column in COLUMNS)


def rows() -> list[list[Cell]]:
    return [
        [None, f"{i:05d}", text, NUMBERS[i % len(NUMBERS)], MOMENTS[i % len(MOMENTS)],
         MOMENTS[i % len(MOMENTS)].replace(hour=0, minute=0, second=0, microsecond=0), i % 2 == 0]
        for i, text in enumerate(TEXTS)
    ]  # fmt: skip


def written(path: Path) -> Path:
    open_workbook(path).write([NewSheet("Awards", COLUMNS, rows())], ["passport", "", " line "])
    return path


def cells(path: Path) -> list[list[Cell]]:
    return [list(row.cells) for row in open_workbook(path).grid("Awards").rows]


def test_our_own_reader_gives_back_every_value_and_type(tmp_path: Path) -> None:
    found = cells(written(tmp_path / "new.xlsx"))
    assert found == rows()
    assert [[type(cell) for cell in row] for row in found] == [[type(cell) for cell in row] for row in rows()]


def test_calamine_reads_the_same_texts_and_numbers(tmp_path: Path) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(written(tmp_path / "new.xlsx")))
    found = book.get_sheet_by_name("Awards").to_python()
    assert found[0] == list(HEADERS)
    assert [row[1:4] for row in found[1:]] == [row[1:4] for row in rows()]
    assert [row[6] for row in found[1:]] == [row[6] for row in rows()]


def test_openpyxl_sees_texts_as_texts_and_dates_as_dates(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path / "new.xlsx"))["Awards"]
    found = [[cell.value for cell in row[1:6]] for row in sheet.iter_rows(min_row=2)]
    # openpyxl leaves Excel's _x005F_ escapes undone
    assert [[row[0], *row[2:]] for row in found] == [[row[1], *row[3:6]] for row in rows()]
    assert all(row[2].data_type == "s" and row[2].number_format == "@" for row in sheet.iter_rows(min_row=2))


def test_libreoffice_saves_what_we_wrote_without_a_change(
    tmp_path: Path, resave: Callable[[Sequence[Path]], list[Path]]
) -> None:
    [saved] = resave([written(tmp_path / "new.xlsx")])
    found, expected = cells(saved), rows()
    for row in expected:
        if isinstance(row[3], float):
            row[3] = float(f"{row[3]:.15g}")  # as many digits as any spreadsheet program keeps
        if row[2] == "_x005F_x000D_":
            row[2] = "_x000D_"  # LibreOffice does not escape a text that looks like an escaped escape
    assert found == expected
    assert not any(row.formulas for row in open_workbook(saved).grid("Awards").rows)
    book = open_workbook(saved)
    assert book.passport() == ("passport", "", " line ")
    book.write([SheetPatch("Awards", {2: {"Text": "patched"}}, [{"Key": "x", "Text": "007"}])], ["again"])
    assert book.passport() == ("again",)
    found = cells(saved)
    assert found[0][2] == "patched"
    assert found[-1][1:3] == ["x", "007"]
    assert found[1:-1] == expected[1:]
    assert 'state="veryHidden"' in part(saved, "xl/workbook.xml")
    [again] = resave([saved])
    assert cells(again) == found


CELL_CHARACTERS = st.characters(
    exclude_categories=("Cs",),
    exclude_characters=[*map(chr, range(9)), *map(chr, range(14, 32)), *"\x0b\x0c\ufffe\uffff"],
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(CELL_CHARACTERS),
            st.integers(-(10**15) + 1, 10**15 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
            st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(
                lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
            ),
        ),
        min_size=1,
        max_size=8,
    )
)  # fmt: skip
def test_any_cell_in_any_column_comes_back(tmp_path_factory: pytest.TempPathFactory, values: list[Cell]) -> None:
    path = tmp_path_factory.mktemp("any") / "any.xlsx"
    sheet = NewSheet(
        "Any", (ColumnSpec("K"), ColumnSpec("T"), ColumnSpec("N", ColumnType.NUMBER)), [["k", v, v] for v in values]
    )
    book = open_workbook(path)
    book.write([sheet], [])
    expected = [None if value == "" else value for value in values]
    for _ in range(2):
        found = [row.cells for row in book.grid("Any").rows]
        assert found == [("k", value, value) for value in expected]
        book.write([SheetPatch("Any", {i: {"T": v, "N": v} for i, v in enumerate(values, 2)})], [])


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\ufffe", "\uffff", "\ud800", "x" * 32_768, "😀" * 16_384])
def test_a_text_that_no_cell_can_hold_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "new.xlsx"
    with pytest.raises(WorksheetError):
        open_workbook(path).write([NewSheet("Data", (ColumnSpec("H"),), [[text]])], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_no_cell_can_hold_is_refused(tmp_path: Path, number: float) -> None:
    with pytest.raises(WorksheetError):
        open_workbook(tmp_path / "new.xlsx").write([NewSheet("Data", (ColumnSpec("H"),), [[number]])], [])


def test_what_a_spreadsheet_would_change_is_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    columns = (ColumnSpec("N", ColumnType.NUMBER), ColumnSpec("D", ColumnType.DATE))
    values: list[list[Cell]] = [[10**15, datetime(1899, 12, 30)], [-(10**20), datetime(1900, 2, 28, 1, 2, 3)]]
    open_workbook(path).write([NewSheet("Data", columns, values)], [])
    found = [row.cells for row in open_workbook(path).grid("Data").rows]
    assert found == [("1000000000000000", "1899-12-30 00:00:00"), ("-100000000000000000000", "1900-02-28 01:02:03")]


def test_an_error_cell_stays_an_error(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    open_workbook(path).write([NewSheet("Data", (ColumnSpec("H"),), [[CellError("#N/A")], ["x"]])], [])
    assert [row.cells for row in open_workbook(path).grid("Data").rows] == [(CellError("#N/A"),), ("x",)]
