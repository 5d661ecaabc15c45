from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from celigo_fakes import EXPORT, QUICK, VIA, Server, opened, printed, pull, reply, source, state

from synctui.connectors.base import Connection, Source
from synctui.connectors.celigo.caller import SECONDS, WORK_SECONDS
from synctui.connectors.celigo.pages import member_text
from synctui.errors import BadReply, BudgetSpent, Refused, SignInRefused, TimedOut, Unreachable
from synctui.records import Page, Raw

BODY = {"pageSize": 5, "http": {"relativeURI": "/contacts", "method": "GET"}}
VIRTUAL: dict[str, Any] = {"via": VIA, "body": BODY}
NETSUITE = json.loads(printed("export_page_1_request.json"))["export"]


def answer(*ids: int, then: Any = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"data": [{"id": str(number)} for number in ids], **more}
    return found | ({"pagedExportState": then} if then is not None else {})


def ids(pages: list[Page]) -> list[str | None]:
    return [record["id"] for page in pages for record in page.records]


def refusal(status: int, code: str = "invalid_paged_export_state", message: str = "It has expired") -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"code": code, "message": message, "field": "pagedExportState"}]})


def test_source_and_connection_fit_the_protocols() -> None:
    connection: Connection = opened(Server({}))
    found: Source = source(Server({}))
    assert "id" in found.id_columns
    assert found.column_types() == {}
    assert connection is not None


# -- the request


async def test_a_saved_export_is_invoked_by_its_id_with_the_bearer_token() -> None:
    server = Server(answer(1, then=state(2)), answer(2))
    await pull(source(server))
    assert [str(request.url) for request in server.requests] == [
        f"https://api.integrator.io/v1/exports/{EXPORT['export']}/invoke"
    ] * 2
    assert server.bodies == [{}, {"pagedExportState": state(2)}]
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer my_api_token"}
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("connection", "host"),
    [
        ({}, "https://api.integrator.io/v1"),
        ({"region": "eu"}, "https://api.eu.integrator.io/v1"),
        ({"url": "https://celigo.test"}, "https://celigo.test/v1"),
        ({"url": "https://celigo.test/v1/"}, "https://celigo.test/v1"),
        ({"url": "celigo.test/v1"}, "https://celigo.test/v1"),
    ],
)
async def test_the_region_or_url_is_where_calls_go(connection: dict[str, str], host: str) -> None:
    server = Server(answer(1))
    await pull(source(server, **connection))
    assert str(server.requests[0].url).startswith(f"{host}/exports/")


async def test_the_vendors_first_request_is_sent_as_printed() -> None:
    server = Server(answer())
    await pull(source(server, {"via": VIA, "body": NETSUITE}))
    assert server.paths == [f"/v1/connections/{VIA}/export/pages"]
    assert server.bodies == [json.loads(printed("export_page_1_request.json"))]


async def test_the_vendors_second_page_is_asked_for_and_read_as_printed() -> None:
    asked = json.loads(printed("export_page_2_request.json"))
    server = Server(answer(then=asked["pagedExportState"]), reply(printed("export_page_2_response.json")), {"data": []})
    pages = await pull(source(server, {"via": VIA, "body": NETSUITE}))
    assert server.bodies[1] == asked
    assert [len(page.records) for page in pages] == [0, 5, 0]
    assert (pages[1].total, pages[1].number) == (822, 2)
    assert pages[1].records[0] == {
        "recType": "813",
        "Trial Start": "2017-06-14T09:02:00.000-07:00",
        "custrecord_license2_trial_end_date": "2017-09-30T07:00:00.000+00:00",
        "custrecord_usage_diy_year": "2017",
        "custrecord_usage_diy_hours": "4",
        "custrecord_usage_diy_month_s": "November",
    }
    assert isinstance(pages[1].records[0]["custrecord_usage_diy_year"], Raw)
    assert server.bodies[2]["pagedExportState"]["pageIndex"] == 3


async def test_the_damaged_reply_on_the_vendors_page_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="is not JSON, or was cut short"):
        await pull(source(Server(reply(printed("export_page_1_response_damaged.txt"))), VIRTUAL))


async def test_the_page_size_of_a_virtual_export() -> None:
    server = Server(answer())
    await pull(source(server, VIRTUAL | {"page_size": 200}))
    assert server.bodies == [{"export": {"asynchronous": True, **BODY, "pageSize": 200}}]


async def test_an_export_in_one_shot_is_one_call() -> None:
    server = Server(answer(1, 2, then=state(2)))
    assert ids(await pull(source(server, VIRTUAL | {"paged": False}))) == ["1", "2"]
    assert server.paths == [f"/v1/connections/{VIA}/export"]


# -- the state


@pytest.mark.parametrize(
    "exact",
    [
        '{"pageIndex" : 2.0,  "big":12345678901234567890, "e":1e5,"x":"\\u00e9\\/\\ud800"}',
        '{"":{"sig":[1.10]},"done":false }',
        '"opaque \\u0041"',
        "[1.10]",
        '{"a":1,"a":2}',
    ],
)
async def test_a_state_goes_back_byte_for_byte(exact: str) -> None:
    server = Server(reply(f'{{"data":[{{"id":"1"}}],"pagedExportState": {exact} ,"dataURIs":[null]}}'), answer(2))
    await pull(source(server, VIRTUAL))
    assert f'"pagedExportState":{exact}}}'.encode() in server.requests[1].content


def test_members_of_an_object_by_their_text() -> None:
    text = ' { "a" : [1, {"b": 2}] , "b":"}", "c":{"b":3}}'
    assert [member_text(text, name) for name in "abcd"] == ['[1, {"b": 2}]', '"}"', '{"b":3}', ""]
    assert member_text("{}", "a") == ""


# -- the end


@pytest.mark.parametrize(
    "last",
    [
        [answer(2)],
        [answer(2, then=state(3, done=True))],
        [answer(2, then=state(3)), answer(then=state(3, issuedAt=9, sig="cd" * 32))],
        [answer(2, then=state(3)), httpx.Response(204)],
        [answer(2, then={})],
        [answer(2, then=None, pagedExportState=None)],
    ],
)
async def test_every_sign_of_the_end_ends_the_pull(last: list[Any]) -> None:
    server = Server(answer(1, then=state(2)), *last, AssertionError("asked for more"))
    export = source(server)
    assert ids(await pull(export)) == ["1", "2"]
    assert export.notices == []


async def test_an_empty_page_with_a_new_state_is_not_the_end() -> None:
    server = Server(answer(1, then=state(2)), answer(then=state(3)), answer(2))
    assert ids(await pull(source(server))) == ["1", "2"]


@pytest.mark.parametrize("empty", [httpx.Response(204), answer()])
async def test_an_export_without_records(empty: Any) -> None:
    pages = await pull(source(Server(empty)))
    assert pages == [Page((), 1, None)]


@pytest.mark.parametrize(
    "again",
    [
        [answer(2, then=state(2))],
        [answer(2, then=state(2, issuedAt=99, sig="cd" * 32))],
        [answer(2, then=state(3)), answer(3, then=state(2, issuedAt=99))],
    ],
)
async def test_pages_that_go_round_in_a_circle_are_found_out(again: list[Any]) -> None:
    server = Server(answer(1, then=state(2)), *again)
    with pytest.raises(BadReply, match="circle"):
        await pull(source(server))
    assert len(server.requests) == len(again) + 1


# -- totals


async def test_totals_are_told_where_a_state_has_them() -> None:
    server = Server(answer(1, then=state(2, totalRecords=2)), answer(2))
    assert [page.total for page in await pull(source(server))] == [2, 2]
    assert [page.total for page in await pull(source(Server(answer(1, then=state(2)), answer(2))))] == [None, None]


async def test_a_total_that_was_not_kept_is_told() -> None:
    export = source(Server(answer(1, then=state(2, totalRecords=3)), answer(2)))
    await pull(export)
    assert export.notices == ["The export promised 3 records and gave 2: pull again when it is quiet."]


# -- one page ahead


async def test_one_page_is_fetched_ahead_and_not_two() -> None:
    server = Server(*(answer(number, then=state(number + 1)) for number in range(1, 9)))
    pages = source(server).pages()
    for taken in range(1, 4):
        await anext(pages)
        await asyncio.sleep(0.02)
        assert len(server.requests) == taken + 1
    await pages.aclose()


async def test_closing_a_pull_stops_the_page_under_way() -> None:
    stopped = asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if b"pagedExportState" not in request.content:
                return httpx.Response(200, json=answer(1, then=state(2)))
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                stopped.set()
                raise
            raise AssertionError

    pages = source(Slow().handle_async_request).pages()
    await anext(pages)
    await asyncio.sleep(0.01)
    await pages.aclose()
    assert stopped.is_set()


# -- a state that is refused


async def test_a_refused_state_begins_the_export_anew_once() -> None:
    server = Server(
        answer(1, then=state(2)), refusal(422), answer(1, then=state(2)), answer(2, then=state(3)), answer(3)
    )
    export = source(server)
    pages = await pull(export)
    assert [page.number for page in pages] == [1, 1, 2, 3]
    assert ids(pages) == ["1", "1", "2", "3"]
    assert export.notices == [
        "Celigo no longer took the paging state, so the export was read again from its first page."
    ]


async def test_a_state_refused_again_is_an_error() -> None:
    server = Server(answer(1, then=state(2)), refusal(422), answer(1, then=state(2)), refusal(400))
    with pytest.raises(Refused, match=r"It has expired \(pagedExportState\)") as caught:
        await pull(source(server))
    assert caught.value.hint
    assert len(server.requests) == 4


async def test_a_refusal_of_the_first_page_is_not_tried_again() -> None:
    server = Server(refusal(422, "connection_offline", "The connection is offline"))
    with pytest.raises(Refused, match="The connection is offline"):
        await pull(source(server))
    assert len(server.requests) == 1


# -- what an answer may hold


async def test_records_keep_their_json_types_and_exact_numbers() -> None:
    record = '{"n":1.10,"big":9007199254740993,"e":1e5,"t":true,"z":null,"l":[1.0,{"a":null}],"o":{"a.b":"x","o":{}}}'
    (page,) = await pull(source(Server(reply(f'{{"data":[{record}]}}'))))
    assert page.records[0] == {
        "n": "1.10",
        "big": "9007199254740993",
        "e": "1e5",
        "t": "true",
        "z": None,
        "l": '[1.0,{"a":null}]',
        "o.a\\.b": "x",
        "o.o": "{}",
    }
    assert [name for name, value in page.records[0].items() if isinstance(value, Raw)] == [
        "n",
        "big",
        "e",
        "t",
        "l",
        "o.o",
    ]


async def test_errors_beside_the_records_are_told() -> None:
    export = source(Server(answer(1, errors=[{"code": "x", "message": "One record was left out"}])))
    assert ids(await pull(export)) == ["1"]
    assert export.notices == ["The export told of errors: One record was left out."]


@pytest.mark.parametrize(
    ("body", "expected", "says"),
    [
        ("", BadReply, "nothing at all"),
        ("[]", BadReply, "holds no data"),
        ("{}", BadReply, "holds no data"),
        ('{"data":{}}', BadReply, "holds no data"),
        ('{"data":[[{"id":"1"}]]}', BadReply, "holds something that is no record"),
        ('{"data":["1"]}', BadReply, "holds something that is no record"),
        ('{"errors":[{"code":"a","message":"No such search"}]}', Refused, "No such search"),
        ("<html></html>", BadReply, "web page"),
        ('{"data":[{"id":"1"', BadReply, "cut short"),
        ("[" * 100_000, BadReply, "too deeply"),
        ('{"data":[{"a":' + "[" * 700 + "]" * 700 + "}]}", BadReply, "too deeply"),
    ],
)
async def test_answers_that_make_no_sense(body: str, expected: type[Exception], says: str) -> None:
    with pytest.raises(expected, match=says) as caught:
        await pull(source(Server(reply(body))))
    assert caught.value.hint  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "body", "expected", "says"),
    [
        (401, '{"errors":[{"code":"unauthorized","message":"Unauthorized"}]}', SignInRefused, "other region"),
        (403, '{"errors":[{"code":"access_restricted","message":"No"}]}', SignInRefused, "custom token"),
        (404, '{"message":"not here"}', Refused, "not here"),
        (400, '{"error":"odd request"}', Refused, "odd request"),
        (422, '{"code":"inactive","message":"It is off"}', Refused, "It is off"),
        (422, '{"errors":[{"message":"one"},{"code":"two"}]}', Refused, "one; two"),
        (404, "Cannot POST", Refused, "Cannot POST"),
        (404, "<html>no</html>", Refused, "does not say why"),
        (404, "", Refused, "HTTP 404"),
        (500, '{"errors":[{"message":"oops"}]}', Unreachable, "HTTP 500"),
        (302, "", BadReply, "points to another address"),
    ],
)
async def test_every_shape_of_a_refusal(status: int, body: str, expected: type[Exception], says: str) -> None:
    with pytest.raises(expected) as caught:
        await pull(source(Server(reply(body, status))))
    error: Any = caught.value
    assert says in f"{error.message} {error.hint}"
    assert error.message.endswith(".")
    assert "my_api_token" not in f"{error!r} {error}"


async def test_a_long_refusal_is_cut() -> None:
    with pytest.raises(Refused) as caught:
        await pull(source(Server(reply(json.dumps({"message": "x" * 5000}), 422))))
    assert len(caught.value.message) < 350


async def test_a_read_waits_as_long_as_a_429_says_and_comes_again() -> None:
    limited = httpx.Response(429, headers={"retry-after": "1"}, json={"errors": [{"code": "rate_limited"}]})
    server = Server(limited, answer(1))
    started = asyncio.get_running_loop().time()
    assert ids(await pull(source(server))) == ["1"]
    assert 0.9 < asyncio.get_running_loop().time() - started < 1.6


async def test_a_429_that_stays_is_a_spent_budget() -> None:
    server = Server(httpx.Response(429, headers={"retry-after": "60"}))
    with pytest.raises(BudgetSpent, match="too many calls"):
        await pull(source(server))
    assert len(server.requests) == 1


async def test_a_read_is_tried_again_after_a_passing_fault() -> None:
    for fault in (httpx.Response(503), httpx.ReadError("broke")):
        server = Server(fault, answer(1))
        assert ids(await pull(source(server))) == ["1"]


async def test_an_export_has_six_minutes_and_other_calls_half_a_minute() -> None:
    timeouts: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json=answer(1) | {"_id": "x", "name": "y"})

    export = source(handler, timing=None)
    await pull(export)
    await export.probe()
    assert timeouts == [WORK_SECONDS, SECONDS] == [360.0, 30.0]


async def test_an_export_that_hangs_times_out() -> None:
    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        raise AssertionError

    with pytest.raises(TimedOut):
        await pull(source(hang))
    assert QUICK.deadline < 1


# -- the probe


async def test_the_probe_does_not_run_the_export() -> None:
    server = Server({"_id": EXPORT["export"], "name": "Contacts"})
    assert (await source(server).probe()).detail == f"export {EXPORT['export']}: Contacts"
    assert [(request.method, request.url.path) for request in server.requests] == [
        ("GET", f"/v1/exports/{EXPORT['export']}")
    ]


async def test_the_probe_of_a_virtual_export_looks_at_its_connection() -> None:
    server = Server(reply(printed("connection_response.json")))
    assert "Slack API" in (await source(server, VIRTUAL).probe()).detail
    with pytest.raises(Refused, match="offline"):
        await source(Server({"_id": VIA, "name": "Old", "offline": True}), VIRTUAL).probe()
