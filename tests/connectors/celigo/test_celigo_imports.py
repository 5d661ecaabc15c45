from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from celigo_fakes import IMPORT, VIA, Server, printed, reply, rows, target

from synctui.connectors.base import Outcome, Target
from synctui.connectors.celigo.outcomes import NOT_TOLD
from synctui.errors import BadReply, BudgetSpent, OutcomeUnknown, Refused, SettingsError, SignInRefused, Unreachable
from synctui.records import ABSENT, Raw, Value

VENDOR_IMPORT = json.loads(printed("import_request.json"))["import"]
VIRTUAL = {"via": VIA, "body": VENDOR_IMPORT}
ONE = rows({"id": "1", "name": "Ada"})


def ok(**more: Any) -> dict[str, Any]:
    return {"statusCode": 200, "id": "1", "_json": {"id": "1"}} | more


def failed(status: Any = 422, message: str = "phone required", **more: Any) -> dict[str, Any]:
    error = {"code": str(status), "message": message, "source": "application"}
    return {"statusCode": status, "errors": [error], "ignored": False, "_json": None, "dataURI": ""} | more


async def send(result: Any, sent: list[Any] = ONE) -> Any:
    return await target(Server(result)).send(sent, {})


async def test_the_target_fits_the_protocol_and_takes_any_column() -> None:
    found: Target = target(Server({}))
    shape = await found.shape()
    assert (shape.columns, shape.any_column, shape.typed, shape.unique_keys) == ((), True, True, True)
    assert await found.mark() == ""
    assert found.name == f"celigo https://api.integrator.io/v1 import {IMPORT['import']}"
    assert target(Server({}), VIRTUAL, region="eu").name != target(Server({}), VIRTUAL).name


# -- the request


async def test_a_saved_import_gets_an_array_of_records() -> None:
    server = Server([ok(), ok()])
    await target(server).send(rows({"id": "1"}, {"id": "2"}), {})
    (request,) = server.requests
    assert (request.method, request.url.path) == ("POST", f"/v1/imports/{IMPORT['import']}/invoke")
    assert server.bodies == [[{"id": "1"}, {"id": "2"}]]
    assert request.headers["authorization"] == "Bearer my_api_token"
    assert request.headers["connection"] == "close"


async def test_the_vendors_import_is_sent_as_printed() -> None:
    server = Server(reply(printed("import_response.json")))
    sent = rows(*[{"timestamp": Raw("1512012818751")}] * 4)
    done = await target(server, VIRTUAL).send(sent, {})
    assert server.paths == [f"/v1/connections/{VIA}/import"]
    assert server.bodies == [json.loads(printed("import_request.json"))]
    assert [(row.row_id, row.outcome) for row in done.rows] == [
        (row.row_id, Outcome.ACCEPTED) for row in sent
    ]  # results that share an id belong to different rows all the same
    assert done.stop == done.run_number == ""


async def test_the_whole_record_goes_out_with_its_types() -> None:
    server = Server([ok()])
    values: dict[str, Value] = {
        "id": "1",
        "rate": Raw("1.10"),
        "big": Raw("9007199254740993"),
        "active": Raw("true"),
        "none": None,
        "missing": ABSENT,
        "tags": Raw('["a",1.0]'),
        "address.city": "Fargo",
        "address.geo.lat": Raw("46.80"),
        "custom.a\\.b": "x",
    }
    await target(server).send(rows(values), {})
    assert server.requests[0].content.decode() == (
        '[{"id":"1","rate":1.10,"big":9007199254740993,"active":true,"none":null,"tags":["a",1.0],'
        '"address":{"city":"Fargo","geo":{"lat":46.80}},"custom":{"a.b":"x"}}]'
    )


async def test_blank_cells_of_a_new_row_are_left_out() -> None:
    server = Server([ok()])
    await target(server).send(rows({"name": "Bo", "phone": None, "note": ""}, create=True), {})
    assert server.bodies == [[{"name": "Bo", "note": ""}]]


async def test_a_row_that_cannot_be_one_record_stops_its_batch_before_it_leaves() -> None:
    server = Server([ok()])
    with pytest.raises(Refused, match="address holds a value of its own"):
        await target(server).send(rows({"address": "x", "address.city": "Fargo"}), {})
    assert server.requests == []


async def test_variables_are_refused_before_anything_leaves() -> None:
    server = Server([ok()])
    with pytest.raises(SettingsError, match="variables"):
        await target(server).send(ONE, {"GBL_A": "1"})
    assert server.requests == []


def test_the_size_of_rows_is_known_before_they_are_sent() -> None:
    found = target(Server({}))
    sent = rows({"id": "1", "note": "Größe" * 100})
    assert found.body_size(sent * 2) == 2 * found.body_size(sent) > 700


# -- what became of the rows


@pytest.mark.parametrize(
    ("result", "outcome", "message"),
    [
        (ok(), Outcome.ACCEPTED, ""),
        ({"statusCode": 200}, Outcome.ACCEPTED, ""),
        ({"statusCode": "201", "id": 7}, Outcome.ACCEPTED, ""),
        (ok(errors=[]), Outcome.ACCEPTED, ""),
        (ok(errors=[{"code": "part", "message": "no country code"}]), Outcome.ACCEPTED, "no country code."),
        (ok(ignored=True), Outcome.SKIPPED, "ignored by the import"),
        (failed(422, ignored=True), Outcome.SKIPPED, "phone required."),
        (failed(), Outcome.REFUSED, "phone required."),
        (failed("422"), Outcome.REFUSED, "phone required."),
        (failed(message='{"error":"phone required"}'), Outcome.REFUSED, '{"error":"phone required"}.'),
        (failed(errors=[{"message": "one"}, {"code": "two"}]), Outcome.REFUSED, "one; two."),
        (failed(418), Outcome.REFUSED, "phone required."),
        (failed(500, errors=None), Outcome.REFUSED, "refused with status 500"),
        ({}, Outcome.IN_DOUBT, NOT_TOLD),
        ({"id": "1", "_json": {}}, Outcome.IN_DOUBT, NOT_TOLD),
        ({"statusCode": 0, "errors": [{"message": "odd"}]}, Outcome.IN_DOUBT, f"{NOT_TOLD}: odd."),
        ({"statusCode": True}, Outcome.IN_DOUBT, NOT_TOLD),
        ({"statusCode": 302}, Outcome.IN_DOUBT, NOT_TOLD),
    ],
)  # fmt: skip
async def test_every_kind_of_result(result: dict[str, Any], outcome: Outcome, message: str) -> None:
    done = await send([result])
    assert [(row.row_id, row.outcome, row.message) for row in done.rows] == [("key:1", outcome, message)]
    assert done.stop == ""


async def test_results_belong_to_rows_by_their_place() -> None:
    done = await send([ok(id="2"), failed(), ok(id="1")], rows({"id": "1"}, {"id": "x"}, {"id": "2"}))
    assert [(row.row_id, row.outcome.value) for row in done.rows] == [
        ("key:1", "accepted"),
        ("key:2", "refused"),
        ("key:3", "accepted"),
    ]


@pytest.mark.parametrize("status", [401, 403, "403"])
async def test_an_offline_connection_stops_what_follows(status: Any) -> None:
    done = await send([ok(), failed(status, "Connection is offline")], rows({"id": "1"}, {"id": "2"}))
    assert [row.outcome for row in done.rows] == [Outcome.ACCEPTED, Outcome.REFUSED]
    assert done.stop == "the connection behind the import is offline: Connection is offline."


@pytest.mark.parametrize(
    ("result", "key"),
    [
        (ok(id="900"), "900"),
        (ok(id=900), "900"),
        ({"statusCode": 201, "_json": {"id": 12345678901234567890}}, "12345678901234567890"),
        ({"statusCode": 201, "_json": {"_id": "5a1"}}, "5a1"),
        ({"statusCode": 200, "_json": {"_raw": "File written successfully"}}, ""),
        ({"statusCode": 200, "_json": [{"id": "1"}]}, ""),
        (failed(id="900"), ""),
        (ok(id="900", ignored=True), ""),
    ],
)
async def test_the_id_of_a_created_record_is_told(result: dict[str, Any], key: str) -> None:
    assert [row.new_key for row in (await send([result], rows({"name": "Bo"}, create=True))).rows] == [key]
    assert [row.new_key for row in (await send([result], ONE)).rows] == [""]
    own = [replace(row, key=("mine",)) for row in rows({"id": "mine"}, create=True)]
    assert [row.new_key for row in (await send([result], own)).rows] == [""]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(204),
        reply(""),
        reply("OK"),
        reply("<html>"),
        reply('[{"statusCode":200'),
        reply("null"),
        {},
        {"errors": [{"message": "half"}]},
        ok(),
        [],
        [ok(), ok()],
        ["1"],
        [None],
        [[ok()]],
    ],
)
async def test_an_answer_that_cannot_be_paired_with_the_rows_is_a_doubt(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await send(answer)
    assert caught.value.hint


# -- what is certain of a call that failed


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.ConnectError("no"), Unreachable),
        (httpx.ConnectTimeout("no"), Unreachable),
        (httpx.Response(401), SignInRefused),
        (httpx.Response(403), SignInRefused),
        (httpx.Response(429, headers={"retry-after": "3"}), BudgetSpent),
        (httpx.Response(400), Refused),
        (httpx.Response(404), Refused),
        (httpx.Response(413), Refused),
        (httpx.Response(422, json={"errors": [{"code": "invalid_field", "message": "Cast failed"}]}), Refused),
        (httpx.Response(409), OutcomeUnknown),
        (httpx.Response(500), OutcomeUnknown),
        (httpx.Response(503, headers={"retry-after": "1"}), OutcomeUnknown),
        (httpx.ReadError("broke"), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.RemoteProtocolError("closed"), OutcomeUnknown),
        (httpx.WriteError("broke"), OutcomeUnknown),
    ],
)
async def test_a_send_leaves_once_whatever_happens(answer: Any, expected: type[Exception]) -> None:
    server = Server(answer)
    with pytest.raises(expected) as caught:
        await target(server).send(ONE, {})
    assert type(caught.value) is expected or expected is Refused
    assert len(server.requests) == 1
    assert "my_api_token" not in f"{caught.value!r} {caught.value}"


async def test_a_refused_batch_says_why() -> None:
    server = Server(
        httpx.Response(422, json={"errors": [{"code": "invalid_field", "message": "Cast failed", "field": "_id"}]})
    )
    with pytest.raises(Refused, match=r"Cast failed \(_id\)\."):
        await target(server).send(ONE, {})


# -- the dry run


@pytest.mark.parametrize(
    "answer",
    [
        [{"phone": "1.10"}, {"data": "a", "phone": None}],
        [{"data": {"phone": "1.10"}, "errors": []}, {"data": {"data": "a", "phone": None}}],
        [{"mappedObject": {"phone": "1.10"}}, {"mappedObject": {"data": "a", "phone": None}}],
    ],
)
async def test_the_mapped_records_are_shown_whatever_the_shape_of_the_answer(answer: Any) -> None:
    server = Server(answer)
    found = await target(server, VIRTUAL).dry_run(rows({"id": "1"}, {"id": "2"}))
    assert server.paths == [f"/v1/connections/{VIA}/import/map"]
    assert server.bodies == [{"import": VENDOR_IMPORT, "data": [{"id": "1"}, {"id": "2"}]}]
    assert [(row.row_id, row.record) for row in found.rows] == [
        ("key:1", '{"phone":"1.10"}'),
        ("key:2", '{"data":"a","phone":null}'),
    ]
    assert "hooks" in found.notes[0]


async def test_mapping_errors_stand_beside_their_row() -> None:
    error = {"code": "cannot_evaluate_static_lookup", "message": 'Cannot evaluate the static lookup: "levels".'}
    server = Server([{"data": None, "errors": [error, {"code": "value"}]}, {"level": "1"}])
    found = await target(server, VIRTUAL).dry_run(rows({"id": "1"}, {"id": "2"}))
    assert found.rows[0].errors == ('Cannot evaluate the static lookup: "levels".', "value.")
    assert (found.rows[0].record, found.rows[1].errors) == ("", ())


@pytest.mark.parametrize("answer", [[{}], {}, httpx.Response(204), reply("nonsense")])
async def test_a_dry_run_that_does_not_answer_per_row_is_a_bad_reply(answer: Any) -> None:
    with pytest.raises(BadReply):
        await target(Server(answer), VIRTUAL).dry_run(rows({"id": "1"}, {"id": "2"}))


async def test_a_dry_run_asks_in_parts_as_large_as_a_batch() -> None:
    server = Server(lambda request: httpx.Response(200, json=json.loads(request.content)["data"]))
    found = await target(server, VIRTUAL | {"batch_rows": 2}).dry_run(rows(*({"id": str(n)} for n in range(5))))
    assert [len(body["data"]) for body in server.bodies] == [2, 2, 1]
    assert [row.record for row in found.rows] == [f'{{"id":"{n}"}}' for n in range(5)]
    assert len(found.notes) == 1


async def test_a_dry_run_may_be_tried_again() -> None:
    server = Server(httpx.Response(503), [{"id": "1"}])
    assert (await target(server, VIRTUAL).dry_run(ONE)).rows[0].record == '{"id":"1"}'


async def test_a_saved_import_shows_what_is_sent_and_its_mapping_as_printed() -> None:
    server = Server(reply(printed("get_import_response.json")))
    found = await target(server).dry_run(rows({"internal_id": Raw("1.0"), "name": None}))
    assert [(request.method, request.url.path) for request in server.requests] == [
        ("GET", f"/v1/imports/{IMPORT['import']}")
    ]
    assert found.rows[0].record == '{"internal_id":1.0,"name":null}'
    assert found.notes[0].startswith("Celigo has no dry run for a saved import")
    assert found.notes[1:] == (
        "id <- internal_id",
        "sku <- item_id",
        "name <- name",
        "description <- sales_description",
        "price <- rate",
        "qty <- qty_on_hand",
    )


async def test_constants_lookups_and_lists_of_a_saved_mapping_are_shown() -> None:
    mapping = {
        "fields": [
            {"generate": "key", "hardCodedValue": "sqs"},
            {"generate": "l", "extract": "t", "lookupName": "levels"},
        ],
        "lists": [{"generate": "lines", "fields": [{"generate": "sku", "extract": "lines[*].sku"}]}],
    }
    found = await target(Server({"mapping": mapping})).dry_run(ONE)
    assert found.notes[1:] == ('key <- always "sqs"', "l <- t, looked up in levels", "lines[].sku <- lines[*].sku")
    assert len((await target(Server({"mappings": []})).dry_run(ONE)).notes) == 2
