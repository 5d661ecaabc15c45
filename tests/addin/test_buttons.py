from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from office import Office

from synctui.session import Session
from xl_addin.buttons import BUTTONS
from xl_addin.front import Spreadsheet
from xl_addin.progress import OFTEN, Progress

MINE, THEIRS = "Mine", "Theirs"


@contextmanager
def at_work_in(workbook: str) -> Iterator[None]:
    """Another button of this user at work in a workbook."""
    session = Session.open()
    with session.journal.locks.acquire(f"workbook {workbook}") as got:
        assert got
        yield
    asyncio.run(session.close())


def edit_both_sides(office: Office) -> None:
    """Change one cell here and at the source, then pull."""
    office.type({2: {"cf_County": MINE}})
    office.practice.tables.change("levelone", edit={office.cell(2, "recordid"): {"cf_County": THEIRS}})
    assert office.press("pull") == 0


# -- the table


def test_the_ribbon_has_these_buttons_in_this_order() -> None:
    assert [(b.name, b.label) for b in BUTTONS] == [
        ("pull", "Pull"),
        ("check", "Check"),
        ("push", "Push"),
        ("only_failed", "Only failed"),
        ("dashboard", "Open dashboard"),
        ("help", "Help"),
    ]


def test_excel_waits_for_the_check_only() -> None:
    assert [b.name for b in BUTTONS if b.waits] == ["check"]


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.name)
def test_every_button_can_be_told_by_its_label_tip_and_icon(button: Any) -> None:
    assert re.fullmatch(r"[a-z_]+", button.name)
    assert re.fullmatch(r"[A-Za-z]+", button.icon)
    assert button.label
    assert button.tip.endswith(".")


def test_a_plain_spreadsheet_is_all_that_buttons_need(office: Office) -> None:
    front: Spreadsheet = office.front
    assert front.sheet == "Sheet1"


# -- which link


def test_the_active_worksheet_names_the_link(office: Office) -> None:
    office.front.sheet = "Journal"
    assert office.press("pull") == 0
    assert office.front.questions == []
    assert office.last().startswith("Journal: 60 rows (60 added")


def test_another_worksheet_asks_for_the_link_and_names_them(office: Office) -> None:
    office.front.typed = [" Awards "]
    assert office.press("pull") == 0
    [(title, prompt)] = office.front.questions
    assert title == "SyncTUI: Pull"
    assert "Awards, Journal, Strict" in prompt
    assert len(prompt) <= 255
    assert office.front.sheet == "Awards"


def test_a_misspelt_link_is_answered_with_the_nearest(office: Office) -> None:
    office.front.typed = ["Award"]
    assert office.press("pull") == 2
    assert "Awards" in office.last()
    assert not office.front.path.exists()


def test_cancelling_the_question_does_nothing(office: Office) -> None:
    office.front.typed = [None]
    assert office.press("pull") == 130
    assert office.front.told == []
    assert not office.front.path.exists()


def test_the_only_link_needs_no_question(office: Office) -> None:
    office.keep_only("Awards")
    assert office.press("pull") == 0
    assert office.front.questions == []


# -- pull


def test_a_pull_shows_its_progress_its_result_and_its_worksheet(office: Office) -> None:
    office.front.sheet = "Awards"
    assert office.press("pull") == 0
    title, text = office.front.told[0]
    assert title == "SyncTUI: Pull"
    assert text == "Awards: 60 rows (60 added, 0 changed, 0 removed, 0 in conflict), 1 call"
    assert any((line or "").startswith("SyncTUI: Awards") for line in office.front.bar)
    assert office.front.bar[-1] is None


def test_a_pull_with_conflicts_says_how_to_choose(office: Office) -> None:
    office.pulled()
    edit_both_sides(office)
    assert "1 in conflict" in office.last()
    assert "Choose mine or theirs in the drop-down of each such row's Sync cell" in office.last()


def test_a_failed_pull_leaves_the_workbook_and_names_the_remedy(office: Office) -> None:
    office.pulled()
    before = office.front.path.read_bytes()
    office.practice.faults.arm("smartsimple.list:401")
    assert office.press("pull") == 3
    assert office.front.path.read_bytes() == before
    assert len(office.front.told) == 1
    assert office.front.bar[-1] is None


def test_two_buttons_do_not_write_one_workbook_at_once(office: Office) -> None:
    office.front.sheet = "Awards"
    with at_work_in(office.front.workbook.name):
        assert office.press("pull") == 2
    assert "at work in this workbook already" in office.last()
    assert office.press("pull") == 0


# -- check


def test_a_check_tells_of_connections_changes_damage_and_problems(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}, 3: {"recordid": office.cell(4, "recordid")}})
    office.type({5: {"cf_Vendor No": 17}})
    before = cells(office)
    assert office.press("check") == 0
    text = office.last()
    assert "grants: ok" in text
    assert "erp: ok" in text
    assert "Cass" in text
    assert "Not sent before this is mended:" in text
    assert cells(office) == before | dict.fromkeys([(2, 1), (3, 1), (5, 1)], "edited")
    assert office.sent() == []
    told = office.front.path.read_bytes()
    assert office.press("check") == 0
    assert office.front.path.read_bytes() == told


def cells(office: Office) -> dict[tuple[int, int], Any]:
    """All filled cells of the worksheet, by row and column."""
    sheet = openpyxl.load_workbook(office.front.path)["Awards"]
    return {(cell.row, cell.column): cell.value for row in sheet for cell in row if cell.value is not None}


def test_a_check_before_the_first_pull_says_so(office: Office) -> None:
    office.front.sheet = "Awards"
    openpyxl.Workbook().save(office.front.path)
    assert office.press("check") == 0
    assert "not pulled yet" in office.last()


def test_a_check_of_a_broken_passport_still_tells_of_the_connections(office: Office) -> None:
    office.pulled()
    book = openpyxl.load_workbook(office.front.path)
    book["_synctui"].cell(2, 1).value = "broken"
    book.save(office.front.path)
    assert office.press("check") == 7
    assert "grants: ok" in office.last()
    assert "pull again" in office.last().lower()


def test_a_check_with_a_refused_sign_in_ends_in_3_and_names_the_connection(office: Office) -> None:
    office.pulled()
    office.practice.faults.arm("eone.token:401")
    assert office.press("check") == 3
    assert "erp: failed" in office.last()
    assert "grants: ok" in office.last()


# -- push


def test_a_push_shows_the_plan_and_sends_after_a_yes(office: Office) -> None:
    office.pulled()
    was = office.cell(2, "cf_County")
    office.type({2: {"cf_County": "Cass"}})
    assert office.press("push") == 0
    [(title, plan)] = office.front.asked
    assert title == "SyncTUI: Push Awards to erp (practice)?"
    assert plan.startswith("1 row in 1 document to erp (practice): 1 run of the map")
    assert f"cf_County: {was} → Cass" in plan
    assert "GBL_BATCH = JUL-26" in plan
    assert "1 accepted" in office.last()
    assert office.cell(2, "Sync") == "saved"
    assert len(office.sent()) == 1


def test_no_sends_nothing(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    office.front.agrees = False
    before = office.front.path.read_bytes()
    assert office.press("push") == 130
    assert office.front.told == []
    assert (office.sent(), office.runs()) == ([], [])
    assert office.front.path.read_bytes() == before


def test_nothing_to_send_is_said_without_a_question(office: Office) -> None:
    office.pulled()
    assert office.press("push") == 0
    assert office.front.asked == []
    assert office.last() == "Nothing is to be sent."


def test_a_long_plan_names_twenty_rows_and_counts_the_others(office: Office) -> None:
    office.pulled()
    office.type({row: {"cf_County": "Cass County"} for row in range(2, 47)})
    office.front.agrees = False
    assert office.press("push") == 130
    [(_, plan)] = office.front.asked
    assert len(re.findall(r"^row \d+ ", plan, re.MULTILINE)) == 20
    assert "and 25 more" in plan.splitlines()
    assert "45 rows will be sent." in plan


def test_a_plan_shows_sums_before_and_after(office: Office) -> None:
    office.front.sheet = "Journal"
    assert office.press("pull") == 0
    amount = office.cell(2, "cf_Amount", "Journal")
    office.type({2: {"cf_Amount": float(amount) + 100}}, "Journal")
    office.front.agrees = False
    assert office.press("push") == 130
    assert re.search(r"Sums, before and after:\ncf_Amount: [\d.-]+ → [\d.-]+", office.front.asked[0][1])


def test_problems_stand_in_the_plan_and_keep_their_rows_back(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}, 3: {"recordid": "an unknown key"}})
    assert office.press("push") == 0
    assert "Not sent before this is mended:" in office.front.asked[0][1]
    assert len(office.sent()[0].rows) == 1


def test_refused_rows_are_told_with_their_reason_and_only_failed_sends_just_them(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}, 3: {"cf_County": None}})
    assert office.press("push") == 1
    assert "1 accepted, 1 refused" in office.last()
    assert "County must have a value." in office.last()
    assert "press Only failed" in office.last()
    office.type({3: {"cf_County": "Ward"}, 4: {"cf_County": "Ward"}})
    assert office.press("only_failed") == 0
    assert "1 accepted" in office.last()
    assert [len(call.rows) for call in office.sent()] == [2, 1]


def test_rows_in_doubt_are_told_with_the_way_to_settle_them_and_bar_the_next_push(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    office.practice.faults.arm("eone.run:cut_after*1")
    assert office.press("push") == 6
    [run] = office.runs()
    assert f"synctui settle {run['run_id']} --as arrived" in office.last()
    assert office.press("push") == 6
    assert run["run_id"] in office.last()
    assert len(office.sent()) == 1


def test_a_conflict_stops_the_push_and_the_choice_in_the_sheet_settles_it(office: Office) -> None:
    office.pulled()
    edit_both_sides(office)
    assert office.press("push") == 4
    assert "Choose mine or theirs in the drop-down of each such row's Sync cell" in office.last()
    assert "--conflicts" not in office.last()
    assert office.sent() == []
    office.type({2: {"Sync": "mine"}})
    assert office.press("push") == 0
    assert len(office.sent()) == 1


def test_a_variable_is_asked_for_and_sent(office: Office) -> None:
    office.set_up(('GBL_POSTED = "2026-07-31"', 'GBL_POSTED = "ask:Which day?"'))
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    office.front.typed = ["2026-08-31"]
    assert office.press("push") == 0
    assert office.front.questions == [("SyncTUI: Push", "Which day? (GBL_POSTED)")]
    assert office.sent()[0].variables["GBL_POSTED"] == "2026-08-31"


def test_cancelling_a_variable_sends_nothing(office: Office) -> None:
    office.set_up(('GBL_POSTED = "2026-07-31"', 'GBL_POSTED = "ask:Which day?"'))
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    office.front.typed = [None]
    assert office.press("push") == 130
    assert (office.front.asked, office.front.told, office.sent()) == ([], [], [])


def test_the_status_bar_follows_the_push_row_by_row_and_is_given_back(office: Office) -> None:
    office.set_up(('"JUL-26", GBL_POSTED = "2026-07-31" }', '"JUL-26", GBL_POSTED = "2026-07-31" }\nbatch_rows = 1'))
    office.pulled()
    office.type({row: {"cf_County": "Cass County"} for row in (2, 3, 4)})
    office.practice.faults.arm("eone.run:slow=0.3")
    assert office.press("push") == 0
    told = [line for line in office.front.bar if line]
    assert any("1 of 3" in line for line in told)
    assert any("2 of 3" in line for line in told)
    assert any("synctui runs" in line for line in told)
    assert office.front.bar[-1] is None


def test_another_process_sees_the_run_while_it_is_under_way(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    seen: list[dict[str, Any]] = []

    def look(text: str) -> None:
        if "noted in the journal" in text:
            seen.extend(office.runs())

    office.front.on_status = look
    assert office.press("push") == 0
    assert [(run["link"], run["state"]) for run in seen] == [("Awards", "running")]
    assert [run["state"] for run in office.runs()] == ["done"]


def test_a_status_bar_that_fails_does_not_end_a_push(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})

    def fail(_: str) -> None:
        raise RuntimeError("Excel is busy")

    office.front.on_status = fail
    assert office.press("push") == 0
    assert len(office.sent()) == 1
    assert office.cell(2, "Sync") == "saved"


def test_excel_is_touched_on_the_thread_that_called_only(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    threads: set[int] = set()
    office.front.on_status = lambda _: threads.add(threading.get_ident())
    assert office.press("push") == 0
    assert threads == {threading.get_ident()}


def test_texts_of_cells_and_of_the_other_side_are_made_safe(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass\u202egnp\nSend? yes"}})
    office.front.agrees = False
    assert office.press("push") == 130
    plan = office.front.asked[0][1]
    assert "\u202e" not in plan
    assert "Cass⟨RLO⟩gnp␊Send? yes" in plan


# -- the status bar


def test_progress_writes_seldom_and_gives_the_bar_back(office: Office) -> None:
    now = 0.0
    with Progress(office.front, lambda: now) as progress:
        progress.show("one")
        progress.show("too soon")
        now = OFTEN
        progress.show("two")
    assert office.front.bar == ["SyncTUI: one", "SyncTUI: two", None]


# -- help


def test_help_names_every_button_the_settings_and_what_cannot_be_stopped(office: Office) -> None:
    assert office.press("help") == 0
    text = office.last()
    assert all(f"{button.label}: {button.tip}" in text for button in BUTTONS)
    assert "cannot be stopped from Excel" in text
    assert str(office.config) in text
    assert "README.md" in text
