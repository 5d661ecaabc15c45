from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, settings, tools

from synctui.connectors.base import Source
from synctui.connectors.eone import EoneSource
from synctui.connectors.eone.connection import Eone
from synctui.connectors.smartsimple import SmartSimple, SmartSimpleSource
from synctui.connectors.smartsimple.source import SmartSimpleRecords
from synctui.errors import BadReply, Refused, SettingsError

CONNECTION = {"url": "https://example.smartsimple.test", "companyid": "7", "alias": "e", "username": "u@example.test"}
LINK: dict[str, Any] = {
    "record": "levelone",
    "apitoken": "env:LIST",
    "criteria": [{"field": "sf_Status", "operator": "=", "value": "Approved"}],
    "sortby": [{"field": "cf_County"}],
}


class Instance:
    """Records 1 to 130; a List of them by criteria on one field, a Get by id."""

    def __init__(self, *gone: str, gone_reply: httpx.Response | None = None) -> None:
        self.records = {
            str(n): {"recordid": str(n), "sf_Application ID": str(n), "cf_Vendor No": f"V-{n}", "cf_Note": f"note {n}"}
            for n in range(1, 131)
            if str(n) not in gone
        }
        self.gone_reply = gone_reply or httpx.Response(200)
        self.hidden = ""
        """A field that criteria know and the function's field list does not."""
        self.calls: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form: dict[str, Any] = dict(httpx.QueryParams(request.content.decode()).items())
        for name in ("criteria", "sortby", "othersettings"):
            form[name] = json.loads(form.get(name, "[]"))
        self.calls.append(form)
        return self.get(form) if "recordid" in form else self.list(form)

    def get(self, form: dict[str, Any]) -> httpx.Response:
        record = self.records.get(form["recordid"])
        if record is None:
            return httpx.Response(self.gone_reply.status_code, content=self.gone_reply.content)
        shown = {name: value for name, value in record.items() if name != "recordid"}
        return httpx.Response(200, json={"message": {}, "records": [shown]})

    def list(self, form: dict[str, Any]) -> httpx.Response:
        wanted = [(c["field"], c["value"].lower()) for c in form["criteria"] if c["field"] != "sf_Status"]
        chosen = [r for r in self.records.values() if not wanted or any(r[f].lower() == v for f, v in wanted)]
        size, page = form["othersettings"]["recordsperpage"], form["othersettings"]["pagenum"]
        page_of = chosen[(page - 1) * size : page * size]
        shown = [{name: value for name, value in record.items() if name != self.hidden} for record in page_of]
        first = (page - 1) * size + 1 if shown else 0
        counts = {"recordfrom": first, "recordto": first + len(shown), "recordcount": len(shown)}
        return httpx.Response(200, json={"message": counts | {"allcount": len(chosen)}, "records": shown})


def source(instance: Instance, **link: Any) -> SmartSimpleRecords:
    transport = httpx.MockTransport(instance)
    connection = SmartSimple(settings("smartsimple", CONNECTION), tools(), transport=transport, timing=QUICK)
    return connection.source(msgspec.convert(LINK | link, SmartSimpleSource))


def keys(*texts: str) -> list[tuple[str, ...]]:
    return [(text,) for text in texts]


WAYS = [
    pytest.param({}, id="criteria on the type's id"),
    pytest.param({"key_field": "sf_Application ID"}, id="criteria on key_field"),
    pytest.param({"get_apitoken": "env:GET"}, id="Get"),
]


@pytest.mark.parametrize("link", WAYS)
async def test_records_are_found_by_their_keys_and_those_that_are_gone_are_absent(link: dict[str, Any]) -> None:
    instance = Instance("5")
    fits: Source = source(instance, **link)
    found = await fits.read_again(keys("3", "5", "129", "4"))
    assert fits.rereadable
    assert {key: record["cf_Note"] for key, record in found.items()} == {
        ("3",): "note 3",
        ("129",): "note 129",
        ("4",): "note 4",
    }
    assert all(record["recordid"] == key[0] for key, record in found.items())
    assert fits.notices == []


async def test_fifty_keys_travel_in_one_call_and_the_links_own_criteria_do_not() -> None:
    instance = Instance()
    asked = keys(*map(str, range(1, 121)))
    assert list(await source(instance).read_again(asked)) == asked
    criteria = [call["criteria"] for call in instance.calls]
    assert [len(one) for one in criteria] == [50, 50, 20]
    assert criteria[1][0] == {"andor": "(", "field": "sf_Application ID", "operator": "=", "value": "51"}
    assert {c["andor"] for one in criteria for c in one[1:]} == {"or"}
    assert instance.calls[0]["sortby"] == [{"field": "sf_Application ID", "direction": "asc"}]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"key_field": "cf_Vendor No", "get_apitoken": "env:GET"}, ["cf_Vendor No"]),
        ({"get_apitoken": "env:GET"}, [""]),
        ({}, ["sf_Application ID"]),
    ],
)
async def test_the_links_own_way_comes_first(link: dict[str, Any], expected: Sequence[str]) -> None:
    instance = Instance()
    await source(instance, **link).read_again(keys("1"))
    assert [call["criteria"][0]["field"] if call["criteria"] else "" for call in instance.calls] == expected


async def test_a_key_of_any_kind_is_found_by_key_field_exactly_as_it_is_written() -> None:
    found = await source(Instance(), key_field="cf_Vendor No").read_again(keys("V-7", "v-8"))
    assert {key: record["recordid"] for key, record in found.items()} == {("V-7",): "7"}


async def test_of_two_records_with_one_key_the_first_is_taken_as_at_a_pull() -> None:
    instance = Instance()
    instance.records["9"]["cf_Vendor No"] = "V-7"
    found = await source(instance, key_field="cf_Vendor No").read_again(keys("V-7"))
    assert found["V-7",]["recordid"] == "7"


async def test_the_list_may_hold_more_records_than_a_page() -> None:
    instance = Instance()
    found = await source(instance, page_size=7).read_again(keys(*map(str, range(1, 31))))
    assert len(found) == 30
    assert len(instance.calls) == 5


async def test_no_keys_cost_no_call() -> None:
    instance = Instance()
    assert await source(instance).read_again([]) == {}
    assert instance.calls == []


@pytest.mark.parametrize(
    ("link", "asked"), [({}, ["V-7"]), ({"get_apitoken": "env:G"}, ["0"]), ({"record": "company"}, [""])]
)
async def test_keys_that_are_no_ids_need_a_key_field(link: dict[str, Any], asked: list[str]) -> None:
    instance = Instance()
    with pytest.raises(SettingsError, match="record ids only") as caught:
        await source(instance, **link).read_again(keys("1", *asked))
    assert "key_field" in caught.value.hint
    assert instance.calls == []


async def test_several_key_columns_are_refused() -> None:
    with pytest.raises(SettingsError, match="several key columns"):
        await source(Instance(), key_field="cf_Vendor No").read_again([("1", "2")])


async def test_a_key_field_that_the_list_does_not_hold_is_told() -> None:
    instance = Instance()
    instance.hidden = "cf_Vendor No"
    with pytest.raises(SettingsError, match="no field 'cf_Vendor No'"):
        await source(instance, key_field="cf_Vendor No").read_again(keys("V-7"))


async def test_a_key_field_that_the_list_does_not_hold_does_not_matter_where_keys_are_record_ids() -> None:
    instance = Instance()
    instance.hidden = "sf_Application ID"
    assert list(await source(instance, key_field="sf_Application ID").read_again(keys("7"))) == keys("7")


@pytest.mark.parametrize(
    "link", [{"record": "leveltwo"}, {"record": "report", "reportid": "5", "key_field": "Id", "get_apitoken": "env:G"}]
)
async def test_records_that_cannot_be_asked_for_cost_no_call(link: dict[str, Any]) -> None:
    instance = Instance()
    unknown = source(instance, **link)
    assert not unknown.rereadable
    assert await unknown.read_again(keys("1")) == {}
    assert instance.calls == []


async def test_a_type_whose_id_field_is_not_known_is_asked_by_key_field() -> None:
    found = await source(Instance(), record="leveltwo", key_field="cf_Vendor No").read_again(keys("V-7"))
    assert found["V-7",]["recordid"] == "7"


async def test_a_data_source_of_eone_is_never_read_again() -> None:
    options = {"url": "https://eone.example.test/API", "company": "c", "username": "u@example.test"}
    fits: Source = Eone(settings("eone", options), tools()).source(EoneSource(map="M"))
    assert not fits.rereadable
    assert await fits.read_again(keys("1")) == {}


@pytest.mark.parametrize(
    "gone_reply",
    [
        httpx.Response(200),
        httpx.Response(200, json={"message": {}, "records": []}),
        httpx.Response(200, json={"message": {"error": "Recordset does not exist"}}),
        httpx.Response(400, text="Recordset does not exist"),
    ],
)
async def test_a_record_that_get_does_not_find_is_gone_where_others_are_there(gone_reply: httpx.Response) -> None:
    found = await source(Instance("5", gone_reply=gone_reply), get_apitoken="env:GET").read_again(keys("4", "5", "6"))
    assert list(found) == keys("4", "6")


async def test_nothing_but_empty_answers_of_get_may_as_well_be_a_wrong_token() -> None:
    with pytest.raises(BadReply) as caught:
        await source(Instance("5", "6"), get_apitoken="env:GET").read_again(keys("5", "6"))
    assert "apitoken" in caught.value.hint


@pytest.mark.parametrize("text", ["Invalid API Token", "Encountered error while processing list"])
async def test_a_refusal_is_no_sign_of_a_record_that_is_gone(text: str) -> None:
    instance = Instance("5", gone_reply=httpx.Response(200, text=text))
    with pytest.raises(Refused):
        await source(instance, get_apitoken="env:GET").read_again(keys("4", "5"))
