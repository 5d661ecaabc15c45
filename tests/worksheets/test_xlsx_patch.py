"""A patch changes what it names and leaves everything else as people made it."""

from __future__ import annotations

import re
import struct
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from xlsx_files import SHEET_PART, package_parts, packed_parts, part, text_row, worksheet, write_package

from synctui.cells import Cell, CellError
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

COLUMNS = (
    ColumnSpec("Sync"),
    ColumnSpec("Key"),
    ColumnSpec("Name"),
    ColumnSpec("Amount", ColumnType.NUMBER),
    ColumnSpec("Start", ColumnType.DATE),
    ColumnSpec("_row", hidden=True),
)


def make(path: Path, count: int = 5) -> Path:
    rows: list[list[Cell]] = [[None, f"k{i}", f"name {i}", i, datetime(2024, 1, i + 1), f"id{i}"] for i in range(count)]
    open_workbook(path).write([NewSheet("Awards", COLUMNS, rows)], ["one"])
    return path


def patch(path: Path, **options: object) -> list[str]:
    return open_workbook(path).write([SheetPatch("Awards", **options)], ["two"])  # type: ignore[arg-type]


def cells(path: Path, sheet: str = "Awards") -> list[tuple[Cell, ...]]:
    return [row.cells for row in open_workbook(path).grid(sheet).rows]


def column(path: Path, header: str) -> list[Cell]:
    grid = open_workbook(path).grid("Awards")
    return [row.cells[grid.headers.index(header)] for row in grid.rows]


def table_ref(path: Path) -> str:
    found = re.search(r' ref="([^"]+)"', part(path, "xl/tables/table1.xml"))
    assert found
    assert part(path, "xl/tables/table1.xml").count(f'ref="{found[1]}"') == 2  # the filter goes along
    return found[1]


def test_only_the_named_cells_change(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    before = cells(path)
    patch(path, cells={3: {"Sync": "edited", "Amount": 7.5}, 5: {"Name": None}})
    after = cells(path)
    assert after[1] == ("edited", "k1", "name 1", 7.5, datetime(2024, 1, 2), "id1")
    assert after[3] == (None, "k3", None, 3, datetime(2024, 1, 4), "id3")
    assert [after[i] for i in (0, 2, 4)] == [before[i] for i in (0, 2, 4)]


def test_a_row_that_is_not_named_keeps_its_bytes(tmp_path: Path) -> None:
    row = '<row r="3" spans="1:2" ht="30" customHeight="1" x:y="z"><c r="A3" s="0" t="str"  ><v>a</v></c></row>'
    sheet = worksheet(text_row(1, "Key", "Name") + text_row(2, "k", "n") + row, head='<sheetPr xmlns:x="urn:x"/>')
    sheet = sheet.replace("<worksheet", '<worksheet xmlns:x="urn:x"', 1)
    path = write_package(tmp_path / "hand.xlsx", package_parts(sheet))
    open_workbook(path).write([SheetPatch("Data", {2: {"Name": "new"}})], [])
    assert row in part(path, SHEET_PART)
    assert cells(path, "Data") == [("k", "new"), ("a", None)]


def test_cells_keep_their_style_unless_the_value_would_not_stay_itself(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    sheet["D2"].number_format = "#,##0.00"
    sheet["E2"].number_format = "dd/mm/yyyy"
    sheet["C2"].number_format = "General"
    sheet["C2"].font = openpyxl.styles.Font(color="FFFF0000")
    book.save(path)
    values = {"Name": "00123", "Amount": 12.5, "Start": datetime(2025, 5, 6)}
    patch(path, cells={2: values, 3: {"Amount": "n/a", "Start": 7, "Name": 8}})
    sheet = openpyxl.load_workbook(path)["Awards"]
    assert [sheet[f"{c}2"].number_format for c in "CDE"] == ["@", "#,##0.00", "dd/mm/yyyy"]
    assert sheet["C2"].font.color.rgb == "FFFF0000"
    assert [sheet[f"{c}3"].number_format for c in "CDE"] == ["General", "@", "General"]
    assert cells(path)[0][2:5] == ("00123", 12.5, datetime(2025, 5, 6))
    assert cells(path)[1][2:5] == (8, "n/a", 7)


def test_patching_twice_adds_no_styles(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    sizes = []
    for _ in range(3):
        patch(path, cells={2: {"Amount": "text", "Name": "x"}}, append=[{"Key": "new"}])
        sizes.append(len(part(path, "xl/styles.xml")))
    assert sizes[0] == sizes[1] == sizes[2]


def test_columns_are_found_by_header_wherever_people_moved_them(tmp_path: Path) -> None:
    rows = text_row(1, "Name", "", "Key") + text_row(2, "n", "own", "k")
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(rows)))
    open_workbook(path).write([SheetPatch("Data", {2: {"Key": "K"}}, [{"Key": "k2", "Name": "n2"}])], [])
    assert cells(path, "Data") == [("n", "own", "K"), ("n2", None, "k2")]


def test_a_header_that_is_gone_is_said(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    before = path.read_bytes()
    with pytest.raises(WorksheetError, match="'Gone'"):
        patch(path, cells={2: {"Gone": 1}})
    with pytest.raises(WorksheetError, match="'Gone'"):
        patch(path, append=[{"Gone": 1}])
    assert path.read_bytes() == before


def test_new_rows_stand_below_the_table_and_the_table_grows(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    assert patch(path, append=[{"Key": "k5", "Start": datetime(2024, 3, 1)}, {"Key": "k6", "_row": "id6"}]) == []
    assert table_ref(path) == "A1:F8"
    assert column(path, "Key") == [f"k{i}" for i in range(7)]
    grid = open_workbook(path).grid("Awards")
    assert all(row.in_table for row in grid.rows)
    assert [row.number for row in grid.rows] == [2, 3, 4, 5, 6, 7, 8]
    sheet = openpyxl.load_workbook(path)["Awards"]
    assert sheet["B8"].number_format == "@"
    assert sheet["A8"].number_format == "@"
    assert sheet["E8"].number_format == "yyyy-mm-dd"
    assert sheet.row_dimensions[8].height == 15


def test_the_first_rows_of_an_empty_table(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", 0)
    assert table_ref(path) == "A1:F2"
    patch(path, append=[{"Key": "k0"}])
    assert table_ref(path) == "A1:F2"
    patch(path, append=[{"Key": "k1"}])
    assert table_ref(path) == "A1:F3"
    assert column(path, "Key") == ["k0", "k1"]


def test_rows_that_people_typed_below_the_table_become_part_of_it(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Awards"]["B7"] = "typed"
    book["Awards"]["B8"] = "typed too"
    book.save(path)
    assert [row.in_table for row in open_workbook(path).grid("Awards").rows] == [True] * 5 + [False] * 2
    patch(path, append=[{"Key": "new"}])
    assert column(path, "Key")[5:] == ["typed", "typed too", "new"]
    assert table_ref(path) == "A1:F9"


def test_new_rows_go_below_notes_that_stand_in_their_way(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Awards"]["A9"] = "note"
    book.save(path)
    assert patch(path, append=[{"Key": "fits"}]) == []
    assert table_ref(path) == "A1:F7"
    notices = patch(path, append=[{"Key": "a"}, {"Key": "b"}])
    assert len(notices) == 1
    assert "row 9" in notices[0]
    rows = {row.number: (row.cells[:2], row.in_table) for row in open_workbook(path).grid("Awards").rows}
    assert rows[9] == (("note", None), False)
    assert (rows[10], rows[11]) == (((None, "a"), False), ((None, "b"), False))


def with_totals(path: Path) -> Path:
    book = openpyxl.load_workbook(make(path))
    sheet = book["Awards"]
    table = sheet.tables["Awards"]
    table.ref, table.totalsRowCount = "A1:F7", 1
    sheet["D7"] = "=SUBTOTAL(109,Awards[Amount])"
    sheet["C7"] = "Total"
    book.save(path)
    return path


def test_the_totals_are_left_out_and_stay_below_new_rows(tmp_path: Path) -> None:
    path = with_totals(tmp_path / "book.xlsx")
    assert column(path, "Key") == [f"k{i}" for i in range(5)]
    patch(path, append=[{"Key": "k5"}, {"Key": "k6"}])
    assert column(path, "Key") == [f"k{i}" for i in range(7)]
    sheet = openpyxl.load_workbook(path)["Awards"]
    assert (sheet["C9"].value, sheet["D9"].value) == ("Total", "=SUBTOTAL(109,Awards[Amount])")
    assert sheet.tables["Awards"].ref == "A1:F9"
    assert sheet.tables["Awards"].autoFilter.ref == "A1:F8"


def test_totals_with_something_below_need_room(tmp_path: Path) -> None:
    path = with_totals(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Awards"]["A8"] = "note"
    book.save(path)
    with pytest.raises(WorksheetError, match="row 8"):
        patch(path, append=[{"Key": "k5"}])


def test_removed_rows_close_up(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    assert open_workbook(path).removable("Awards")
    patch(path, remove=[3, 4], cells={5: {"Name": "kept"}}, append=[{"Key": "new"}])
    grid = open_workbook(path).grid("Awards")
    assert [(row.number, row.cells[1], row.cells[2]) for row in grid.rows] == [
        (2, "k0", "name 0"), (3, "k3", "kept"), (4, "k4", "name 4"), (5, "new", None)]  # fmt: skip
    assert table_ref(path) == "A1:F5"
    assert openpyxl.load_workbook(path)["Awards"].max_row == 5


def test_removing_every_row_leaves_an_empty_table(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", 2)
    patch(path, remove=[2, 3])
    assert cells(path) == []
    assert table_ref(path) == "A1:F2"
    patch(path, append=[{"Key": "again"}])
    assert column(path, "Key") == ["again"]


def test_what_names_cells_follows_removed_rows(tmp_path: Path) -> None:
    tail = (
        '<mergeCells count="2"><mergeCell ref="A3:B3"/><mergeCell ref="A9:B10"/></mergeCells>'
        '<conditionalFormatting sqref="A2:A6 B4"><cfRule type="expression" priority="1"><formula>A2=1</formula>'
        '</cfRule></conditionalFormatting><hyperlinks><hyperlink ref="A3" location="x"/></hyperlinks>'
    )
    rows = "".join(text_row(i, f"k{i}") for i in range(2, 11))
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(text_row(1, "Key") + rows, tail=tail)))
    open_workbook(path).write([SheetPatch("Data", remove=[3])], [])
    xml = part(path, SHEET_PART)
    assert '<mergeCell ref="A8:B9"/>' in xml
    assert "A3:B3" not in xml
    assert 'sqref="A2:A5 B3"' in xml
    assert "hyperlink" not in xml
    assert [row[0] for row in cells(path, "Data")] == ["k2", *(f"k{i}" for i in range(4, 11))]


def has_formula(book: openpyxl.Workbook) -> None:
    book.create_sheet("Other")["A1"] = "=1+1"


def has_note(book: openpyxl.Workbook) -> None:
    book["Awards"]["B2"].comment = Comment("note", "me")


def has_name(book: openpyxl.Workbook) -> None:
    book.defined_names["all"] = openpyxl.workbook.defined_name.DefinedName("all", attr_text="Awards!$B$2:$B$6")


def has_chart(book: openpyxl.Workbook) -> None:
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book["Awards"], min_col=4, min_row=2, max_row=6))
    book["Awards"].add_chart(chart, "J2")


@pytest.mark.parametrize("change", [has_formula, has_note, has_name, has_chart])
def test_rows_stay_where_something_knows_them_by_position(tmp_path: Path, change: object) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    change(book)  # type: ignore[operator]
    book.save(path)
    assert not open_workbook(path).removable("Awards")


def test_new_columns_come_before_the_hidden_last_one(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", 2)
    spec = (ColumnSpec("Paid", ColumnType.BOOLEAN), ColumnSpec("Note"))
    patch(path, add_columns=spec, cells={2: {"Note": "0042", "_row": "new id"}}, append=[{"Key": "x", "Paid": True}])
    grid = open_workbook(path).grid("Awards")
    assert grid.headers == ("Sync", "Key", "Name", "Amount", "Start", "Paid", "Note", "_row")
    assert [row.cells[5:] for row in grid.rows] == [(None, "0042", "new id"), (None, None, "id1"), (True, None, None)]
    sheet = openpyxl.load_workbook(path)["Awards"]
    assert [c.name for c in sheet.tables["Awards"].tableColumns] == list(grid.headers)
    assert [sheet.column_dimensions[c].hidden for c in "FGH"] == [False, False, True]
    assert sheet["G3"].number_format == "@"
    assert table_ref(path) == "A1:H4"


def test_new_columns_need_room(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Awards"]["G3"] = "my own"
    book.save(path)
    with pytest.raises(WorksheetError, match="G3") as caught:
        patch(path, add_columns=(ColumnSpec("Note"),))
    assert "room" in caught.value.message


def test_columns_that_people_added_to_the_table_stay(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", 2)
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    sheet["G1"], sheet["G2"] = "Mine", "own"
    sheet.tables["Awards"].ref = sheet.tables["Awards"].autoFilter.ref = "A1:G3"
    sheet.tables["Awards"].tableColumns.append(openpyxl.worksheet.table.TableColumn(id=7, name="Mine"))
    book.save(path)
    patch(path, add_columns=(ColumnSpec("Note"),), cells={3: {"Note": "n"}})
    grid = open_workbook(path).grid("Awards")
    assert grid.headers[5:] == ("_row", "Mine", "Note")
    assert [row.cells[5:] for row in grid.rows] == [("id0", "own", None), ("id1", None, "n")]


def formula_sheet(path: Path, *formulas: str) -> Path:
    rows = "".join(
        f'<row r="{i}"><c r="A{i}" t="str"><v>k{i}</v></c><c r="B{i}"><v>{i}</v></c><c r="C{i}">{xml}<v>9</v></c></row>'
        for i, xml in enumerate(formulas, 2)
    )
    return write_package(path, package_parts(worksheet(text_row(1, "Key", "Amount", "Mine") + rows)))


def test_results_of_formulas_stay_only_where_nothing_they_look_at_is_new(tmp_path: Path) -> None:
    path = formula_sheet(tmp_path / "f.xlsx", "<f>B2*2</f>", "<f>B3*2</f>", "<f>SUM(B$2:B4)</f>", "<f>Rate*B5</f>")
    open_workbook(path).write([SheetPatch("Data", {2: {"Amount": 5}})], [])
    grid = open_workbook(path).grid("Data")
    assert [row.cells[2] for row in grid.rows] == [CellError(), 9, CellError(), CellError()]
    assert all(row.formulas == {2} for row in grid.rows)
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def test_our_own_marks_leave_results_of_formulas_alone(tmp_path: Path) -> None:
    rows = text_row(1, "Sync", "Mine") + '<row r="2"><c r="B2"><f>SUM(X:X)</f><v>4</v></c></row>'
    path = write_package(tmp_path / "f.xlsx", package_parts(worksheet(rows)))
    open_workbook(path).write([SheetPatch("Data", {2: {"Sync": "saved"}})], [])
    assert cells(path, "Data") == [("saved", 4)]


def test_formulas_that_shared_an_overwritten_one_get_their_own(tmp_path: Path) -> None:
    path = formula_sheet(
        tmp_path / "f.xlsx", '<f t="shared" ref="C2:C4" si="0">B2&amp;"B2"+$B$1</f>', *['<f t="shared" si="0"/>'] * 2
    )
    open_workbook(path).write([SheetPatch("Data", {2: {"Mine": 1}})], [])
    sheet = openpyxl.load_workbook(path)["Data"]
    assert [sheet[f"C{i}"].value for i in (2, 3, 4)] == [1, '=B3&"B2"+$B$1', '=B4&"B2"+$B$1']


def test_columns_that_the_table_calculates_are_filled_in_new_rows(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx", 2)
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    for i in (2, 3):
        sheet[f"D{i}"] = f"=E{i}*2"
    formula = openpyxl.worksheet.table.TableFormula(attr_text="Awards[[#This Row],[Start]]*2")
    sheet.tables["Awards"].tableColumns[3].calculatedColumnFormula = formula
    book.save(path)
    patch(path, append=[{"Key": "x"}])
    assert openpyxl.load_workbook(path)["Awards"]["D4"].value == "=Awards[[#This Row],[Start]]*2"
    assert open_workbook(path).grid("Awards").rows[-1].cells[3] == CellError()


def test_rules_that_end_with_the_table_grow_with_it(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    rule = openpyxl.formatting.rule.CellIsRule(operator="greaterThan", formula=["3"])
    sheet.conditional_formatting.add("D2:D6", rule)
    check = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"a,b"', sqref="C2:C6 H9")
    sheet.add_data_validation(check)
    book.save(path)
    patch(path, append=[{"Key": "x"}])
    xml = part(path, "xl/worksheets/sheet1.xml")
    assert 'sqref="D2:D7"' in xml
    assert "C2:C7" in xml
    assert "H9" in xml


def test_the_table_is_not_needed(tmp_path: Path) -> None:
    path = write_package(
        tmp_path / "hand.xlsx", package_parts(worksheet(text_row(1, "Key", "_row") + text_row(2, "k", "i")))
    )
    book = open_workbook(path)
    assert book.grid("Data").rows[0].in_table
    book.write([SheetPatch("Data", {}, [{"Key": "k2"}], add_columns=(ColumnSpec("Note"),))], ["line"])
    assert book.grid("Data").headers == ("Key", "Note", "_row")
    assert cells(path, "Data") == [("k", None, "i"), ("k2", None, None)]


def test_several_sheets_in_one_go_and_a_rename(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = open_workbook(path)
    other = NewSheet("Contacts", (ColumnSpec("id"), ColumnSpec("_row", hidden=True)), [["c1", None]])
    again = NewSheet("Awards", COLUMNS[:2], [[None, "fresh"]])
    book.write([other, again], ["both"], {"Awards": "Awards (old)"})
    assert book.sheet_names() == ("Awards (old)", "Contacts", "Awards")
    assert cells(path) == [(None, "fresh")]
    assert len(cells(path, "Awards (old)")) == 5
    tables = [table for sheet in openpyxl.load_workbook(path) for table in sheet.tables.values()]
    assert [table.name for table in tables] == ["Awards", "Contacts", "Awards_2"]
    assert len({table.id for table in tables}) == 3


def test_a_worksheet_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    with pytest.raises(WorksheetError, match="already"):
        open_workbook(path).write([NewSheet("AWARDS", COLUMNS[:1], [])], [])
    with pytest.raises(WorksheetError, match="no worksheet"):
        open_workbook(path).write([SheetPatch("Nowhere")], [])


def test_a_write_without_changes_keeps_every_other_part(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    before = packed_parts(path)
    open_workbook(path).write([], ["changed passport"])
    after = packed_parts(path)
    assert list(after) == list(before)
    assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet2.xml"}
    assert open_workbook(path).passport() == ("changed passport",)


def test_a_first_write_needs_a_worksheet_that_can_be_seen(tmp_path: Path) -> None:
    with pytest.raises(WorksheetError, match="worksheet"):
        open_workbook(tmp_path / "new.xlsx").write([], ["line"])
    assert list(tmp_path.iterdir()) == []


def test_headers_of_every_kind_stand_in_the_table_as_in_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    headers = ["a & b", "<c>", '"q"', "two\nlines", "_x0041_", "&lt;", "=1", "2024", "é 東"]
    open_workbook(path).write([NewSheet("T", tuple(map(ColumnSpec, headers)), [])], [])
    assert open_workbook(path).grid("T").headers == tuple(headers)
    names = re.findall(r'<tableColumn [^>]*name="([^"]*)"', part(path, "xl/tables/table1.xml"))
    assert names == ["a &amp; b", "&lt;c&gt;", "&quot;q&quot;", "two_x000a_lines", "_x005F_x0041_", "&amp;lt;", "=1",
                     "2024", "é 東"]  # fmt: skip


def test_a_sorted_table_stays_sorted_over_all_its_rows(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    table = book["Awards"].tables["Awards"]
    condition = openpyxl.worksheet.filters.SortCondition(ref="B2:B6")
    table.sortState = openpyxl.worksheet.filters.SortState(ref="A2:F6", sortCondition=[condition])
    table.insertRow = True
    book.save(path)
    patch(path, append=[{"Key": "new"}])
    table = openpyxl.load_workbook(path)["Awards"].tables["Awards"]
    assert (table.sortState.ref, table.sortState.sortCondition[0].ref) == ("A2:F7", "B2:B7")
    assert not table.insertRow


def test_rules_over_whole_columns_stay_as_they_are(tmp_path: Path) -> None:
    tail = '<conditionalFormatting sqref="A:A 1:1 B2:B3"/>'
    rows = text_row(1, "Key", "N") + text_row(2, "k", "1") + text_row(3, "l", "2")
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(rows, tail=tail)))
    open_workbook(path).write([SheetPatch("Data", append=[{"Key": "m"}])], [])
    assert '<conditionalFormatting sqref="A:A 1:1 B2:B4"/>' in part(path, SHEET_PART)


def test_excels_own_names_follow_a_renamed_worksheet(tmp_path: Path) -> None:
    path = make(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Awards"].print_area = "A1:F6"
    book.defined_names["mine"] = openpyxl.workbook.defined_name.DefinedName("mine", attr_text="Awards!$B$2")
    book.save(path)
    open_workbook(path).write([NewSheet("Awards", COLUMNS[:2], [])], [], {"Awards": "Old one"})
    book = openpyxl.load_workbook(path)
    assert book["Old one"].print_area == "'Old one'!$A$1:$F$6"
    assert not book["Awards"].print_area
    assert book.defined_names["mine"].attr_text == "Awards!$B$2"


def test_a_file_whose_directory_is_in_the_zip64_form(tmp_path: Path) -> None:
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(text_row(1, "Key") + text_row(2, "k"))))
    data = path.read_bytes()
    count, size, offset = struct.unpack("<H2L", data[-12:-2])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(data[:-22] + record + locator + end)
    open_workbook(path).write([SheetPatch("Data", {2: {"Key": "new"}})], [])
    assert cells(path, "Data") == [("new",)]
