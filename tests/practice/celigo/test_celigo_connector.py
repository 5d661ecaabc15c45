"""The connector against the service, over real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from celigo_service import CeligoPractice

from synctui.connectors.base import BatchReply, Outcome, Outgoing, Tools
from synctui.connectors.celigo import KIND, Celigo, CeligoConnection, CeligoSource, CeligoTarget
from synctui.connectors.celigo.source import READ_AGAIN, CeligoExport
from synctui.errors import BadReply, BudgetSpent, OutcomeUnknown, Refused, SignInRefused, TimedOut, Unreachable
from synctui.http.calls import Timing
from synctui.http.gate import OpenGate
from synctui.links import ConnectionSettings
from synctui.practice.celigo.accounts import CUSTOM_TOKEN, EU_TOKEN, TOKEN
from synctui.practice.celigo.documents import (
    CONTACTS_EXPORT,
    CONTACTS_IMPORT,
    CRM,
    EMPTY_EXPORT,
    LEVELS,
    MEMBERS_IMPORT,
    MEMBERS_MAPPING,
    OFFLINE,
    OFFLINE_EXPORT,
    OFFLINE_IMPORT,
    ORDERS_EXPORT,
    SHOP,
)
from synctui.practice.celigo.exact_json import dumps, loads
from synctui.practice.celigo.people import contacts, orders
from synctui.records import ABSENT, Page, Raw, Record, Value
from synctui.secret import Secret

QUICK = Timing(connect=2, deadline=2, attempts=2, total=3, pause=0.01)
HASTY = Timing(connect=2, deadline=0.3, attempts=2, total=1, pause=0.01)
VIRTUAL = {"via": CRM, "body": {"http": {"relativeURI": "/contacts", "method": "GET"}}, "page_size": 200}
PUT = {"http": {"relativeURI": ["/contacts/{{record.id}}"], "method": ["PUT"]}}
Open = Callable[..., Celigo]


@pytest.fixture
async def crm(service: CeligoPractice) -> AsyncIterator[Open]:
    made: list[Celigo] = []

    def open_(token: str = TOKEN, region: str = "celigo", timing: Timing = QUICK) -> Celigo:
        options = CeligoConnection(url=f"{service.url}/{region}/v1")
        nothing: Any = None
        tools = Tools(OpenGate(), nothing, nothing, lambda: Secret(token), Secret)
        made.append(Celigo(ConnectionSettings("crm", KIND, options), tools, timing=timing))
        return made[-1]

    yield open_
    for connection in made:
        await connection.close()


def export(connection: Celigo, id_: str = CONTACTS_EXPORT, **link: Any) -> CeligoExport:
    return connection.source(msgspec.convert(link or {"export": id_}, CeligoSource))


async def pull(source: CeligoExport) -> list[Page]:
    return [page async for page in source.pages()]


async def records(source: CeligoExport) -> list[Record]:
    return [record for page in await pull(source) for record in page.records]


async def push(connection: Celigo, *given: dict[str, Value], link: Any = None, create: bool = False) -> BatchReply:
    target = connection.target(msgspec.convert(link or {"import": CONTACTS_IMPORT}, CeligoTarget))
    rows = [Outgoing(f"key:{number}", values, number, create) for number, values in enumerate(given, 1)]
    return await target.send(rows, {})


def outcomes(reply: BatchReply) -> list[str]:
    return [row.outcome.value for row in reply.rows]


# -- pulling


@pytest.mark.parametrize(
    ("link", "count", "pages"),
    [
        ({"export": CONTACTS_EXPORT}, 822, 9),
        ({"export": ORDERS_EXPORT}, 331, 7),
        (VIRTUAL, 822, 5),
        (VIRTUAL | {"page_size": None, "paged": False}, 822, 1),
        ({"export": EMPTY_EXPORT}, 0, 1),
    ],
)
async def test_every_record_comes_once(crm: Open, link: dict[str, Any], count: int, pages: int) -> None:
    source = export(crm(), **link)
    pulled = await pull(source)
    ids = [record["id"] for page in pulled for record in page.records]
    assert (len(ids), len(set(ids)), len(pulled)) == (count, count, pages)
    assert [page.number for page in pulled] == list(range(1, pages + 1))
    assert source.notices == []


async def test_totals_are_told_and_not_needed(crm: Open, service: CeligoPractice) -> None:
    assert (await pull(export(crm(), ORDERS_EXPORT)))[0].total == 331
    service.celigo.switches.set("totals", False)
    pulled = await pull(export(crm(), ORDERS_EXPORT))
    assert {page.total for page in pulled} == {None}
    assert sum(len(page.records) for page in pulled) == 331


@pytest.mark.parametrize("end", ["missing", "done", "empty"])
async def test_each_sign_of_the_end(crm: Open, service: CeligoPractice, end: str) -> None:
    service.celigo.switches.set("end", end)
    assert len(await records(export(crm(), ORDERS_EXPORT))) == 331


async def test_pages_in_a_circle_are_found_out(crm: Open, service: CeligoPractice) -> None:
    service.celigo.switches.set("circle", True)
    with pytest.raises(BadReply, match="circle"):
        await pull(export(crm(), ORDERS_EXPORT))


async def test_a_state_that_expired_begins_the_export_anew(crm: Open, service: CeligoPractice) -> None:
    source, numbers, found = export(crm(), ORDERS_EXPORT), [], dict[str, Record]()
    async for page in source.pages():
        numbers.append(page.number)
        service.celigo.switches.state_seconds = -1 if len(numbers) == 2 else 900
        found = {} if page.number == 1 else found
        found |= {str(record["id"]): record for record in page.records}
    assert numbers == [1, 2, 1, 2, 3, 4, 5, 6, 7]
    assert len(found) == 331
    assert source.notices == [READ_AGAIN]


async def test_a_state_that_expires_again_ends_the_pull(crm: Open, service: CeligoPractice) -> None:
    service.celigo.switches.state_seconds = -1
    with pytest.raises(Refused, match="expired"):
        await pull(export(crm(), ORDERS_EXPORT))


@pytest.mark.parametrize(
    ("fault", "value", "expected"),
    [
        ("401", 0, SignInRefused),
        ("empty", 0, BadReply),
        ("html200", 0, BadReply),
        ("redirect", 0, BadReply),
        ("truncated", 0, BadReply),
        ("deep", 100_000, BadReply),
        ("429", 60, BudgetSpent),
        ("503", 60, Unreachable),
        ("hang", 300, TimedOut),
        ("drip", 0.05, TimedOut),
    ],
)
async def test_faults_that_end_a_pull(
    crm: Open, service: CeligoPractice, fault: str, value: float, expected: type[Exception]
) -> None:
    for _ in range(2):
        service.plans.plan("celigo.export", fault, value)
    with pytest.raises(expected) as caught:
        await pull(export(crm(timing=HASTY), ORDERS_EXPORT))
    error: Any = caught.value
    assert error.message.endswith(".")
    assert error.hint
    assert TOKEN not in f"{error} {error!r}"


@pytest.mark.parametrize("fault", ["500_before", "html", "cut_before", "cut_answer", "reset_after", "503"])
async def test_faults_that_a_pull_survives(crm: Open, service: CeligoPractice, fault: str) -> None:
    source = export(crm(), ORDERS_EXPORT)
    pages = source.pages()
    found = list((await anext(pages)).records)
    service.plans.plan("celigo.export", fault)
    found += [record async for page in pages for record in page.records]
    assert len({record["id"] for record in found}) == len(found) == 331
    assert [fired.name for fired in service.plans.log] == [fault]


async def test_the_bucket_is_waited_for(crm: Open, service: CeligoPractice) -> None:
    service.plans.plan("celigo.export", "429", 1)
    started = time.monotonic()
    assert len(await records(export(crm(), ORDERS_EXPORT))) == 331
    assert time.monotonic() - started > 0.9


# -- there and back


async def test_unchanged_records_go_back_exactly_as_they_came(crm: Open, service: CeligoPractice) -> None:
    connection = crm()
    pulled = await records(export(connection))
    columns = dict.fromkeys(name for record in pulled for name in record)
    rows = [{name: record.get(name, ABSENT) for name in columns} for record in pulled]
    for start in range(0, len(rows), 100):
        assert set(outcomes(await push(connection, *rows[start : start + 100]))) == {"accepted"}
    before = {person["id"]: ordered(person) for person in contacts()}
    assert {effect.id: ordered(effect.after) for effect in service.celigo.tables.effects} == before
    assert len(service.celigo.tables.effects) == 822


async def test_orders_with_lines_go_back_exactly_as_they_came(crm: Open, service: CeligoPractice) -> None:
    connection = crm()
    pulled = await records(export(connection, ORDERS_EXPORT))
    rest = {"rest": {"relativeURI": "/orders/{{record.id}}", "method": "PUT"}}
    await push(connection, *map(dict, pulled), link={"via": SHOP, "body": rest})
    assert [ordered(effect.after) for effect in service.celigo.tables.effects] == list(map(ordered, orders()))


def ordered(record: Any) -> str:
    return dumps(loads(dumps(record)), ordered=True)


async def test_an_edit_changes_its_own_part_only(crm: Open, service: CeligoPractice) -> None:
    connection = crm()
    (record,) = [record for record in await records(export(connection)) if record["id"] == "500005"]
    await push(connection, {**record, "address.city": "Oslo", "balance": Raw("9.90")})
    (effect,) = service.celigo.tables.effects
    expected = contacts()[4]
    expected["address"]["city"] = "Oslo"
    expected["balance"] = loads("9.90")
    assert ordered(effect.after) == ordered(expected)


async def test_every_outcome_of_one_batch(crm: Open) -> None:
    connection = crm()
    rows = [
        {"id": "500001", "name": "Ada", "email": "a@example.org"},
        {"id": "500002", "name": "", "email": "b@example.org"},
        {"id": "500003", "name": "Cy", "email": "c@example.org", "tier": "tin"},
        {"id": "1", "name": "Di", "email": "d@example.org"},
    ]
    reply = await push(connection, *rows, link={"via": CRM, "body": PUT | {"ignoreMissing": True}})
    assert outcomes(reply) == ["accepted", "refused", "accepted", "skipped"]
    assert reply.rows[1].message == '{"error": "name required"}.'
    assert reply.rows[2].message == "tier tin is not in the list; it was saved as it came."
    assert reply.stop == ""


async def test_a_created_record_tells_its_id(crm: Open, service: CeligoPractice) -> None:
    reply = await push(crm(), {"name": "Bo", "email": "bo@example.org", "phone": None}, create=True)
    assert [(row.outcome, row.new_key) for row in reply.rows] == [(Outcome.ACCEPTED, "500823")]
    assert "phone" not in service.celigo.tables.effects[0].after


async def test_an_offline_connection(crm: Open) -> None:
    connection = crm()
    reply = await push(connection, {"id": "1"}, {"id": "2"}, link={"import": OFFLINE_IMPORT})
    assert outcomes(reply) == ["refused", "refused"]
    assert reply.stop == "the connection behind the import is offline: The connection is offline."
    with pytest.raises(Refused, match="offline"):
        await pull(export(connection, OFFLINE_EXPORT))


@pytest.mark.parametrize("results", ["short", "long"])
async def test_results_that_do_not_pair_are_a_doubt(crm: Open, service: CeligoPractice, results: str) -> None:
    service.celigo.switches.set("results", results)
    row: dict[str, Value] = {"id": "500001", "name": "Ada", "email": "a"}
    with pytest.raises(OutcomeUnknown, match="results for 2 rows"):
        await push(crm(), row, row)


@pytest.mark.parametrize(
    ("fault", "expected", "effects"),
    [
        ("429", BudgetSpent, 0),
        ("401", SignInRefused, 0),
        ("cut_before", OutcomeUnknown, 0),
        ("500_before", OutcomeUnknown, 0),
        ("500_after", OutcomeUnknown, 1),
        ("cut_after", OutcomeUnknown, 1),
        ("cut_answer", OutcomeUnknown, 1),
        ("reset_after", OutcomeUnknown, 1),
        ("truncated", OutcomeUnknown, 1),
        ("empty_after", OutcomeUnknown, 1),
        ("html_after", OutcomeUnknown, 1),
        ("redirect", Refused, 0),
    ],
)
async def test_rows_never_travel_twice(
    crm: Open, service: CeligoPractice, fault: str, expected: type[Exception], effects: int
) -> None:
    service.plans.plan("celigo.import", fault)
    with pytest.raises(expected):
        await push(crm(), {"id": "500001", "name": "Ada", "email": "a@example.org"})
    assert len(service.celigo.tables.effects) == effects
    assert [call.operation for call in service.received] == ["celigo.import"]


# -- dry runs


@pytest.mark.parametrize("shape", ["plain", "data", "mappedObject"])
async def test_a_dry_run_shows_the_mapping_and_writes_nothing(crm: Open, service: CeligoPractice, shape: str) -> None:
    service.celigo.switches.set("mapped", shape)
    body = {"mapping": MEMBERS_MAPPING, "lookups": [LEVELS], "http": {"relativeURI": "/members", "method": "POST"}}
    target = crm().target(msgspec.convert({"via": CRM, "body": body}, CeligoTarget))
    rows = [
        Outgoing("a", {"email": "a@example.org", "name": "Ada", "tier": "gold", "balance": Raw("1.50")}, 1),
        Outgoing("b", {"email": "b@example.org", "name": "Bo", "tier": "tin"}, 2),
    ]
    found = await target.dry_run(rows)
    shown = json.loads(found.rows[0].record)
    assert (shown["level"], shown["balance"], shown["display"]["name"]) == ("1", "1.50", "Ada <a@example.org>")
    assert found.rows[1].errors == ('Cannot evaluate the static lookup: "levels" using searchKey: "tin".',)
    assert service.celigo.tables.effects == []


async def test_a_dry_run_of_a_saved_import_shows_its_mapping(crm: Open, service: CeligoPractice) -> None:
    target = crm().target(msgspec.convert({"import": MEMBERS_IMPORT}, CeligoTarget))
    found = await target.dry_run([Outgoing("a", {"email": "a@example.org"}, 1)])
    assert "level <- tier, looked up in levels" in found.notes
    assert 'source <- always "workbook"' in found.notes
    assert service.celigo.tables.effects == []


# -- the account


async def test_the_check_lists_and_ping(crm: Open, service: CeligoPractice) -> None:
    connection = crm()
    assert (await connection.check()).ok
    service.celigo.switches.set("list_limit", 2)
    found = {entry.id: entry for entry in await connection.exports()}
    assert (len(found), found[ORDERS_EXPORT].connection) == (4, SHOP)
    assert len(await connection.imports()) == 6
    assert [entry.id for entry in await connection.connections() if entry.offline] == [OFFLINE]
    assert (await export(connection).probe()).ok


@pytest.mark.parametrize("methods", ["both", "GET", "POST"])
@pytest.mark.parametrize("failure", ["200", "422"])
async def test_ping(crm: Open, service: CeligoPractice, methods: str, failure: str) -> None:
    service.celigo.switches.set("ping_methods", methods)
    service.celigo.switches.set("ping_failure", failure)
    connection = crm()
    assert (await connection.ping(CRM)).ok
    failed = await connection.ping(OFFLINE)
    assert not failed.ok
    assert "refused the credentials" in failed.detail


@pytest.mark.parametrize(("token", "region"), [(TOKEN, "celigo-eu"), (EU_TOKEN, "celigo"), ("nonsense", "celigo")])
async def test_a_token_of_the_other_region_is_told_as_such(crm: Open, token: str, region: str) -> None:
    connection = crm(token, region)
    for attempt in (connection.check, export(connection).probe, connection.imports):
        with pytest.raises(SignInRefused) as caught:
            await attempt()
        assert "other region" in caught.value.hint


async def test_a_tenant_without_exports_has_an_empty_list(crm: Open) -> None:
    assert await crm(EU_TOKEN, "celigo-eu").exports() == ()


async def test_a_custom_token_works_with_what_it_was_made_for(crm: Open) -> None:
    connection = crm(CUSTOM_TOKEN)
    assert (await connection.check()).detail.endswith("a custom token")
    assert len(await records(export(connection))) == 822
    assert outcomes(await push(connection, {"id": "500001", "name": "Ada", "email": "a"})) == ["accepted"]
    for refused in (connection.exports(), pull(export(connection, ORDERS_EXPORT))):
        with pytest.raises(SignInRefused) as caught:
            await refused
        assert "custom token" in caught.value.hint
