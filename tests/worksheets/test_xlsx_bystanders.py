"""Everything in a workbook that is not ours keeps its bytes, and programs open the result with all of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from workbook_makers import by_openpyxl, by_xlsxwriter, linked_by_xlsxwriter, with_extras
from xlsx_files import packed_parts, part

from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

GAIN = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
"""Parts that may gain entries."""
COLUMNS = (
    ColumnSpec("Sync"),
    ColumnSpec("Key"),
    ColumnSpec("Amount", ColumnType.NUMBER),
    ColumnSpec("_row", hidden=True),
)
NEW = NewSheet("Awards", COLUMNS, [[None, f"k{i}", i, None] for i in range(4)])


def same_but(before: dict[str, bytes], after: dict[str, bytes], ours: set[str]) -> None:
    assert [name for name in after if name in before and name != "xl/styles.xml"] == [
        name for name in before if name != "xl/styles.xml"
    ], "parts changed their order"
    assert {name for name in before if before[name] != after[name]} <= GAIN | ours


@pytest.mark.parametrize("make", [by_xlsxwriter, by_openpyxl, lambda path: with_extras(by_xlsxwriter(path))])
def test_our_worksheet_comes_and_changes_and_all_else_stays(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "user.xlsx")
    before = packed_parts(path)
    book = open_workbook(path)
    assert book.write([NEW], ["one"]) == []
    same_but(before, packed_parts(path), set())
    added = packed_parts(path)
    new = set(added) - set(before)
    book.write([SheetPatch("Awards", {2: {"Sync": "edited"}}, [{"Key": "k4"}])], ["two"])
    assert {name for name in added if added[name] != packed_parts(path)[name]} <= new
    same_but(before, packed_parts(path), set())
    assert len(book.grid("Awards").rows) == 5
    assert book.passport() == ("two",)
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
    assert "Awards" in python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names


def test_what_people_put_on_our_own_sheet_stays(tmp_path: Path) -> None:
    path = linked_by_xlsxwriter(tmp_path / "linked.xlsx")
    before, old = packed_parts(path), part(path, "xl/worksheets/sheet1.xml")
    book = open_workbook(path)
    assert not book.removable("Awards")
    notices = book.write([SheetPatch("Awards", {3: {"Amount": 9.5, "Sync": "edited"}}, [{"Key": "k6"}])], ["line"])
    assert len(notices) == 2
    assert any("Amounts" in notice for notice in notices)
    assert any("chart1" in notice for notice in notices)
    same_but(before, packed_parts(path), {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml"})
    new = part(path, "xl/worksheets/sheet1.xml")
    for tag in ("cols", "sheetViews", "sheetProtection", "hyperlinks", "drawing", "legacyDrawing", "tableParts"):
        assert element(old, tag) == element(new, tag) != ""
    assert '<row r="4" spans="1:5" hidden="1" ' in new
    assert element(new, "extLst") == element(old, "extLst").replace("<xm:sqref>C2:C6<", "<xm:sqref>C2:C7<")
    with pytest.warns(UserWarning, match="extension"):
        sheet = openpyxl.load_workbook(path)["Awards"]
    assert sheet["C3"].number_format == sheet["C7"].number_format == "#,##0.00"
    assert sheet["C7"].fill.fgColor.rgb == "FFFFFF00"
    assert sheet["D7"].value == "=Awards[[#This Row],[Amount]]*2"
    assert sheet["B3"].comment.text == "look here"
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def parts_of(path: Path, sheet: str) -> set[str]:
    """The parts that are the worksheet's own, and the passport's."""
    with zipfile.ZipFile(path) as package:
        found = {name for name in package.namelist() if f'displayName="{sheet}"'.encode() in package.read(name)}
        tables = tuple(name.rpartition("/")[2] for name in found)
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/_rels/")]
        owners = {name for name in sheets if any(table.encode() in package.read(name) for table in tables)}
    parts = {name.replace("_rels/", "").removesuffix(".rels") for name in owners}
    return found | parts | {passport_part(path)}


def passport_part(path: Path) -> str:
    book = part(path, "xl/workbook.xml")
    entry = re.search(r'<sheet [^>]*name="_synctui"[^>]*r:id="([^"]+)"', book)
    assert entry
    relations = part(path, "xl/_rels/workbook.xml.rels")
    [node] = [node for node in re.findall("<Relationship [^>]*>", relations) if f'Id="{entry[1]}"' in node]
    target: str = node.partition('Target="')[2].partition('"')[0]
    return f"xl/{target}"


def element(xml: str, tag: str) -> str:
    """The text of the last element of that name."""
    start = xml.rfind(f"<{tag}>") if f"<{tag}>" in xml else xml.rfind(f"<{tag} ")
    closed = xml.find(f"</{tag}>", start)
    return xml[start : closed if closed >= 0 else xml.find("/>", start)]


def test_libreoffice_opens_all_of_it_and_calculates(
    tmp_path: Path, resave: Callable[[Sequence[Path]], list[Path]]
) -> None:
    paths = [by_xlsxwriter(tmp_path / "user.xlsx"), linked_by_xlsxwriter(tmp_path / "linked.xlsx")]
    open_workbook(paths[0]).write([NEW], ["one"])
    patch = SheetPatch("Awards", {2: {"Amount": 100}}, [{"Key": "k6", "Amount": 1000}])
    open_workbook(paths[1]).write([patch], ["one"])
    user, linked = resave(paths)
    by_libreoffice = packed_parts(user)
    open_workbook(user).write([SheetPatch("Awards", {2: {"Amount": 1}}), NewSheet("More", COLUMNS, NEW.rows)], ["two"])
    same_but(by_libreoffice, packed_parts(user), set(by_libreoffice) & parts_of(user, "Awards"))
    assert open_workbook(user).grid("Awards").rows[3].cells == (None, "k3", 3, None)
    grid = open_workbook(linked).grid("Awards")
    # LibreOffice calculates what has no result; what has one it believes, here XlsxWriter's zeros
    assert [row.cells[1:4] for row in grid.rows] == [
        ("https://example.org/a", 100, 200), ("k2", 2, 0), ("k3", 3, 0), ("k4", 4, 0), ("k5", 5, 0),
        ("k6", 1000, 2000)]  # fmt: skip
    before = packed_parts(linked)
    open_workbook(linked).write([SheetPatch("Awards", {3: {"Amount": 0}})], ["two"])
    ours = {name for name, data in packed_parts(linked).items() if before.get(name) != data}
    assert ours <= GAIN | {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml", "xl/tables/table1.xml"}


def test_the_calculation_chain_goes_when_formulas_change(tmp_path: Path) -> None:
    path = linked_by_xlsxwriter(tmp_path / "linked.xlsx")
    chain = "xl/calcChain.xml"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    spread = b"application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts[chain] = b'<calcChain xmlns="x"><c r="D2" i="1"/></calcChain>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="' + spread + b'.calcChain+xml"/></Types>'
    )
    relation = (
        b'<Relationship Id="rc" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"'
    )
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>", relation + b' Target="calcChain.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    open_workbook(path).write([SheetPatch("Awards", {2: {"Mine": 5}})], [])
    assert chain not in packed_parts(path)
    assert "calcChain" not in part(path, "[Content_Types].xml") + part(path, "xl/_rels/workbook.xml.rels")


def test_the_1904_system_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mac.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["Key", "At"])
    sheet.write_string(1, 0, "k")
    sheet.write_datetime(1, 1, datetime(2024, 1, 2), book.add_format({"num_format": "d mmm yyyy"}))
    book.close()
    opened = open_workbook(path)
    assert opened.grid("Data").rows[0].cells == ("k", datetime(2024, 1, 2))
    opened.write([SheetPatch("Data", {2: {"At": datetime(2024, 5, 6, 7, 8)}}, [{"At": datetime(2001, 1, 1)}])], [])
    assert [row.cells for row in opened.grid("Data").rows] == [
        ("k", datetime(2024, 5, 6, 7, 8)), (None, datetime(2001, 1, 1))]  # fmt: skip
    found = openpyxl.load_workbook(path)["Data"]
    assert [found["B2"].value, found["B3"].value] == [datetime(2024, 5, 6, 7, 8), datetime(2001, 1, 1)]


def test_a_macro_workbook_keeps_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    open_workbook(path).write([NEW], [])
    assert "macroEnabled" in part(path, "[Content_Types].xml")
    assert open_workbook(path).sheet_names() == ("Awards",)
