"""Everything in a workbook that is not ours keeps its bytes, and programs open the result with all of it."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from xlsx_files import packed_parts, part

from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GAIN = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
"""Parts that may gain entries."""
COLUMNS = (
    ColumnSpec("Sync"),
    ColumnSpec("Key"),
    ColumnSpec("Amount", ColumnType.NUMBER),
    ColumnSpec("_row", hidden=True),
)
NEW = NewSheet("Awards", COLUMNS, [[None, f"k{i}", i, None] for i in range(4)])


def by_xlsxwriter(path: Path) -> Path:
    """Charts, a text box, notes, data bars, sparklines, a picture, a table, names, a chart sheet, print set-up."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Report")
    sheet.add_table("A1:C6", {"name": "Sales", "columns": [{"header": h} for h in ("Region", "Sold", "Double")]})
    for row in range(1, 6):
        sheet.write_row(row, 0, [f"region {row}", row * 10])
        sheet.write_formula(row, 2, f"=B{row + 1}*2", None, row * 20)
    bold = book.add_format({"bold": True})
    sheet.write_rich_string("E1", "rich ", bold, "text")
    sheet.merge_range("E3:F4", "merged", bold)
    sheet.write_comment("A2", "a note")
    sheet.insert_textbox("H2", "a text box")
    sheet.insert_image("H12", "dot.png", {"image_data": BytesIO(PICTURE)})
    sheet.insert_button("M2", {"caption": "press"})
    sheet.insert_checkbox("N2", True)
    sheet.conditional_format("B2:B6", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("C2:C6", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.add_sparkline("G2", {"range": "Report!B2:C2"})
    sheet.data_validation("D2:D6", {"validate": "list", "source": "=Report!$A$2:$A$6"})
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_header("&Lreport")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Report!$B$2:$B$6", "trendline": {"type": "linear"}, "data_labels": {"value": True}})
    sheet.insert_chart("H20", chart)
    chartsheet = book.add_chartsheet("Graph")
    bars = book.add_chart({"type": "bar"})
    bars.add_series({"values": "=Report!$C$2:$C$6"})
    chartsheet.set_chart(bars)
    book.define_name("Rate", "=0.19")
    book.add_worksheet("Hidden").hide()
    book.set_custom_property("Cost centre", 42)
    book.close()
    return path


def by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plan"
    sheet.append(["month", "value", datetime(2024, 1, 2)])
    for month in range(1, 7):
        sheet.append([month, month**2, f"=B{month + 1}+1"])
    chart = openpyxl.chart.PieChart()
    chart.add_data(openpyxl.chart.Reference(sheet, min_col=2, min_row=2, max_row=7))
    sheet.add_chart(chart, "F2")
    sheet["A1"].comment = openpyxl.comments.Comment("note", "me")
    book.save(path)
    return path


def with_extras(path: Path) -> Path:
    """Parts that hardly any library knows: macros, custom XML, a signature-like stranger; some stored, one empty."""
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 20)
        package.writestr("customXml/item1.xml", "<x/>", zipfile.ZIP_STORED)
        package.writestr("xl/strange/ünïcode.bin", b"")
    return path


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


def linked_by_xlsxwriter(path: Path) -> Path:
    """A link's own sheet with everything that people put on one."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Awards")
    columns = [{"header": header} for header in ("Sync", "Key", "Amount")]
    columns += [{"header": "Mine", "formula": "=Awards[[#This Row],[Amount]]*2"}, {"header": "_row"}]
    sheet.add_table("A1:E6", {"name": "Awards", "columns": columns})
    money = book.add_format({"num_format": "#,##0.00", "bg_color": "#FFFF00"})
    for i in range(1, 6):
        sheet.write_row(i, 0, ["", f"k{i}"])
        sheet.write_number(i, 2, i, money)
    sheet.set_column("A:A", 22)
    sheet.set_column("E:E", 12, None, {"hidden": True})
    sheet.set_row(3, None, None, {"hidden": True})
    sheet.write_comment("B3", "look here")
    sheet.insert_textbox("H2", "a text box")
    sheet.conditional_format("C2:C6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("B2:B6", {"validate": "length", "criteria": "<", "value": 20})
    sheet.add_sparkline("G2", {"range": "Awards!C2:C6"})
    sheet.write_url("B2", "https://example.org/a")
    sheet.freeze_panes(1, 2)
    sheet.protect("", {"format_cells": True})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Awards!$C$2:$C$6", "categories": "=Awards!$B$2:$B$6"})
    sheet.insert_chart("H20", chart)
    book.define_name("Amounts", "=Awards!$C$2:$C$6")
    book.define_name("Apart", "=Other!$C$2:$C$6")
    other = book.add_worksheet("Other")
    other.write_formula("A1", "=SUM(Awards!C2:C6)", None, 15)
    book.close()
    return path


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
