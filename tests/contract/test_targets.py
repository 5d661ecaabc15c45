"""eOne's target against its practice service over real sockets: what leaves, and what is made of the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from practice_systems import ROWS, System, open_system, read_settings

from synctui.connectors.base import Outgoing
from synctui.errors import BudgetSpent, OutcomeUnknown, Refused, SignInRefused, SyncError, Unreachable
from synctui.http.calls import Timing
from synctui.practice import Practice
from synctui.records import Outcome

QUICK = Timing(connect=5, deadline=10, attempts=2, total=10, pause=0.01)
HASTY = Timing(connect=5, deadline=1, attempts=1)
A, R, D, U = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.UNSENT
GOOD = (ROWS[0], ROWS[2])


@pytest.fixture
async def system(practice: Practice, tmp_path: Path) -> AsyncIterator[System]:
    opened = open_system(read_settings(practice, tmp_path), "Awards", side="target", timing=QUICK)
    yield opened
    await opened.connection.close()


def runs(practice: Practice) -> list[Any]:
    return [call for call in practice.received if call.operation == "eone.run"]


def with_partial(system: System, partial: bool | None) -> Any:
    options = system.link.target.options
    fields = {name: getattr(options, name) for name in options.__struct_fields__}
    return system.connection.target(type(options)(**(fields | {"partial": partial})))


def outcomes(answer: Any) -> list[Outcome]:
    return [row.outcome for row in answer.rows]


async def test_the_shape_names_columns_and_keys(system: System) -> None:
    shape = await system.target().shape()
    assert [(column.name, column.key, column.mapped) for column in shape.columns] == [
        ("VendorNo", True, True),
        ("Vendor Name", False, True),
        ("County", False, True),
    ]


async def test_rows_and_variables_arrive_exactly_once_and_exactly_as_they_were(
    system: System, practice: Practice
) -> None:
    answer = await system.target().send(GOOD, {"GBL_BATCH": "JUL-26 & <co>"})
    assert outcomes(answer) == [A, A]
    [run] = runs(practice)
    assert run.shape == "envelope"
    assert [dict(row) for row in run.rows] == [dict(row.values) for row in GOOD]
    assert dict(run.variables) == {"GBL_BATCH": "JUL-26 & <co>"}
    assert [effect.document for effect in practice.runs.effects] == [("V-1001",), ("V-1003",)]


@pytest.mark.parametrize(
    ("call", "rows_body", "shape"),
    [
        ("RunMapDataTable", "envelope", "envelope"),
        ("RunMapDataTable", "flat", "flat"),
        ("RunMapXml", "envelope", "xml"),
        ("RunMapDataTableWithErrors", "flat", "flat"),
    ],
)
async def test_every_call_and_body_carries_the_same_rows(
    call: str, rows_body: str, shape: str, practice: Practice, tmp_path: Path
) -> None:
    changed = {'kind = "eone"': f'kind = "eone"\nrows_body = "{rows_body}"', "partial = true": f'call = "{call}"'}
    opened = open_system(read_settings(practice, tmp_path, **changed), "Awards", side="target", timing=QUICK)
    assert outcomes(await opened.target().send(GOOD, {})) == [A, A]
    [run] = runs(practice)
    assert (run.call, run.shape) == (call, shape)
    assert [dict(row) for row in run.rows] == [dict(row.values) for row in GOOD]
    await opened.connection.close()


async def test_the_mark_is_the_number_of_the_newest_run(system: System) -> None:
    target = system.target()
    assert await target.mark() == ""
    answer = await target.send(GOOD, {})
    assert await target.mark() == answer.run_number != ""


@pytest.mark.parametrize(("partial", "others"), [(True, A), (None, D), (False, U)])
@pytest.mark.parametrize("fault", ["", "escaped_errors", "status_text", "tails"])
async def test_a_failed_document_is_found_in_every_writing_of_the_answer(
    system: System, practice: Practice, partial: bool | None, others: Outcome, fault: str
) -> None:
    practice.faults.arm(f"eone.run:{fault}" if fault else "")
    answer = await with_partial(system, partial).send(ROWS, {})
    assert outcomes(answer) == [others, R, others]
    assert answer.rows[1].message == "County must have a value."


@pytest.mark.parametrize("error_rows", ["document", "row"])
async def test_a_document_of_several_rows_stands_or_falls_as_one(
    error_rows: str, practice: Practice, tmp_path: Path
) -> None:
    practice.switches.set("error_rows", error_rows)
    opened = open_system(read_settings(practice, tmp_path), "Journal", side="target", timing=QUICK)
    answer = await opened.target().send(journal(["B1", "B1", "B2", "B1", "B2"], blank=1), {})
    assert outcomes(answer) == [R, R, A, R, A]
    assert "Amount must have a value." in answer.rows[1].message
    assert [effect.document for effect in practice.runs.effects] == [("B2",)]
    await opened.connection.close()


async def test_equal_rows_of_a_failed_document_are_one_of_these(practice: Practice, tmp_path: Path) -> None:
    practice.switches.set("error_rows", "row")
    opened = open_system(read_settings(practice, tmp_path), "Journal", side="target", timing=QUICK)
    rows = journal(["B1", "B1", "B2"], blank=9)
    twice = [rows[0], replace(rows[1], values=rows[0].values), rows[2]]
    answer = await opened.target().send(twice, {})
    assert outcomes(answer) == [R, R, A]
    assert [row.message.startswith("one of these rows") for row in answer.rows] == [True, True, False]
    await opened.connection.close()


async def test_a_map_that_stops_whole_saves_nothing(practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), "Strict", side="target", timing=QUICK)
    assert outcomes(await opened.target().send(ROWS, {})) == [U, R, U]
    assert practice.runs.effects == []
    await opened.connection.close()


def journal(batches: Sequence[str], *, blank: int) -> list[Outgoing]:
    documents = list(dict.fromkeys(batches))
    return [
        Outgoing(
            f"r{place}",
            {
                "Batch": batch,
                "Reference": f"R{place}",
                "Account": "5110",
                "Amount": "" if place == blank else "12.50",
                "Description": "x",
            },
            documents.index(batch),
        )
        for place, batch in enumerate(batches)
    ]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("401", SignInRefused),
        ("401_html", SignInRefused),
        ("429", BudgetSpent),
        ("redirect", Refused),
        ("empty", OutcomeUnknown),
        ("empty_after", OutcomeUnknown),
        ("html", OutcomeUnknown),
        ("html_after", OutcomeUnknown),
        ("html200", OutcomeUnknown),
        ("500_before", OutcomeUnknown),
        ("500_after", OutcomeUnknown),
        ("503=0", OutcomeUnknown),
        ("cut_before", OutcomeUnknown),
        ("cut_after", OutcomeUnknown),
        ("cut_answer", OutcomeUnknown),
        ("reset_after", OutcomeUnknown),
        ("late=0.05", OutcomeUnknown),
        ("truncated", OutcomeUnknown),
        ("deep", OutcomeUnknown),
        ("miscount", OutcomeUnknown),
    ],
)
async def test_a_run_leaves_once_whatever_becomes_of_its_answer(
    system: System, practice: Practice, fault: str, expected: type[SyncError]
) -> None:
    practice.faults.arm(f"eone.run:{fault}")
    with pytest.raises(SyncError) as caught:
        await system.target().send(GOOD, {})
    assert type(caught.value) is expected
    assert caught.value.hint
    assert len(runs(practice)) == (2 if expected is SignInRefused else 1)


@pytest.mark.parametrize("fault", ["slow=3", "hang", "drip=0.05"])
async def test_a_run_whose_answer_does_not_come_is_in_doubt(fault: str, practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), "Awards", side="target", timing=HASTY)
    practice.faults.arm(f"eone.run:{fault}")
    with pytest.raises(OutcomeUnknown):
        await opened.target().send(GOOD, {})
    assert len(runs(practice)) == 1
    await opened.connection.close()


async def test_a_gzip_bomb_after_a_run_is_in_doubt(practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), "Awards", side="target", timing=QUICK)
    practice.faults.arm("eone.run:gzip_bomb")
    with pytest.raises(OutcomeUnknown):
        await opened.target().send(GOOD, {})
    await opened.connection.close()


@pytest.mark.parametrize("fault", ["content_type", "slow=0.1"])
async def test_a_run_with_a_harmless_fault_is_accepted(system: System, practice: Practice, fault: str) -> None:
    practice.faults.arm(f"eone.run:{fault}")
    assert outcomes(await system.target().send(GOOD, {})) == [A, A]


async def test_a_token_that_ends_during_a_push_is_renewed(system: System, practice: Practice) -> None:
    target = system.target()
    await target.shape()
    practice.faults.arm("eone.run:token_expired*1")
    assert outcomes(await target.send(GOOD, {})) == [A, A]
    assert len(practice.runs.history) == 1


async def test_a_service_that_is_gone_gets_nothing(practice: Practice, tmp_path: Path) -> None:
    read_ = read_settings(practice, tmp_path, **{f"{practice.url}/eone": "http://127.0.0.1:9/eone"})
    opened = open_system(read_, "Awards", side="target", timing=QUICK)
    with pytest.raises(Unreachable):
        await opened.target().send(GOOD, {})
    await opened.connection.close()


async def test_a_map_that_has_gone_gets_nothing(system: System, practice: Practice) -> None:
    practice.faults.arm("eone.columns:empty")
    with pytest.raises(Refused):
        await system.target().send(GOOD, {})
    assert runs(practice) == []


async def test_the_evidence_of_a_run_can_be_read_later(system: System, practice: Practice) -> None:
    answer = await system.target().send(ROWS, {})
    connection: Any = system.connection
    [past] = await connection.history("VENDORS FROM EXCEL")
    assert (str(past.number), past.documents, past.failed) == (answer.run_number, 3, 1)
    [error] = await connection.errors_of_run("VENDORS FROM EXCEL", past.number)
    assert error["VendorNo"] == "V-1002"


async def test_a_map_is_run_now_and_listed(system: System, practice: Practice) -> None:
    connection: Any = system.connection
    assert "VENDORS FROM EXCEL" in [entry.id for entry in await connection.maps()]
    assert [column.key for column in await connection.columns("GL JOURNAL")][:2] == [True, False]
    result = await connection.run("VENDORS", {"GBL_COUNTY": "ND"})
    assert result.run_number
    assert [dict(call.variables) for call in runs(practice)] == [{"GBL_COUNTY": "ND"}]


async def test_a_send_that_is_cancelled_lets_go_at_once(system: System, practice: Practice) -> None:
    practice.faults.arm("eone.run:slow=3")
    target = system.target()
    await target.shape()
    sending = asyncio.ensure_future(target.send(GOOD, {}))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert time.monotonic() - started < 2
