"""The parts of SyncTUI.xlam: a workbook with one worksheet, the ribbon and the VBA project."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from xml.sax.saxutils import escape

import synctui
from xl_addin.buttons import BUTTONS
from xl_addin.ribbon import Button, ribbon
from xl_addin.vba_project import Module, ModuleKind, vba_project

FILE_NAME = "SyncTUI.xlam"
PROJECT = "SyncTUI"
SHEET = "SyncTUI"
"""The worksheet whose cell B1 may name the interpreter; the launcher reads no other."""

ADD_IN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
"""Kinds of workbook part, [MS-OFFMACRO2] 2.2: Excel hides an add-in's sheets; other programs open only the other."""

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OPC = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
MICROSOFT = "http://schemas.microsoft.com/office"
CELLS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument"
MADE = "2024-01-01T00:00:00Z"
"""Stands in for the time of making, so that the same input gives the same bytes."""

CONTENT_TYPES = {
    "/docProps/app.xml": f"{KIND}.extended-properties+xml",
    "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "/xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
    "/xl/worksheets/sheet1.xml": f"{KIND}.spreadsheetml.worksheet+xml",
    "/xl/styles.xml": f"{KIND}.spreadsheetml.styles+xml",
    "/xl/sharedStrings.xml": f"{KIND}.spreadsheetml.sharedStrings+xml",
}
PACKAGE_RELATIONS = {
    "xl/workbook.xml": f"{OFFICE}/relationships/officeDocument",
    "docProps/core.xml": f"{OPC}/relationships/metadata/core-properties",
    "docProps/app.xml": f"{OFFICE}/relationships/extended-properties",
    "customUI/customUI14.xml": f"{MICROSOFT}/2007/relationships/ui/extensibility",
}
WORKBOOK_RELATIONS = {
    "worksheets/sheet1.xml": f"{OFFICE}/relationships/worksheet",
    "styles.xml": f"{OFFICE}/relationships/styles",
    "sharedStrings.xml": f"{OFFICE}/relationships/sharedStrings",
    "vbaProject.bin": f"{MICROSOFT}/2006/relationships/vbaProject",
}


def addin_file(python: str = "", buttons: Sequence[Button] = BUTTONS, kind: str = ADD_IN) -> bytes:
    """The whole file, the same bytes on every system and at every time.

    `python` is the interpreter that Windows starts; empty leaves it to the settings file of each user. `kind` WORKBOOK
    makes the twin that programs other than Excel open, with the same VBA project.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:  # stored: zlib's output differs by version
        for name, content in _parts(python, buttons, kind).items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            package.writestr(entry, content)
    return buffer.getvalue()


def modules() -> list[Module]:
    """The VBA sources, the workbook's own module first."""
    folder = files("xl_addin") / "vba"
    found = sorted((entry.name, entry.read_text("ascii")) for entry in folder.iterdir())
    documents = [Module(name[:-4], text, ModuleKind.DOCUMENT) for name, text in found if name.endswith(".cls")]
    standard = [Module(name[:-4], text) for name, text in found if name.endswith(".bas")]
    return [*sorted(documents, key=lambda module: module.name != "ThisWorkbook"), *standard]


def _parts(python: str, buttons: Sequence[Button], kind: str) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": _content_types({"/xl/workbook.xml": kind, **CONTENT_TYPES}),
        "_rels/.rels": _relations(PACKAGE_RELATIONS),
        "docProps/app.xml": APP,
        "docProps/core.xml": CORE,
        "customUI/customUI14.xml": ribbon(buttons),
        "xl/workbook.xml": _workbook("hidden" if kind == ADD_IN else "visible"),
        "xl/_rels/workbook.xml.rels": _relations(WORKBOOK_RELATIONS),
        "xl/worksheets/sheet1.xml": _worksheet(bool(python)),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": _strings(["Python on Windows", python] if python else ["Python on Windows"]),
        "xl/vbaProject.bin": vba_project(PROJECT, modules()),
    }


def _content_types(overrides: Mapping[str, str]) -> str:
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    rows = [f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in defaults.items()]
    rows += [f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items()]
    return f'{DECLARATION}<Types xmlns="{OPC}/content-types">{"".join(rows)}</Types>'


def _relations(targets: Mapping[str, str]) -> str:
    rows = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{DECLARATION}<Relationships xmlns="{OPC}/relationships">{"".join(rows)}</Relationships>'


def _workbook(visibility: str) -> str:
    """The code names tie the workbook and its sheet to their modules."""
    return (
        f'{DECLARATION}<workbook xmlns="{CELLS}" xmlns:r="{OFFICE}/relationships"><fileVersion appName="xl"/>'
        f'<workbookPr codeName="ThisWorkbook"/><bookViews><workbookView visibility="{visibility}"/></bookViews>'
        f'<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _worksheet(with_python: bool) -> str:
    python = '<c r="B1" t="s"><v>1</v></c>' if with_python else ""
    return (
        f'{DECLARATION}<worksheet xmlns="{CELLS}"><sheetPr codeName="SettingsSheet"/>'
        f'<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
        f'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>{python}</row></sheetData></worksheet>'
    )


def _strings(texts: Sequence[str]) -> str:
    rows = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    return f'{DECLARATION}<sst xmlns="{CELLS}" count="{len(texts)}" uniqueCount="{len(texts)}">{rows}</sst>'


STYLES = (
    f'{DECLARATION}<styleSheet xmlns="{CELLS}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
APP = (
    f'{DECLARATION}<Properties xmlns="{OFFICE}/extended-properties">'
    "<Application>Microsoft Excel</Application><AppVersion>16.0300</AppVersion></Properties>"
)
CORE = (
    f'{DECLARATION}<cp:coreProperties xmlns:cp="{OPC}/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f"<dc:title>SyncTUI {synctui.__version__}</dc:title>"
    f"<dc:description>{escape(synctui.__doc__ or '')}</dc:description>"
    f'<dcterms:created xsi:type="dcterms:W3CDTF">{MADE}</dcterms:created></cp:coreProperties>'
)
