"""XML as .NET writes it: the Errors table of a run and the text that GetAllData answers, byte for byte.

Source: eOne SmartConnect API reference, "Errors" and "GetAllData"; the Errors table is what
`DataTable("ErrorTable").WriteXml(WriteSchema)` writes, attribute for attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

ERRORS_COLUMN = "EONERUNERRORS"
LITERAL = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
PLAIN = re.compile(r"[\w.\-]")
FIRST = re.compile(r"[^\W\d]|_")
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"

SCHEMA = """\
  <xs:schema id="NewDataSet" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
    <xs:element name="NewDataSet" msdata:IsDataSet="true" msdata:MainDataTable="ErrorTable" \
msdata:UseCurrentLocale="true">
      <xs:complexType>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="ErrorTable">
            <xs:complexType>
              <xs:sequence>
{columns}
              </xs:sequence>
            </xs:complexType>
          </xs:element>
        </xs:choice>
      </xs:complexType>
    </xs:element>
  </xs:schema>"""
COLUMN = '                <xs:element name="{0}" type="xs:string" minOccurs="0" />'

Values = Mapping[str, str | None]


def errors_table(columns: Sequence[str], rows: Iterable[tuple[Values, str]]) -> str:
    """Source columns and the message of each failed row; empty text when none failed."""
    failed = [{**values, ERRORS_COLUMN: message} for values, message in rows]
    if not failed:
        return ""
    names = [*columns, ERRORS_COLUMN]
    schema = SCHEMA.replace("{columns}", "\n".join(COLUMN.format(encode_name(name)) for name in names))
    lines = ["<NewDataSet>", *schema.split("\n")]
    for values in failed:
        lines += ["  <ErrorTable>", *_cells(names, values), "  </ErrorTable>"]
    return "\r\n".join([*lines, "</NewDataSet>"])


def data_set(columns: Sequence[str], rows: Iterable[Values]) -> str:
    """`MyDataSet` with its `Table01` rows: every value in CDATA, NULL absent."""
    lines = ["<MyDataSet>"]
    for values in rows:
        pairs = [(encode_name(name), values.get(name)) for name in columns]
        cells = [f"    <{name}><![CDATA[{_unended(value)}]]></{name}>" for name, value in pairs if value is not None]
        lines += ["  <Table01>", *cells, "  </Table01>"]
    return "\r\n".join([*lines, "</MyDataSet>"])


def string_element(text: str) -> str:
    """A string as DataContractSerializer writes it: CR as a character reference."""
    return f'<string xmlns="{SERIALIZATION}">{escape(text, {chr(13): "&#xD;"})}</string>'


def encode_name(name: str) -> str:
    """XmlConvert.EncodeLocalName: `Vendor Name` is "Vendor_x0020_Name", `1st` is "_x0031_st"."""
    name = LITERAL.sub("_x005F_", name)
    return "".join(_encode_char(place, char) for place, char in enumerate(name))


def _encode_char(place: int, char: str) -> str:
    fits = FIRST.match(char) if place == 0 else PLAIN.match(char)
    return char if fits else f"_x{ord(char):04X}_"


def _cells(names: Sequence[str], values: Values) -> list[str]:
    pairs = [(encode_name(name), values.get(name)) for name in names]
    return [f"    {_cell(name, value)}" for name, value in pairs if value is not None]


def _cell(name: str, value: str) -> str:
    if not value:
        return f"<{name} />"
    kept = "" if value.strip(" \t\r\n") else ' xml:space="preserve"'
    return f"<{name}{kept}>{escape(value)}</{name}>"


def _unended(value: str) -> str:
    """A CDATA section cannot hold its own end, so it is ended and begun again between the brackets."""
    return value.replace("]]>", "]]]]><![CDATA[>")
