"""What else in a workbook knows a worksheet by its rows: formulas, names, charts, notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from synctui.worksheets.references import Area
from synctui.worksheets.xlsx.contents import Package, Sheet, worksheets
from synctui.worksheets.xlsx.limits import Damaged
from synctui.worksheets.xlsx.rows import SheetXml, holds_formulas
from synctui.worksheets.xlsx.shell import Shell
from synctui.worksheets.xlsx.tables import defined_names

_BESIDE = frozenset(("comments", "drawing", "vmlDrawing", "threadedComment", "pivotTable", "ctrlProp", "queryTable"))
"""Kinds of parts that hold places in their worksheet."""
_OWN_NAMES = ("_xlnm._FilterDatabase", "_xlnm.Print_Area", "_xlnm.Print_Titles")
_AREA = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"


def any_formulas(package: Package, but: Collection[str] = ()) -> bool:
    """Whether any worksheet has a formula, some parts left out; one that cannot be looked into counts as if it had."""
    try:
        return any(
            holds_formulas(package.archive.chunks(sheet.part))
            for sheet in worksheets(package.sheets())
            if package.has(sheet.part) and sheet.part not in but
        )
    except Damaged:
        return True


def rows_can_go(package: Package, sheet: Sheet, xml: SheetXml) -> bool:
    """Whether rows can be taken out of a worksheet without harm to anything that knows them by position."""
    kinds = [relation.kind for relation in package.relations(sheet.part)]
    if kinds.count("table") > 1 or not _BESIDE.isdisjoint(kinds):
        return False
    if any(_refers(node.text, sheet.name) and name not in _OWN_NAMES for name, node in defined_names(package).items()):
        return False
    if any_formulas(package):
        return False
    for _ in xml.rows():
        pass
    return Shell(xml.head, xml.tail).rows_can_go(sheet.name)


def not_grown(package: Package, sheet: Sheet, bottom: int) -> Iterator[str]:
    """Names and charts that end at the table's old last row: the table grew, they did not."""
    for name, node in defined_names(package).items():
        if name not in _OWN_NAMES and _ends_at(node.text, sheet.name, bottom):
            yield f"The name {name} ends at row {bottom} of {sheet.name}, where the table ended; it did not grow."
    for part in package.archive.entries:
        if "/charts/chart" in part and part.endswith(".xml"):
            texts = (node.text for node in package.document(part).root.walk() if node.name == "f")
            if any(_ends_at(text, sheet.name, bottom) for text in texts):
                title = part.rpartition("/")[2].removesuffix(".xml")
                yield f"A chart ({title}) ends at row {bottom} of {sheet.name}, where the table ended; it did not grow."


def with_sheet_name(formula: str, old: str, new: str) -> str:
    """A formula with one worksheet's name replaced."""
    quoted_name = "'" + new.replace("'", "''") + "'!"
    return _reference(old).sub(lambda _: quoted_name, formula)


def _reference(sheet: str, behind: str = "") -> re.Pattern[str]:
    """Where a formula names a worksheet, with or without quotes."""
    plain, in_quotes = re.escape(sheet), re.escape(sheet.replace("'", "''"))
    return re.compile(rf"(?:'{in_quotes}'|(?<![\w.']){plain})!{behind}", re.IGNORECASE)


def _refers(formula: str, sheet: str) -> bool:
    return _reference(sheet).search(formula) is not None


def _ends_at(formula: str, sheet: str, bottom: int) -> bool:
    found = _reference(sheet, f"({_AREA})").findall(formula)
    return any(Area.parse(text.replace("$", "")).bottom == bottom for text in found)
