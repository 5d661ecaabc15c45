"""Both sides changed something between pull and push, or between two pulls: nobody's work is overwritten unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk

from synctui.errors import ConflictsFound, RemoteError
from synctui.session import open_file

LINKS = pytest.mark.parametrize("link", ["Awards", "AwardsBack"])
"""SmartSimple to eOne, and SmartSimple back to itself."""


def put(desk: Desk, link: str, row: int, header: str, value: Any) -> None:
    column = desk.columns(link)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), link)


def other(desk: Desk, link: str, row: int, **fields: str) -> str:
    """Somebody else changes the record of a row; returns its key."""
    key = str(desk.cell(row, "recordid", link))
    desk.practice.tables.change("levelone", edit={key: fields})
    return key


def messages(path: Path, link: str) -> dict[str, tuple[str, str]]:
    """Cell -> title and text of its input message, headers left out."""
    sheet = openpyxl.load_workbook(path)[link]
    found = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.prompt and rule.promptTitle == "Conflict":
            for area in rule.sqref.ranges:
                found[area.coord] = (rule.promptTitle, rule.prompt)
    return found


def offered(path: Path, link: str, cell: str) -> str:
    sheet = openpyxl.load_workbook(path)[link]
    return next(
        str(rule.formula1) for rule in sheet.data_validations.dataValidation if cell in rule.sqref and rule.type
    )


def sent(desk: Desk, link: str) -> list[dict[str, Any]]:
    if link == "Awards":
        return [dict(row) for run in desk.runs() for row in run.rows]
    return [dict(effect.values) for effect in desk.practice.updates.effects]


# -- before a push


async def test_what_others_wrote_into_other_cells_goes_along_and_stands_in_the_sheet(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Cass")
    desk.practice.tables.change("levelone", edit={desk.cell(2, "recordid"): {"sf_Application Name": "Renamed there"}})
    prepared = await desk.plan(dry_run=True)
    assert prepared.plan.calls_to_look == 1
    assert any("Row 2 changed at the source since the pull" in warning for warning in prepared.plan.warnings)
    assert desk.cell(2, "sf_Application Name") != "Renamed there"
    assert (await desk.push()).accepted == 1
    [row] = sent(desk, "Awards")
    assert (row["County"], row["Vendor Name"]) == ("Cass", "Renamed there")
    assert (desk.cell(2, "sf_Application Name"), desk.cell(2, "Sync")) == ("Renamed there", "saved")
    assert (await desk.diff()).changes == []


@LINKS
async def test_the_same_cell_changed_on_both_sides_stops_the_push_and_is_shown_in_the_sheet(
    desk: Desk, link: str
) -> None:
    await desk.pull(link)
    base = desk.cell(2, "cf_County", link)
    put(desk, link, 2, "cf_County", "Mine")
    key = other(desk, link, 2, cf_County="Theirs")
    with pytest.raises(ConflictsFound, match="Row 2 is in conflict"):
        await desk.push(link, dry_run=True)
    assert messages(desk.path, link) == {}
    with pytest.raises(ConflictsFound, match="Row 2 is in conflict"):
        await desk.push(link)
    assert sent(desk, link) == []
    assert (desk.cell(2, "Sync", link), desk.cell(2, "cf_County", link)) == ("conflict", "Mine")
    [(title, text)] = messages(desk.path, link).values()
    assert title == "Conflict"
    assert text.splitlines()[:4] == [key, "mine: Mine", "theirs: Theirs", f"base: {base}"]
    [conflict] = (await desk.session.read(link, open_file(str(desk.path)))).conflicts
    assert (conflict.key, conflict.row, conflict.column) == ((key,), 2, "cf_County")
    assert (conflict.mine, conflict.theirs, conflict.base) == ("Mine", "Theirs", base)


@LINKS
@pytest.mark.parametrize(("word", "left"), [("mine", "Mine"), ("theirs", "Theirs")])
async def test_the_users_word_in_the_sync_cell_settles_it_at_the_next_push(
    desk: Desk, link: str, word: str, left: str
) -> None:
    await desk.pull(link)
    put(desk, link, 2, "cf_County", "Mine")
    other(desk, link, 2, cf_County="Theirs")
    with pytest.raises(ConflictsFound):
        await desk.push(link)
    put(desk, link, 2, "Sync", word)
    result = await desk.push(link)
    assert result.accepted == (1 if word == "mine" else 0)
    assert desk.cell(2, "cf_County", link) == left
    assert desk.cell(2, "Sync", link) == ("saved" if word == "mine" else None)
    assert messages(desk.path, link) == {}
    assert (await desk.push(link)).rows == ()


@pytest.mark.parametrize(("word", "left", "says"), [("mine", "Pushed", "saved"), ("theirs", "Theirs", None)])
async def test_a_conflict_about_what_was_pushed_before_stops_the_next_push_too(
    desk: Desk, word: str, left: str, says: str | None
) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Pushed")
    await desk.push()
    other(desk, "Awards", 2, cf_County="Theirs")
    assert (await desk.pull()).conflicts == 1
    with pytest.raises(ConflictsFound, match="Row 2 is in conflict"):
        await desk.push()
    put(desk, "Awards", 2, "Sync", word)
    assert (await desk.push()).rows == ()
    assert (desk.cell(2, "cf_County"), desk.cell(2, "Sync")) == (left, says)
    assert (await desk.push()).rows == ()
    assert len(desk.runs()) == 1


async def test_a_conflict_in_a_cell_that_feeds_nothing_stops_no_push(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_Note", "Mine")
    other(desk, "Awards", 2, cf_Note="Theirs")
    assert (await desk.pull()).conflicts == 1
    put(desk, "Awards", 3, "cf_County", "Cass")
    assert (await desk.push()).accepted == 1


async def test_a_decision_is_about_what_was_seen_and_a_newer_change_is_a_new_conflict(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Mine")
    other(desk, "Awards", 2, cf_County="Theirs")
    with pytest.raises(ConflictsFound):
        await desk.push()
    put(desk, "Awards", 2, "Sync", "mine")
    other(desk, "Awards", 2, cf_County="Newer")
    with pytest.raises(ConflictsFound):
        await desk.push()
    [(_, text)] = messages(desk.path, "Awards").values()
    assert "theirs: Newer" in text
    assert desk.runs() == []


async def test_the_same_value_on_both_sides_is_no_conflict(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Cass")
    other(desk, "Awards", 2, cf_County="Cass")
    assert (await desk.push()).accepted == 1
    assert sent(desk, "Awards")[0]["County"] == "Cass"


async def test_what_was_pushed_before_and_edited_again_is_no_conflict(desk: Desk) -> None:
    await desk.pull("AwardsBack")
    put(desk, "AwardsBack", 2, "cf_County", "First")
    assert (await desk.push("AwardsBack")).accepted == 1
    put(desk, "AwardsBack", 2, "cf_County", "Second")
    assert (await desk.push("AwardsBack")).accepted == 1
    put(desk, "AwardsBack", 2, "cf_County", "Third")
    assert (await desk.pull("AwardsBack")).conflicts == 0
    assert desk.cell(2, "cf_County", "AwardsBack") == "Third"
    assert (await desk.push("AwardsBack")).accepted == 1


@LINKS
@pytest.mark.parametrize("side", ["stop", "mine", "theirs"])
async def test_a_record_gone_at_the_source_stays_a_conflict_whatever_is_chosen(
    desk: Desk, link: str, side: str
) -> None:
    await desk.pull(link)
    put(desk, link, 2, "cf_County", "Mine")
    desk.practice.tables.change("levelone", delete=[str(desk.cell(2, "recordid", link))])
    with pytest.raises(ConflictsFound, match="Row 2 is gone at the source"):
        await desk.push(link, conflicts=side)
    assert sent(desk, link) == []
    assert desk.cell(2, "Sync", link) == "gone at source"
    with pytest.raises(ConflictsFound, match="gone at the source"):
        await desk.push(link, conflicts=side)


@LINKS
async def test_the_options_decide_conflicts_that_only_the_second_look_finds(desk: Desk, link: str) -> None:
    await desk.pull(link)
    for row in (2, 3):
        put(desk, link, row, "cf_County", "Mine")
        other(desk, link, row, cf_County="Theirs")
    put(desk, link, 3, "Sync", "theirs")
    assert (await desk.push(link, conflicts="mine")).accepted == 1
    assert [row.get("County", row.get("cf_County")) for row in sent(desk, link)] == ["Mine"]
    assert desk.cell(3, "cf_County", link) == "Theirs"


async def test_conflicts_theirs_puts_their_value_into_the_sheet_and_sends_the_other_edits(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Mine")
    put(desk, "Awards", 2, "sf_Application Name", "My name")
    other(desk, "Awards", 2, cf_County="Theirs")
    assert (await desk.push(conflicts="theirs")).accepted == 1
    [row] = sent(desk, "Awards")
    assert (row["County"], row["Vendor Name"]) == ("Theirs", "My name")
    assert desk.cell(2, "cf_County") == "Theirs"


async def test_a_list_that_cannot_be_asked_by_key_is_read_again_where_it_is_the_targets_own_system(
    desk: Desk,
) -> None:
    await desk.pull("Contacts")
    put(desk, "Contacts", 2, "name", "Mine")
    plan = (await desk.plan("Contacts", dry_run=True)).plan
    assert plan.calls_to_look == 2
    assert plan.cost == plan.calls + 2


async def test_where_the_source_cannot_be_asked_the_plan_says_so(desk: Desk) -> None:
    await desk.pull("ContactsToErp")
    put(desk, "ContactsToErp", 2, "name", "Mine")
    plan = (await desk.plan("ContactsToErp", dry_run=True)).plan
    assert plan.calls_to_look == 0
    assert any("since the pull is not seen" in warning for warning in plan.warnings)


async def test_many_rows_are_read_in_the_cheaper_way(desk: Desk) -> None:
    await desk.pull()
    columns = desk.columns()

    def edit(ws: Any) -> None:
        for row in range(2, 62):
            ws.cell(row, columns["cf_County"]).value = "Everywhere"

    desk.edit(edit)
    before = len(desk.practice.received)
    plan = (await desk.plan(dry_run=True)).plan
    assert (len(plan.rows), plan.calls_to_look) == (60, 1)
    lists = [got for got in desk.practice.received[before:] if got.operation == "smartsimple.list"]
    assert len(lists) == 1


async def test_an_unreachable_source_stops_the_push_before_anything_is_sent(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Mine")
    desk.practice.faults.arm("smartsimple.list:html")
    with pytest.raises(RemoteError):
        await desk.push()
    desk.practice.faults.arm("")
    assert desk.runs() == []


async def test_a_workbook_that_cannot_be_marked_still_stops_for_the_conflict(desk: Desk) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Mine")
    other(desk, "Awards", 2, cf_County="Theirs")
    lock = desk.path.with_name(f"~${desk.path.name}")
    lock.write_bytes(b"\x04dana" + b" " * 160)
    with pytest.raises(ConflictsFound) as stopped:
        await desk.push()
    lock.unlink()
    assert "The workbook does not show it" in stopped.value.hint


# -- at a pull


async def test_a_pull_marks_conflicts_and_takes_messages_away_when_both_sides_agree(desk: Desk) -> None:
    await desk.pull()
    base = desk.cell(2, "cf_County")
    put(desk, "Awards", 2, "cf_County", "Mine")
    other(desk, "Awards", 2, cf_County="Theirs")
    assert (await desk.pull()).conflicts == 1
    assert desk.cell(2, "Sync") == "conflict"
    [(_, text)] = messages(desk.path, "Awards").values()
    assert f"base: {base}" in text
    assert offered(desk.path, "Awards", "A2") == '"push,mine,theirs"'
    put(desk, "Awards", 2, "cf_County", "Theirs")
    assert (await desk.pull()).conflicts == 0
    assert messages(desk.path, "Awards") == {}
    assert desk.cell(2, "Sync") is None


@pytest.mark.parametrize(("word", "left", "state"), [("mine", "Mine", "edited"), ("theirs", "Theirs", None)])
async def test_a_pull_settles_what_the_user_decided(desk: Desk, word: str, left: str, state: str | None) -> None:
    await desk.pull()
    put(desk, "Awards", 2, "cf_County", "Mine")
    other(desk, "Awards", 2, cf_County="Theirs")
    await desk.pull()
    put(desk, "Awards", 2, "Sync", word)
    assert (await desk.pull()).conflicts == 0
    assert (desk.cell(2, "cf_County"), desk.cell(2, "Sync")) == (left, state)
    assert messages(desk.path, "Awards") == {}
    assert (await desk.push()).accepted == (1 if word == "mine" else 0)


async def test_captions_are_shown_for_codes(desk: Desk) -> None:
    await desk.pull("Review")
    shown = desk.cell(2, "cf_Type", "Review")
    [code, theirs] = [c for c in ("1", "2", "3") if c != desk.practice.tables.by_type["levelone"]["900001"]["cf_Type"]][
        :2
    ]
    put(desk, "Review", 2, "cf_Type", code)
    other(desk, "Review", 2, cf_Type=theirs)
    assert (await desk.pull("Review")).conflicts == 1
    [(_, text)] = messages(desk.path, "Review").values()
    assert f"base: {shown}" in text
    [conflict] = (await desk.session.read("Review", open_file(str(desk.path)))).conflicts
    assert {conflict.mine, conflict.theirs} == {code, theirs}


# -- cell by cell


async def test_each_cell_of_a_row_can_be_decided_for_another_side(desk: Desk) -> None:
    await desk.pull("AwardsBack")
    for header in ("cf_County", "cf_Note"):
        put(desk, "AwardsBack", 2, header, f"my {header}")
    key = other(desk, "AwardsBack", 2, cf_County="their county", cf_Note="their note")
    with pytest.raises(ConflictsFound):
        await desk.push("AwardsBack")
    assert len(messages(desk.path, "AwardsBack")) == 2
    book = open_file(str(desk.path))
    await desk.session.decide("AwardsBack", book, f"key:{key}", {"cf_County": "mine"})
    assert (desk.cell(2, "Sync", "AwardsBack"), len(messages(desk.path, "AwardsBack"))) == ("conflict", 1)
    await desk.session.decide("AwardsBack", book, f"key:{key}", {"cf_Note": "theirs"})
    assert (desk.cell(2, "Sync", "AwardsBack"), messages(desk.path, "AwardsBack")) == ("edited", {})
    assert desk.cell(2, "cf_Note", "AwardsBack") == "their note"
    assert (await desk.push("AwardsBack")).accepted == 1
    stored = desk.practice.tables.by_type["levelone"][key]
    assert (stored["cf_County"], stored["cf_Note"]) == ("my cf_County", "their note")
