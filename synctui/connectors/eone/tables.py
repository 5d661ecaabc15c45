"""Rows and variables as the XML and JSON bodies that eOne's calls take.

Shapes: the vendor's REST API reference (RunMapDataTable, RunMapDataTableWithErrors, RunMapXml, RunMapWithVariables,
GetAllDataWithVariables).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from synctui.connectors.eone.names import decode_name, encode_name
from synctui.errors import LinkError
from synctui.records import Value

Row = Mapping[str, Value]
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry."""


def table_rows(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """One `<Table>` per row, every column in every row: a column that no row holds would not exist for the map.

    Raises LinkError for a character that XML cannot carry, or a column name that would not survive.
    """
    names = [(column, _element(column)) for column in columns]
    return "".join(f"<Table>{_cells(row, names)}</Table>" for row in rows)


def flat_body(table: str) -> bytes:
    """The body without variables."""
    return f"<RequestData>{table}</RequestData>".encode()


def envelope_body(table: str, variables: Mapping[str, str]) -> bytes:
    """The body that carries variables beside the rows."""
    return f"<RequestData>{_variables(variables)}<Xml>{table}</Xml></RequestData>".encode()


def run_map_xml_body(table: str, variables: Mapping[str, str]) -> bytes:
    """The body of RunMapXml: the rows are a text of XML inside the XML, so they are escaped twice."""
    data = _escaped(f"<DataSet>{table}</DataSet>")
    return f"<RequestData>{_variables(variables)}<Xml>{data}</Xml></RequestData>".encode()


def variables_list(variables: Mapping[str, str]) -> bytes:
    """`[{"Key": ..., "Value": ...}]`."""
    return _pairs(variables).encode()


def variables_envelope(variables: Mapping[str, str]) -> bytes:
    """`{"Variables": "[...]", "Xml": ""}`: the list as a text inside the object."""
    return json.dumps({"Variables": _pairs(variables), "Xml": ""}, ensure_ascii=False).encode()


def _cells(row: Row, names: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<{name}>{_escaped(row.get(column) or '')}</{name}>" for column, name in names)


def _pairs(variables: Mapping[str, str]) -> str:
    return json.dumps([{"Key": name, "Value": value} for name, value in variables.items()], ensure_ascii=False)


def _variables(variables: Mapping[str, str]) -> str:
    """Key stands before Value: .NET's serializer loses the key, without an error, when it comes second."""
    pairs = "".join(
        f"<VariableOfstringstring><Key>{_escaped(name)}</Key><Value>{_escaped(value)}</Value></VariableOfstringstring>"
        for name, value in variables.items()
    )
    array = f"<ArrayOfVariableOfstringstring>{pairs}</ArrayOfVariableOfstringstring>" if pairs else ""
    return f"<Variables>{array}</Variables>"


def _element(column: str) -> str:
    name = encode_name(column)
    if not name or decode_name(name) != column:
        raise LinkError(f"The column name {column!r} cannot be sent.", "Rename the column of the map.")
    return name


def _escaped(text: str) -> str:
    """A carriage return as a reference, since a parser turns a plain one into a line feed."""
    if NOT_IN_XML.search(text):
        raise LinkError("A value holds a character that XML cannot carry.", "Remove it from the cell.")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
