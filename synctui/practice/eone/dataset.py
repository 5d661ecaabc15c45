"""Rows out of XML, the way a .NET DataSet reads them without a schema.

An absent element is NULL, an empty one or one of blanks is empty text, `xsi:nil` is NULL; element names are decoded
as XmlConvert does; a column that occurs twice in a row, or holds elements, becomes a child table and its value is
lost; a character that XML cannot carry spoils the whole body. (Measured against System.Data.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
TEXT = re.compile(r">[^<]+<")

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and the columns that occur in any of them, in order of appearance."""

    columns: tuple[str, ...]
    rows: tuple[Values, ...]

    def column(self, name: str) -> str | None:
        """The column by this name as .NET looks it up: exactly, else the only one ignoring case."""
        if name in self.columns:
            return name
        near = [column for column in self.columns if column.lower() == name.lower()]
        return near[0] if len(near) == 1 else None


@dataclass(frozen=True, slots=True)
class Push:
    """A body of RunMapDataTable, RunMapDataTableWithErrors or RunMapXml, understood."""

    shape: str
    """`flat`, `envelope`, `dataset` or `xml`."""
    table: Table
    variables: dict[str, str]


def parse_xml(text: str) -> ElementTree.Element:
    """The root. Raises ElementTree.ParseError. CR is kept, as .NET's text reader keeps it."""
    kept = TEXT.sub(lambda match: match.group().replace("\r", "&#13;"), text)
    return ElementTree.fromstring(kept)  # noqa: S314 - expat's own guards hold; this is a loopback service


def read_rows(body: bytes) -> Push:
    """A body of RunMapDataTable*, in any of its three shapes. Raises ValueError or ElementTree.ParseError."""
    root = parse_xml(body.decode("utf-8-sig"))
    if root.tag == "NewDataSet":
        return Push("dataset", read_table(root), {})
    if root.tag != "RequestData":
        raise ValueError("the root is neither RequestData nor NewDataSet")
    inner = root.find("Xml")
    if inner is None:
        return Push("flat", read_table(root), {})
    return Push("envelope", read_table(inner), read_variables(root.find("Variables")))


def read_encoded(body: bytes) -> Push:
    """A body of RunMapXml: the data is XML inside the text of `Xml`. Raises ValueError or ParseError."""
    root = parse_xml(body.decode("utf-8-sig"))
    inner = root.findtext("Xml")
    if root.tag != "RequestData" or not inner:
        raise ValueError("RequestData/Xml is missing")
    return Push("xml", read_table(parse_xml(inner)), read_variables(root.find("Variables")))


def read_variables(node: ElementTree.Element | None) -> dict[str, str]:
    """Variables of an `ArrayOfVariableOfstringstring`: a Key after its Value is not bound, and the pair is lost."""
    answer = {}
    for pair in node.iterfind("ArrayOfVariableOfstringstring/VariableOfstringstring") if node is not None else ():
        names = [child.tag for child in pair]
        if names[:2] == ["Key", "Value"]:
            answer[pair[0].text or ""] = pair[1].text or ""
    return answer


def read_table(node: ElementTree.Element) -> Table:
    """The `Table` elements below this node."""
    elements = node.findall("Table")
    lost = _child_tables(elements)
    rows = tuple({decode_name(cell.tag): _value(cell) for cell in row if cell.tag not in lost} for row in elements)
    return Table(tuple(dict.fromkeys(name for row in rows for name in row)), rows)


def decode_name(name: str) -> str:
    """XmlConvert.DecodeName: `Vendor_x0020_Name` is "Vendor Name"."""
    return ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), name)


def _child_tables(rows: Iterable[ElementTree.Element]) -> set[str]:
    lost = set()
    for row in rows:
        names = [cell.tag for cell in row]
        lost |= {cell.tag for cell in row if len(cell) or names.count(cell.tag) > 1}
    return lost


def _value(cell: ElementTree.Element) -> str | None:
    if cell.get(NIL) == "true":
        return None
    text = cell.text or ""
    return text if text.strip(" \t\r\n") or cell.get(SPACE) == "preserve" else ""
