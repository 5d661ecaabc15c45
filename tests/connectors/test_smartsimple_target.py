from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, MemoryCache, settings, tools
from hypothesis import given
from hypothesis import strategies as st

from synctui.connectors.base import Outgoing, Target, TargetColumn, Tools
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.jsonrset import form_size, is_record_id, stored, unchanged, write_jsonrset
from synctui.connectors.smartsimple.options import SmartSimpleTarget
from synctui.connectors.smartsimple.target import SmartSimpleFunction
from synctui.errors import (
    BudgetSpent,
    OutcomeUnknown,
    Refused,
    SettingsError,
    SignInRefused,
    SyncError,
    Unreachable,
)
from synctui.links import TargetOptions
from synctui.records import Outcome, Raw, Value

CONNECTION = {"url": "https://example.smartsimple.test/", "companyid": "7", "alias": "e", "username": "u@example.test"}
LINK: dict[str, Any] = {"record": "levelone", "apitoken": "env:TOK_UPDATE~", "fields": ["cf_Amount", "cf_Note"]}
LIMIT = "Number of API Calls within the hour have reached the maximum limit, please try again later"


def row(record_id: str, amount: Value = "1", note: Value = "", *, create: bool = False) -> Outgoing:
    return Outgoing(f"row {record_id}", {"recordid": record_id, "cf_Amount": amount, "cf_Note": note}, 1, create)


class Instance:
    """Answers every update with success; remembers what it was asked."""

    def __init__(self, answer: httpx.Response | Exception | None = None) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or httpx.Response(200, json={"message": {}, "records": list(map(done, sent(request)))})


def done(record: dict[str, str]) -> dict[str, str]:
    new = record["recordid"] == "0"
    return {"recordid": "777" if new else record["recordid"], "status": "updated successfully"}


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(httpx.QueryParams(request.content.decode()).items())


def sent(request: httpx.Request) -> Any:
    data = json.loads(form_of(request)["jsonrset"])
    return data["records"] if isinstance(data, dict) else data


def target(
    instance: Any = None, link: dict[str, Any] | None = None, handed: Tools | None = None, **connection: Any
) -> SmartSimpleFunction:
    options = settings("smartsimple", CONNECTION | connection).options
    transport = httpx.MockTransport(instance or Instance())
    caller = Caller(options, handed or tools(), transport=transport, timing=QUICK)
    return SmartSimpleFunction(caller, msgspec.convert(LINK | (link or {}), SmartSimpleTarget))


# -- what the target says of itself


async def test_the_target_fits_the_protocol_and_asks_for_whole_rows() -> None:
    fits: Target = target()
    shape = await fits.shape()
    assert shape.columns == (TargetColumn("recordid", key=True), TargetColumn("cf_Amount"), TargetColumn("cf_Note"))
    assert (shape.whole_rows, shape.unique_keys, shape.any_column, shape.groups) == (True, True, False, False)
    assert await fits.mark() == ""


async def test_without_fields_any_column_goes() -> None:
    shape = await target(link={"fields": []}).shape()
    assert shape.columns == (TargetColumn("recordid", key=True),)
    assert (shape.any_column, shape.whole_rows) == (True, True)


def test_the_name_tells_functions_apart_and_no_token() -> None:
    first, second = target(), target(link={"apitoken": "env:OTHER"})
    assert first.name == target().name != second.name
    assert first.name.startswith("smartsimple https://example.smartsimple.test 7 levelone ")
    assert "tok_update" not in first.name


def test_the_options() -> None:
    options = msgspec.convert(LINK | {"marker": "cf_sync_key"}, SmartSimpleTarget)
    assert isinstance(options, TargetOptions)
    assert (options.object_name, options.fields, options.marker) == (
        "levelone",
        ("cf_Amount", "cf_Note"),
        "cf_sync_key",
    )
    assert "TOK_UPDATE" not in repr(options)
    with pytest.raises(msgspec.ValidationError, match="report"):
        msgspec.convert(LINK | {"record": "report"}, SmartSimpleTarget)


# -- the request


@pytest.mark.parametrize("shape", ["array", "records"])
async def test_an_update_is_sent_as_the_vendor_prints_it(shape: str) -> None:
    instance = Instance()
    rows = [row("900001", "25000", None), row("900002", Raw("1.10"), 'Größe & "x"')]
    answer = await target(instance, jsonrset=shape, api_version=2).send(rows, {})
    assert [(reply.row_id, reply.outcome) for reply in answer.rows] == [
        ("row 900001", Outcome.ACCEPTED),
        ("row 900002", Outcome.ACCEPTED),
    ]
    [request] = instance.requests
    assert (request.method, request.url.path, request.url.query) == ("POST", "/API/2/levelone/", b"")
    assert request.headers["connection"] == "close"
    form = form_of(request)
    records = [
        {"recordid": "900001", "cf_Amount": "25000", "cf_Note": ""},
        {"recordid": "900002", "cf_Amount": "1.10", "cf_Note": 'Größe & "x"'},
    ]
    assert json.loads(form.pop("jsonrset")) == (records if shape == "array" else {"records": records})
    assert form == {
        "apitoken": "TOK_UPDATE~",
        "username": "u@example.test",
        "password": "pa&s+w%rd",
        "companyid": "7",
        "alias": "e",
    }


async def test_a_new_row_is_sent_with_recordid_0_and_gets_its_id() -> None:
    instance = Instance()
    answer = await target(instance).send([row("", create=True)], {})
    assert sent(instance.requests[0]) == [{"recordid": "0", "cf_Amount": "1", "cf_Note": ""}]
    assert [(reply.outcome, reply.new_key) for reply in answer.rows] == [(Outcome.ACCEPTED, "777")]


async def test_fields_are_sent_every_one_and_no_other() -> None:
    instance = Instance()
    more = Outgoing("a", {"cf_Note": "n", "cf_Other": "x", "recordid": "1", "cf_Amount": ""}, 1)
    await target(instance).send([more], {})
    assert list(sent(instance.requests[0])[0]) == ["recordid", "cf_Amount", "cf_Note"]


async def test_without_fields_a_row_is_sent_as_it_is() -> None:
    instance = Instance()
    more = Outgoing("a", {"cf_Note": "n", "cf_Other": None, "recordid": "1"}, 1)
    await target(instance, {"fields": []}).send([more], {})
    assert sent(instance.requests[0]) == [{"recordid": "1", "cf_Note": "n", "cf_Other": ""}]


# -- what must not leave


@pytest.mark.parametrize("key", ["", "0", "00", "-1", "+1", "0.0", " 1", "1 ", "V-1", "\u0661", "1\n"])
async def test_a_lost_key_never_creates(key: str) -> None:
    instance = Instance()
    with pytest.raises(Refused, match="cannot be updated"):
        await target(instance).send([row("900001"), row(key)], {})
    assert instance.requests == []


async def test_a_row_without_the_id_column_never_creates() -> None:
    instance = Instance()
    with pytest.raises(Refused, match="cannot be updated"):
        await target(instance).send([Outgoing("a", {"cf_Amount": "1", "cf_Note": ""}, 1)], {})
    assert instance.requests == []


async def test_a_new_row_has_no_id_of_its_own() -> None:
    instance = Instance()
    with pytest.raises(Refused, match="gives records their ids"):
        await target(instance).send([row("900001", create=True)], {})
    assert instance.requests == []


@pytest.mark.parametrize("twice", ["900001", "0900001"])
async def test_two_rows_of_one_record_never_leave_together(twice: str) -> None:
    instance = Instance()
    with pytest.raises(Refused, match="two rows"):
        await target(instance).send([row("900001"), row("900002"), row(twice)], {})
    assert instance.requests == []


async def test_a_row_that_lacks_a_field_would_blank_it() -> None:
    instance = Instance()
    with pytest.raises(Refused, match="lacks cf_Note"):
        await target(instance).send([Outgoing("a", {"recordid": "1", "cf_Amount": "1"}, 1)], {})
    assert instance.requests == []


async def test_an_update_takes_no_variables() -> None:
    instance = Instance()
    with pytest.raises(SettingsError, match="variables"):
        await target(instance).send([row("900001")], {"GBL_A": "1"})
    assert instance.requests == []


# -- values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("", ""),
        ("2025-07-08 00:00:00", "2025-07-08"),
        ("2025-07-08 00:00:00.0", "2025-07-08"),
        ("2025-07-08", "2025-07-08"),
        ("2025-07-08 09:30:00", "2025-07-08 09:30:00"),
        ("2025-07-08T00:00:00", "2025-07-08T00:00:00"),
        ("due 2025-07-08 00:00:00", "due 2025-07-08 00:00:00"),
        ("00123", "00123"),
        (" x ", " x "),
        (Raw("true"), "true"),
    ],
)
def test_values_are_stored_values(value: Value, expected: str) -> None:
    assert stored(value) == expected
    assert type(stored(value)) is str


async def test_a_text_that_looks_like_midnight_stays_where_the_field_is_known_to_be_no_date() -> None:
    handed, instance = tools(), Instance()
    known = [{"name": "cf_Note", "type": "text"}, {"name": "cf_Amount", "type": "Date"}]
    assert isinstance(handed.metadata, MemoryCache)
    handed.metadata["smartsimple meta https://example.smartsimple.test 7 levelone"] = known
    midnight = "2025-07-08 00:00:00"
    await target(instance, handed=handed).send([row("1", midnight, midnight)], {})
    assert sent(instance.requests[0]) == [{"recordid": "1", "cf_Amount": "2025-07-08", "cf_Note": midnight}]


TEXTS = st.text(max_size=30) | st.none() | st.text(max_size=5).map(Raw)


@given(st.lists(st.tuples(st.booleans(), TEXTS, TEXTS), max_size=6), st.sampled_from(["array", "records"]))
def test_any_text_arrives_and_the_size_is_that_of_the_body(values: list[Any], shape: Any) -> None:
    rows = [row("" if new else str(place + 1), a, b, create=new) for place, (new, a, b) in enumerate(values)]
    text = write_jsonrset(rows, ("cf_Amount", "cf_Note"), shape)
    data = json.loads(text)
    records = data["records"] if shape == "records" else data
    assert [record["recordid"] for record in records] == [r.values["recordid"] or "0" for r in rows]
    assert [(r["cf_Amount"], r["cf_Note"]) for r in records] == [(a or "", b or "") for _, a, b in values]
    assert text.isascii()
    request = httpx.Request("POST", "https://example.test", data={"jsonrset": text})
    assert form_size(text) == len(request.content) - len("jsonrset=")


def test_the_size_of_rows_is_known_before_they_are_sent() -> None:
    one, two = target().body_size([row("900001")]), target().body_size([row("900001"), row("900002", "é" * 1000)])
    assert 60 < one < 200
    assert two > one + 1000


@given(st.text(max_size=12))
def test_no_text_is_an_id_unless_it_is_a_number_above_zero(text: str) -> None:
    assert is_record_id(text) == (text.isascii() and text.isdigit() and int(text) > 0)


@pytest.mark.parametrize(
    ("amount", "note", "fresh", "same"),
    [
        ("1", "", {"cf_Amount": "1", "cf_Note": None}, True),
        ("1", None, {"cf_Amount": "1", "cf_Note": "", "cf_Other": "x"}, True),
        ("2025-07-08", "", {"cf_Amount": "2025-07-08 00:00:00", "cf_Note": ""}, True),
        ("2025-07-08 10:00:00", "", {"cf_Amount": "2025-07-08 00:00:00", "cf_Note": ""}, False),
        ("1", "", {"cf_Amount": "1.0", "cf_Note": ""}, False),
        ("1", " ", {"cf_Amount": "1", "cf_Note": ""}, False),
        ("1", "", {"cf_Amount": "1"}, False),
    ],
)
def test_a_row_that_would_change_nothing_is_known(
    amount: str, note: Value, fresh: dict[str, Value], same: bool
) -> None:
    assert target().unchanged(row("1", amount, note), fresh) is same
    assert unchanged(row("", amount, note, create=True), fresh) is False


# -- what becomes of the call


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(401), SignInRefused),
        (httpx.Response(403), SignInRefused),
        (httpx.Response(200, text=LIMIT), BudgetSpent),
        (httpx.Response(403, json={"message": {"error": LIMIT}}), BudgetSpent),
        (httpx.Response(429), BudgetSpent),
        (httpx.Response(200, json={"message": {"error": "Invalid API Token"}}), Refused),
        (httpx.Response(400, text="Invalid API Request, request is empty or null"), Refused),
        (httpx.Response(404), Refused),
        (httpx.Response(413), Refused),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), Refused),
        (httpx.Response(200, json={"message": {"error": "Encountered error while processing record"}}), OutcomeUnknown),
        (httpx.Response(400, json={"message": "Encountered error while processing record"}), OutcomeUnknown),
        (httpx.Response(200, json={"message": "Recordset does not exist"}), OutcomeUnknown),
        (httpx.Response(200, text=""), OutcomeUnknown),
        (httpx.Response(200, text=" \r\n"), OutcomeUnknown),
        (httpx.Response(200, text="OK"), OutcomeUnknown),
        (httpx.Response(200, html="<html></html>"), OutcomeUnknown),
        (httpx.Response(200, text='{"message":{},"records":[{"recordid":"900001","sta'), OutcomeUnknown),
        (httpx.Response(200, content=b"\xff\xfe{"), OutcomeUnknown),
        (httpx.Response(500), OutcomeUnknown),
        (httpx.Response(503), OutcomeUnknown),
        (httpx.ConnectError("refused"), Unreachable),
        (httpx.ConnectTimeout("late"), Unreachable),
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.ReadError("cut"), OutcomeUnknown),
        (httpx.RemoteProtocolError("cut"), OutcomeUnknown),
    ],
)
async def test_a_call_leaves_once_and_is_sorted_by_what_is_known_of_its_effect(
    answer: httpx.Response | Exception, expected: type[SyncError]
) -> None:
    instance = Instance(answer)
    with pytest.raises(SyncError) as caught:
        await target(instance).send([row("900001")], {})
    assert isinstance(caught.value, expected)
    assert caught.value.hint
    assert "TOK_UPDATE" not in f"{caught.value}"
    assert len(instance.requests) == 1
