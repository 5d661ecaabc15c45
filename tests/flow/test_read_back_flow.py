"""Accepted rows are read again where source and target are one system: what the server kept is what the sheet shows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from desk import Desk

from synctui.errors import BudgetSpent, WorksheetError
from synctui.planning.plan import PlannedRow
from synctui.practice.server import Practice
from synctui.push.marks import SheetMarks
from synctui.push.run import PushDone, PushResult, ReadingBack
from synctui.records import Proof
from synctui.store.budget import Budget
from synctui.store.history import RunRow

LINK = "AwardsBack"


def put(desk: Desk, row: int, header: str, value: Any) -> None:
    column = desk.columns(LINK)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), LINK)


def lists(practice: Practice) -> int:
    return sum(got.operation == "smartsimple.list" for got in practice.received)


async def edited(desk: Desk, **cells: Any) -> str:
    """A worksheet with edits in its first row; the record's key."""
    await desk.pull(LINK)
    for header, value in cells.items():
        put(desk, 2, header, value)
    return str(desk.cell(2, "recordid", LINK))


async def test_a_row_that_was_saved_as_sent_is_told_so(desk: Desk) -> None:
    await edited(desk, cf_County="Cass", cf_Amount=1250.5)
    prepared = await desk.plan(LINK)
    before, calls = lists(desk.practice), prepared.plan.calls
    result = await desk.push(LINK)
    assert [(row.outcome, row.proof, row.message) for row in result.rows] == [("accepted", Proof.SAVED, "")]
    assert (calls, result.not_saved, result.notices) == (3, 0, ())
    assert lists(desk.practice) - before == 3, "once for the plan, once before it is sent, once after"
    assert desk.cell(2, "Sync", LINK) == "saved"


async def test_what_the_server_kept_instead_is_told_shown_and_not_sent_again(desk: Desk) -> None:
    await edited(desk, cf_County=" Cass ", cf_Amount=1250.5, cf_Note="kept as it is")
    desk.practice.switches.set("update_stores", "tidied")
    result = await desk.push(LINK)
    [row] = result.rows
    assert (row.outcome, row.proof) == ("accepted", Proof.DIFFERENT)
    assert row.message == "saved differently: cf_Amount 1250.5 → 1250, cf_County “ Cass ” → Cass"
    assert (desk.cell(2, "cf_County", LINK), desk.cell(2, "cf_Amount", LINK)) == ("Cass", 1250)
    assert (desk.cell(2, "Sync", LINK), desk.cell(2, "cf_Note", LINK)) == ("saved", "kept as it is")
    assert (await desk.diff(LINK)).changes == []
    assert (await desk.push(LINK)).rows == ()
    done = await desk.pull(LINK)
    assert done.conflicts == 0
    assert (desk.cell(2, "Sync", LINK), desk.cell(2, "cf_County", LINK)) == (None, "Cass")


async def test_a_row_that_was_not_saved_is_never_called_saved(desk: Desk) -> None:
    key = await edited(desk, cf_County="Cass")
    was = desk.practice.tables.by_type["levelone"][key]["cf_County"]
    desk.practice.switches.set("update_stores", "nothing")
    result = await desk.push(LINK)
    [row] = result.rows
    assert (row.outcome, row.proof, result.not_saved) == ("accepted", Proof.NOT_SAVED, 1)
    assert row.message == f"not saved: the target kept cf_County {was}"
    assert desk.cell(2, "Sync", LINK) == f"refused: {row.message}"
    assert desk.cell(2, "cf_County", LINK) == "Cass", "the user's edit is not lost"


async def test_a_row_that_was_not_saved_is_sent_again_by_only_failed(desk: Desk) -> None:
    key = await edited(desk, cf_County="Cass")
    desk.practice.switches.set("update_stores", "nothing")
    await desk.push(LINK)
    desk.practice.switches.set("update_stores", "as_sent")
    result = await desk.push(LINK, only_failed=True)
    assert [(row.outcome, row.proof) for row in result.rows] == [("accepted", Proof.SAVED)]
    assert desk.practice.tables.by_type["levelone"][key]["cf_County"] == "Cass"
    assert desk.cell(2, "Sync", LINK) == "saved"


async def test_a_pull_after_a_row_was_not_saved_keeps_the_edit(desk: Desk) -> None:
    await edited(desk, cf_County="Cass")
    desk.practice.switches.set("update_stores", "nothing")
    await desk.push(LINK)
    done = await desk.pull(LINK)
    assert (done.conflicts, desk.cell(2, "cf_County", LINK)) == (0, "Cass")
    [change] = (await desk.diff(LINK)).changes
    assert (change.kind, [cell.new for cell in change.cells]) == ("update", ["Cass"])


async def test_a_created_record_is_read_back_by_its_new_id_and_never_created_twice(desk: Desk) -> None:
    await desk.pull(LINK)
    column = desk.columns(LINK)["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(62, column), "value", "Cass"), LINK)
    desk.practice.switches.set("update_stores", "nothing")
    result = await desk.push(LINK)
    [row] = result.rows
    assert (row.proof, row.message) == (Proof.NOT_SAVED, "not saved: the target kept cf_County (blank)")
    assert (desk.cell(62, "recordid", LINK), desk.cell(62, "cf_County", LINK)) == (row.new_key, "Cass")
    desk.practice.switches.set("update_stores", "as_sent")
    again = await desk.push(LINK)
    assert (again.accepted, again.rows[0].proof) == (1, Proof.SAVED)
    assert [effect.created for effect in desk.practice.updates.effects] == [True, False]
    assert desk.practice.tables.by_type["levelone"][row.new_key]["cf_County"] == "Cass"


async def test_another_process_marks_what_the_server_kept(desk: Desk) -> None:
    await edited(desk, cf_County=" Cass ")
    desk.practice.switches.set("update_stores", "tidied")
    prepared = await desk.plan(LINK)
    assert (await carried_out(desk, replace(prepared, marks=Locked(prepared.marks)))).notices
    assert desk.cell(2, "Sync", LINK).startswith("in doubt")
    await desk.beside(desk.session.home).push(LINK)
    assert (desk.cell(2, "Sync", LINK), desk.cell(2, "cf_County", LINK)) == ("saved", "Cass")


@dataclass
class Locked:
    """A workbook that somebody opens while its rows are on their way."""

    marks: SheetMarks

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        await self.marks.before(run_id, rows)

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        raise WorksheetError("The file is open elsewhere.")


async def carried_out(desk: Desk, prepared: Any, stop: asyncio.Event | None = None) -> PushResult:
    result = None
    async for event in desk.session.push(prepared, stop):
        if isinstance(event, ReadingBack) and stop is not None:
            stop.set()
        if isinstance(event, PushDone):
            result = event.result
    assert result is not None
    return result


# -- where it is not done


@pytest.mark.parametrize("fault", ["html200", "limit", "cut_before"])
async def test_a_read_that_fails_is_a_notice_and_the_push_is_well(desk: Desk, fault: str) -> None:
    await edited(desk, cf_County="Cass")
    prepared = await desk.plan(LINK)
    events = desk.session.push(prepared)
    result = None
    async for event in events:
        if isinstance(event, ReadingBack):
            assert event.rows == 1
            desk.practice.faults.arm(f"smartsimple.list:{fault}*9")
        if isinstance(event, PushDone):
            result = event.result
    assert result is not None
    assert [(row.outcome, row.proof) for row in result.rows] == [("accepted", Proof.UNREAD)]
    assert result.notices[0].startswith("1 accepted row was not read back to see what was saved: ")
    assert desk.cell(2, "Sync", LINK) == "saved"


async def spend(budget: Budget) -> None:
    """Somebody else uses up every call that is left."""
    with suppress(BudgetSpent):
        while True:
            async with budget.slot():
                pass


async def test_a_spent_budget_is_a_notice(desk: Desk) -> None:
    other = desk.with_settings("hourly_calls = ", "hourly_calls = 9 # ")
    await edited(other, cf_County="Cass")
    budget = other.session.connections.budget(other.session.settings.connection("grants"))
    assert budget is not None
    prepared = await other.plan(LINK)
    result = None
    async for event in other.session.push(prepared):
        if isinstance(event, ReadingBack):
            await spend(budget)
        if isinstance(event, PushDone):
            result = event.result
    assert result is not None
    assert (result.accepted, "used up" in result.notices[0]) == (1, True)


async def test_the_user_may_do_without(desk: Desk) -> None:
    await edited(desk, cf_County="Cass")
    assert (await desk.plan(LINK, proof=False)).plan.calls == 2
    result = await desk.push(LINK, proof=False)
    assert result.notices == ("1 accepted row was not read back to see what was saved: --no-proof.",)
    assert result.rows[0].proof is Proof.UNREAD


async def test_a_stop_ends_the_reading_and_not_the_push(desk: Desk) -> None:
    await edited(desk, cf_County="Cass")
    before = await desk.plan(LINK)
    result = await carried_out(desk, before, asyncio.Event())
    assert (result.accepted, result.note) == (1, "")
    assert "stopped by the user" in result.notices[0]
    assert desk.cell(2, "Sync", LINK) == "saved"
    assert desk.session.runs()[0].state == "done"


async def test_between_two_systems_nothing_is_read_back_and_nothing_said_of_it(desk: Desk) -> None:
    await desk.pull()
    column = desk.columns()["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(2, column), "value", "Cass"))
    result = await desk.push()
    assert (result.accepted, result.notices, result.rows[0].proof) == (1, (), Proof.UNREAD)
