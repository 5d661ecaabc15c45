"""Broken and hostile files: refused in a sentence, quickly, without a traceback, and left as they are."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from xlsx_files import MAIN, SHEET_PART, package_parts, text_row, worksheet, write_package

from synctui.errors import WorksheetError
from synctui.worksheets.base import SheetPatch
from synctui.worksheets.xlsx import open_workbook

SECONDS = 5.0
GOOD = worksheet(text_row(1, "Key", "Name") + text_row(2, "k", "n"))


def use(path: Path) -> None:
    """Everything that a pull does with a file."""
    book = open_workbook(path)
    for name in book.sheet_names():
        book.grid(name)
        book.removable(name)
        book.cell(name, "B2")
    book.passport()
    book.write([SheetPatch("Data", {2: {"Name": "x"}}, [{"Key": "new"}])], ["passport"])


def refused(path: Path) -> str:
    before, started = path.read_bytes(), time.process_time()
    with pytest.raises(WorksheetError) as caught:
        use(path)
    assert time.process_time() - started < SECONDS
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert caught.value.hint
    return caught.value.message


def with_sheet(path: Path, sheet: str | bytes, **options: str) -> Path:
    return write_package(path, package_parts(sheet, **options))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">' + "".join(
    f'<!ENTITY {chr(99 + i)} "' + f"&{chr(98 + i)};" * 10 + '">' for i in range(12)
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "sheet",
    [
        BOMB + "]>" + worksheet(text_row(1, "&n;")),
        OUTSIDE + worksheet(text_row(1, "&a;")),
        worksheet(text_row(1, "&nbsp;")),
        GOOD.replace("</row>", "", 1),
        GOOD.replace("</sheetData>", ""),
        GOOD[:-30],
        GOOD.replace("<c ", "<c <", 1),
        GOOD.replace('<row r="2">', '<row r="2"><c r="A2"><v>9</v><f><c r="B2"/></f></c>'),
        GOOD.replace('r="2"', 'r=""'),
        GOOD.replace('r="2"', 'r="1"'),
        GOOD.replace('r="2"', 'r="1048577"'),
        GOOD.replace('r="2"', 'r="99999999"'),
        GOOD.replace('t="inlineStr"', 't="alien"'),
        worksheet(text_row(1, "K") + '<row r="2"><c r="A2"><v>12x</v></c></row>'),
        worksheet(text_row(1, "K") + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>'),
        worksheet(text_row(1, "K") + '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>'),
        worksheet(text_row(1, "K") + '<row r="2"><c r="A2"><v>' + "9" * 5000 + "</v></c></row>"),
        worksheet(text_row(1, "K") + "<r/>" * 3),
        f'<workbook xmlns="{MAIN}"/>',
        f'<worksheet xmlns="{MAIN}"/>',
        "<" * 1000,
        "",
        b"\xff\xfe\x00\xd8",
        "<worksheet>" + "<a>" * 100_000,
        worksheet("<row r='1'>" + "<c>" * 300_000),
        worksheet(text_row(1, "K") + '<row r="2"><c r="A2" x="' + "y" * 9_000_000 + '"/></row>').replace("<?", ""),
        "<!-- " + "<" * 20_000_000 + " -->" + GOOD,
    ],
)
def test_a_worksheet_that_cannot_be(tmp_path: Path, sheet: str | bytes) -> None:
    assert "book.xlsx" in refused(with_sheet(tmp_path / "book.xlsx", sheet))


@pytest.mark.parametrize("damage", [
    lambda parts: parts.pop("[Content_Types].xml"),
    lambda parts: parts.pop("_rels/.rels"),
    lambda parts: parts.pop("xl/workbook.xml"),
    lambda parts: parts.pop("xl/_rels/workbook.xml.rels"),
    lambda parts: parts.pop(SHEET_PART),
    lambda parts: parts.update({"xl/workbook.xml": parts["xl/workbook.xml"].replace('r:id="r0"', 'r:id="r9"')}),
    lambda parts: parts.update({"xl/workbook.xml": BOMB + "]><workbook/>"}),
    lambda parts: parts.update({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}),
    lambda parts: parts.update({"xl/workbook.xml": "<html/>"}),
    lambda parts: parts.update({"[Content_Types].xml": "garbage"}),
    lambda parts: parts.update({"_rels/.rels": parts["_rels/.rels"].replace("xl/", "../../../etc/")}),
])  # fmt: skip
def test_a_package_with_a_broken_part(tmp_path: Path, damage: Callable[[dict[str, str | bytes]], object]) -> None:
    parts = package_parts(GOOD)
    damage(parts)
    refused(write_package(tmp_path / "book.xlsx", parts))


@pytest.mark.parametrize("sheet", [
    worksheet(text_row(1, "Key", "Name") + text_row(2, "k") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    GOOD.replace("</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'),
    GOOD.replace("</row></sheetData>", '<c r="AAAA2"><v>1</v></c></row></sheetData>'),
    worksheet(text_row(1, "Key", "Name") + text_row(2, "k"), head='<dimension ref="A1:XFD1048576"/>'),
    worksheet(text_row(1, "Key", "Name") + text_row(2, "k"), head='<cols><col min="1" max="16384" width="9"/></cols>'),
    worksheet(text_row(1, "Key", "Name") + text_row(2, "k"), tail='<conditionalFormatting sqref="A1:XFD1048576"/>'),
    worksheet(text_row(1, "Key", "Name") + text_row(2, "k")).replace("<row", "  <row"),
])  # fmt: skip
def test_sizes_that_a_file_only_declares_cost_nothing(tmp_path: Path, sheet: str) -> None:
    path = with_sheet(tmp_path / "book.xlsx", sheet)
    started = time.process_time()
    use(path)
    assert time.process_time() - started < 1.0
    assert open_workbook(path).grid("Data").rows[0].cells == ("k", "x")


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in package_parts(GOOD).items():
            if name != SHEET_PART:
                package.writestr(name, data)
        with package.open(SHEET_PART, "w", force_zip64=False) as file:
            for _ in range(300):
                file.write(b" " * (1 << 20))
    assert "unpack" in refused(path)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "book.xlsx", " " * 3_000_000 + GOOD)
    data = bytearray(path.read_bytes())
    central = data.rindex(SHEET_PART.encode()) - 46
    struct.pack_into("<L", data, central + 24, 500)
    path.write_bytes(data)
    refused(path)


def test_more_parts_than_any_workbook_has(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "book.xlsx", GOOD)
    with zipfile.ZipFile(path, "a") as package:
        for number in range(2_100):
            package.writestr(f"x/{number}", b"")
    refused(path)


def test_one_name_for_two_parts(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "book.xlsx", GOOD)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(SHEET_PART.upper(), GOOD)
    assert "twice" in refused(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_file(tmp_path: Path, share: float) -> None:
    path = with_sheet(tmp_path / "book.xlsx", GOOD)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refused(path)


def test_an_encrypted_part(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "book.xlsx", GOOD)
    data = path.read_bytes().replace(b"PK\1\2\x14\x03\x14\x00\x00", b"PK\1\2\x14\x03\x14\x00\x01")
    path.write_bytes(data)
    assert "encrypted" in refused(path)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("book.xls", b"x", ".xls"),
        ("book.xlsb", b"x", ".xlsb"),
        ("book.ods", b"x", "OpenDocument"),
        ("book.csv", b"a,b", "text file"),
        ("book", b"x", "not an Excel workbook"),
        ("book.xlsx", b"", "empty"),
        ("book.xlsx", b"hello" * 100, "not a workbook"),
        ("book.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("book.xlsx", OLE + bytes(600), "old Excel file"),
        (
            "book.xlsx",
            b"PK\3\4" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
    ],
)
def test_files_of_another_kind(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refused(path)


def test_a_binary_workbook_under_a_false_name(tmp_path: Path) -> None:
    parts = {name.replace("workbook.xml", "workbook.bin"): data for name, data in package_parts(GOOD).items()}
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    parts["xl/workbook.bin"] = b"\x83\x01\x00"
    assert ".xlsb" in refused(write_package(tmp_path / "book.xlsx", parts))


def test_a_folder_and_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    for path in (tmp_path / "folder.xlsx", tmp_path / "nowhere" / "book.xlsx"):
        with pytest.raises(WorksheetError, match="folder"):
            open_workbook(path)


def test_checksums_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for name, data in package_parts(GOOD).items():
            package.writestr(name, data)
    data = path.read_bytes().replace(b"<t>k</t>", b"<t>q</t>")
    assert zlib.crc32(data)
    path.write_bytes(data)
    assert "changed" in refused(path)
