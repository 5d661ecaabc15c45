from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from xml.sax.saxutils import escape

import httpx
import pytest
from connector_fakes import fixture
from hypothesis import given
from hypothesis import strategies as st

from synctui.connectors.eone.names import decode_name, encode_name
from synctui.connectors.eone.source import read_data
from synctui.connectors.eone.tables import (
    envelope_body,
    flat_body,
    run_map_xml_body,
    table_rows,
    variables_envelope,
    variables_list,
)
from synctui.connectors.eone.xml_in import parse_xml, rows_of
from synctui.errors import BadReply, LinkError
from synctui.http.calls import Call, Effect, Reply

COLUMNS = ("VendorNo", "Vendor Name", "County")
ROWS = (
    {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"},
    {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": None},
)
TABLE = table_rows(ROWS, COLUMNS)

xml_text = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff").filter(
        lambda char: char >= " " or char in "\t\n\r"
    ),
    max_size=20,
)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


def reply(text: str) -> Reply:
    return Reply(Call("data", "/GetAllData", Effect.READ), "host", 200, text.encode())


# -- names


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("VendorNo", "VendorNo"),
        ("Account Name", "Account_x0020_Name"),
        ("1st", "_x0031_st"),
        ("a/b", "a_x002F_b"),
        ("a:b", "a_x003A_b"),
        ("%", "_x0025_"),
        ("a_x0020_b", "a_x005F_x0020_b"),
        ("Größe", "Größe"),
        ("x-y.z", "x-y.z"),
        ("-x", "_x002D_x"),
        ("_x", "_x"),
        ('x"/><y', "x_x0022__x002F__x003E__x003C_y"),
        ("Ship To", "Ship_x0020_To"),
        ("日本", "日本"),
        ("😀", "_x0001F600_"),
    ],
)
def test_names_are_written_as_dotnet_writes_them(name: str, encoded: str) -> None:
    assert encode_name(name) == encoded
    assert decode_name(encoded) == name


@given(names | st.from_regex(r"[_xX0-9A-F ]{1,16}", fullmatch=True))
def test_every_name_is_a_valid_element_name_and_comes_back(name: str) -> None:
    encoded = encode_name(name)
    assert decode_name(encoded) == name
    assert ET.fromstring(f"<{encoded}/>").tag == encoded


# -- bodies out


def assert_same_xml(body: bytes, printed: str) -> None:
    assert ET.canonicalize(body.decode(), strip_text=True) == ET.canonicalize(printed, strip_text=True)


def test_the_flat_body_is_the_documented_one() -> None:
    assert_same_xml(flat_body(TABLE), fixture("eone/runmapdatatable_flat.xml"))


def test_the_envelope_is_the_documented_one() -> None:
    assert_same_xml(envelope_body(TABLE, {"GBL_COUNTY": "ND"}), fixture("eone/runmapdatatable_envelope.xml"))


def test_the_body_of_run_map_xml_is_the_documented_one() -> None:
    ours, printed = (ET.fromstring(text) for text in (run_map_xml_body(TABLE, {}), fixture("eone/runmapxml.xml")))
    assert [child.tag for child in ours] == [child.tag for child in printed] == ["Variables", "Xml"]
    inner, expected = (ET.canonicalize(root.findtext("Xml") or "", strip_text=True) for root in (ours, printed))
    assert inner == expected


def test_variables_are_written_in_both_documented_shapes() -> None:
    two = {"GBL_COUNTY": "ND", "GBL_BATCH": "JUL-26"}
    assert json.loads(variables_list(two)) == json.loads(fixture("eone/variables_list_request.json"))
    envelope = json.loads(variables_envelope({"GBL_COUNTY": "ND"}))
    assert envelope == json.loads(fixture("eone/getalldatawithvariables_request.json"))


def test_the_key_of_a_variable_stands_before_its_value() -> None:
    body = envelope_body("", {"GBL_A": "1"}).decode()
    assert body.index("<Key>") < body.index("<Value>")


def rows_in(table_parent: ET.Element) -> list[list[tuple[str, str]]]:
    """Rows as an independent parser reads them."""
    return [[(decode_name(cell.tag), cell.text or "") for cell in row] for row in table_parent]


def parsed(body: bytes, *, inner: bool, flat: bool) -> list[list[tuple[str, str]]]:
    root = ET.fromstring(body)
    if inner:
        return rows_in(ET.fromstring(root.findtext("Xml") or ""))
    xml = root.find("Xml")
    assert flat or xml is not None
    return rows_in(root if flat or xml is None else xml)


@given(st.lists(names, min_size=1, max_size=4, unique=True), st.lists(st.lists(xml_text, min_size=4, max_size=4)))
def test_every_body_gives_back_exactly_the_rows(columns: Sequence[str], values: Sequence[Sequence[str]]) -> None:
    rows = [dict(zip(columns, row, strict=False)) for row in values]
    expected = [[(column, row[column]) for column in columns] for row in rows]
    table = table_rows(rows, columns)
    assert parsed(flat_body(table), inner=False, flat=True) == expected
    assert parsed(envelope_body(table, {}), inner=False, flat=False) == expected
    assert parsed(run_map_xml_body(table, {}), inner=True, flat=False) == expected


def test_every_column_stands_in_every_row() -> None:
    table = table_rows([{"A": "1"}, {"B": "2"}, {}], ("A", "B"))
    assert table == "<Table><A>1</A><B></B></Table><Table><A></A><B>2</B></Table><Table><A></A><B></B></Table>"


def test_a_carriage_return_survives() -> None:
    assert "&#xD;\n" in table_rows([{"A": "x\r\ny"}], ("A",))


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_a_character_that_xml_cannot_carry_is_refused(char: str) -> None:
    with pytest.raises(LinkError, match="cannot carry"):
        table_rows([{"A": f"a{char}b"}], ("A",))
    with pytest.raises(LinkError):
        envelope_body("", {"GBL_A": char})


def test_a_column_without_a_name_is_refused() -> None:
    with pytest.raises(LinkError, match="column name"):
        table_rows([{"": "a"}], ("",))


# -- answers in


def test_the_documented_data_is_read() -> None:
    assert read_data(reply(fixture("eone/getalldata_response.xml")), COLUMNS) == (
        {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"},
        {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": ""},
    )


def wrapped(inner: str) -> str:
    return f'<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">{escape(inner)}</string>'


@pytest.mark.parametrize(
    "text",
    [
        wrapped("<MyDataSet><Table01><A_x0020_B><![CDATA[1]]></A_x0020_B></Table01></MyDataSet>"),
        wrapped("<x><Row><a_x0020_B>1</a_x0020_B><C/></Row></x>"),
        "<MyDataSet><Table01><A_x0020_B>1</A_x0020_B></Table01></MyDataSet>",
        json.dumps("<MyDataSet>\r\n<Table01><A_x0020_B>1</A_x0020_B><C></C></Table01></MyDataSet>"),
        "\ufeff" + wrapped("<MyDataSet><Table01><A_x0020_B>1</A_x0020_B></Table01></MyDataSet>"),
    ],
)
def test_every_likely_writing_of_the_data_is_read(text: str) -> None:
    assert read_data(reply(text), ("A B", "C")) == ({"A B": "1", "C": ""},)


def test_a_column_that_the_map_does_not_list_is_kept() -> None:
    records = read_data(reply("<D><T><A>1</A></T><T><A>2</A><New>3</New></T></D>"), ("A",))
    assert records == ({"A": "1", "New": ""}, {"A": "2", "New": "3"})


@pytest.mark.parametrize("text", [wrapped(""), wrapped("<MyDataSet/>"), '""', "<string/>"])
def test_no_rows_are_no_records(text: str) -> None:
    assert read_data(reply(text), ("A",)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>502 Bad Gateway<br></body></html>",
        wrapped("<MyDataSet><Table01>")[:-9],
        wrapped("<MyDataSet><Table01>"),
        "no XML",
        '"cut',
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        wrapped('<!DOCTYPE a [<!ENTITY b "c">]><a><b>&b;</b></a>'),
        "<a>" * 100_000,
        "<a>&#x0;</a>",
    ],
)
def test_an_answer_that_is_no_data_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply) as caught:
        read_data(reply(text), ("A",))
    assert caught.value.hint


@given(st.lists(st.dictionaries(st.sampled_from(["A", "B b", "C/c"]), xml_text, min_size=1), max_size=4))
def test_data_of_any_text_is_read_as_it_was(rows: list[dict[str, str]]) -> None:
    inner = ET.Element("MyDataSet")
    for row in rows:
        element = ET.SubElement(inner, "Table01")
        for name, value in row.items():
            ET.SubElement(element, encode_name(name)).text = value.replace("\r", "")
    outer = ET.Element("string")
    outer.text = ET.tostring(inner, encoding="unicode")
    records = read_data(reply(ET.tostring(outer, encoding="unicode")), ("A", "B b", "C/c"))
    assert [dict(record) for record in records] == [
        {name: row.get(name, "").replace("\r", "") for name in ("A", "B b", "C/c")} for row in rows
    ]


def test_a_schema_is_no_row() -> None:
    rows = list(rows_of(parse_xml(fixture("eone/errortable.xml"), "It")))
    assert rows == [
        {
            "VendorNo": "V-1002",
            "Vendor Name": "Größe AG",
            "County": "",
            "EONERUNERRORS": "County must have a value.",
        }
    ]


def test_httpx_encodes_the_query_as_the_vendor_demands() -> None:
    assert str(httpx.URL("https://h/x", params={"a": "+/=@"})) == "https://h/x?a=%2B%2F%3D%40"
