from __future__ import annotations

import json

import httpx
import pytest
from practice_calls import JOURNAL, REAL_TIME, SOURCE, VENDORS, Caller, fixture_bytes, fixture_json

from synctui.practice import Practice
from synctui.practice.eone.replies import CONNECTION_ID
from synctui.practice.eone.service import METHODS
from synctui.practice.eone.variables import read_variables
from synctui.practice.eone.writing import data_set, encode_name, string_element

TWO_VENDORS: list[dict[str, str | None]] = [
    {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"},
    {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": None},
]


def test_the_map_list_holds_the_vendors_sample_and_no_real_time_map(call: Caller) -> None:
    maps = call.eone("GetMapList").json()
    assert maps[:2] == fixture_json("getmaplist_response.json")
    assert [item["MapId"] for item in maps] == ["VENDORS FROM EXCEL", "GL JOURNAL", "VENDORS STRICT", "VENDORS"]


def test_columns_mark_the_keys_of_the_source(call: Caller) -> None:
    columns = call.eone("GetMapColumns", mapKey=VENDORS).json()
    assert columns == fixture_json("getmapcolumns_response.json")
    assert call.eone("GetMappedMapColumns", mapKey=VENDORS.upper()).json() == columns


def test_mapped_columns_leave_out_what_the_target_does_not_take(call: Caller) -> None:
    every = [column["ColumnName"] for column in call.eone("GetMapColumns", mapKey=JOURNAL).json()]
    mapped = [column["ColumnName"] for column in call.eone("GetMappedMapColumns", mapKey=JOURNAL).json()]
    assert every == [*mapped, "Memo"]


@pytest.mark.parametrize("method", ["GetMapColumns", "GetMappedMapColumns", "GetAllData", "runmap"])
def test_an_unknown_map_gets_an_empty_body(call: Caller, method: str) -> None:
    answer = call.eone(method, mapKey="00000000-0000-0000-0000-000000000000")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_wrong_verb_gets_405(call: Caller, name: str) -> None:
    wrong = "GET" if METHODS[name].verb == "POST" else "POST"
    answer = call.eone(name, wrong)
    assert answer.status_code == 405
    assert answer.json() == {"Message": f"The requested resource does not support http method '{wrong}'."}


def test_an_unknown_method_gets_404_with_the_frameworks_message(call: Caller) -> None:
    answer = call.eone("GetProcessErrors")
    assert answer.status_code == 404
    assert answer.json()["Message"].startswith("No HTTP resource was found that matches the request URI 'http://")


def test_processes_by_connection(call: Caller) -> None:
    items = call.eone("GetProcessesByConnection", "GET", connectionId=CONNECTION_ID).json()["Items"]
    sample = fixture_json("getprocessesbyconnection_response.json")["Items"][0]
    first = items[0]
    assert list(first) == list(sample)
    same = ("mapKey", "mapId", "mapDescription", "connectionId", "connectionType", "storesErrors", "isOutputProcess")
    assert [first[name] for name in same] == [sample[name] for name in same]
    for part in ("lines", "tenants"):
        assert [list(entry) for entry in first[part]] == [list(entry) for entry in sample[part]]
    assert first["tenants"][0]["technicalName"] == sample["tenants"][0]["technicalName"]
    assert [item["mapId"] for item in items if not item["storesErrors"]] == ["VENDORS"]
    assert call.eone("GetProcessesByConnection", "GET", connectionId="other").json() == {"Items": []}


def test_all_data_byte_for_byte(call: Caller, practice: Practice) -> None:
    expected = fixture_bytes("getalldata_response.xml").rstrip(b"\n")
    assert string_element(data_set(list(TWO_VENDORS[0]), TWO_VENDORS)).encode() == expected
    practice.tables.change("vendors", delete=[f"V-{number}" for number in range(1003, 1025)])
    answer = call.eone("GetAllData", mapKey=SOURCE, accept="application/xml")
    assert answer.content == expected
    assert answer.headers["content-type"].startswith("application/xml")


def test_all_data_as_a_json_string(call: Caller, practice: Practice) -> None:
    practice.tables.change("vendors", delete=[f"V-{number}" for number in range(1003, 1025)])
    assert call.eone("GetAllData", mapKey=SOURCE).json() == data_set(list(TWO_VENDORS[0]), TWO_VENDORS)


def test_a_real_time_source_gives_nothing(call: Caller) -> None:
    assert call.eone("GetAllData", mapKey=REAL_TIME).json() == "<MyDataSet>\r\n</MyDataSet>"


def rows_with(call: Caller, body: bytes) -> int:
    answer: str = call.eone("GetAllDataWithVariables", mapKey=SOURCE, body=body).json()
    return answer.count("<Table01>")


LIST = b'[{"Key":"GBL_COUNTY","Value":"ND"}]'
ENVELOPE = fixture_bytes("getalldatawithvariables_request.json")
LOOSE = b'{Variables: "[ { Key: \\"GBL_COUNTY\\", Value: \\"ND\\" } ]", Xml: ""}'


@pytest.mark.parametrize("body", [LIST, ENVELOPE, LOOSE])
def test_variables_choose_the_rows_in_either_shape(call: Caller, practice: Practice, body: bytes) -> None:
    assert rows_with(call, b"") == 24
    assert rows_with(call, body) == 8
    received = practice.received[-1]
    assert received.variables == {"GBL_COUNTY": "ND"}
    assert received.shape == ("list" if body == LIST else "envelope")


def test_a_strict_service_ignores_the_other_shape_without_a_word(call: Caller, practice: Practice) -> None:
    practice.switches.set("strict_variables", "list")
    assert (rows_with(call, LIST), rows_with(call, ENVELOPE)) == (8, 24)
    practice.switches.set("strict_variables", "envelope")
    assert (rows_with(call, LIST), rows_with(call, ENVELOPE)) == (24, 8)


def test_the_list_of_the_documents() -> None:
    expected = {"GBL_COUNTY": "ND", "GBL_BATCH": "JUL-26"}
    assert read_variables(fixture_bytes("variables_list_request.json")) == ("list", expected)
    assert read_variables(b'[ { Key: "GBL_COUNTY", Value: "GA" } ]') == ("list", {"GBL_COUNTY": "GA"})
    assert read_variables(b"not JSON") == ("", {})
    assert read_variables(json.dumps({"Other": 1}).encode()) == ("", {})


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("Account Name", "Account_x0020_Name"),
        ("1st", "_x0031_st"),
        ("a/b", "a_x002F_b"),
        ("a:b", "a_x003A_b"),
        ("%", "_x0025_"),
        ("a_x0020_b", "a_x005F_x0020_b"),
        ("Größe", "Größe"),
        ("x-y.z", "x-y.z"),
    ],
)
def test_names_as_xmlconvert_encodes_them(name: str, encoded: str) -> None:
    assert encode_name(name) == encoded


def test_a_post_without_a_body_states_its_length(call: Caller) -> None:
    request = httpx.Client().build_request("POST", f"{call.practice.url}/eone/API/GetMapList")
    assert request.headers["content-length"] == "0"
