"""Refreshing whole rows, whatever forms they have in the file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_files import package_parts, text_row, worksheet, write_package

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.worksheets.base import SheetPatch
from synctui.worksheets.xlsx import open_workbook

HEADERS = ("One", "Two", "Three")
STYLES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
WRITTEN = (
    "",
    '<c r="{}" s="1"/>',
    '<c r="{}"><v>4</v></c>',
    '<c r="{}" s="1"><v>45000.5</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" t="inlineStr"><is><t>old</t></is></c>',
    '<c r="{}" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>',
    '<c r="{}"><f>A1+1</f><v>8</v></c>',
    "<c r='{}' t='e'><v>#N/A</v></c>",
)
"""Ways in which a cell may stand in the file that is refreshed."""
LAST = ('<c r="{}" s="1"><v>9</v></c>',) * len(HEADERS)
"""The row below those that are refreshed: cells that were not there take their looks from it."""
kinds_of_rows = st.lists(st.tuples(*[st.sampled_from(WRITTEN)] * len(HEADERS)), min_size=1, max_size=4)
written_rows = kinds_of_rows.flatmap(lambda kinds: st.lists(st.sampled_from(kinds), min_size=1, max_size=30))
values = st.sampled_from((None, "new", "<&>", 7, -1.25, True, datetime(2024, 2, 3), datetime(2024, 2, 3, 4, 5)))


def make(path: Path, rows: list[tuple[str, ...]]) -> Path:
    body = "".join(written_row(number, row) for number, row in enumerate([*rows, LAST], 2))
    return write_package(path, package_parts(worksheet(text_row(1, *HEADERS) + body), styles=STYLES))


def written_row(number: int, cells: tuple[str, ...]) -> str:
    body = "".join(cell.format(f"{column}{number}") for column, cell in zip("ABC", cells, strict=True))
    return f'<row r="{number}">{body}</row>'


def refresh(path: Path, cells: dict[int, dict[str, Cell]]) -> None:
    open_workbook(path).write([SheetPatch("Data", cells)], [])


@settings(max_examples=25, deadline=None)
@given(written_rows, st.data())
def test_whole_rows_read_back_as_written_whatever_stood_there(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    new = [data.draw(st.tuples(*[values] * len(HEADERS))) for _ in rows]
    with TemporaryDirectory() as folder:
        path = make(Path(folder) / "book.xlsx", rows)
        refresh(path, {number: dict(zip(HEADERS, row, strict=True)) for number, row in enumerate(new, 2)})
        *read, last = open_workbook(path).grid("Data").rows
    assert {row.number: row.cells for row in read} == {
        number: row for number, row in enumerate(new, 2) if any(cell is not None for cell in row)
    }
    assert last.number == len(rows) + 2


def test_each_row_of_one_form_gets_its_own_values(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", [('<c r="{}"><v>3</v></c>',) * 3] * 40)
    refresh(path, {number: {"Three": number, "One": -number, "Two": 0} for number in range(2, 42)})
    *rows, _ = [row.cells for row in open_workbook(path).grid("Data").rows]
    assert rows == [(-number, 0, number) for number in range(2, 42)]


def test_a_cell_that_is_there_twice_costs_no_other_cell_its_value(tmp_path: Path) -> None:
    twice = ('<c r="{}"><v>1</v></c>', '<c r="{}"><v>2</v></c><c r="B9"><v>2</v></c>', "")
    path = make(tmp_path / "book.xlsx", [twice] * 3)
    refresh(path, {number: {"One": 1, "Two": 2, "Three": 3} for number in range(2, 5)})
    assert [row.cells[2] for row in open_workbook(path).grid("Data").rows[:3]] == [3, 3, 3]


@pytest.fixture
def far_header(tmp_path: Path) -> Path:
    """A workbook whose only header is the last of many shared texts."""
    strings = "".join(f"<si><t>text number {number}</t></si>" for number in range(40_000))
    sheet = worksheet('<row r="1"><c r="A1" t="s"><v>40000</v></c></row><row r="2"><c r="A2" t="s"><v>3</v></c></row>')
    return write_package(tmp_path / "far.xlsx", package_parts(sheet, strings=f"{strings}<si><t>Far</t></si>"))


def test_a_header_far_back_in_the_shared_texts_is_found(far_header: Path) -> None:
    refresh(far_header, {2: {"Far": "new"}})
    assert [row.cells for row in open_workbook(far_header).grid("Data").rows] == [("new",)]


def test_a_header_that_is_no_shared_text_is_refused(tmp_path: Path) -> None:
    sheet = worksheet('<row r="1"><c r="A1" t="s"><v>1</v></c></row>')
    path = write_package(tmp_path / "none.xlsx", package_parts(sheet, strings="<si><t>Only</t></si>"))
    with pytest.raises(WorksheetError, match="text number '1', which does not exist"):
        refresh(path, {1: {"Only": "new"}})
