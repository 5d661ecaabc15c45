"""Excel tables: the part that makes a range with headers a table, read, grown and made."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from synctui.worksheets.layout import TABLE_STYLE
from synctui.worksheets.references import Area
from synctui.worksheets.xlsx.contents import Package
from synctui.worksheets.xlsx.markup import Node, element
from synctui.worksheets.xlsx.texts import attribute_text, decode

TABLE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
_MAX_NAME = 255
_NOT_IN_NAME = re.compile(r"[^\w.\\]")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*")


class Table:
    """A table that is there. Positions are those that were read, whatever was changed since."""

    def __init__(self, package: Package, part: str) -> None:
        self.part = part
        self._document = package.document(part)
        self._root = self._document.root
        self.area = Area.parse(self._root.attributes.get("ref", ""))
        self.totals = int(self._root.attributes.get("totalsRowCount", "0") or 0)
        columns = self._root.find("tableColumns")
        self._columns: list[Node] = list(columns.all("tableColumn")) if columns else []

    @property
    def bottom(self) -> int:
        """Its last row of data."""
        return self.area.bottom - self.totals

    def calculated(self) -> dict[int, str]:
        """Worksheet column -> the formula that its rows have."""
        found = {}
        for position, node in enumerate(self._columns):
            formula = node.find("calculatedColumnFormula")
            if formula and formula.attributes.get("array") not in ("1", "true"):
                found[self.area.left + position] = formula.text
        return found

    def resize(self, bottom: int, right: int, *, filled: bool) -> None:
        """Let the table end elsewhere; `bottom` is its last row of data, `filled` tells that rows came in."""
        if filled and self._root.attributes.get("insertRow"):
            self._document.set(self._root, insertRow="0")
        area = Area(self.area.left, self.area.top, right, bottom + self.totals)
        if area == self.area:
            return
        self._document.set(self._root, ref=str(area))
        for node in self._root.walk():
            if node.name == "autoFilter":
                self._document.set(node, ref=str(area.rows(area.top, bottom)))
            elif node.name in ("sortState", "sortCondition"):
                sorted_by = Area.parse(node.attributes.get("ref", ""))
                self._document.set(node, ref=str(sorted_by.rows(sorted_by.top, bottom)))

    def add_columns(self, headers: Sequence[str], before_last: bool) -> None:
        """Add columns at the right end, or before the last column."""
        holder = self._root.find("tableColumns")
        if holder is None:
            return
        taken = [int(text) for node in self._columns if (text := node.attributes.get("id", "")).isdigit()]
        first = max(taken, default=0) + 1
        written = "".join(
            element(f"{self._document.prefix}tableColumn", {"id": first + i, "name": attribute_text(header)})
            for i, header in enumerate(headers)
        )
        if before_last:
            self._document.insert_before(self._columns[-1], written)
        else:
            self._document.append(holder, written)
        self._document.set(holder, count=str(len(self._columns) + len(headers)))


def table_at_top(package: Package, sheet_part: str) -> Table | None:
    """The table whose headers stand in row 1 of a worksheet, from column A on if there is a choice."""
    tables = [Table(package, part) for part in package.related(sheet_part, "table") if package.has(part)]
    candidates = [table for table in tables if table.area.top == 1]
    return min(candidates, key=lambda table: table.area.left, default=None)


def new_table(space: str, number: int, name: str, area: Area, headers: Sequence[str]) -> bytes:
    """A table's part."""
    columns = "".join(
        element("tableColumn", {"id": position, "name": attribute_text(header)})
        for position, header in enumerate(headers, 1)
    )
    style = element("tableStyleInfo", {"name": TABLE_STYLE, "showFirstColumn": 0, "showLastColumn": 0,
                                       "showRowStripes": 1, "showColumnStripes": 0})  # fmt: skip
    content = element("autoFilter", {"ref": area}) + element("tableColumns", {"count": len(headers)}, columns) + style
    attributes = {"xmlns": space, "id": number, "name": name, "displayName": name, "ref": area, "totalsRowShown": 0}
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + element("table", attributes, content).encode()


def table_name(wanted: str, taken: Collection[str]) -> str:
    """A name that Excel allows for a table: the wanted one wherever it can be."""
    name = _NOT_IN_NAME.sub("_", wanted)[: _MAX_NAME - 6]
    if not re.match(r"[^\W\d]|\\", name) or _LIKE_A_CELL.fullmatch(name):
        name = f"_{name}"
    lowered = {other.lower() for other in taken}
    names = (name if number == 1 else f"{name}_{number}" for number in range(1, 100_000))
    return next(name for name in names if name.lower() not in lowered)


def taken_names(package: Package) -> tuple[set[str], int]:
    """Names that no new table may have, and the highest number of a table."""
    names, highest = set[str](), 0
    for part in package.parts_of_type(TABLE_TYPE):
        root = package.document(part).root
        names |= {root.attributes.get("displayName", ""), root.attributes.get("name", "")}
        number = root.attributes.get("id", "")
        highest = max(highest, int(number) if number.isdigit() else 0)
    return names | set(defined_names(package)), highest


def defined_names(package: Package) -> dict[str, Node]:
    """Name -> element of every defined name of the workbook."""
    holder = package.workbook.root.find("definedNames")
    nodes = holder.all("definedName") if holder else ()
    return {decode(node.attributes.get("name", "")): node for node in nodes}
