"""Whatever valid XML a program writes, the same cells are read from it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from xlsx_files import (
    MAIN,
    OFFICE,
    SHEET_PART,
    STRICT_MAIN,
    STRICT_OFFICE,
    package_parts,
    text_row,
    worksheet,
    write_package,
)

from synctui.cells import Cell, CellError, Grid
from synctui.worksheets.xlsx import open_workbook

DATE_STYLES = (
    '<numFmts count="1"><numFmt numFmtId="170" formatCode="[$-409]d\\-mmm\\-yy;@"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs>'
)


def grid(tmp_path: Path, rows: str, **options: str) -> Grid:
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(rows), **options))
    return open_workbook(path).grid("Data")


def first_cell(tmp_path: Path, cell: str, **options: str) -> Cell:
    found = grid(tmp_path, f'{text_row(1, "H", "K")}<row r="2">{cell}{KEY}</row>', **options)
    return found.rows[0].cells[0]


KEY = '<c r="B2"><v>1</v></c>'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A2"><v>5</v></c>', 5),
        ('<c r="A2"><v>-5</v></c>', -5),
        ('<c r="A2"><v>5.0</v></c>', 5.0),
        ('<c r="A2"><v>1E5</v></c>', 100000.0),
        ('<c r="A2" t="n"><v>0.1</v></c>', 0.1),
        ('<c r="A2" t="b"><v>1</v></c>', True),
        ('<c r="A2" t="b"><v>0</v></c>', False),
        ('<c r="A2" t="e"><v>#N/A</v></c>', CellError("#N/A")),
        ('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', CellError("#DIV/0!")),
        ('<c r="A2"><f>B2*2</f></c>', CellError()),
        ('<c r="A2"><f>B2*2</f><v/></c>', CellError()),
        ('<c r="A2"><f>B2*2</f><v></v></c>', CellError()),
        ('<c r="A2"><f>B2*2</f><v>2</v></c>', 2),
        ('<c r="A2" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="A2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab"),
        ('<c r="A2" t="str"><v xml:space="preserve"> x </v></c>', " x "),
        ('<c r="A2" t="inlineStr"><is><t>a &lt;b&gt; &#233;&#xE9; &amp;amp;</t></is></c>', "a <b> éé &amp;"),
        ('<c r="A2" t="inlineStr"><is><t>_x000D__x0041__x005F_x0041_</t></is></c>', "\rA_x0041_"),
        ('<c r="A2" t="inlineStr"><is><t>_xD83D__xDE00_ _xD83D_</t></is></c>', "😀 _xD83D_"),
        ('<c r="A2" t="inlineStr"><is><t/></is></c>', ""),
        ('<c r="A2" t="inlineStr"><is><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r></is></c>', "rich"),
        ('<c r="A2" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh></is></c>', "東"),
        ('<c r="A2" t="d"><v>2024-01-02T03:04:05Z</v></c>', datetime(2024, 1, 2, 3, 4, 5)),
        ('<c r="A2" t="d"><v>2024-01-02</v></c>', datetime(2024, 1, 2)),
        ('<c r="A2" s="1"><v>45293</v></c>', datetime(2024, 1, 2)),
        ('<c r="A2" s="1"><v>45293.5</v></c>', datetime(2024, 1, 2, 12)),
        ('<c r="A2" s="2"><v>45293.3333333333</v></c>', datetime(2024, 1, 2, 8)),
        ('<c r="A2" s="1"><v>-1</v></c>', -1),
        ('<c r="A2" s="1"><v>1E9</v></c>', 1e9),
        ('<c r="A2" s="77"><v>45293</v></c>', 45293),
        ('<c r="A2"><v>1e999</v></c>', CellError("#NUM!")),
        ('<c r="A2" s="1"/>', None),
        ("<c r='A2' t='inlineStr'><is><t>quotes</t></is></c>", "quotes"),
        ('<c t="inlineStr" r="A2"><is><t>order</t></is></c>', "order"),
        ('<c r="A2"\n  t = "str" ><v>blanks</v></c >', "blanks"),
        ('<c r="A2" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A2" t="str"><!-- <v>no</v> --><v>yes</v></c>', "yes"),
        ('<c r="A2" t="str"><v>a\r\nb</v><extLst><ext uri="x"/></extLst></c>', "a\nb"),
        ('<c t="str"><v>no reference</v></c>', "no reference"),
    ],
)
def test_a_cell_of_any_kind(tmp_path: Path, cell: str, expected: Cell) -> None:
    found = first_cell(tmp_path, cell, styles=DATE_STYLES)
    assert found == expected
    assert type(found) is type(expected)


def test_shared_strings_of_every_kind(tmp_path: Path) -> None:
    strings = (
        "<si><t>plain</t></si><si/><si><t/></si>\n <si><t xml:space='preserve'> a &amp; b </t></si>"
        "<si><r><t>ri</t></r><r><rPr><i/></rPr><t>ch</t></r><rPh sb='0' eb='1'><t>no</t></rPh></si>"
        "<si><t>_x000a_</t></si>"
    )
    rows = "".join(
        f'<row r="{i + 2}"><c r="A{i + 2}" t="s"><v>{i}</v></c><c r="B{i + 2}"><v>1</v></c></row>' for i in range(6)
    )
    found = grid(tmp_path, text_row(1, "H", "K") + rows, strings=strings)
    assert [row.cells[0] for row in found.rows] == ["plain", "", "", " a & b ", "rich", "\n"]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda xml: xml.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
        lambda xml: xml.replace(MAIN, STRICT_MAIN),
        lambda xml: "<!-- made by hand -->" + xml,
        lambda xml: xml.replace("<row", "\n  <row").replace("<c", "\n    <c").replace("</row>", "\n  </row>\n"),
        lambda xml: xml.replace(' r="', ' id="').replace('<row id="1"', '<row r="1"'),
        lambda xml: "<?xml version='1.0' encoding='ISO-8859-1'?>" + xml,
        lambda xml: ('<?xml version="1.0" encoding="UTF-16"?>' + xml).encode("utf-16"),
        lambda xml: ("\ufeff" + xml).encode(),
    ],
    ids=["prefix", "strict", "comment", "indented", "no references", "latin-1", "utf-16", "byte order mark"],
)
def test_every_way_of_writing_gives_the_same_grid(tmp_path: Path, rewrite: object) -> None:
    rows = text_row(1, "H", "K") + text_row(2, "one", "&lt;2&gt;") + text_row(3, "three", "4")
    xml = rewrite(worksheet(rows))  # type: ignore[operator]
    path = write_package(tmp_path / "hand.xlsx", package_parts(xml))
    found = open_workbook(path).grid("Data")
    assert found.headers == ("H", "K")
    assert [(row.number, *row.cells) for row in found.rows] == [(2, "one", "<2>"), (3, "three", "4")]


def test_a_strict_workbook(tmp_path: Path) -> None:
    sheet = worksheet(text_row(1, "H") + text_row(2, "x"), main=STRICT_MAIN)
    path = write_package(tmp_path / "strict.xlsx", package_parts(sheet, main=STRICT_MAIN, office=STRICT_OFFICE))
    assert open_workbook(path).grid("Data").rows[0].cells == ("x",)


def test_days_counted_from_1904(tmp_path: Path) -> None:
    cell = '<c r="A2" s="1"><v>43831</v></c>'
    found = first_cell(tmp_path, cell, styles=DATE_STYLES, workbook_attributes=' date1904="1"')
    assert found == datetime(2024, 1, 2)


def test_headers_end_at_the_last_that_is_not_blank(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="str"><v>H</v></c><c r="C1"><v>7</v></c><c r="D1" t="str"><v></v></c></row>'
        '<row r="3"><c r="D3"><v>1</v></c></row><row r="5"><c r="A5"><v>1</v></c><c r="D5"><v>2</v></c></row>'
    )
    found = grid(tmp_path, rows)
    assert found.headers == ("H", "", "7")
    assert [(row.number, *row.cells) for row in found.rows] == [(5, 1, None, None)]


def test_formulas_are_told_and_truth_values_of_libreoffice_are_none(tmp_path: Path) -> None:
    rows = (
        f'{text_row(1, "H", "K", "L")}<row r="2"><c r="A2"><f>B2</f><v>1</v></c>'
        '<c r="B2"><f t="shared" si="0"/><v>2</v></c>'
        '<c r="C2" t="b"><f aca="false">TRUE()</f><v>1</v></c></row>'
    )
    found = grid(tmp_path, rows)
    assert found.rows[0].cells == (1, 2, True)
    assert found.rows[0].formulas == {0, 1}


def test_one_cell_by_its_address(tmp_path: Path) -> None:
    path = write_package(tmp_path / "hand.xlsx", package_parts(worksheet(text_row(1, "H") + text_row(9, "a", "b"))))
    book = open_workbook(path)
    assert [book.cell("Data", address) for address in ("B9", "$a$9", "C9", "A5", "XFD1048576")] == [
        "b", "a", None, None, None]  # fmt: skip


def test_the_passport_is_none_where_there_is_none(tmp_path: Path) -> None:
    book = open_workbook(write_package(tmp_path / "hand.xlsx", package_parts(worksheet(text_row(1, "H")))))
    assert book.passport() is None
    assert book.sheet_names() == ("Data",)


def test_parts_are_found_whatever_their_case_and_path(tmp_path: Path) -> None:
    parts = package_parts(worksheet(text_row(1, "H") + text_row(2, "x")))
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "worksheets/sheet1.xml", "/xl/WorkSheets/./Sheet1.xml"
    )
    assert SHEET_PART in parts
    path = write_package(tmp_path / "hand.xlsx", parts)
    assert open_workbook(path).grid("Data").rows[0].cells == ("x",)
    assert OFFICE in str(parts["xl/workbook.xml"])
