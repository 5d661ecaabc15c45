"""What every workbook promises, be it a file or in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from live_excel import WAYS, live_workbook

from synctui.cells import Cell, CellError
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, Message, NewSheet, SheetPatch, Workbook
from synctui.worksheets.memory import MemoryWorkbook
from synctui.worksheets.xlsx import open_workbook

COLUMNS = (
    ColumnSpec("Sync"), ColumnSpec("Key"), ColumnSpec("N", ColumnType.NUMBER), ColumnSpec("At", ColumnType.DATETIME),
    ColumnSpec("OK", ColumnType.BOOLEAN), ColumnSpec("_row", hidden=True),
)  # fmt: skip
ROWS: list[list[Cell]] = [[None, f"0{i}", i, datetime(2024, 1, 1 + i, 2, 3, 4), i % 2 == 0, f"id{i}"] for i in range(3)]


EMPTY = "Sheet1"
"""The worksheet that Excel gives every new workbook; it has none without."""


@pytest.fixture(params=["file", "memory", *WAYS])
def workbook(request: pytest.FixtureRequest, tmp_path: Path) -> Workbook:
    if request.param == "memory":
        return MemoryWorkbook()
    if request.param == "file":
        return open_workbook(tmp_path / "book.xlsx")
    return live_workbook(request.param)


def names(workbook: Workbook) -> tuple[str, ...]:
    return tuple(name for name in workbook.sheet_names() if name != EMPTY)


def made(workbook: Workbook) -> Workbook:
    assert workbook.write([NewSheet("Awards", COLUMNS, ROWS)], ["line", "", "end"]) == []
    return workbook


def shown(workbook: Workbook) -> list[tuple[int, Cell, Cell, Cell]]:
    return [(row.number, row.cells[0], row.cells[1], row.cells[2]) for row in workbook.grid("Awards").rows]


def test_nothing_is_there_before_the_first_write(workbook: Workbook) -> None:
    assert names(workbook) == ()
    assert workbook.passport() is None
    for use in (workbook.grid, workbook.removable, lambda name: workbook.cell(name, "A1")):
        with pytest.raises(WorksheetError) as caught:
            use("Awards")
        assert caught.value.hint


def test_a_new_worksheet_reads_as_it_was_written(workbook: Workbook) -> None:
    grid = made(workbook).grid("Awards")
    assert grid.headers == ("Sync", "Key", "N", "At", "OK", "_row")
    assert [list(row.cells) for row in grid.rows] == ROWS
    assert [row.number for row in grid.rows] == [2, 3, 4]
    assert all(row.in_table and not row.formulas for row in grid.rows)
    assert workbook.passport() == ("line", "", "end")
    assert names(workbook) == ("Awards",)
    assert (workbook.cell("Awards", "B3"), workbook.cell("Awards", "B1"), workbook.cell("Awards", "Z9")) == (
        "01", "Key", None)  # fmt: skip


def test_cells_rows_and_columns_in_one_patch(workbook: Workbook) -> None:
    patch = SheetPatch(
        "Awards", {3: {"Sync": "edited", "N": None}}, [{"Key": "new", "Note": "x"}], [2], (ColumnSpec("Note"),)
    )
    made(workbook).write([patch], ["two"])
    assert shown(workbook) == [(2, "edited", "01", None), (3, None, "02", 2), (4, None, "new", None)]
    grid = workbook.grid("Awards")
    assert grid.headers[-2:] == ("Note", "_row")
    assert [row.cells[-2:] for row in grid.rows] == [(None, "id1"), (None, "id2"), ("x", None)]


def test_rows_blanked_out_are_no_rows(workbook: Workbook) -> None:
    blank: dict[str, Cell] = dict.fromkeys((column.header for column in COLUMNS), None)
    made(workbook).write([SheetPatch("Awards", {3: blank | {"Key": ""}})], [])
    assert [row[0] for row in shown(workbook)] == [2, 4]


def test_a_rename_makes_room_for_a_new_worksheet(workbook: Workbook) -> None:
    made(workbook).write([NewSheet("Awards", COLUMNS[:2], [[None, "k"]])], ["x"], {"Awards": "Awards (old)"})
    assert names(workbook) == ("Awards (old)", "Awards")
    assert [row.cells for row in workbook.grid("Awards").rows] == [(None, "k")]
    assert len(workbook.grid("Awards (old)").rows) == 3


REFUSED: list[Callable[[Workbook], object]] = [
    lambda book: book.write([NewSheet("a/b", COLUMNS, [])], []),
    lambda book: book.write([NewSheet("x" * 32, COLUMNS, [])], []),
    lambda book: book.write([NewSheet("", COLUMNS, [])], []),
    lambda book: book.write([NewSheet("'x", COLUMNS, [])], []),
    lambda book: book.write([NewSheet("History", COLUMNS, [])], []),
    lambda book: book.write([NewSheet("awards", COLUMNS, [])], []),
    lambda book: book.write([NewSheet("New", (), [])], []),
    lambda book: book.write([NewSheet("New", (ColumnSpec(""),), [])], []),
    lambda book: book.write([NewSheet("New", (ColumnSpec("x" * 256),), [])], []),
    lambda book: book.write([NewSheet("New", COLUMNS[:1], [["a\x00"]])], []),
    lambda book: book.write([NewSheet("New", COLUMNS[:1], [["x" * 32_768]])], []),
    lambda book: book.write([SheetPatch("Nowhere")], []),
    lambda book: book.write([SheetPatch("Awards", {2: {"Gone": 1}})], []),
    lambda book: book.write([SheetPatch("Awards", append=[{"Gone": 1}])], []),
    lambda book: book.write([SheetPatch("Awards", {2: {"Key": "\ufffe"}})], []),
    lambda book: book.write([SheetPatch("Awards", {99: {"Key": "x"}})], []),
    lambda book: book.write([], ["x" * 32_768]),
    lambda book: book.write([], [], {"Nowhere": "Somewhere"}),
    lambda book: book.write([], [], {"Awards": "a:b"}),
    lambda book: book.cell("Awards", "nonsense"),
]


@pytest.mark.parametrize("use", REFUSED)
def test_what_is_refused_changes_nothing(workbook: Workbook, use: Callable[[Workbook], object]) -> None:
    before = shown(made(workbook))
    with pytest.raises(WorksheetError) as caught:
        use(workbook)
    assert caught.value.message
    assert caught.value.hint
    assert (shown(workbook), workbook.passport(), names(workbook)) == (before, ("line", "", "end"), ("Awards",))


def test_one_bad_change_spoils_all_of_a_write(workbook: Workbook) -> None:
    made(workbook)
    with pytest.raises(WorksheetError):
        workbook.write([SheetPatch("Awards", {2: {"Key": "x"}}), SheetPatch("Nowhere")], ["two"])
    assert shown(workbook)[0][2] == "00"
    assert workbook.passport() == ("line", "", "end")


def test_an_exception_before_the_replacement_leaves_all_as_it_was(workbook: Workbook) -> None:
    made(workbook)

    def stop() -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        workbook.write([SheetPatch("Awards", {2: {"Key": "x"}})], ["two"], before_replace=stop)
    assert shown(workbook)[0][2] == "00"
    assert workbook.passport() == ("line", "", "end")


TRAPS: list[Cell] = [
    "00123", "=1+1", "1234567890123456", "2024-01-02T03:04:05+02:00", "'x", "x" * 8_300, "TRUE", "1E5", "3-2", "#N/A",
    " blank at both ends ", "ünï 🙂", "two\nlines",
]  # fmt: skip


def test_text_stays_the_text_that_it_was(workbook: Workbook) -> None:
    columns = (ColumnSpec("Text"), ColumnSpec("N", ColumnType.NUMBER))
    workbook.write([NewSheet("Awards", columns, [[text, text] for text in TRAPS])], [])
    assert [row.cells for row in workbook.grid("Awards").rows] == [(text, text) for text in TRAPS]
    turned: list[Cell] = TRAPS[::-1]
    cells = {number: {"Text": text, "N": text} for number, text in enumerate(turned, 2)}
    workbook.write([SheetPatch("Awards", cells, [{"Text": text} for text in TRAPS])], [])
    assert [row.cells[0] for row in workbook.grid("Awards").rows] == turned + TRAPS
    assert not any(row.formulas for row in workbook.grid("Awards").rows)


def test_a_cell_changes_its_kind(workbook: Workbook) -> None:
    kinds: list[Cell] = ["1", 1, 2.5, True, datetime(2024, 5, 6), datetime(2024, 5, 6, 7, 8, 9), CellError("#N/A")]
    workbook.write([NewSheet("Awards", (ColumnSpec("Any"),), [[kind] for kind in kinds])], [])
    for turn in range(1, len(kinds)):
        turned = kinds[turn:] + kinds[:turn]
        workbook.write([SheetPatch("Awards", {row: {"Any": kind} for row, kind in enumerate(turned, 2)})], [])
        assert [row.cells[0] for row in workbook.grid("Awards").rows] == turned


def test_help_choices_and_messages_are_taken(workbook: Workbook) -> None:
    columns = (
        ColumnSpec("Key", read_only=True, help="Given by the source."),
        ColumnSpec("Type", choices=("Grant", "Loan, long")),
    )
    workbook.write([NewSheet("Awards", columns, [["k1", "Grant"], ["k2", None]])], ["x"])
    messages = {2: {"Type": Message("Conflict", "The source says Loan."), "Key": Message("Key", "x" * 300)}}
    workbook.write([SheetPatch("Awards", choices={"Type": ("a", "b", "c")}, messages=messages)], ["y"])
    workbook.write([SheetPatch("Awards", choices={"Type": ()}, messages={})], ["z"])
    assert [row.cells for row in workbook.grid("Awards").rows] == [("k1", "Grant"), ("k2", None)]
    assert workbook.passport() == ("z",)
    assert names(workbook) == ("Awards",)
