"""Parts that no library knows, and cells written in ways that we never write, stay as they are."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from test_xlsx_bystanders import COLUMNS, GAIN, NEW, same_but
from workbook_makers import STRANGERS, linked_by_xlsxwriter, with_strangers
from xlsx_files import (
    OFFICE,
    SHEET_PART,
    STRICT_MAIN,
    STRICT_OFFICE,
    package_parts,
    packed_parts,
    part,
    text_row,
    worksheet,
    write_package,
)

from synctui.worksheets.base import NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

PATCH = SheetPatch("Awards", {3: {"Amount": 9.5, "Sync": "edited"}}, [{"Key": "k6", "Amount": 1}])


def test_pivots_slicers_and_other_strangers_keep_every_byte(tmp_path: Path) -> None:
    path = with_strangers(linked_by_xlsxwriter(tmp_path / "linked.xlsx"))
    before, workbook = packed_parts(path), part(path, "xl/workbook.xml")
    book = open_workbook(path)
    assert not book.removable("Awards")
    for number in range(2):
        book.write([PATCH, NewSheet(f"New{number}", COLUMNS, NEW.rows)], ["line"])
    after = packed_parts(path)
    same_but(before, after, {SHEET_PART, "xl/tables/table1.xml"})
    assert {name: after[name] for name in STRANGERS} == {name: before[name] for name in STRANGERS}
    assert part(path, "xl/workbook.xml").endswith(workbook[workbook.index("<pivotCaches>") :])
    types = part(path, "[Content_Types].xml")
    assert all(f'PartName="/{name}" ContentType="{kind}"' in types for name, kind in STRANGERS.items())
    sheet = part(path, SHEET_PART)
    assert sheet.endswith('<x14:slicer r:id="rIdX1"/></x14:slicerList></ext></extLst></worksheet>')
    assert len(book.grid("Awards").rows) == 7
    assert book.grid("New1").rows[0].cells == book.grid("New0").rows[0].cells


STYLES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
STRINGS = "<si><t>plain</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r></si>"
ODD_ROW = (
    '<row r="3" spans="1:8" hidden="1">'
    '<c r="A3" t="inlineStr"><is><r><t>in</t></r><r><rPr><i/></rPr><t>line</t></r></is></c>'
    '<c r="B3" t="s"><v>1</v></c><c r="C3" t="d" s="1"><v>2024-01-02T03:04:05</v></c><c r="D3" s="1"><v>43831</v></c>'
    '<c r="E3" t="b"><v>1</v></c><c r="F3" t="e"><v>#N/A</v></c><c r="G3" t="str"><f>A3&amp;"x"</f><v>inlinex</v></c>'
    '<c r="H3" t="s" cm="1" vm="2"><v>0</v></c></row>'
)
TAIL = (
    '<autoFilter ref="A1:H4"/><mergeCells count="1"><mergeCell ref="J1:L1"/></mergeCells><phoneticPr fontId="1"/>'
    '<conditionalFormatting sqref="A2:A4"><cfRule type="cellIs" priority="1"><formula>1</formula></cfRule>'
    '</conditionalFormatting><dataValidations count="1"><dataValidation sqref="B2:B4" type="list"><formula1>"a,b"'
    '</formula1></dataValidation></dataValidations><printOptions headings="1"/>'
)
HEADS = ("Key", "Rich", "Iso", "Day", "Truth", "Error", "Formula", "Meta")


def odd_workbook(path: Path, *, strict: bool = False) -> Path:
    """A worksheet of the 1904 system with cells of every kind, in the transitional or the strict form."""
    main, office = (STRICT_MAIN, STRICT_OFFICE) if strict else ("", "")
    sheet = worksheet(
        text_row(1, *HEADS) + text_row(2, "k2") + ODD_ROW + text_row(4, "k4"),
        tail=TAIL,
        **({"main": main} if main else {}),
    )
    options = {"main": main, "office": office} if strict else {}
    sheet = sheet.replace(OFFICE, office or OFFICE)
    return write_package(
        path, package_parts(sheet, strings=STRINGS, styles=STYLES, workbook_attributes=' date1904="1"', **options)
    )


def check_odd_workbook(path: Path) -> None:
    before = packed_parts(path)
    book = open_workbook(path)
    shown = book.grid("Data").rows[1]
    assert shown.cells[:5] == ("inline", "rich", datetime(2024, 1, 2, 3, 4, 5), datetime(2024, 1, 2), True)
    book.write([SheetPatch("Data", {2: {"Rich": "00123", "Day": datetime(2025, 5, 6)}}, [{"Key": "k5"}])], ["line"])
    assert {name for name in before if before[name] != packed_parts(path)[name]} <= GAIN | {SHEET_PART}
    sheet = part(path, SHEET_PART)
    found = re.search('<row r="3".*?</row>', sheet)
    assert found
    assert canonicalize(found[0]) == canonicalize(ODD_ROW)
    grown = TAIL.replace("A2:A4", "A2:A5").replace("B2:B4", "B2:B5")
    assert grown in sheet
    rows = open_workbook(path).grid("Data").rows
    assert rows[1].cells[:6] == shown.cells[:6]
    assert rows[0].cells[:4] == ("k2", "00123", None, datetime(2025, 5, 6))
    assert rows[3].cells[0] == "k5"


def test_cells_of_every_kind_stay_in_a_row_that_is_not_changed(tmp_path: Path) -> None:
    path = odd_workbook(tmp_path / "odd.xlsx")
    check_odd_workbook(path)


def test_a_strict_workbook_stays_strict(tmp_path: Path) -> None:
    path = odd_workbook(tmp_path / "strict.xlsx", strict=True)
    check_odd_workbook(path)
    open_workbook(path).write([NewSheet("New", COLUMNS, NEW.rows)], ["line"])
    names = [name for name in packed_parts(path) if re.search(r"sheet\d|table\d|workbook\.xml$|styles", name)]
    assert all("openxmlformats.org/spreadsheetml" not in part(path, name) for name in names)
    assert [row.cells[1] for row in open_workbook(path).grid("New").rows] == ["k0", "k1", "k2", "k3"]
