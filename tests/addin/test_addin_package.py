"""The structure of SyncTUI.xlam as ECMA-376 and Microsoft's additions to it prescribe it."""

from __future__ import annotations

import io
import posixpath
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator

import pytest

from xl_addin.addin_file import ADD_IN, addin_file

PACKAGE = "{http://schemas.openxmlformats.org/package/2006/%s}"
CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R_ID = f"{{{OFFICE}}}id"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PARTS = {
    "xl/workbook.xml": ("application/vnd.ms-excel.addin.macroEnabled.main+xml", f"{OFFICE}/officeDocument"),
    "xl/worksheets/sheet1.xml": (f"{SPREADSHEET}.worksheet+xml", f"{OFFICE}/worksheet"),
    "xl/styles.xml": (f"{SPREADSHEET}.styles+xml", f"{OFFICE}/styles"),
    "xl/sharedStrings.xml": (f"{SPREADSHEET}.sharedStrings+xml", f"{OFFICE}/sharedStrings"),
    "xl/vbaProject.bin": (
        "application/vnd.ms-office.vbaProject", "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
    ),
    "docProps/core.xml": (
        "application/vnd.openxmlformats-package.core-properties+xml",
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
    ),
    "docProps/app.xml": (
        "application/vnd.openxmlformats-officedocument.extended-properties+xml", f"{OFFICE}/extended-properties",
    ),
    "customUI/customUI14.xml": (
        "application/xml", "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
    ),
}  # fmt: skip
"""Part -> content type, type of the relation that leads to it: ECMA-376 part 1, 12.3 and 15.2; [MS-OFFMACRO2] 2.2;
[MS-CUSTOMUI2] 2.1."""

ORDER = {
    "xl/workbook.xml": "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
                       "externalReferences definedNames calcPr",
    "xl/worksheets/sheet1.xml": "sheetPr dimension sheetViews sheetFormatPr cols sheetData",
    "xl/styles.xml": "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles",
}  # fmt: skip
"""Part -> the children of its root in the order of CT_Workbook, CT_Worksheet and CT_Stylesheet (ECMA-376 part 1, annex
A.2)."""


@pytest.fixture(scope="module")
def package() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(addin_file("python.exe"))) as package:
        return {name: package.read(name) for name in package.namelist()}


def relations(package: dict[str, bytes], part: str = "") -> Iterator[tuple[str, str, str]]:
    """Id, part and type of every relation of a part, or of the package."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    for row in ET.fromstring(package[source]):
        assert row.tag == PACKAGE % "relationships" + "Relationship"
        assert set(row.attrib) == {"Id", "Type", "Target"}
        yield row.attrib["Id"], posixpath.normpath(posixpath.join(folder, row.attrib["Target"])), row.attrib["Type"]


def test_every_part_is_xml_but_for_the_macros(package: dict[str, bytes]) -> None:
    compound_files = {name for name, content in package.items() if content.startswith(b"\xd0\xcf\x11\xe0")}
    assert compound_files == {"xl/vbaProject.bin"}
    for name in package.keys() - compound_files:
        assert ET.fromstring(package[name]).tag


def test_each_part_has_the_content_type_of_its_kind(package: dict[str, bytes]) -> None:
    types = ET.fromstring(package["[Content_Types].xml"])
    space = PACKAGE % "content-types"
    assert {row.tag for row in types} == {f"{space}Default", f"{space}Override"}
    given = {row.attrib["PartName"]: row.attrib["ContentType"] for row in types.iter(f"{space}Override")}
    endings = {row.attrib["Extension"]: row.attrib["ContentType"] for row in types.iter(f"{space}Default")}
    found = {name: given.get(f"/{name}", endings.get(name.rpartition(".")[2])) for name in package}
    relation_parts = {"_rels/.rels", "xl/_rels/workbook.xml.rels"}
    assert {found.pop(name) for name in relation_parts} == {"application/vnd.openxmlformats-package.relationships+xml"}
    del found["[Content_Types].xml"]
    assert found == {name: kind for name, (kind, _) in PARTS.items()}
    assert given["/xl/workbook.xml"] == ADD_IN
    assert len(given) + len(endings) == len(types)


def test_each_part_is_reached_once_by_a_relation_of_its_kind(package: dict[str, bytes]) -> None:
    found = [*relations(package), *relations(package, "xl/workbook.xml")]
    assert {part: kind for _, part, kind in found} == {name: kind for name, (_, kind) in PARTS.items()}
    assert len(found) == len(PARTS)
    for source in ("", "xl/workbook.xml"):
        ids = [id_ for id_, *_ in relations(package, source)]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("part", ORDER)
def test_elements_stand_in_the_order_of_the_schema(package: dict[str, bytes], part: str) -> None:
    children = [child.tag.removeprefix(CELLS) for child in ET.fromstring(package[part])]
    order = ORDER[part].split()
    assert [order.index(child) for child in children] == sorted({order.index(child) for child in children})


def test_the_workbook_names_its_one_sheet_by_its_relation(package: dict[str, bytes]) -> None:
    [sheet] = ET.fromstring(package["xl/workbook.xml"]).iter(f"{CELLS}sheet")
    targets = {id_: part for id_, part, _ in relations(package, "xl/workbook.xml")}
    assert targets[sheet.attrib[R_ID]] == "xl/worksheets/sheet1.xml"
    assert int(sheet.attrib["sheetId"]) in range(1, 65_535)
    assert len(sheet.attrib["name"]) <= 31


def test_shared_strings_and_formats_are_counted_and_there(package: dict[str, bytes]) -> None:
    strings = ET.fromstring(package["xl/sharedStrings.xml"])
    assert int(strings.attrib["uniqueCount"]) == int(strings.attrib["count"]) == len(strings)
    used = [int(value.text or "") for value in ET.fromstring(package["xl/worksheets/sheet1.xml"]).iter(f"{CELLS}v")]
    assert used == list(range(len(strings)))
    for collection in ET.fromstring(package["xl/styles.xml"]):
        assert int(collection.attrib["count"]) == len(collection)


def test_the_properties_are_of_known_names_each_once(package: dict[str, bytes]) -> None:
    core = [child.tag for child in ET.fromstring(package["docProps/core.xml"])]
    terms = "http://purl.org/dc"
    assert core == [f"{{{terms}/elements/1.1/}}title", f"{{{terms}/elements/1.1/}}description",
                    f"{{{terms}/terms/}}created"]  # fmt: skip
    app = ET.fromstring(package["docProps/app.xml"])
    space = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
    assert [child.tag for child in app] == [f"{space}Application", f"{space}AppVersion"]
    assert app[1].text == "16.0300"  # XX.YYYY, ECMA-376 part 1, 22.2.2.3


def test_the_ribbon_is_in_the_namespace_of_office_2010(package: dict[str, bytes]) -> None:
    root = ET.fromstring(package["customUI/customUI14.xml"])
    space = "{http://schemas.microsoft.com/office/2009/07/customui}"
    assert {element.tag for element in root.iter()} == {
        f"{space}{name}" for name in ("customUI", "ribbon", "tabs", "tab", "group", "button")
    }
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
