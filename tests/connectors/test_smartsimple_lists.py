from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, settings, tools

from synctui.connectors.base import Connection, Source, Tools
from synctui.connectors.smartsimple import SmartSimple, SmartSimpleSource
from synctui.connectors.smartsimple.source import SmartSimpleRecords, paging
from synctui.errors import BadReply, SettingsError, TimedOut
from synctui.http.calls import Timing
from synctui.records import Choice, Page

CONNECTION = {
    "url": "https://example.smartsimple.test/",
    "companyid": "700100",
    "alias": "example",
    "username": "sync@example.test",
}
LINK: dict[str, Any] = {"record": "levelone", "apitoken": "env:TOK_LIST~", "page_size": 100}


def fields_of(request: httpx.Request) -> dict[str, str]:
    return dict(httpx.QueryParams(request.content.decode()).items())


def paging_of(request: httpx.Request) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(fields_of(request)["othersettings"])
    return answer


def span(request: httpx.Request) -> tuple[int, int]:
    """First record and size, by the vendor's rules."""
    asked = paging_of(request)
    size = int(asked["recordsperpage"])
    return (asked["pagenum"] - 1) * size + 1 if "pagenum" in asked else asked["recordstart"], size


def answer(first: int, size: int, total: int, **changed: Any) -> httpx.Response:
    last = min(first + size - 1, total)
    records = [{"recordid": str(900000 + n), "cf_Amount": str(n)} for n in range(first, last + 1)]
    counts = {"recordto": last, "recordcount": len(records), "allcount": total, "recordfrom": first if records else 0}
    return httpx.Response(200, json={"message": counts | changed, "records": records})


class Instance:
    """A list of `total` records; remembers what it was asked."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return answer(*span(request), self.total)


def open_source(handler: Any, link: dict[str, Any] | None = None, **connection: Any) -> SmartSimpleRecords:
    return opened(handler, **connection).source(msgspec.convert(LINK | (link or {}), SmartSimpleSource))


def opened(handler: Any, *, timing: Timing = QUICK, handed: Tools | None = None, **connection: Any) -> SmartSimple:
    transport = httpx.MockTransport(handler)
    given = settings("smartsimple", CONNECTION | connection)
    return SmartSimple(given, handed or tools(), transport=transport, timing=timing)


async def pull(source: SmartSimpleRecords) -> list[Page]:
    return [page async for page in source.pages()]


def numbers(pages: list[Page]) -> list[int]:
    return [int(record["recordid"] or 0) - 900000 for page in pages for record in page.records]


def test_the_source_and_the_connection_fit_the_protocols() -> None:
    connection: Connection = opened(Instance(1))
    source: Source = connection.source(msgspec.convert(LINK, SmartSimpleSource))
    assert source.id_columns == ("recordid", "sf_Application ID")
    assert source.notices == []


# -- the request


async def test_a_list_is_asked_for_as_the_vendor_prints_it() -> None:
    instance = Instance(1)
    link = {
        "criteria": [
            {"andor": "and", "field": "FIELDNAME", "operator": "like", "value": "PATTERN"},
            {"andor": "and", "field": "FIELDNAME2", "operator": "isempty", "value": "true"},
        ],
        "sortby": [{"field": "FIELDNAME", "direction": "desc"}],
    }
    await pull(open_source(instance, link))
    request = instance.requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://example.smartsimple.test/API/1/levelone/")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    sent = fields_of(request)
    assert json.loads(sent.pop("criteria")) == link["criteria"]
    assert json.loads(sent.pop("sortby"))[0] == {"field": "FIELDNAME", "direction": "desc"}
    assert json.loads(sent.pop("othersettings")) == {
        "getstorevalue": "1",
        "keyformat": "1",
        "recordsperpage": 100,
        "pagenum": 1,
    }
    assert sent == {
        "apitoken": "TOK_LIST~",
        "username": "sync@example.test",
        "password": "pa&s+w%rd",
        "companyid": "700100",
        "alias": "example",
    }


async def test_the_vendors_example_with_brackets_is_sent_as_printed() -> None:
    instance = Instance(1)
    printed = [
        {"andor": "(", "field": "cf_somefield1", "operator": "like", "value": "whatever"},
        {"andor": "or", "field": "cf_somefield2", "operator": "like", "value": "whatever"},
        {"andor": ") and (", "field": "cf_someotherfield1", "operator": "=", "value": "whatever"},
        {"andor": "or", "field": "cf_someotherfield2", "operator": "=", "value": "whatever else"},
    ]
    await pull(open_source(instance, {"criteria": printed}))
    assert json.loads(fields_of(instance.requests[0])["criteria"]) == printed


async def test_numbers_in_criteria_travel_as_text() -> None:
    instance = Instance(1)
    await pull(open_source(instance, {"criteria": [{"field": "cf_Amount", "operator": ">", "value": 1000}]}))
    sent = json.loads(fields_of(instance.requests[0])["criteria"])
    assert sent == [{"andor": "and", "field": "cf_Amount", "operator": ">", "value": "1000"}]


@pytest.mark.parametrize(("version", "path"), [(1, "/API/1/levelone/"), (2, "/API/2/levelone/")])
async def test_the_version_is_part_of_the_path(version: int, path: str) -> None:
    instance = Instance(1)
    await pull(open_source(instance, api_version=version))
    assert instance.requests[0].url.path == path


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ("levelone", "sf_Application ID"),
        ("company", "sf_Company ID"),
        ("user", "sf_User ID"),
        ("transactions", "sf_Transaction ID"),
        ("sysvar", "sf_ID"),
    ],
)
async def test_the_order_is_pinned_by_the_records_id(record: str, field: str) -> None:
    instance = Instance(1)
    await pull(open_source(instance, {"record": record, "sortby": [{"field": "cf_Amount"}]}))
    assert json.loads(fields_of(instance.requests[0])["sortby"]) == [
        {"field": "cf_Amount", "direction": "asc"},
        {"field": field, "direction": "asc"},
    ]


async def test_an_order_that_names_the_id_is_left_alone() -> None:
    instance = Instance(1)
    order = [{"field": "sf_Application ID", "direction": "desc"}]
    await pull(open_source(instance, {"sortby": order}))
    assert json.loads(fields_of(instance.requests[0])["sortby"]) == order


async def test_level_two_is_pinned_by_the_links_key_field() -> None:
    instance = Instance(1)
    await pull(open_source(instance, {"record": "leveltwo", "key_field": "sf_Activity ID"}))
    assert json.loads(fields_of(instance.requests[0])["sortby"])[0]["field"] == "sf_Activity ID"
    await pull(open_source(instance, {"record": "leveltwo"}))
    assert "sortby" not in fields_of(instance.requests[1])


@pytest.mark.parametrize(
    ("first", "size", "expected"),
    [
        (1, 100, {"recordsperpage": 100, "pagenum": 1}),
        (101, 100, {"recordsperpage": 100, "pagenum": 2}),
        (201, 100, {"recordsperpage": 100, "pagenum": 3}),
        (325, 100, {"recordsperpage": 100, "recordstart": 325}),
        (1, 1, {"recordsperpage": 1, "pagenum": 1}),
    ],
)
def test_pages_are_named_as_the_vendor_documents(first: int, size: int, expected: dict[str, int]) -> None:
    assert paging(first, size) == expected


# -- pages


@pytest.mark.parametrize(("total", "calls"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (1230, 13)])
async def test_every_record_comes_once_and_in_order(total: int, calls: int) -> None:
    instance = Instance(total)
    source = open_source(instance)
    pages = await pull(source)
    assert numbers(pages) == list(range(1, total + 1))
    assert len(instance.requests) == calls
    assert [page.number for page in pages] == list(range(1, calls + 1))
    assert {page.total for page in pages} == {total}
    assert source.notices == []


async def test_pages_come_in_order_whichever_answers_first() -> None:
    async def late(request: httpx.Request) -> httpx.Response:
        first, size = span(request)
        await asyncio.sleep(0.03 if first % 200 == 1 else 0)
        return answer(first, size, 1000)

    assert numbers(await pull(open_source(late))) == list(range(1, 1001))


@pytest.mark.parametrize("parallel", [1, 3, 8])
async def test_no_more_pages_are_under_way_than_allowed(parallel: int) -> None:
    under_way = most = 0

    async def count(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return answer(*span(request), 2000)

    await pull(open_source(count, parallel_pages=parallel))
    assert most == parallel


async def test_pages_are_not_fetched_far_ahead_of_a_slow_reader() -> None:
    instance = Instance(10_000)
    pages = open_source(instance, parallel_pages=2).pages()
    for _ in range(3):
        await anext(pages)
    await asyncio.sleep(0.02)
    assert len(instance.requests) <= 3 + 2
    await pages.aclose()


async def test_closing_the_pull_stops_the_pages_under_way() -> None:
    stopped = 0

    async def hang(request: httpx.Request) -> httpx.Response:
        nonlocal stopped
        first, size = span(request)
        try:
            await asyncio.sleep(0 if first == 1 else 60)
        except asyncio.CancelledError:
            stopped += 1
            raise
        return answer(first, size, 2000)

    pages = open_source(hang, timing=Timing()).pages()
    await anext(pages)
    waiting = asyncio.ensure_future(anext(pages))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await pages.aclose()
    assert stopped == 4
    assert len(asyncio.all_tasks()) == 1


async def test_a_page_that_fails_ends_the_pull_and_stops_the_others() -> None:
    async def broken(request: httpx.Request) -> httpx.Response:
        first, size = span(request)
        if first == 201:
            return httpx.Response(200, text="{")
        await asyncio.sleep(0 if first < 300 else 60)
        return answer(first, size, 2000)

    source = open_source(broken, timing=Timing())
    with pytest.raises(BadReply):
        await pull(source)
    assert len(asyncio.all_tasks()) == 1


async def test_blank_ids_and_odd_values_are_handed_on_as_they_came() -> None:
    record = '{"recordid":"","cf_N":null,"cf_T":"00123","cf_X":5.10,"cf_B":true,"cf_L":[1.0,{"a":null}]}'
    text = f'{{"message":{{"recordfrom":1,"recordto":1,"recordcount":1,"allcount":1}},"records":[{record}]}}'
    pages = await pull(open_source(lambda _request: httpx.Response(200, text=text)))
    assert pages[0].records[0] == {
        "recordid": "",
        "cf_N": None,
        "cf_T": "00123",
        "cf_X": "5.10",
        "cf_B": "true",
        "cf_L": '[1.0,{"a":null}]',
    }


# -- counts


@pytest.mark.parametrize(
    "changed", [{"recordcount": 99}, {"recordfrom": 2}, {"allcount": "many"}, {"allcount": None}, {"recordcount": -1}]
)
async def test_counts_that_do_not_fit_are_a_bad_reply(changed: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        await pull(open_source(lambda request: answer(*span(request), 100, **changed)))


async def test_paging_that_is_ignored_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="begins with record 1 instead of 101"):
        await pull(open_source(lambda _request: answer(1, 100, 300)))


class Moving(Instance):
    """One record is added when the third, or each later, page was read."""

    def __init__(self, total: int, *, always: bool = False) -> None:
        super().__init__(total)
        self.always = always

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if len(self.requests) == 3 or (self.always and len(self.requests) > 3):
            self.total += 1
        return super().__call__(request)


async def test_a_list_that_moves_is_read_again_from_page_one() -> None:
    instance = Moving(500)
    source = open_source(instance, parallel_pages=1)
    pages = await pull(source)
    restart = max(place for place, page in enumerate(pages) if page.number == 1)
    assert restart > 0
    assert numbers(pages[restart:]) == list(range(1, 502))
    assert pages[restart].total == 501
    assert source.notices == ["The list changed while it was read, so it was read again."]


async def test_a_list_that_keeps_moving_is_told_of() -> None:
    source = open_source(Moving(500, always=True), parallel_pages=1)
    pages = await pull(source)
    assert [page.number for page in pages].count(1) == 2
    assert "changed again" in source.notices[1]


async def test_a_page_with_fewer_records_than_promised_counts_as_moved() -> None:
    def short(request: httpx.Request) -> httpx.Response:
        first, size = span(request)
        return answer(first, size - 1 if first == 101 else size, 300)

    source = open_source(short)
    await pull(source)
    assert len(source.notices) == 2


# -- slow instances


async def test_a_page_that_times_out_is_read_in_halves() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        first, size = span(request)
        if size > 50:
            await asyncio.sleep(60)
        return answer(first, size, 250)

    source = open_source(slow, timing=Timing(deadline=0.05, attempts=1, connect=0.05))
    pages = await pull(source)
    assert numbers(pages) == list(range(1, 251))
    assert len(pages) == 3
    assert "50 records were asked for at once instead of 100" in source.notices[0]


async def test_a_page_is_halved_twice_at_most() -> None:
    sizes = []

    async def hang(request: httpx.Request) -> httpx.Response:
        sizes.append(span(request)[1])
        await asyncio.sleep(60)
        raise AssertionError

    with pytest.raises(TimedOut):
        await pull(open_source(hang, timing=Timing(deadline=0.02, attempts=1, connect=0.02)))
    assert sizes == [100, 50, 25]


# -- reports


REPORT = {"record": "report", "reportid": "123"}


async def test_a_report_without_counts_is_one_page_keyed_by_captions() -> None:
    seen: list[httpx.Request] = []

    def report(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"message": {}, "records": [{"Award amount": "5"}, {"Award amount": "6"}]})

    source = open_source(report, REPORT)
    pages = await pull(source)
    assert [record["Award amount"] for page in pages for record in page.records] == ["5", "6"]
    assert seen[0].url.path == "/API/1/report/"
    assert fields_of(seen[0])["reportid"] == "123"
    assert "sortby" not in fields_of(seen[0])
    assert source.id_columns == ()
    assert source.read_only("Award amount")


async def test_a_report_with_counts_is_paged() -> None:
    assert numbers(await pull(open_source(Instance(250), REPORT))) == list(range(1, 251))


async def test_a_report_that_may_have_more_rows_says_so() -> None:
    def full(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"message": {}, "records": [{"A": "1"}] * 100})

    source = open_source(full, REPORT)
    await pull(source)
    assert "exactly 100 rows" in source.notices[0]


@pytest.mark.parametrize("link", [{"record": "report"}, {"record": "levelone", "reportid": "1"}])
def test_reportid_belongs_to_reports(link: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="reportid"):
        msgspec.convert(LINK | link, SmartSimpleSource)


@pytest.mark.parametrize("size", [0, 10_001])
def test_a_page_holds_at_most_ten_thousand_records(size: int) -> None:
    with pytest.raises(msgspec.ValidationError, match="page_size"):
        msgspec.convert(LINK | {"page_size": size}, SmartSimpleSource)


# -- one record, metadata


async def test_one_record_is_read_by_its_id() -> None:
    def get(request: httpx.Request) -> httpx.Response:
        assert fields_of(request)["recordid"] == "900001"
        assert fields_of(request)["apitoken"] == "TOK_GET"
        return httpx.Response(200, json={"message": {}, "records": [{"sf_Subject": "API Test"}]})

    source = open_source(get, {"get_apitoken": "env:TOK_GET"})
    assert await source.get("900001") == {"recordid": "900001", "sf_Subject": "API Test"}


async def test_a_record_that_is_not_there_is_none() -> None:
    source = open_source(lambda _r: httpx.Response(200, json={"message": {}, "records": []}), {"get_apitoken": "x"})
    assert await source.get("1") is None


async def test_a_function_that_the_link_does_not_name_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="get_apitoken"):
        await open_source(Instance(1)).get("1")


META = {
    "levelone": {
        "fields": [
            {"id": "120031", "name": "Report PDF", "type": "file"},
            {"id": "120021", "name": "Amount", "type": "money"},
            {"id": "120026", "name": "cf_Type", "type": "option", "options": "1=Yes;2=No;"},
            {"id": "7", "name": "List", "options": [{"id": "a", "name": "A; or B"}, "b"]},
            {"id": "8", "name": "Odd", "options": "1=a;1=b"},
        ]
    },
    "leveltwo": {"fields": []},
}


async def test_metadata_is_read_once_and_gives_types() -> None:
    calls: list[httpx.Request] = []

    def meta(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200, json=META)

    source = open_source(meta, {"meta_apitoken": "m"})
    assert source.column_types() == {}
    fields = await source.meta()
    assert await source.meta() == fields
    assert len(calls) == 1
    assert [field.name for field in fields] == ["cf_Report PDF", "cf_Amount", "cf_Type", "cf_List", "cf_Odd"]
    assert fields[2].options == "1=Yes;2=No;"
    assert fields[3].options == "a=A, or B;b=b;"
    assert source.column_types() == {"cf_Amount": "number"}


async def test_a_pull_asks_for_options_where_the_link_names_the_function() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(fields_of(request)["apitoken"])
        return httpx.Response(200, json=META) if asked[-1] == "m" else Instance(1)(request)

    source = open_source(answer, {"meta_apitoken": "m"})
    assert source.column_options() == {}
    assert len([record async for page in source.pages() for record in page.records]) == 1
    assert source.column_options() == {
        "cf_Type": (Choice("1", "Yes"), Choice("2", "No")),
        "cf_List": (Choice("a", "A, or B"), Choice("b", "b")),
    }
    assert [record async for page in source.pages() for record in page.records]
    assert asked.count("m") == 1


async def test_without_such_a_function_no_options_are_told() -> None:
    source = open_source(Instance(1))
    assert [page async for page in source.pages()]
    assert source.column_options() == {}


@pytest.mark.parametrize("kept", ["text", 5, [{"unknown": 1}], [1], {"a": 1}])
async def test_a_cache_that_holds_nonsense_is_no_metadata(kept: Any) -> None:
    handed = tools()
    handed.metadata.put("smartsimple meta https://example.smartsimple.test 700100 levelone", kept)
    source = opened(Instance(1), handed=handed).source(msgspec.convert(LINK, SmartSimpleSource))
    assert source.column_types() == {}


def test_fields_that_refuse_updates_are_known() -> None:
    source = open_source(Instance(1))
    assert source.read_only("recordid")
    assert source.read_only("sf_Application ID")
    assert not source.read_only("cf_Amount")


async def test_a_probe_reads_one_record() -> None:
    instance = Instance(1230)
    result = await open_source(instance).probe()
    assert (result.ok, result.detail) == (True, "levelone: 1230 records.")
    assert paging_of(instance.requests[0])["recordsperpage"] == 1
