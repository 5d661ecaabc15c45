from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, fixture, settings, tools

from synctui.connectors.base import Connection, Outgoing, Source, Target, TargetColumn, Tools
from synctui.connectors.eone import Eone, EoneSource, EoneTarget
from synctui.connectors.eone.target import EoneMap
from synctui.errors import (
    BadReply,
    ContentRefused,
    OutcomeUnknown,
    Refused,
    SettingsError,
    SignInRefused,
    SyncError,
    Unreachable,
)
from synctui.records import Outcome

KEY = "9d3f7c1a-52be-4e08-a6f4-ac7700b1d9e2"
CONNECTION = {
    "url": "https://smartconnect.example.test/API",
    "company": "6f0c1d52",
    "username": "dana@example.test",
    "password_form": "plain",
}
COLUMNS = ["VendorNo", "Vendor Name", "County"]
ROWS = [
    Outgoing("a", {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"}, 1),
    Outgoing("b", {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": None}, 2),
]
Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Api:
    """The documented answers, any of which a test may replace."""

    def __init__(self, **answers: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.answers: dict[str, Answer] = {
            "GetMapList": httpx.Response(200, text=fixture("eone/getmaplist_response.json")),
            "GetMapColumns": httpx.Response(200, text=fixture("eone/getmapcolumns_response.json")),
            "GetMappedMapColumns": httpx.Response(200, text=fixture("eone/getmapcolumns_response.json")),
            "GetHistoryForProcess": httpx.Response(200, text=fixture("eone/gethistory_response.json")),
            "GetErrorsForProcessRun": httpx.Response(200, text=fixture("eone/geterrorsforprocessrun_response.json")),
            "GetAllData": httpx.Response(200, text=fixture("eone/getalldata_response.xml")),
            "GetAllDataWithVariables": httpx.Response(200, text=fixture("eone/getalldata_response.xml")),
            "RunMapDataTableWithErrors": httpx.Response(200, text=fixture("eone/run_success_response.json")),
            "runmap": httpx.Response(200, text=fixture("eone/run_success_response.json")),
            "RunMapWithVariables": httpx.Response(200, text=fixture("eone/run_success_response.json")),
            "validate": httpx.Response(200, text="true"),
        } | answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.rpartition("/")[2]
        if path == "GetToken":
            self.tokens += 1
            return httpx.Response(200, json=f"token {self.tokens}".replace(" ", "-") * 5)
        answer = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def asked(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path.endswith(f"/{path}")]


def connect(api: Api, handed: Tools | None = None, **changed: Any) -> Eone:
    given = settings("eone", CONNECTION | changed)
    return Eone(given, handed or tools(), transport=httpx.MockTransport(api), timing=QUICK)


def open_target(api: Api, link: dict[str, Any] | None = None, **changed: Any) -> EoneMap:
    options = msgspec.convert({"map": "VENDORS FROM EXCEL"} | (link or {}), EoneTarget)
    return connect(api, **changed).target(options)


def test_everything_fits_the_protocols() -> None:
    connection: Connection = connect(Api())
    target: Target = connection.target(EoneTarget(map="M"))
    source: Source = connection.source(EoneSource(map="M"))
    assert target.name == "eone https://smartconnect.example.test/api 6f0c1d52 m"
    assert source.id_columns == ()
    assert (EoneTarget(map="M").object_name, EoneSource(map="M").object_name) == ("M", "M")


# -- finding maps


async def test_a_map_id_is_looked_up_and_remembered() -> None:
    api, handed = Api(), tools()
    for _ in range(2):
        assert [column.name for column in await connect(api, handed).columns("vendors from excel")] == COLUMNS
    assert len(api.asked("GetMapList")) == 1
    assert {request.url.params["mapKey"] for request in api.asked("GetMapColumns")} == {KEY}


async def test_a_map_key_is_used_as_it_is() -> None:
    api = Api()
    key = "F3D1A7B2-8E4C-4B5A-B6D7-AD1200C3F004"
    await connect(api).columns(key)
    assert api.asked("GetMapList") == []
    assert api.asked("GetMapColumns")[0].url.params["mapKey"] == key


async def test_an_old_list_is_read_again_for_a_map_that_it_lacks() -> None:
    api, handed = Api(), tools()
    handed.metadata.put("eone maps https://smartconnect.example.test/API 6f0c1d52", [["k", "OLD", ""]])
    await connect(api, handed).columns("GL JOURNAL")
    assert len(api.asked("GetMapList")) == 1


async def test_a_map_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="VENDORS FROM EXEL") as caught:
        await connect(Api()).columns("VENDORS FROM EXEL")
    assert "VENDORS FROM EXCEL" in caught.value.hint


async def test_two_maps_of_one_id_are_an_error() -> None:
    twice = [{"MapKey": key, "MapId": "TWICE", "MapDescription": ""} for key in ("k1", "k2")]
    with pytest.raises(SettingsError, match="2 maps") as caught:
        await connect(Api(GetMapList=httpx.Response(200, json=twice))).columns("TWICE")
    assert "k1, k2" in caught.value.hint


@pytest.mark.parametrize("kept", ["text", 5, [["k"]], [[1, 2, 3, 4]], {"a": 1}])
async def test_a_cache_that_holds_nonsense_costs_time_only(kept: Any) -> None:
    handed = tools()
    handed.metadata.put("eone maps https://smartconnect.example.test/API 6f0c1d52", kept)
    assert await connect(Api(), handed).columns("GL JOURNAL")


async def test_the_documented_history_and_errors_are_read() -> None:
    api = Api()
    connection = connect(api)
    runs = await connection.history(KEY)
    assert [(run.number, run.documents, run.failed, run.errors_saved) for run in runs] == [
        (82, 2, 1, True),
        (81, 2, 0, False),
    ]
    errors = await connection.errors_of_run(KEY, 82)
    assert errors[0]["Vendor Name"] == "Größe AG"
    assert errors[0]["EONERUNERRORS"] == "County must have a value.\r\n"
    request = api.asked("GetErrorsForProcessRun")[0]
    assert (request.method, request.url.params["runNumber"]) == ("GET", "82")
    assert api.asked("GetHistoryForProcess")[0].method == "GET"


async def test_a_map_list_is_asked_for_as_the_vendor_prints_it() -> None:
    api = Api()
    assert [entry.id for entry in await connect(api).maps()] == ["VENDORS FROM EXCEL", "GL JOURNAL"]
    request = api.asked("GetMapList")[0]
    assert request.method == "POST"
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-length"] == "0"
    assert list(request.url.params) == ["token"]


# -- the shape of a target


async def test_the_shape_is_read_fresh_each_time() -> None:
    api = Api(GetMappedMapColumns=httpx.Response(200, json=[{"ColumnName": "vendorno"}, {"columnName": "County"}]))
    target = open_target(api)
    shape = await target.shape()
    await target.shape()
    assert shape.columns == (
        TargetColumn("VendorNo", key=True, mapped=True),
        TargetColumn("Vendor Name", key=False, mapped=False),
        TargetColumn("County", key=False, mapped=True),
    )
    assert shape.groups
    assert shape.every_column
    assert shape.xml_text
    assert len(api.asked("GetMapColumns")) == len(api.asked("GetMappedMapColumns")) == 2


@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_answer_names_the_vendors_causes(status: int) -> None:
    api = Api(GetMapColumns=httpx.Response(status))
    with pytest.raises(Refused) as caught:
        await open_target(api).shape()
    assert "API Url" in caught.value.hint
    assert "access to this map" in caught.value.hint
    assert len(api.asked("validate")) == 1


@pytest.mark.parametrize(
    "text", ["<html></html>", "{", "null", "{}", "[1]", '[{"IsRequired":true}]', '[{"ColumnName":null}]', '"text"']
)
async def test_columns_that_make_no_sense_are_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply) as caught:
        await open_target(Api(GetMapColumns=httpx.Response(200, text=text))).shape()
    assert caught.value.hint


async def test_the_mark_is_the_newest_run() -> None:
    assert await open_target(Api()).mark() == "82"
    assert await open_target(Api(GetHistoryForProcess=httpx.Response(200, text="[]"))).mark() == ""


@pytest.mark.parametrize("text", ["", "{}", '[{"RunNumber":null,"RecordCount":1,"ErrorCount":0}]'])
async def test_a_history_that_cannot_be_read_is_no_mark(text: str) -> None:
    with pytest.raises(SyncError):
        await open_target(Api(GetHistoryForProcess=httpx.Response(200, text=text))).mark()


# -- sending


async def test_rows_leave_as_the_vendor_prints_them() -> None:
    api = Api()
    answer = await open_target(api).send(ROWS, {"GBL_COUNTY": "ND"})
    assert [row.outcome for row in answer.rows] == [Outcome.ACCEPTED] * 2
    assert answer.run_number == "81"
    request = api.asked("RunMapDataTableWithErrors")[0]
    assert request.method == "POST"
    assert request.headers["content-type"] == "text/xml; charset=utf-8"
    assert request.headers["connection"] == "close"
    assert request.url.params["mapKey"] == KEY
    printed = ET.canonicalize(fixture("eone/runmapdatatable_envelope.xml"), strip_text=True)
    assert ET.canonicalize(request.content.decode(), strip_text=True) == printed


async def test_the_columns_are_read_right_before_each_send() -> None:
    api = Api()
    target = open_target(api)
    await target.shape()
    await target.send(ROWS, {})
    order = [request.url.path.rpartition("/")[2] for request in api.requests]
    assert order[-3:] == ["GetMapColumns", "GetMappedMapColumns", "RunMapDataTableWithErrors"]
    assert order.count("GetMapColumns") == 2


async def test_every_mapped_column_leaves_in_the_maps_spelling() -> None:
    api = Api()
    rows = [Outgoing("a", {"VendorNo": "1", "Extra": "x"}, 1), Outgoing("b", {"VendorNo": "2"}, 2)]
    await open_target(api).send(rows, {})
    body = api.asked("RunMapDataTableWithErrors")[0].content.decode()
    cells = "<VendorNo>{}</VendorNo><Vendor_x0020_Name></Vendor_x0020_Name><County></County><Extra>{}</Extra>"
    assert f"<Table>{cells.format('1', 'x')}</Table><Table>{cells.format('2', '')}</Table>" in body


@pytest.mark.parametrize(
    ("call", "changed", "root"),
    [
        ("RunMapDataTable", {}, ["Variables", "Xml"]),
        ("RunMapXml", {}, ["Variables", "Xml"]),
        ("RunMapDataTableWithErrors", {"rows_body": "flat"}, ["Table", "Table"]),
    ],
)
async def test_the_settings_choose_call_and_body(call: str, changed: dict[str, Any], root: list[str]) -> None:
    api = Api(**{call: httpx.Response(200, text=fixture("eone/run_success_response.json"))})
    await open_target(api, {"call": call}, **changed).send(ROWS, {})
    assert [child.tag for child in ET.fromstring(api.asked(call)[0].content)] == root


async def test_a_flat_body_with_variables_is_never_sent() -> None:
    api = Api()
    with pytest.raises(SettingsError, match="no variables") as caught:
        await open_target(api, rows_body="flat").send(ROWS, {"GBL_A": "1"})
    assert "rows_body" in caught.value.hint
    assert api.asked("RunMapDataTableWithErrors") == []


async def test_a_value_that_xml_cannot_carry_is_refused_before_it_leaves() -> None:
    api = Api()
    with pytest.raises(Refused, match="cannot carry"):
        await open_target(api).send([Outgoing("a", {"VendorNo": "\x0b"}, 1)], {})
    assert api.asked("RunMapDataTableWithErrors") == []


async def test_a_map_that_cannot_be_looked_at_gets_nothing() -> None:
    api = Api(GetMapColumns=httpx.Response(200, text="<html></html>"))
    with pytest.raises(Unreachable):
        await open_target(api).send(ROWS, {})
    assert api.asked("RunMapDataTableWithErrors") == []


@pytest.mark.parametrize("name", ["run_partial_response", "run_partial_escaped_response"])
async def test_a_documented_failure_refuses_the_row_that_it_names(name: str) -> None:
    api = Api(RunMapDataTableWithErrors=httpx.Response(200, text=fixture(f"eone/{name}.json")))
    answer = await open_target(api, {"partial": True}).send(ROWS, {})
    assert [(row.row_id, row.outcome, row.message) for row in answer.rows] == [
        ("a", Outcome.ACCEPTED, ""),
        ("b", Outcome.REFUSED, "County must have a value."),
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, text=""), OutcomeUnknown),
        (httpx.Response(200, text="null"), OutcomeUnknown),
        (httpx.Response(200, html="<html></html>"), OutcomeUnknown),
        (httpx.Response(200, text=fixture("eone/run_success_response.json")[:-9]), OutcomeUnknown),
        (httpx.Response(200, content=b"\xff"), OutcomeUnknown),
        (httpx.Response(200, json={"Message": "An error has occurred."}), OutcomeUnknown),
        (httpx.Response(500, json={"Message": "An error has occurred."}), OutcomeUnknown),
        (httpx.Response(504, html="<html></html>"), OutcomeUnknown),
        (httpx.ReadTimeout(""), OutcomeUnknown),
        (httpx.RemoteProtocolError(""), OutcomeUnknown),
        (httpx.ConnectError(""), Unreachable),
        (httpx.Response(400), ContentRefused),
        (httpx.Response(302, headers={"Location": "https://smartconnect.example.test/API/x"}), Refused),
    ],
)
async def test_a_run_is_never_repeated_and_its_answer_is_sorted(
    answer: httpx.Response | Exception, expected: type[SyncError]
) -> None:
    api = Api(RunMapDataTableWithErrors=answer)
    with pytest.raises(SyncError) as caught:
        await open_target(api).send(ROWS, {})
    assert type(caught.value) is expected
    assert caught.value.hint
    assert len(api.asked("RunMapDataTableWithErrors")) == 1


async def test_the_answer_of_another_map_is_in_doubt() -> None:
    text = fixture("eone/run_success_response.json").replace(KEY, "41b8e6d0-7f02-4d0a-9b55-ad1200c3f001")
    with pytest.raises(OutcomeUnknown, match="another map"):
        await open_target(Api(RunMapDataTableWithErrors=httpx.Response(200, text=text))).send(ROWS, {})


async def test_a_run_refused_for_its_token_leaves_once_more_with_a_new_one() -> None:
    def first_refused(request: httpx.Request) -> httpx.Response:
        fresh = request.url.params["token"].startswith("token-2")
        return httpx.Response(200, text=fixture("eone/run_success_response.json")) if fresh else httpx.Response(401)

    api = Api(RunMapDataTableWithErrors=first_refused)
    answer = await open_target(api).send(ROWS, {})
    assert [row.outcome for row in answer.rows] == [Outcome.ACCEPTED] * 2
    assert len(api.asked("RunMapDataTableWithErrors")) == 2


async def test_a_run_that_stays_refused_is_a_refused_sign_in() -> None:
    api = Api(RunMapDataTableWithErrors=httpx.Response(403))
    with pytest.raises(SignInRefused):
        await open_target(api).send(ROWS, {})
    assert len(api.asked("RunMapDataTableWithErrors")) == 2


@pytest.mark.parametrize("call", ["RunMapDataTableWithErrors", "RunMapXml"])
async def test_the_size_of_rows_is_what_they_add_to_a_request(call: str) -> None:
    api = Api(RunMapXml=httpx.Response(200, text=fixture("eone/run_success_response.json")))
    target = open_target(api, {"call": call})
    await target.shape()
    await target.send(ROWS, {})
    body = len(api.asked(call)[0].content)
    assert 0.5 * body < target.body_size(ROWS) < 1.5 * body
    assert target.body_size(ROWS) > target.body_size(ROWS[:1]) > target.body_size([])


# -- reading


async def test_the_data_of_a_map_is_one_page() -> None:
    api = Api()
    pages = [page async for page in connect(api).source(EoneSource(map="VENDORS FROM EXCEL")).pages()]
    assert [(page.number, page.total, len(page.records)) for page in pages] == [(1, 2, 2)]
    request = api.asked("GetAllData")[0]
    assert (request.method, request.headers["accept"], request.content) == ("POST", "application/xml", b"")


@pytest.mark.parametrize("shape", ["list", "envelope"])
async def test_variables_of_a_read_travel_in_the_shape_of_the_settings(shape: str) -> None:
    api = Api()
    source = connect(api, data_variables=shape).source(EoneSource(map=KEY, variables={"GBL_COUNTY": "ND"}))
    _ = [page async for page in source.pages()]
    request = api.asked("GetAllDataWithVariables")[0]
    body = json.loads(request.content)
    pairs = [{"Key": "GBL_COUNTY", "Value": "ND"}]
    assert (body if shape == "list" else json.loads(body["Variables"])) == pairs
    assert request.headers["content-type"] == "application/json"


async def test_a_map_without_rows_is_explained() -> None:
    source = connect(Api(GetAllData=httpx.Response(200, text="<string/>"))).source(EoneSource(map=KEY))
    assert [len(page.records) async for page in source.pages()] == [0]
    assert "real-time" in source.notices[0]
    assert source.column_types() == {}


async def test_a_probe_reads_the_columns() -> None:
    assert (await connect(Api()).source(EoneSource(map=KEY)).probe()).detail == f"{KEY}: 3 columns."


# -- running a map now


@pytest.mark.parametrize(
    ("shape", "variables", "path"),
    [
        ("list", {}, "runmap"),
        ("list", {"GBL_A": "1"}, "RunMapWithVariables"),
        ("envelope", {"GBL_A": "1"}, "RunMapWithVariables"),
    ],
)
async def test_a_map_is_run_now(shape: str, variables: dict[str, str], path: str) -> None:
    api = Api()
    result = await connect(api, run_variables=shape).run("VENDORS FROM EXCEL", variables)
    assert (result.succeeded, result.run_number, result.documents, result.failed) == (True, "81", 2, 0)
    body = api.asked(path)[0].content
    pairs = [{"Key": "GBL_A", "Value": "1"}]
    if variables:
        assert (json.loads(body) if shape == "list" else json.loads(json.loads(body)["Variables"])) == pairs
    else:
        assert body == b""


@pytest.mark.parametrize("answer", [httpx.Response(200, text=""), httpx.ReadTimeout(""), httpx.Response(502)])
async def test_a_run_whose_answer_is_lost_is_in_doubt(answer: httpx.Response | Exception) -> None:
    api = Api(runmap=answer)
    with pytest.raises(OutcomeUnknown):
        await connect(api).run(KEY, {})
    assert len(api.asked("runmap")) == 1
