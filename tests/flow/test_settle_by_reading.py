"""Rows in doubt at a target that can be read: found by their marker, or compared with what was sent."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk
from settling import later, put, settle, target

from synctui.errors import LinkError, SettingsError
from synctui.push.run import PushResult
from synctui.store.states import State

MARKED = 'marker = "cf_Note"'


async def created(desk: Desk, fault: str, *names: str) -> PushResult:
    """A push of new rows that meets a fault."""
    await desk.pull("AwardsBack")
    columns = desk.columns("AwardsBack")

    def add(ws: Any) -> None:
        for row, name in enumerate(names, 62):
            ws.cell(row, columns["sf_Application Name"]).value = name
            ws.cell(row, columns["cf_Amount"]).value = "10"

    desk.edit(add, "AwardsBack")
    if fault:
        desk.practice.faults.arm(f"smartsimple.update:{fault}*1")
    return await desk.push("AwardsBack")


def ours(desk: Desk) -> dict[str, Any]:
    """What was created: name -> record."""
    by_id = desk.practice.tables.by_type["levelone"]
    made = [by_id[e.record_id] for e in desk.practice.updates.effects if e.created and e.record_id in by_id]
    return {str(record["sf_Application Name"]): record for record in made}


async def test_a_new_record_bears_its_rows_own_id(desk: Desk) -> None:
    desk = target(desk, "AwardsBack", MARKED)
    result = await created(desk, "", "One", "Two")
    assert result.accepted == 2
    assert [record["cf_Note"] for record in ours(desk).values()] == [row.row_id for row in result.rows]
    put(desk, 62, "cf_County", "Cass", "AwardsBack")
    assert (await desk.push("AwardsBack")).accepted == 1
    assert ours(desk)["One"]["cf_Note"] == result.rows[0].row_id


async def test_all_markers_found_are_proof_and_bring_the_new_ids(desk: Desk) -> None:
    desk = target(desk, "AwardsBack", MARKED)
    run = (await created(desk, "cut_after", "One", "Two")).run_id
    settlement = await settle(desk, run)
    assert settlement.evidence == ("2 of 2 new rows found by the marker cf_Note.",)
    assert (settlement.settled, settlement.in_doubt) == (2, 0)
    ids = [record["sf_Application ID"] for record in ours(desk).values()]
    assert [row.new_key for row in settlement.rows] == ids
    assert [str(desk.cell(row, "recordid", "AwardsBack")) for row in (62, 63)] == ids
    assert desk.cell(62, "Sync", "AwardsBack") == "saved"
    await desk.pull("AwardsBack")
    assert (await desk.push("AwardsBack")).rows == ()


async def test_no_marker_found_is_proof_once_the_time_has_passed(desk: Desk) -> None:
    desk = target(desk, "AwardsBack", MARKED)
    run = (await created(desk, "cut_before", "One", "Two")).run_id
    assert (await settle(desk, run)).in_doubt == 2
    later(desk)
    assert (await settle(desk, run)).settled == 2
    assert (await desk.push("AwardsBack")).accepted == 2
    assert ours(desk).keys() == {"One", "Two"}


async def test_markers_found_in_part_leave_it_to_the_user_who_gets_the_ids_that_were_found(desk: Desk) -> None:
    desk = target(desk, "AwardsBack", MARKED)
    run = (await created(desk, "cut_after", "One", "Two")).run_id
    desk.practice.tables.change("levelone", delete=[ours(desk)["Two"]["sf_Application ID"]])
    later(desk)
    settlement = await settle(desk, run)
    assert settlement.evidence[0] == "1 of 2 new rows found by the marker cf_Note."
    assert [row.state for row in settlement.rows] == [State.REVIEW] * 2
    decided = await settle(desk, run, "arrived")
    assert [row.new_key for row in decided.rows] == [ours(desk)["One"]["sf_Application ID"], ""]


async def test_a_marker_found_twice_leaves_it_to_the_user(desk: Desk) -> None:
    desk = target(desk, "AwardsBack", MARKED)
    run = (await created(desk, "cut_after", "One")).run_id
    desk.practice.tables.change("levelone", add=[{**ours(desk)["One"], "sf_Application ID": ""}])
    settlement = await settle(desk, run)
    assert [row.state for row in settlement.rows] == [State.REVIEW]
    assert settlement.evidence[1].startswith("Found more than once: records ")


async def test_without_a_marker_new_records_cannot_be_found(desk: Desk) -> None:
    run = (await created(desk, "cut_after", "One")).run_id
    settlement = await settle(desk, run)
    assert settlement.evidence == ("Row 62: a new row cannot be found again at the source.",)
    assert [row.state for row in settlement.rows] == [State.REVIEW]


@pytest.mark.parametrize("marker", ["cf_Vendor No", "sf_Last Updated"])
async def test_a_marker_that_is_not_written_is_told_before_anything_is_sent(desk: Desk, marker: str) -> None:
    extra = ["sf_Last Updated"] if marker.startswith("sf_") else []
    fields = str([*desk.session.settings.link("AwardsBack").target.options.fields, *extra]).replace("'", '"')
    desk = target(desk, "AwardsBack", f'marker = "{marker}"')
    path = desk.session.settings.path
    lines = [f"fields = {fields}" if line.startswith('fields = ["sf_Application N') else line
             for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    desk = desk.beside(desk.session.home)
    with pytest.raises(SettingsError, match=marker):
        await created(desk, "", "One")
    assert desk.practice.updates.effects == []


async def test_an_update_never_blanks_a_marker_that_the_worksheet_does_not_hold(desk: Desk) -> None:
    names = ("sf_Application Name", "sf_Start Date", "cf_Amount", "cf_County")
    columns = ", ".join(f'"{name}" = "{name}"' for name in names)
    desk = target(desk, "AwardsBack", MARKED, f'columns = {{ "recordid" = "recordid", {columns} }}')
    await desk.pull("AwardsBack")
    put(desk, 2, "cf_County", "Cass", "AwardsBack")
    with pytest.raises(LinkError, match="an update would blank it"):
        await desk.push("AwardsBack")
    assert desk.practice.updates.effects == []


# -- read back: shown, and never proof


@pytest.mark.parametrize(
    ("link", "header", "place"),
    [("AwardsBack", "cf_County", "smartsimple.update"), ("Contacts", "name", "celigo.import")],
)
@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ("cut_after", "Row 2: the source holds what was sent."),
        ("cut_before", "Row 2: the source holds what was there before."),
    ],
)
async def test_records_that_can_be_read_are_compared_and_nothing_is_decided(
    desk: Desk, link: str, header: str, place: str, fault: str, shown: str
) -> None:
    await desk.pull(link)
    put(desk, 2, header, "Renamed", link)
    desk.practice.faults.arm(f"{place}:{fault}*1")
    run = (await desk.push(link)).run_id
    later(desk)
    settlement = await settle(desk, run)
    assert settlement.evidence == (shown,)
    assert (settlement.settled, [row.state for row in settlement.rows]) == (0, [State.REVIEW])


async def test_a_record_that_holds_something_else_is_told(desk: Desk) -> None:
    await desk.pull("AwardsBack")
    put(desk, 2, "cf_County", "Renamed", "AwardsBack")
    put(desk, 3, "cf_County", "Renamed", "AwardsBack")
    desk.practice.faults.arm("smartsimple.update:cut_before*1")
    run = (await desk.push("AwardsBack")).run_id
    first, second = (desk.cell(row, "recordid", "AwardsBack") for row in (2, 3))
    desk.practice.tables.change("levelone", edit={first: {"cf_County": "Theirs"}}, delete=[second])
    settlement = await settle(desk, run)
    assert settlement.evidence == (
        "Row 2: the source holds neither what was sent nor what was there before.",
        "Row 3: the source has no such record.",
    )


async def test_a_target_that_nobody_reads_says_so(desk: Desk) -> None:
    end = '[links.Contacts.target]\nconnection = "crm"\n'
    head = "[connections.crm]\n"
    crm = desk.session.settings.path.read_text(encoding="utf-8").split(head)[1].split("\n\n")[0]
    copy = f"[connections.other]\n{crm}\n\n{head}"
    desk = desk.with_settings(head, copy).with_settings(end, end.replace("crm", "other"))
    await desk.pull("Contacts")
    put(desk, 2, "name", "Renamed", "Contacts")
    desk.practice.faults.arm("celigo.import:cut_after*1")
    settlement = await settle(desk, (await desk.push("Contacts")).run_id)
    assert settlement.evidence[0].endswith("so nothing can be looked up: look at the target.")
    assert [row.state for row in settlement.rows] == [State.UNKNOWN]
