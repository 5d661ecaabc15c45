"""Workbook files made by hand, part by part, and looked into, part by part."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Resave = Callable[[Sequence[Path]], list[Path]]
"""The fixture `resave`: LibreOffice opens workbooks and saves them again, all in one go."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET_PART = "xl/worksheets/sheet1.xml"


def packed_parts(path: Path) -> dict[str, bytes]:
    """Part -> its bytes as they are packed in the file."""
    parts = {}
    with zipfile.ZipFile(path) as package:
        for entry in package.infolist():
            file = package.fp
            assert file is not None
            file.seek(entry.header_offset)
            name_length, extra_length = struct.unpack("<HH", file.read(30)[26:30])
            file.seek(name_length + extra_length, 1)
            parts[entry.filename] = file.read(entry.compress_size)
    return parts


def part(path: Path, name: str) -> str:
    """One part as text."""
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def worksheet(rows: str, *, head: str = "", tail: str = "", main: str = MAIN) -> str:
    """A worksheet part."""
    return f'<worksheet xmlns="{main}" xmlns:r="{OFFICE}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def text_row(number: int, *texts: str) -> str:
    """A row of inline texts from column A on."""
    cells = "".join(
        f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for i, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def package_parts(
    sheet: str | bytes, *, main: str = MAIN, office: str = OFFICE, workbook_attributes: str = "", strings: str = "",
    styles: str = "",
) -> dict[str, str | bytes]:  # fmt: skip
    """The parts of a workbook with one worksheet `Data`."""
    kinds = {"worksheet": SHEET_PART.removeprefix("xl/")}
    parts: dict[str, str | bytes] = {SHEET_PART: sheet}
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{strings}</sst>'
        kinds["sharedStrings"] = "sharedStrings.xml"
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{main}">{styles}</styleSheet>'
        kinds["styles"] = "styles.xml"
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{office}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(kinds.items())
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><workbookPr{workbook_attributes}/>'
        '<sheets><sheet name="Data" sheetId="1" r:id="r0"/></sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>'
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    spread = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{spread}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET_PART}" ContentType="{spread}.worksheet+xml"/></Types>'
    )
    return parts


def write_package(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A zip file of the parts, content types first."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            package.writestr(name, parts[name])
    return path
