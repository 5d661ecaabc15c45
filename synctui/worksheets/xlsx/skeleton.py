"""A workbook without worksheets: what a new file grows from."""

from __future__ import annotations

import io

from synctui.worksheets.xlsx.contents import PACKAGE_RELATIONS, PACKAGE_TYPES, TRANSITIONAL, TYPE
from synctui.worksheets.xlsx.packing import Packer
from synctui.worksheets.xlsx.styles import EMPTY_STYLES

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK_TYPES = {".xlsx": f"{TYPE}sheet.main+xml", ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml"}


def empty_workbook(extension: str) -> bytes:
    """The bytes of such a file; not a workbook that Excel would open, for it has no worksheet."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE_TYPES}">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK_TYPES[extension.lower()]}"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}styles+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE_RELATIONS}">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{TRANSITIONAL}" xmlns:r="{_OFFICE}"><workbookPr/>'
            "<bookViews><workbookView/></bookViews><sheets></sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE_RELATIONS}">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": EMPTY_STYLES.format(space=TRANSITIONAL),
    }
    file = io.BytesIO()
    packer = Packer(file)
    for name, xml in parts.items():
        packer.add(name, [(_DECLARATION + xml).encode()])
    packer.finish()
    return file.getvalue()
