"""All changes of one `write`, made to a package before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from synctui.errors import WorksheetError
from synctui.worksheets.base import NewSheet, SheetPatch
from synctui.worksheets.layout import LISTS_SHEET, PASSPORT_SHEET
from synctui.worksheets.rules import check_name
from synctui.worksheets.xlsx.contents import TYPE, Package, Sheet, worksheets
from synctui.worksheets.xlsx.decoding import Decoders
from synctui.worksheets.xlsx.encoding import CellStyles
from synctui.worksheets.xlsx.grid import read_headers
from synctui.worksheets.xlsx.lists import Lists
from synctui.worksheets.xlsx.neighbours import any_formulas, not_grown, with_sheet_name
from synctui.worksheets.xlsx.new_sheet import SHEET_TYPE, SheetMaker, passport_xml
from synctui.worksheets.xlsx.patch_sheet import SheetPatcher
from synctui.worksheets.xlsx.rows import SheetXml
from synctui.worksheets.xlsx.strings import SharedStrings
from synctui.worksheets.xlsx.styles import EMPTY_STYLES, Shows, Styles
from synctui.worksheets.xlsx.tables import defined_names, table_at_top


def find_sheet(package: Package, name: str) -> Sheet | None:
    """A worksheet by its name, which does not mind case."""
    return next((sheet for sheet in worksheets(package.sheets()) if sheet.name.lower() == name.lower()), None)


def decoders(package: Package) -> Decoders:
    """How a workbook's cells are read; its shared strings are read when a cell refers to them, as far as it needs."""

    @cache
    def strings() -> SharedStrings | None:
        parts = package.related(package.workbook_part, "sharedStrings")
        return SharedStrings(package.archive, parts[0]) if parts and package.has(parts[0]) else None

    parts = package.related(package.workbook_part, "styles")
    styles = Styles(package.document(parts[0])) if parts and package.has(parts[0]) else None

    def is_moment(style: int) -> bool:
        return styles is not None and styles.shows(style) is Shows.MOMENT

    return Decoders(strings, is_moment, package.date1904)


class Changing:
    """A package on its way to being saved. Raises WorksheetError and Damaged."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._renamed: dict[str, str] = {}
        self._styles = CellStyles(self._open_styles(), package.date1904)
        self._lists = Lists(package, self._styles.styles, find_sheet(package, LISTS_SHEET), decoders)
        self._maker = SheetMaker(package, self._styles, self._lists)
        self._patched: list[str] = []
        self._has_formulas = False
        self.notices: list[str] = []

    def apply(
        self, changes: Sequence[NewSheet | SheetPatch], passport: Sequence[str], rename: Mapping[str, str]
    ) -> None:
        """Make everything ready: worksheets renamed, made and patched, and the passport."""
        for old, new in rename.items():
            self._rename(old, new)
        first = not list(worksheets(self._package.sheets()))
        if first and not any(isinstance(change, NewSheet) for change in changes):
            raise WorksheetError("A workbook needs a worksheet that can be seen.", "Pull a link to create one.")
        for change in changes:
            if isinstance(change, NewSheet):
                self._add(change, selected=first)
                first = False
            else:
                self._patch(change)
        self._lists.store()
        self._put_passport(passport)
        if self._has_formulas or any_formulas(self._package, self._patched):
            self._package.calculate_on_load()

    def _open_styles(self) -> Styles:
        package = self._package
        parts = package.related(package.workbook_part, "styles")
        if parts and package.has(parts[0]):
            part = parts[0]
        else:
            part = package.add_document("styles{}.xml", f"{TYPE}styles+xml", EMPTY_STYLES.format(space=package.space))
            package.relate(package.workbook_part, "styles", part)
        styles = Styles(package.document(part))
        package.finish_last(part, styles.store)
        return styles

    def _names(self) -> list[str]:
        return [self._renamed.get(sheet.name, sheet.name) for sheet in self._package.sheets()]

    def _rename(self, old: str, new: str) -> None:
        """Rename a worksheet, with the names that Excel keeps for it; other references go to the name, as they say."""
        check_name(new)
        sheet = find_sheet(self._package, old)
        if sheet is None or any(name.lower() == new.lower() for name in self._names()):
            raise WorksheetError(f"The worksheet {old} cannot be renamed to {new}.", "Rename it by hand.")
        self._renamed[sheet.name] = new
        self._lists.rename(sheet.name, new)
        self._package.workbook.set(sheet.node, name=new)
        for name, node in defined_names(self._package).items():
            if name.startswith("_xlnm.") and node.attributes.get("localSheetId") == str(sheet.position):
                self._package.workbook.replace_text(node, with_sheet_name(node.text, sheet.name, new))

    def _add(self, sheet: NewSheet, *, selected: bool) -> None:
        if any(name.lower() == sheet.name.lower() for name in self._names()):
            raise WorksheetError(f"There is a worksheet {sheet.name} already.", "Rename it, or pull with --replace.")
        self._maker.add(sheet, selected=selected)

    def _patch(self, patch: SheetPatch) -> None:
        package = self._package
        sheet = find_sheet(package, patch.name)
        if sheet is None or self._renamed.get(sheet.name):
            raise WorksheetError(f"There is no worksheet {patch.name!r}.", "Pull the link to create it.")
        xml = SheetXml(package.archive, sheet.part)
        table = table_at_top(package, sheet.part)
        patcher = SheetPatcher(xml, table, read_headers(xml, decoders(package)), patch, self._styles, self._lists)
        package.put(sheet.part, patcher.chunks)
        self._patched.append(sheet.part)
        self.notices += patcher.notices
        if patcher.grown:
            self.notices += not_grown(package, sheet, patcher.grown)
        if patcher.holds_formulas:
            self._has_formulas = True
            for part in package.related(package.workbook_part, "calcChain"):
                package.drop(part)

    def _put_passport(self, lines: Sequence[str]) -> None:
        package, lines = self._package, list(lines)
        sheet = find_sheet(package, PASSPORT_SHEET)
        if sheet is None:
            part = package.add("worksheets/sheet{}.xml", SHEET_TYPE, lambda: passport_xml(package.space, lines))
            relation = package.relate(package.workbook_part, "worksheet", part)
            package.new_sheet_entry(PASSPORT_SHEET, relation, "veryHidden")
            return
        package.put(sheet.part, lambda: passport_xml(package.space, lines))
        if sheet.node.attributes.get("state") != "veryHidden":
            package.workbook.set(sheet.node, state="veryHidden")
