"""Workbooks with help in them, and what another reader finds of it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape
from xlsx_files import (
    SHEET_PART,
    part,
)

from synctui.cells import Cell
from synctui.worksheets.base import ColumnSpec, Message, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

LONG = tuple(f"Country {i}, the" for i in range(40))
COLUMNS = (
    ColumnSpec("Sync", help="What is to be done"),
    ColumnSpec("Key", read_only=True),
    ColumnSpec("Name"),
    ColumnSpec("Status", choices=("Yes", "No", "Maybe not"), help="Pick one"),
    ColumnSpec("Country", choices=LONG),
    ColumnSpec("_row", hidden=True),
)
TOLD = Message("Conflict", "mine: a\ntheirs: b")


def make(path: Path, count: int = 6, columns: tuple[ColumnSpec, ...] = COLUMNS, name: str = "Awards") -> Path:
    rows: list[list[Cell]] = [[f"v{i}" for _ in columns] for i in range(count)]
    open_workbook(path).write([NewSheet(name, columns, rows)], ["one"])
    return path


def patch(path: Path, name: str = "Awards", **options: Any) -> None:
    open_workbook(path).write([SheetPatch(name, **options)], ["two"])


def rules(path: Path, sheet: str = "Awards") -> list[Any]:
    return list(openpyxl.load_workbook(path)[sheet].data_validations.dataValidation)


def at(path: Path, cell: str, sheet: str = "Awards") -> Any:
    """The one validation of a cell."""
    found = [rule for rule in rules(path, sheet) if cell in rule.sqref]
    assert len(found) < 2, f"{cell} has {len(found)} validations"
    return found[0] if found else None


def offered(path: Path, cell: str, sheet: str = "Awards") -> list[str]:
    """What the drop-down of a cell offers."""
    rule = at(path, cell, sheet)
    if rule is None or rule.type != "list":
        return []
    if rule.formula1.startswith('"'):
        return list(rule.formula1.strip('"').split(","))
    name, _, area = rule.formula1.partition("!")
    return [unescape(row[0].value) for row in openpyxl.load_workbook(path)[name][area.replace("$", "")]]


def block(path: Path, tag: str = "dataValidations") -> str:
    found = re.search(rf"<{tag}.*</{tag}>", part(path, SHEET_PART), re.DOTALL)
    return found[0] if found else ""


def lists_part(path: Path) -> str:
    names = [name for name in zipfile.ZipFile(path).namelist() if name.startswith("xl/worksheets/sheet")]
    found = [name for name in names if "!Country" in part(path, name)]
    assert len(found) == 1
    return found[0]
