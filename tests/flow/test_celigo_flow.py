"""Celigo in the same walk: pulled, edited, pushed by a saved import and into an eOne map."""

from __future__ import annotations

import json
from typing import Any

from desk import Desk

from synctui.records import Outcome


def put(desk: Desk, link: str, row: int, header: str, value: Any) -> None:
    column = desk.columns(link)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), link)


async def test_contacts_are_pulled_and_show_no_change(desk: Desk) -> None:
    done = await desk.pull("Contacts")
    assert (done.rows, done.without_key) == (120, 0)
    desk.edit(lambda _: None, "Contacts")
    found = await desk.diff("Contacts")
    assert (found.changes, found.damage, found.problems) == ([], [], [])


async def test_an_edit_goes_back_as_the_whole_record_with_its_types(desk: Desk) -> None:
    await desk.pull("Contacts")
    row = 3
    put(desk, "Contacts", row, "name", "Renamed")
    key = desk.cell(row, "id", "Contacts")
    result = await desk.push("Contacts")
    assert [r.outcome for r in result.rows] == [Outcome.ACCEPTED]
    [received] = [got for got in desk.practice.received if got.operation == "celigo.import"]
    assert len(received.rows) == 1
    assert desk.cell(row, "Sync", "Contacts") == "saved"
    assert (await desk.push("Contacts")).rows == ()
    await desk.pull("Contacts")
    assert desk.cell(row, "name", "Contacts") == "Renamed"
    assert (await desk.diff("Contacts")).changes == []
    assert key


async def test_nested_orders_keep_everything_that_was_not_edited(desk: Desk) -> None:
    await desk.pull("Orders")
    assert any("." in header for header in desk.columns("Orders"))
    found = await desk.diff("Orders")
    assert (found.changes, found.damage) == ([], [])


async def test_contacts_run_through_an_eone_map(desk: Desk) -> None:
    await desk.pull("ContactsToErp")
    put(desk, "ContactsToErp", 4, "name", "Into the ERP")
    result = await desk.push("ContactsToErp")
    assert result.accepted == 1
    assert desk.runs()[0].rows[0]["Vendor Name"] == "Into the ERP"
    assert (await desk.push("ContactsToErp")).rows == ()


async def test_four_links_live_in_one_workbook(desk: Desk) -> None:
    edited = {"Awards": "cf_County", "AwardsBack": "cf_County", "Contacts": "name", "ContactsToErp": "name"}
    for link in edited:
        await desk.pull(link)
    columns = {link: desk.columns(link)[header] for link, header in edited.items()}

    def edit(ws: Any) -> None:
        for link, column in columns.items():
            ws.parent[link].cell(2, column).value = "Edited here"

    desk.edit(edit)
    for link in edited:
        assert (await desk.push(link)).accepted == 1, link
    for link in edited:
        assert (await desk.push(link)).rows == (), link


async def test_a_lost_answer_of_an_import_is_doubt(desk: Desk) -> None:
    await desk.pull("Contacts")
    put(desk, "Contacts", 2, "name", "Doubtful")
    desk.practice.faults.arm("celigo.import:cut_after*1")
    result = await desk.push("Contacts")
    assert [row.outcome for row in result.rows] == [Outcome.IN_DOUBT]
    assert sum(got.operation == "celigo.import" for got in desk.practice.received) == 1


async def test_a_dry_run_shows_what_the_target_would_receive(desk: Desk) -> None:
    await desk.pull("Contacts")
    put(desk, "Contacts", 2, "name", "Only looking")
    prepared = await desk.plan("Contacts", dry_run=True)
    assert prepared.preview is not None
    assert json.loads(prepared.preview.rows[0].record)["name"] == "Only looking"
    assert not [got for got in desk.practice.received if got.operation == "celigo.import"]
