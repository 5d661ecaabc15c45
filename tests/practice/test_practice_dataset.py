from __future__ import annotations

from xml.etree.ElementTree import ParseError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_calls import fixture_bytes

from synctui.practice.eone.dataset import Push, decode_name, read_encoded, read_rows
from synctui.practice.eone.writing import encode_name

ROWS = (
    {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"},
    {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": ""},
)
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DATASET = f"""<NewDataSet>
  <xs:schema id="NewDataSet" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" />
  {fixture_bytes("runmapdatatable_flat.xml").decode().split("<RequestData>")[1].split("</RequestData>")[0]}
</NewDataSet>""".encode()


def read(cells: str, more: str = "") -> Push:
    return read_rows(f"<RequestData {XSI}><Table>{cells}</Table>{more}</RequestData>".encode())


def test_the_flat_shape() -> None:
    assert (push := read_rows(fixture_bytes("runmapdatatable_flat.xml"))).shape == "flat"
    assert (push.table.rows, push.variables) == (ROWS, {})


def test_the_envelope_carries_variables() -> None:
    push = read_rows(fixture_bytes("runmapdatatable_envelope.xml"))
    assert (push.shape, push.table.rows, push.variables) == ("envelope", ROWS, {"GBL_COUNTY": "ND"})


def test_a_data_set_with_its_schema() -> None:
    push = read_rows(DATASET)
    assert (push.shape, push.table.rows) == ("dataset", ROWS)


def test_xml_inside_xml() -> None:
    push = read_encoded(fixture_bytes("runmapxml.xml"))
    assert (push.shape, push.table.rows) == ("xml", ROWS)


def test_a_key_after_its_value_is_lost() -> None:
    body = fixture_bytes("runmapdatatable_envelope.xml").decode()
    swapped = body.replace("<Key>GBL_COUNTY</Key>", "").replace("</Value>", "</Value><Key>GBL_COUNTY</Key>")
    push = read_rows(swapped.encode())
    assert (push.variables, push.table.rows) == ({}, ROWS)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<A/>", ""),
        ("<A></A>", ""),
        ("<A>  </A>", ""),
        ('<A xml:space="preserve">  </A>', "  "),
        ("<A> x </A>", " x "),
        ('<A xsi:nil="true"/>', None),
        ("<A>one\r\ntwo\nthree</A>", "one\r\ntwo\nthree"),
        ("<A>one&#xD;&#10;two</A>", "one\r\ntwo"),
        ("<A><![CDATA[<b>]]></A>", "<b>"),
        ("<A>00123</A>", "00123"),
    ],
)
def test_what_a_data_set_makes_of_a_cell(cell: str, value: str | None) -> None:
    assert read(cell).table.rows == ({"A": value},)


def test_an_absent_element_is_null_and_a_column_absent_from_all_rows_does_not_exist() -> None:
    table = read("<A>1</A>", "<Table><B>2</B></Table>").table
    assert table.columns == ("A", "B")
    assert [row.get("B") for row in table.rows] == [None, "2"]
    assert table.column("C") is None


def test_a_column_twice_in_one_row_is_lost_in_every_row() -> None:
    table = read("<A>1</A><A>2</A><B>3</B>", "<Table><A>4</A><B>5</B></Table>").table
    assert table.rows == ({"B": "3"}, {"B": "5"})


def test_a_cell_with_elements_is_lost() -> None:
    assert read("<A><b>1</b></A><B>2</B>").table.rows == ({"B": "2"},)


def test_names_that_differ_in_case_are_two_columns_but_a_lookup_finds_the_only_one() -> None:
    table = read("<a>1</a><A>2</A><accountNumber>3</accountNumber>").table
    assert table.columns == ("a", "A", "accountNumber")
    assert table.column("A") == "A"
    assert table.column("ACCOUNTNUMBER") == "accountNumber"


@pytest.mark.parametrize("char", ["\x0b", "&#xB;", "\x00", "\ufffe", "&", "<"])
def test_a_character_that_xml_cannot_carry_spoils_the_whole_body(char: str) -> None:
    with pytest.raises(ParseError):
        read(f"<A>{char}</A>")


@pytest.mark.parametrize("body", [b"<Rows/>", b"\xff\xfe", b"<RequestData/>"])
def test_bodies_of_no_known_shape(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_encoded(body)


def test_no_rows_at_all() -> None:
    assert read_rows(b"<RequestData><Xml/></RequestData>").table.rows == ()


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30))
def test_an_encoded_name_decodes_to_itself(name: str) -> None:
    assert decode_name(encode_name(name)) == name
