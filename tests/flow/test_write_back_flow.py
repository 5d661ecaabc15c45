"""SmartSimple to SmartSimple: whole rows, nobody's work overwritten, the new id in its key cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from desk import Desk

from synctui.errors import ConflictsFound

LINK = "AwardsBack"


def put(desk: Desk, row: int, header: str, value: Any) -> None:
    column = desk.columns(LINK)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), LINK)


async def test_an_edit_is_written_back_and_untouched_fields_keep_what_others_wrote(desk: Desk) -> None:
    await desk.pull(LINK)
    key = desk.cell(2, "recordid", LINK)
    put(desk, 2, "cf_County", "Cass")
    desk.practice.tables.change("levelone", edit={key: {"cf_Note": "written by somebody else"}})
    result = await desk.push(LINK)
    assert result.accepted == 1
    [effect] = desk.practice.updates.effects
    assert set(effect.changed) >= {"cf_County"}
    stored = desk.practice.tables.by_type["levelone"][key]
    assert (stored["cf_County"], stored["cf_Note"]) == ("Cass", "written by somebody else")
    assert desk.cell(2, "Sync", LINK) == "saved"
    assert (await desk.push(LINK)).rows == ()
    await desk.pull(LINK)
    assert desk.cell(2, "Sync", LINK) is None
    assert (await desk.push(LINK)).rows == ()


async def test_a_cell_that_others_changed_meanwhile_stops_the_push_until_the_user_chooses(desk: Desk) -> None:
    await desk.pull(LINK)
    key, other = desk.cell(2, "recordid", LINK), desk.cell(3, "recordid", LINK)
    put(desk, 2, "cf_County", "Mine")
    put(desk, 3, "cf_County", "Mine too")
    for record in (key, other):
        desk.practice.tables.change("levelone", edit={record: {"cf_County": "Theirs"}})
    with pytest.raises(ConflictsFound):
        await desk.push(LINK)
    assert desk.practice.updates.effects == []
    put(desk, 3, "Sync", "theirs")
    assert (await desk.push(LINK, conflicts="mine")).accepted == 1
    stored = desk.practice.tables.by_type["levelone"]
    assert (stored[key]["cf_County"], stored[other]["cf_County"]) == ("Mine", "Theirs")
    assert (await desk.push(LINK)).rows == ()


async def test_a_record_gone_at_the_source_stops_the_push(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_County", "Mine")
    desk.practice.tables.change("levelone", delete=[desk.cell(2, "recordid", LINK)])
    with pytest.raises(ConflictsFound, match="gone at the source"):
        await desk.push(LINK)


async def test_a_new_row_is_created_once_and_gets_its_id(desk: Desk) -> None:
    await desk.pull(LINK)
    columns = desk.columns(LINK)

    def add(ws: Any) -> None:
        ws.cell(ws.max_row + 1, columns["cf_County"]).value = "Cass"

    desk.edit(add, LINK)
    last = 62
    result = await desk.push(LINK)
    assert result.accepted == 1
    new_id = desk.cell(last, "recordid", LINK)
    assert new_id in desk.practice.tables.by_type["levelone"]
    assert (await desk.push(LINK)).rows == ()
    done = await desk.pull(LINK)
    assert (done.added, done.conflicts) == (0, 0)
    assert desk.cell(last, "recordid", LINK) == new_id
    assert (await desk.diff(LINK)).changes == []
    assert len(desk.practice.updates.effects) == 1


async def test_an_emptied_key_never_becomes_a_create(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 3, "cf_County", "Cass")
    put(desk, 3, "recordid", None)
    assert (await desk.push(LINK)).rows == ()
    await desk.pull(LINK)
    assert any("key cell was emptied" in problem.message for problem in (await desk.diff(LINK)).problems)
    assert (await desk.push(LINK)).rows == ()
    assert desk.practice.updates.effects == []


async def test_the_plan_says_that_workflows_run(desk: Desk) -> None:
    await desk.pull(LINK)
    put(desk, 2, "cf_County", "Cass")
    plan = (await desk.plan(LINK, dry_run=True)).plan
    assert any("workflows" in warning for warning in plan.warnings)
    assert plan.calls == 3  # read again, sent, read back


async def test_without_fields_what_is_known_to_be_read_only_is_not_sent(desk: Desk) -> None:
    other = desk.with_settings("fields = [", "# fields = [")
    await other.pull(LINK)
    put(other, 2, "cf_County", "Cass")
    plan = (await other.plan(LINK, dry_run=True)).plan
    assert "sf_Last Updated" not in plan.rows[0].outgoing.values
    assert "cf_Report PDF" in plan.rows[0].outgoing.values
    assert any("Read-only at the source" in warning for warning in plan.warnings)


async def test_a_field_with_midnights_may_be_called_a_date(desk: Desk) -> None:
    other = desk.with_settings('types = { "cf_Amount" = "number" }', 'types = { "sf_Start Date" = "date" }')
    await other.pull(LINK)
    assert type(other.cell(2, "sf_Start Date", LINK)) is date
    assert (await other.diff(LINK)).changes == []
