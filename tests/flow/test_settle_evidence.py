"""Rows in doubt, and what the other side itself shows of them: decided only where that is proof."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from desk import Desk
from settling import SETTLED, later, put, settle, target

from synctui.errors import RowsInDoubt
from synctui.past_runs.settle import Decision
from synctui.practice.eone.dataset import Table
from synctui.practice.eone.maps import MAPS
from synctui.push.run import PushResult
from synctui.records import Outcome
from synctui.store.states import State


def somebody_runs(desk: Desk, documents: int = 1, map_id: str = "VENDORS FROM EXCEL") -> None:
    process = next(item for item in MAPS if item.map_id == map_id)
    rows = [{"VendorNo": f"X{n}", "Vendor Name": "Theirs", "County": "Cass"} for n in range(documents)]
    desk.practice.runs.run(process, Table(process.columns, tuple(rows)), {})


async def lost(desk: Desk, fault: str, link: str = "Awards", *, rows: int = 1, learned: bool = True) -> PushResult:
    """A push whose answer is lost, at a map that has answered one before."""
    await desk.pull(link)
    if learned:
        put(desk, 9, "cf_County", "Ward", link)
        assert (await desk.push(link)).accepted == 1
    for row in range(2, 2 + rows):
        put(desk, row, "cf_County", "Cass", link)
    desk.practice.faults.arm(f"eone.run:{fault}*1")
    result = await desk.push(link)
    assert result.in_doubt == rows
    return result


# -- an eOne map that nobody else runs


async def test_one_run_of_ours_in_the_history_is_proof_at_once(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_after", rows=3)).run_id
    settlement = await settle(desk, run)
    assert (settlement.settled, settlement.in_doubt) == (3, 0)
    assert {row.outcome for row in settlement.rows} == {Outcome.ACCEPTED}
    assert settlement.evidence[0].startswith("Run 82 at 20")
    assert settlement.evidence[0].endswith(": 3 documents, 0 errors.")
    assert desk.cell(2, "Sync") == "saved"
    assert (await desk.push()).rows == ()
    assert len(desk.runs()) == 2


async def test_no_run_in_the_history_is_proof_once_none_can_come_any_more(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_before")).run_id
    early = await settle(desk, run)
    assert (early.settled, early.in_doubt) == (0, 1)
    assert [row.state for row in early.rows] == [State.UNKNOWN]
    assert early.evidence[0] == "No run of the map since run 81."
    assert "absence counts as evidence from 20" in early.evidence[1]
    later(desk, SETTLED - timedelta(seconds=60))
    assert (await settle(desk, run)).settled == 0
    later(desk)
    settlement = await settle(desk, run)
    assert [row.outcome for row in settlement.rows] == [Outcome.UNSENT]
    assert desk.cell(2, "Sync") == "edited"
    assert (await desk.push()).accepted == 1
    assert [effect.document for effect in desk.practice.effects] == [
        (desk.cell(row, "cf_Vendor No"),) for row in (9, 2)
    ]


async def test_absence_is_proof_of_a_map_that_has_never_run(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true", "settle_minutes = 0")
    run = (await lost(desk, "cut_before", learned=False)).run_id
    later(desk, timedelta(seconds=901))
    settlement = await settle(desk, run)
    assert settlement.evidence == ("The map has not run yet.",)
    assert [row.outcome for row in settlement.rows] == [Outcome.UNSENT]


async def test_a_map_that_never_answered_has_not_shown_how_it_counts(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    settlement = await settle(desk, (await lost(desk, "cut_after", learned=False)).run_id)
    assert [row.state for row in settlement.rows] == [State.REVIEW]
    assert "how the map counts documents is not known" in settlement.evidence[1]


@pytest.mark.parametrize(
    ("foreign", "why"), [([1], "more than one run"), ([2], "more than one run"), ([1] * 10, "newest 10 runs only")]
)
async def test_runs_of_others_leave_it_to_the_user(desk: Desk, foreign: list[int], why: str) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_after")).run_id
    for documents in foreign:
        somebody_runs(desk, documents)
    later(desk)
    settlement = await settle(desk, run)
    assert (settlement.settled, [row.state for row in settlement.rows]) == (0, [State.REVIEW])
    assert why in settlement.evidence[-1]
    assert len(settlement.evidence) == min(len(foreign) + 2, 11)
    with pytest.raises(RowsInDoubt):
        await desk.plan()


async def test_a_run_that_counts_other_documents_is_not_taken_for_ours(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_before")).run_id
    somebody_runs(desk, 4)
    later(desk)
    settlement = await settle(desk, run)
    assert settlement.in_doubt == 1
    assert "4 documents instead of the 1 sent" in settlement.evidence[-1]


async def test_a_request_that_was_sent_again_early_may_be_the_one_in_the_history(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    first = (await lost(desk, "late=1")).run_id
    await settle(desk, first, "resend")
    desk.practice.faults.arm("eone.run:cut_before*1")
    second = (await desk.push()).run_id
    while len(desk.practice.effects) < 2:
        await desk.session.settle(second, None, None)
    settlement = await settle(desk, second)
    assert settlement.in_doubt == 1
    assert "an earlier request may have had a late effect" in settlement.evidence[-1]


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
async def test_a_map_that_others_may_run_is_never_decided_and_its_runs_are_listed(desk: Desk, fault: str) -> None:
    run = (await lost(desk, fault)).run_id
    later(desk)
    settlement = await settle(desk, run)
    assert (settlement.settled, [row.state for row in settlement.rows]) == (0, [State.REVIEW])
    assert settlement.evidence[0].startswith("Run 82" if fault == "cut_after" else "No run of the map since run 81")
    assert "`exclusive` is not set" in settlement.evidence[1]
    assert (await settle(desk, run, "arrived")).settled == 1
    assert "exclusive" in desk.session.show(run)[1][0].evidence


async def test_what_the_settings_say_later_is_looked_at_anew(desk: Desk) -> None:
    run = (await lost(desk, "cut_after")).run_id
    assert (await settle(desk, run)).in_doubt == 1
    assert (await settle(target(desk, "Awards", "exclusive = true"), run)).settled == 1


@pytest.mark.parametrize(("link", "others"), [("Awards", Outcome.ACCEPTED), ("Strict", Outcome.UNSENT)])
async def test_the_saved_errors_name_the_refused_rows(desk: Desk, link: str, others: Outcome) -> None:
    desk = target(desk, link, "exclusive = true")
    await desk.pull(link)
    put(desk, 9, "cf_County", "Ward", link)
    await desk.push(link)
    put(desk, 2, "cf_County", "Cass", link)
    put(desk, 3, "cf_County", None, link)
    desk.practice.faults.arm("eone.run:cut_after*1")
    run = (await desk.push(link)).run_id
    later(desk)
    settlement = await settle(desk, run)
    assert [row.outcome for row in settlement.rows] == [others, Outcome.REFUSED]
    assert (settlement.settled, settlement.in_doubt) == (2, 0)
    assert settlement.rows[1].message == "County must have a value."
    assert desk.cell(3, "Sync", link) == "refused: County must have a value."
    assert settlement.evidence[1] == "The saved errors of run 82 name 1 row."


# -- what cannot be gathered keeps nobody from deciding


@pytest.mark.parametrize("decision", ["arrived", "resend", "skip"])
async def test_a_target_that_cannot_be_read_is_a_sentence(desk: Desk, decision: Decision) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_after")).run_id
    desk.practice.faults.arm("eone.history:html200")
    silent = await settle(desk, run)
    assert [row.state for row in silent.rows] == [State.UNKNOWN]
    assert silent.evidence[0].startswith("Nothing could be looked up: ")
    assert (await settle(desk, run, decision)).in_doubt == 0


async def test_a_workbook_from_another_machine_tells_of_no_request(desk: Desk, tmp_path: Any) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_after")).run_id
    colleague = desk.beside(tmp_path / "elsewhere")
    settlement = await settle(colleague, run)
    assert (settlement.settled, settlement.in_doubt) == (0, 1)
    assert settlement.evidence == ("This machine's journal does not know what was sent, so nothing can be looked up.",)


async def test_a_push_that_died_is_settled_the_same_way_and_the_decision_is_kept(desk: Desk) -> None:
    desk = target(desk, "Awards", "exclusive = true")
    run = (await lost(desk, "cut_after")).run_id
    journal = desk.session.journal
    with journal._database.write() as db:
        db.execute("UPDATE rows SET state = 'sending' WHERE state = 'unknown'")
        db.execute("UPDATE runs SET ended = NULL, ending = NULL WHERE run_id = ?", (run,))
    assert journal.run(run).state == "interrupted"
    settlement = await settle(desk, run)
    assert (settlement.settled, journal.run(run).state) == (1, "done")
    with journal._database.read() as db:
        [(decision, evidence, rows)] = db.execute("SELECT decision, evidence, rows FROM decisions").fetchall()
    assert (decision, rows) == ("by evidence", 1)
    assert evidence == " ".join(settlement.evidence)
    assert evidence in settlement.rows[0].evidence


async def test_sending_again_is_harmless_where_the_target_says_so(desk: Desk) -> None:
    desk = target(desk, "Awards", "upsert = true")
    run = (await lost(desk, "cut_after", rows=2)).run_id
    calls = len(desk.practice.received)
    settlement = await settle(desk, run)
    assert len(desk.practice.received) == calls
    assert {row.outcome for row in settlement.rows} == {Outcome.UNSENT}
    assert "`upsert` is set" in settlement.evidence[0]
    assert (await desk.push()).accepted == 2
