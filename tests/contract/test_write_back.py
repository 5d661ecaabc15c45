"""SmartSimple's Update function as a target, against its practice service over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from practice_systems import handed, read_settings

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.connectors.base import BatchReply, Outgoing
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.options import SmartSimpleTarget
from synctui.connectors.smartsimple.source import SmartSimpleRecords
from synctui.connectors.smartsimple.target import SmartSimpleFunction
from synctui.errors import BudgetSpent, OutcomeUnknown, Refused, SignInRefused, SyncError, Unreachable
from synctui.http.calls import Timing
from synctui.links import Kind
from synctui.practice import Practice, smartsimple
from synctui.practice.settings_text import awards_back_text
from synctui.records import Outcome, Record, Value

QUICK = Timing(connect=2, deadline=0.7, attempts=2, total=3, pause=0.01)
PATIENT = Timing(connect=2, deadline=20, attempts=1)
A, R, D = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT


@dataclass
class WriteBack:
    """The link's two sides, and the records as the source had them."""

    source: SmartSimpleRecords
    target: SmartSimpleFunction
    caller: Caller

    async def row(self, record_id: str, **edits: Value) -> Outgoing:
        """A whole row out of a fresh read, with some fields edited (`_` stands for the blank in a name)."""
        records = await self.source.read_again([(record_id,)])
        return whole(record_id, records[record_id,], **edits)


def whole(record_id: str, record: Record, **edits: Value) -> Outgoing:
    fields = ("recordid", *smartsimple.GRANTS_UPDATE.fields)
    return Outgoing(f"key:{record_id}", {name: record[name] for name in fields} | edits, 1, key=(record_id,))


def created(place: int, **values: Value) -> Outgoing:
    fields: dict[str, Value] = dict.fromkeys(smartsimple.GRANTS_UPDATE.fields, "")
    return Outgoing(f"new {place}", {"recordid": ""} | fields | values, 1, create=True)


def kinds(name: str) -> Kind:
    found = kind(name)
    return replace(found, target=SmartSimpleTarget) if name == "smartsimple" else found


def link_of(practice: Practice, folder: Path, replaced: Mapping[str, str]) -> Any:
    text = practice.settings_text() + ("" if "links.AwardsBack]" in practice.settings_text() else awards_back_text())
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "synctui.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, kinds, MODULES).link("AwardsBack")


def opened(
    practice: Practice, folder: Path, replaced: Mapping[str, str] | None = None, timing: Timing = QUICK
) -> WriteBack:
    """The link of the practice services' own settings, with `old: new` texts replaced."""
    link = link_of(practice, folder, replaced or {})
    with handed(link.target.connection) as (tools, _, _):
        caller = Caller(link.target.connection.options, tools, timing=timing)
    source = SmartSimpleRecords(caller, link.source.options, 2)
    return WriteBack(source, SmartSimpleFunction(caller, link.target.options), caller)


@pytest.fixture
async def back(practice: Practice, tmp_path: Path) -> AsyncIterator[WriteBack]:
    found = opened(practice, tmp_path)
    yield found
    await found.caller.http.close()


def outcomes(answer: BatchReply) -> list[Outcome]:
    return [row.outcome for row in answer.rows]


def updates(practice: Practice) -> list[Any]:
    return [call for call in practice.received if call.operation == "smartsimple.update"]


def grant(practice: Practice, record_id: str) -> dict[str, str | None]:
    return practice.tables.by_type["levelone"][record_id]


def next_ids(practice: Practice, count: int) -> list[str]:
    """Ids that the next records get."""
    last = max(map(int, practice.tables.by_type["levelone"]))
    return [str(last + place) for place in range(1, count + 1)]


def without_stamp(row: dict[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in row.items() if name != "sf_Last Updated"}


@pytest.mark.parametrize("shape", ["array", "records"])
@pytest.mark.parametrize("version", ["1", "2"])
async def test_an_edit_is_written_and_nothing_else_moves(
    practice: Practice, tmp_path: Path, shape: str, version: str
) -> None:
    more = f'companyid = "700100"\njsonrset = "{shape}"\napi_version = {version}'
    back = opened(practice, tmp_path, {'companyid = "700100"': more})
    before = dict(grant(practice, "900003"))
    answer = await back.target.send([await back.row("900003", cf_County="Größe & <Söhne>")], {})
    assert [(row.row_id, row.outcome, row.message) for row in answer.rows] == [("key:900003", A, "")]
    assert without_stamp(grant(practice, "900003")) == without_stamp(before) | {"cf_County": "Größe & <Söhne>"}
    [call] = updates(practice)
    assert (call.shape, call.path) == (shape, f"/smartsimple/API/{version}/levelone/")
    assert practice.updates.effects[0].changed == ("cf_County",)
    await back.caller.http.close()


async def test_every_row_of_the_list_is_written_back_without_a_change(back: WriteBack, practice: Practice) -> None:
    before = {key: without_stamp(dict(row)) for key, row in practice.tables.by_type["levelone"].items()}
    records = [record async for page in back.source.pages() for record in page.records]
    rows = [whole(str(record["recordid"]), record) for record in records[:200]]
    assert all(back.target.unchanged(row, record) for row, record in zip(rows, records, strict=False))
    assert set(outcomes(await back.target.send(rows, {}))) == {A}
    assert practice.updates.idle == len(practice.updates.effects) == 200
    after = {key: without_stamp(row) for key, row in practice.tables.by_type["levelone"].items()}
    blank = {key: {name: value or None for name, value in row.items()} for key, row in before.items()}
    assert {key: {name: value or None for name, value in row.items()} for key, row in after.items()} == blank


@pytest.mark.parametrize("style", ["mixed", "lower", "capitals"])
async def test_every_letter_case_of_the_status_is_a_success(back: WriteBack, practice: Practice, style: str) -> None:
    practice.switches.set("update_status", style)
    rows = [await back.row("900001", cf_Note="a"), await back.row("900002", cf_Note="b")]
    assert outcomes(await back.target.send(rows, {})) == [A, A]


async def test_some_rows_of_a_batch_fail_and_the_others_are_written(back: WriteBack, practice: Practice) -> None:
    rows = [
        await back.row("900001", cf_Amount="1"),
        await back.row("900002", cf_Amount="a lot"),
        replace(await back.row("900003", cf_Amount="3"), values={**(await back.row("900003")).values, "recordid": "1"}),
        await back.row("900004", cf_Amount="4", **{"sf_Start Date": "31.12.2025"}),
        await back.row("900005", cf_Amount="5", **{"sf_Start Date": "2025-12-31 00:00:00"}),
    ]
    answer = await back.target.send(rows, {})
    assert outcomes(answer) == [A, R, R, R, A]
    assert [row.message for row in answer.rows[1:4]] == [
        "cf_Amount: a lot is not a number",
        "Recordset does not exist",
        "sf_Start Date: 31.12.2025 is not a date of the form YYYY-MM-DD",
    ]
    assert grant(practice, "900005")["sf_Start Date"] == "2025-12-31 00:00:00"
    assert [effect.record_id for effect in practice.updates.effects] == ["900001", "900005"]


async def test_new_rows_get_their_ids_and_known_rows_keep_theirs(back: WriteBack, practice: Practice) -> None:
    first, second = next_ids(practice, 2)
    rows = [created(1, cf_Note="one"), await back.row("900001", cf_Note="known"), created(2, cf_Note="two")]
    answer = await back.target.send(rows, {})
    assert [(row.outcome, row.new_key) for row in answer.rows] == [(A, first), (A, ""), (A, second)]
    assert [grant(practice, new)["cf_Note"] for new in (first, second)] == ["one", "two"]
    assert (await back.source.read_again([(second,)]))[second,]["cf_Note"] == "two"


async def test_a_new_row_that_is_refused_makes_no_record(back: WriteBack, practice: Practice) -> None:
    [new] = next_ids(practice, 1)
    answer = await back.target.send([created(1, cf_Amount="a lot"), created(2)], {})
    assert [(row.outcome, row.new_key) for row in answer.rows] == [(R, ""), (A, new)]
    assert [effect.record_id for effect in practice.updates.effects] == [new]


@pytest.mark.parametrize("keys", [[""], ["0"], ["900001", "900001"], ["900001", ""]])
async def test_lost_and_doubled_keys_never_reach_the_service(
    back: WriteBack, practice: Practice, keys: Sequence[str]
) -> None:
    row = await back.row("900001", cf_Note="x")
    with pytest.raises(Refused):
        await back.target.send([replace(row, values={**row.values, "recordid": key}) for key in keys], {})
    assert updates(practice) == []
    assert practice.updates.effects == []


async def test_a_field_list_that_is_not_the_functions_own_is_told_row_by_row(
    practice: Practice, tmp_path: Path
) -> None:
    back = opened(practice, tmp_path, {'"cf_County", "cf_Note"]': '"cf_Note", "cf_Batch"]'})
    record = (await back.source.read_again([("900001",)]))["900001",]
    row = Outgoing("a", {n: record[n] for n in ("recordid", *smartsimple.GRANTS_UPDATE.fields, "cf_Batch")}, 1)
    answer = await back.target.send([row], {})
    assert outcomes(answer) == [R]
    assert "cf_County is missing, cf_Batch is not in the field list" in answer.rows[0].message
    await back.caller.http.close()


async def test_rows_whose_answer_is_turned_round_are_still_told_apart(back: WriteBack, practice: Practice) -> None:
    practice.faults.arm("smartsimple.update:shuffled")
    [new] = next_ids(practice, 1)
    rows = [await back.row("900001", cf_Amount="a lot"), await back.row("900002", cf_Note="b"), created(1)]
    answer = await back.target.send(rows, {})
    assert [(row.outcome, row.new_key) for row in answer.rows] == [(R, ""), (A, ""), (A, new)]


async def test_several_new_rows_whose_answer_is_turned_round_are_in_doubt(back: WriteBack, practice: Practice) -> None:
    practice.faults.arm("smartsimple.update:shuffled")
    [new] = next_ids(practice, 1)
    answer = await back.target.send([created(1), created(2), created(3)], {})
    assert [(row.outcome, row.new_key) for row in answer.rows] == [(D, "")] * 3
    assert new in answer.rows[0].message
    assert len(practice.updates.effects) == 3


@pytest.mark.parametrize(
    ("fault", "expected", "applied"),
    [
        ("401", SignInRefused, 0),
        ("401_html", SignInRefused, 0),
        ("429", BudgetSpent, 0),
        ("limit", BudgetSpent, 0),
        ("redirect", Refused, 0),
        ("empty", OutcomeUnknown, 0),
        ("empty_after", OutcomeUnknown, 2),
        ("html", OutcomeUnknown, 0),
        ("html_after", OutcomeUnknown, 2),
        ("html200", OutcomeUnknown, 0),
        ("500_before", OutcomeUnknown, 0),
        ("500_after", OutcomeUnknown, 2),
        ("503=0", OutcomeUnknown, 0),
        ("cut_before", OutcomeUnknown, 0),
        ("cut_after", OutcomeUnknown, 2),
        ("cut_answer", OutcomeUnknown, 2),
        ("reset_after", OutcomeUnknown, 2),
        ("late=0.05", OutcomeUnknown, 2),
        ("slow=3", OutcomeUnknown, 2),
        ("hang", OutcomeUnknown, 2),
        ("truncated", OutcomeUnknown, 2),
        ("drip=0.05", OutcomeUnknown, 2),
        ("deep", OutcomeUnknown, 0),
        ("miscount", OutcomeUnknown, 2),
    ],
)
async def test_an_update_leaves_once_whatever_becomes_of_its_answer(
    back: WriteBack, practice: Practice, fault: str, expected: type[SyncError], applied: int
) -> None:
    rows = [await back.row("900001", cf_Note="x"), created(1)]
    practice.faults.arm(f"smartsimple.update:{fault}")
    started = time.monotonic()
    with pytest.raises(SyncError) as caught:
        await back.target.send(rows, {})
    assert type(caught.value) is expected
    assert caught.value.hint
    assert smartsimple.GRANTS_UPDATE.apitoken not in f"{caught.value}{caught.value!r}"
    assert time.monotonic() - started < 15
    assert len(updates(practice)) == 1
    await applied_in_the_end(practice, applied)


async def applied_in_the_end(practice: Practice, count: int) -> None:
    for _ in range(100):
        if len(practice.updates.effects) == count:
            break
        await asyncio.sleep(0.02)
    assert len(practice.updates.effects) == count


async def test_a_gzip_bomb_after_an_update_is_in_doubt(practice: Practice, tmp_path: Path) -> None:
    back = opened(practice, tmp_path, timing=PATIENT)
    row = await back.row("900001", cf_Note="x")
    practice.faults.arm("smartsimple.update:gzip_bomb")
    with pytest.raises(OutcomeUnknown):
        await back.target.send([row], {})
    await back.caller.http.close()


@pytest.mark.parametrize("fault", ["content_type", "slow=0.1"])
async def test_an_update_with_a_harmless_fault_is_accepted(back: WriteBack, practice: Practice, fault: str) -> None:
    row = await back.row("900001", cf_Note="x")
    practice.faults.arm(f"smartsimple.update:{fault}")
    assert outcomes(await back.target.send([row], {})) == [A]


@pytest.mark.parametrize("style", ["empty200", "json200", "json4xx", "plain"])
async def test_a_wrong_token_changes_nothing(practice: Practice, tmp_path: Path, style: str) -> None:
    practice.switches.set("error_style", style)
    token = smartsimple.GRANTS_UPDATE.apitoken
    back = opened(practice, tmp_path, {token: f"x{token}"})
    row = await back.row("900001", cf_Note="x")
    with pytest.raises(OutcomeUnknown if style == "empty200" else Refused) as caught:
        await back.target.send([row], {})
    assert "apitoken" in caught.value.hint
    assert practice.updates.effects == []
    await back.caller.http.close()


async def test_a_service_that_is_gone_gets_nothing(practice: Practice, tmp_path: Path) -> None:
    back = opened(practice, tmp_path, {f"{practice.url}/smartsimple": "http://127.0.0.1:9"})
    with pytest.raises(Unreachable):
        await back.target.send([created(1)], {})
    await back.caller.http.close()


async def test_a_send_that_is_cancelled_lets_go_at_once(back: WriteBack, practice: Practice) -> None:
    row = await back.row("900001", cf_Note="x")
    practice.faults.arm("smartsimple.update:slow=3")
    sending = asyncio.ensure_future(back.target.send([row], {}))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert time.monotonic() - started < 0.2


@pytest.mark.parametrize(
    "way",
    [
        {},
        {'key_field = "sf_Application ID"\n': ""},
        {'key_field = "sf_Application ID"': f'get_apitoken = "{smartsimple.GRANTS_GET.apitoken}"'},
    ],
    ids=["key_field", "the type's id", "Get"],
)
async def test_rows_are_read_again_in_every_way(practice: Practice, tmp_path: Path, way: dict[str, str]) -> None:
    back = opened(practice, tmp_path, way)
    practice.tables.change(edit={"900002": {"cf_Note": "changed meanwhile"}}, delete=["900003"])
    found = await back.source.read_again([("900002",), ("900003",), ("900060",)])
    assert list(found) == [("900002",), ("900060",)]
    assert found["900002",]["cf_Note"] == "changed meanwhile"
    everything = [record async for page in back.source.pages() for record in page.records]
    listed = next(record for record in everything if record["recordid"] == "900060")
    assert dict(found["900060",]) == dict(listed)
    await back.caller.http.close()


async def test_a_hundred_and_twenty_rows_are_read_again_with_three_calls(back: WriteBack, practice: Practice) -> None:
    keys = [(str(number),) for number in range(900_101, 900_221)]
    assert list(await back.source.read_again(keys)) == keys
    assert len([call for call in practice.received if call.operation == "smartsimple.list"]) == 3


def test_the_settings_without_the_link_are_those_of_the_services(practice: Practice, tmp_path: Path) -> None:
    assert read_settings(practice, tmp_path).link("Awards").target is not None
    link = link_of(practice, tmp_path, {})
    assert isinstance(link.target.options, SmartSimpleTarget)
    assert link.target.options.fields == smartsimple.GRANTS_UPDATE.fields
    assert smartsimple.GRANTS_UPDATE.apitoken not in repr(link)
