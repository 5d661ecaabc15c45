"""Requests and replies as the vendors print them on their public pages."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any, ClassVar

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, fixture, settings, tools

from synctui.connectors.base import Outgoing
from synctui.connectors.eone import Eone, EoneSource, EoneTarget
from synctui.connectors.smartsimple import SmartSimple, SmartSimpleSource
from synctui.connectors.smartsimple.replies import read_list
from synctui.http.calls import Call, Effect, Reply

# -- SmartSimple wiki, "SmartConnect - RESTful API"

PRINTED_RECORD = {
    "sf_Transaction ID": "6048788",
    "sf_Created Date": "2015-07-23 11:03:17",
    "sf_End Date": "2015-07-23 11:03:17",
    "sf_Subject": "API Test",
    "sf_Object ID": "0",
    "sf_Start Date": "2015-07-22 00:00:00",
    "sf_Modified Date": "2018-05-09 11:14:58",
    "sf_Created By": "SmartSimple Support",
}
PRINTED_CRITERIA = [
    [
        {"andor": "and", "field": "FIELDNAME", "operator": "like", "value": "PATTERN"},
        {"andor": "and", "field": "FIELDNAME2", "operator": "isempty", "value": "true"},
    ],
    [
        {"andor": "and", "field": "FIELDNAME1", "operator": "=", "value": "100"},
        {"andor": "or", "field": "FIELDNAME2", "operator": "like", "value": "PATTERN"},
        {"andor": "and", "field": "FIELDNAME3", "operator": "isempty", "value": "false"},
    ],
    [
        {"andor": "(", "field": "cf_somefield1", "operator": "like", "value": "whatever"},
        {"andor": "or", "field": "cf_somefield2", "operator": "like", "value": "whatever"},
        {"andor": "or", "field": "cf_somefield3", "operator": "like", "value": "whatever"},
        {"andor": "or", "field": "cf_somefield4", "operator": "like", "value": "whatever"},
        {"andor": ") and (", "field": "cf_someotherfield1", "operator": "=", "value": "whatever"},
        {"andor": "or", "field": "cf_someotherfield2", "operator": "=", "value": "whatever else"},
    ],
    [{"andor": "and", "field": "cf_123456", "operator": "isempty", "value": "true"}],
]


class Instance:
    """Answers every call with the printed record."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.forms.append(dict(httpx.QueryParams(request.content.decode()).items()))
        counts = {"recordto": 1, "recordcount": 1, "allcount": 1, "recordfrom": 1}
        return httpx.Response(200, html=json.dumps({"message": counts, "records": [PRINTED_RECORD]}))


def transactions(instance: Instance, **link: Any) -> Any:
    options = {"url": "https://h.test", "companyid": "7", "alias": "example", "username": "u@example.test"}
    connection = SmartSimple(settings("smartsimple", options), tools(), httpx.MockTransport(instance), QUICK)
    query = {"record": "transactions", "apitoken": "QlwYYlJERHVASmlfXWtTWklbXEt9UHpmDw4~"} | link
    return connection.source(msgspec.convert(query, SmartSimpleSource))


async def test_the_printed_record_is_handed_on_by_list_and_get() -> None:
    instance = Instance()
    source = transactions(instance, get_apitoken="GET~")
    assert [record async for page in source.pages() for record in page.records] == [PRINTED_RECORD]
    assert await source.get("6048788") == {"recordid": "6048788", **PRINTED_RECORD}
    assert instance.forms[0]["apitoken"] == "QlwYYlJERHVASmlfXWtTWklbXEt9UHpmDw4~"


@pytest.mark.parametrize("printed", PRINTED_CRITERIA)
async def test_the_printed_criteria_are_sent_as_they_stand(printed: list[dict[str, str]]) -> None:
    instance = Instance()
    _ = [page async for page in transactions(instance, criteria=printed).pages()]
    assert json.loads(instance.forms[0]["criteria"]) == printed


def test_the_printed_counts_are_understood() -> None:
    printed = '"message":{"recordto":424,"recordcount":100,"allcount":460,"recordfrom":325}'
    body = f'{{{printed},"records":{json.dumps([PRINTED_RECORD] * 100)}}}'
    reply = Reply(Call("List", "/API/1/transactions/", Effect.READ), "h.test", 200, body.encode())
    answer = read_list(reply, 325, 100)
    assert (len(answer.records), answer.total, answer.steady) == (100, 460, True)


# -- eOne: the REST API reference, and the blog's list of calls

PRINTED_MAPS = [
    {
        "MapKey": "c365b728-60e0-4841-841c-ab73008dd41d",
        "MapId": "Import Customers",
        "MapDescription": "Customers to BC",
    },
    {
        "MapKey": "1b763e98-37c4-4d32-8320-abb200d82e59",
        "MapId": "Import Sales Orders",
        "MapDescription": "Sales Orders to BC",
    },
]
PRINTED_COLUMNS = [
    {"ColumnName": "AccountNumber", "IsRequired": True},
    {"ColumnName": "AccountName", "IsRequired": False},
    {"ColumnName": "Phone", "IsRequired": False},
]
PRINTED_TOKEN = "Um5UVHZsWU1XZ09xYzE1R3dOZXhNV0Jka25FcEg3L2ZtZjVMSkxIdEZsUT0jQjE2QkIzNTMtNTFFOC00MkNBLTgxRDEtNUVCQjA0"


class Api:
    """Answers as printed; keeps what it was asked, as `POST GetToken email password companyId`."""

    answers: ClassVar[dict[str, Any]] = {
        "gettoken": PRINTED_TOKEN,
        "validate": True,
        "getmaplist": PRINTED_MAPS,
        "getmapcolumns": PRINTED_COLUMNS,
        "getmappedmapcolumns": PRINTED_COLUMNS,
    }

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: dict[str, bytes] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/")[2]
        self.asked.append(f"{request.method} {path} {' '.join(sorted(request.url.params))}".lower())
        self.bodies[path.lower()] = request.content
        if path.lower() in self.answers:
            return httpx.Response(200, json=self.answers[path.lower()])
        if path.lower().startswith("getalldata"):
            return httpx.Response(200, text=fixture("eone/getalldata_response.xml"))
        printed = json.loads(fixture("eone/run_success_response.json"))
        return httpx.Response(200, json=printed | {"RecordCount": 1, "MapKey": PRINTED_MAPS[0]["MapKey"]})


def company(api: Api) -> Eone:
    options = {"url": "h.test/API", "company": "c", "username": "u@example.test", "password_form": "plain"}
    return Eone(settings("eone", options), tools(), httpx.MockTransport(api), QUICK)


async def test_the_printed_maps_and_columns_are_read() -> None:
    connection = company(Api())
    assert [(entry.key, entry.id, entry.description) for entry in await connection.maps()] == [
        tuple(entry.values()) for entry in PRINTED_MAPS
    ]
    columns = await connection.columns("Import Customers")
    assert [(column.name, column.key) for column in columns] == [
        ("AccountNumber", True),
        ("AccountName", False),
        ("Phone", False),
    ]


@pytest.mark.parametrize("call", ["RunMapDataTable", "RunMapDataTableWithErrors", "RunMapXml"])
async def test_the_printed_row_is_sent(call: str) -> None:
    api = Api()
    target = company(api).target(msgspec.convert({"map": "Import Customers", "call": call}, EoneTarget))
    await target.send([Outgoing("a", {"name": "Test Account 001"}, 1)], {})
    root = ET.fromstring(api.bodies[call.lower()])
    table = ET.fromstring(root.findtext("Xml") or "") if call == "RunMapXml" else root.find("Xml")
    assert table is not None
    assert table.findtext("Table/name") == "Test Account 001"
    assert f"post {call.lower()} mapkey token" in api.asked


async def test_every_printed_request_is_made_as_printed() -> None:
    api = Api()
    connection = company(api)
    await connection.check()
    await connection.columns("Import Customers")
    await connection.run("Import Customers", {})
    await connection.run("Import Customers", {"GBL_A": "1"})
    for variables in ({}, {"GBL_A": "1"}):
        source = connection.source(EoneSource(map="Import Customers", variables=variables))
        _ = [page async for page in source.pages()]
    assert set(api.asked) == {
        "post gettoken companyid email password",
        "post getmaplist token",
        "post getmapcolumns mapkey token",
        "post getmappedmapcolumns mapkey token",
        "post runmap mapkey token",
        "post runmapwithvariables mapkey token",
        "post getalldata mapkey token",
        "post getalldatawithvariables mapkey token",
    }
