"""Workbooks as other programs make them, with what people put into workbooks."""

from __future__ import annotations

import base64
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import xlsxwriter

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


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


SPREAD = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MICROSOFT = "application/vnd.ms-excel"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED_2007 = "http://schemas.microsoft.com/office/2007/relationships"
STRANGERS = {
    "xl/pivotCache/pivotCacheDefinition1.xml": f"{SPREAD}.pivotCacheDefinition+xml",
    "xl/pivotCache/pivotCacheRecords1.xml": f"{SPREAD}.pivotCacheRecords+xml",
    "xl/pivotTables/pivotTable1.xml": f"{SPREAD}.pivotTable+xml",
    "xl/slicerCaches/slicerCache1.xml": f"{MICROSOFT}.slicerCache+xml",
    "xl/slicers/slicer1.xml": f"{MICROSOFT}.slicer+xml",
    "xl/timelines/timeline1.xml": f"{MICROSOFT}.timeline+xml",
    "xl/threadedComments/threadedComment1.xml": f"{MICROSOFT}.threadedcomments+xml",
    "xl/persons/person.xml": f"{MICROSOFT}.person+xml",
    "xl/externalLinks/externalLink1.xml": f"{SPREAD}.externalLink+xml",
    "xl/connections.xml": f"{SPREAD}.connections+xml",
    "xl/queryTables/queryTable1.xml": f"{SPREAD}.queryTable+xml",
    "xl/richData/rdrichvalue.xml": f"{MICROSOFT}.rdrichvalue+xml",
    "xl/customProperty1.bin": f"{SPREAD}.customProperty",
    "xl/printerSettings/printerSettings1.bin": f"{SPREAD}.printerSettings",
    "customXml/itemProps1.xml": "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    "xl/vbaProject.bin": f"{MICROSOFT}.vbaProject",
    "_xmlsignatures/sig1.xml": "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
}
"""Parts that no library makes -> their content types."""
_OF_WORKBOOK = {
    "pivotCacheDefinition": "pivotCache/pivotCacheDefinition1.xml",
    "slicerCache": "slicerCaches/slicerCache1.xml",
    "person": "persons/person.xml",
    "externalLink": "externalLinks/externalLink1.xml",
    "connections": "connections.xml",
    "rdRichValue": "richData/rdrichvalue.xml",
    "vbaProject": "vbaProject.bin",
}
_OF_SHEET = {
    "pivotTable": "../pivotTables/pivotTable1.xml",
    "slicer": "../slicers/slicer1.xml",
    "timeline": "../timelines/timeline1.xml",
    "threadedComment": "../threadedComments/threadedComment1.xml",
    "customProperty": "../customProperty1.bin",
    "printerSettings": "../printerSettings/printerSettings1.bin",
}


def with_strangers(path: Path) -> Path:
    """The workbook with pivot caches, slicers and more, tied to the workbook part and to its first worksheet."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode("latin-1") for name in package.namelist()}
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in STRANGERS.items())
    _insert(parts, "[Content_Types].xml", "</Types>", types)
    _insert(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", _relations(_OF_WORKBOOK))
    _insert(parts, "xl/worksheets/_rels/sheet1.xml.rels", "</Relationships>", _relations(_OF_SHEET))
    caches = '<pivotCaches><pivotCache cacheId="7" r:id="rIdX0"/></pivotCaches><extLst><ext xmlns:x14="urn:x14" '
    slicers = 'uri="{BBE1A952-AA13-448e-AADC-164F8A28A991}"><x14:slicerCaches><x14:slicerCache r:id="rIdX1"/>'
    _insert(parts, "xl/workbook.xml", "</workbook>", f"{caches}{slicers}</x14:slicerCaches></ext></extLst>")
    ours = '<ext xmlns:x14="urn:x14" uri="{A8765BA9-456A-4dab-B4F3-ACF838C121DE}"><x14:slicerList>'
    ours += '<x14:slicer r:id="rIdX1"/></x14:slicerList></ext>'
    _insert(parts, "xl/worksheets/sheet1.xml", "</extLst></worksheet>", ours)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text.encode("latin-1"))
        for number, name in enumerate(STRANGERS):
            package.writestr(name, f"<x n='{number}'/>  \r\n" if name.endswith("xml") else bytes(range(256)) * 9)
    return path


def _insert(parts: dict[str, str], name: str, before: str, xml: str) -> None:
    assert before in parts[name]
    parts[name] = parts[name].replace(before, xml + before)


def _relations(targets: dict[str, str]) -> str:
    return "".join(
        f'<Relationship Id="rIdX{number}" Type="{RELATED_2007 if "licer" in kind else RELATED}/{kind}" '
        f'Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items())
    )
