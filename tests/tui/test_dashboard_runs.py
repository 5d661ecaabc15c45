"""What can be done in the dashboard about runs that are over, and about cells that were damaged."""

from __future__ import annotations

from typing import Any

import openpyxl
from test_dashboard_walk import card, damage_and_deletion, one_county, two_counties
from tui_user import Sit, User, edited, notified, text_of, until

from synctui.records import Outcome
from synctui.tui.jobs import SettleJob
from synctui.tui.screens.again import AgainPage
from synctui.tui.screens.doubt import Doubt
from synctui.tui.screens.links import Links
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.problem import Problem
from synctui.tui.screens.repair import RepairPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.runs import RunsPage
from synctui.tui.screens.settlement import SettlementPage
from synctui.tui.widgets.grid import Grid


def one_new_row(sheet: Any, columns: dict[str, int]) -> None:
    row = sheet.max_row + 1
    for header, value in {"cf_Vendor No": "V-1", "sf_Application Name": "New", "cf_County": "Cass"}.items():
        sheet.cell(row, columns[header]).value = value
    sheet.tables["Awards"].ref = f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"


def another_county(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(3, columns["cf_County"]).value = "Another"


def same_county_again(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(2, columns["cf_County"]).value = "Changed again"


def edit(user: User, how: Any) -> None:
    """Somebody edits the workbook that is there."""
    user.workbook.write_bytes(edited(user.workbook.read_bytes(), how))


def value(user: User, row: int, header: str) -> object:
    sheet = openpyxl.load_workbook(user.workbook)["Awards"]
    return sheet.cell(row, [cell.value for cell in sheet[1]].index(header) + 1).value


def outcomes(user: User, run_id: str) -> list[str]:
    return [str(row.outcome) for row in user.app.session.show(run_id)[1]]


async def in_doubt(user: User) -> str:
    """Push, lose the answer, and stand on the result; returns the run."""
    user.services.faults.arm("eone.run:cut_after*1")
    page = await user.push(ResultPage)
    assert page.run_summary.in_doubt
    return page.run_summary.run_id


async def asked(user: User) -> Doubt:
    """Look at the other side, which proves nothing."""
    await user.press("s")
    return await user.at(Doubt)


async def done(user: User) -> None:
    await user.until(lambda: not user.app.jobs.running)


# -- rows in doubt


async def test_rows_in_doubt_are_settled_by_what_the_user_says_and_not_by_a_stray_enter(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        run_id = await in_doubt(user)
        dialog = await asked(user)
        assert f"What became of 1 row of run {run_id}?" in user.seen
        assert "Run 81 at 20" in text_of(dialog, "#evidence")
        await user.press("enter")
        page = await user.at(SettlementPage)
        assert "0 rows settled, 1 in doubt" in text_of(page, "#summary")
        assert "Run 81 at 20" in text_of(page, "#figures")
        assert outcomes(user, run_id) == [Outcome.IN_DOUBT]
        await user.press("c")
        assert user.app.clipboard.startswith(f"synctui settle {run_id}")
        await user.press("e")
        await user.at(Doubt)
        await user.press("escape", "e", "down", "enter")
        await user.until(lambda: "1 row settled, 0 in doubt" in text_of(page, "#summary"))
        assert "✓ accepted" in user.seen
        assert outcomes(user, run_id) == [Outcome.ACCEPTED]
        assert value(user, 2, "Sync") == "saved"
        await user.press("escape")
        assert "✓ 1 accepted" in text_of(await user.at(ResultPage), "#summary")
        assert len(user.runs_received()) == 1


async def test_rows_to_be_sent_again_go_with_the_resumed_run(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        run_id = await in_doubt(user)
        await asked(user)
        await user.press("down", "down", "enter")
        await user.until(lambda: outcomes(user, run_id) == [Outcome.UNSENT] and not user.app.jobs.running)
        assert value(user, 2, "Sync") == "edited"
        await user.press("escape")
        await user.until(lambda: "r sends the rest" in user.seen)
        await user.press("r")
        plan = await user.at(AgainPage)
        assert plan.command == ["resume", run_id]
        assert "1 row in 1 document: 1 update" in text_of(plan, "#figures")
        assert len(user.runs_received()) == 1
        await user.press("y")
        assert "✓ 1 accepted" in text_of(await user.at(ResultPage), "#summary")
        assert [row["County"] for run in user.runs_received() for row in run.rows] == ["Changed", "Changed"]
        assert value(user, 2, "Sync") == "saved"


async def test_what_is_proof_is_settled_without_a_question(sit: Sit) -> None:
    sit.settings('map = "VENDORS FROM EXCEL"', 'map = "VENDORS FROM EXCEL"\nexclusive = true')
    async with sit.pulled(one_county) as user:
        await user.push(ResultPage)
        await user.press("escape")
        edit(user, another_county)
        run_id = await in_doubt(user)
        await user.press("s")
        page = await user.at(SettlementPage)
        assert "1 row settled, 0 in doubt." in text_of(page, "#summary")
        assert outcomes(user, run_id) == [Outcome.ACCEPTED]
        await user.press("e")
        await until(lambda: "No row of this run is in doubt" in notified(user.app))
        await user.press("s")
        await until(lambda: f"Run {run_id} has no rows in doubt." in notified(user.app))


async def test_without_its_workbook_a_run_is_settled_and_taken_back_all_the_same(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        run_id = await in_doubt(user)
        user.workbook.unlink()
        await asked(user)
        await user.press("down", "down", "down", "enter")
        page = await user.at(SettlementPage)
        await user.until(lambda: "The workbook was not marked: There is no file" in text_of(page, "#figures"))
        await user.until(lambda: outcomes(user, run_id) == [Outcome.SKIPPED] and not user.app.jobs.running)
        await user.press("escape", "z")
        plan = await user.at(AgainPage)
        assert "The workbook will not be marked: There is no file" in text_of(plan, "#cautions")


async def test_a_run_whose_link_is_gone_is_settled_and_not_undone(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        run_id = await in_doubt(user)
    sit.settings("[links.Awards]", "[links.Grants]")
    sit.settings("[links.Awards.source]", "[links.Grants.source]")
    sit.settings("[links.Awards.target]", "[links.Grants.target]")
    async with sit.new() as user:
        await user.press("r")
        page = await user.at(RunsPage)
        dialog = await asked(user)
        assert "belongs to no link of the settings" in text_of(dialog, "#evidence")
        await user.press("down", "enter")
        await done(user)
        await user.press("escape")
        assert (await user.at(RunsPage)) is page
        assert [run.state for run in page.summaries] == ["done"]
        assert "done" in user.seen
        await user.press("z")
        problem = await user.at(Problem)
        assert f"Run {run_id} cannot be taken back" in user.seen
        assert "belongs to no link" in text_of(problem, "#message")


async def test_a_look_can_be_stopped_and_shows_that_it_is_under_way(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        run_id = await in_doubt(user)
        sit.services.faults.arm("eone.history:slow=5")
        user.app.action_settle()
        await until(lambda: isinstance(user.app.jobs.running.get("Awards"), SettleJob))
        await until(lambda: "looking what became of rows in doubt" in user.seen)
        user.app.action_cancel()
        await until(lambda: f"Settling run {run_id} was stopped" in notified(user.app))
        assert outcomes(user, run_id) == [Outcome.IN_DOUBT]


# -- a run taken back


async def test_an_undo_shows_what_it_sends_and_what_stays_and_sends_the_old_values(sit: Sit) -> None:
    def three_rows(sheet: Any, columns: dict[str, int]) -> None:
        for change in (one_county, another_county, one_new_row):
            change(sheet, columns)

    async with sit.pulled() as user:
        old = value(user, 3, "cf_County")
        edit(user, three_rows)
        first = (await user.push(ResultPage)).run_summary.run_id
        await user.press("escape")
        edit(user, same_county_again)
        later = (await user.push(ResultPage)).run_summary.run_id
        await user.press("escape", "r", "down", "z")
        page = await user.at(AgainPage)
        assert f"Plan: undo run {first} of Awards" in user.seen
        told = text_of(page, "#cautions")
        assert "edits made there since the run are not seen" in told
        assert "1 row kept, for the reasons below" in told
        assert "1 row created by the run: nothing is deleted" in told
        assert f"cf_County: Another → {old}" in text_of(page, "#details")
        await user.press("down")
        assert f"kept: sent again since, in run {later}" in text_of(page, "#details")
        await user.press("down", "c")
        assert "created by the run; it stays" in text_of(page, "#details")
        assert user.app.clipboard.startswith(f"synctui undo {first}")
        await user.press("escape")
        runs = await user.at(RunsPage)
        assert len(user.runs_received()) == len(user.app.session.runs()) == 2
        await user.press("z")
        await user.at(AgainPage)
        await user.press("y")
        result = await user.at(ResultPage)
        assert "✓ 1 accepted" in text_of(result, "#summary")
        assert [row["County"] for row in user.runs_received()[2].rows] == [old]
        assert (value(user, 3, "cf_County"), value(user, 3, "Sync")) == (old, "saved")
        await user.press("escape")
        await user.until(lambda: len(runs.query_one(Grid).rows) == 3)
        assert runs.run is not None
        assert runs.run.run_id == first


# -- damage, and rows that were refused


async def test_damaged_cells_are_shown_and_put_back(sit: Sit) -> None:
    async with sit.pulled(damage_and_deletion) as user:
        assert "f puts the damaged cells back" in card(user)
        await user.press("f")
        page = await user.at(RepairPage)
        assert "changed by itself in 1 cell?" in text_of(page, "#summary")
        assert "cf_Awkward: " in text_of(page, "#details")
        await user.press("c")
        assert user.app.clipboard.startswith(f"synctui repair Awards --workbook {user.workbook}")
        before = user.workbook.read_bytes()
        await user.press("enter")
        assert user.app.screen is page
        await user.pilot.click("#leave")
        await user.at(Links)
        assert (user.workbook.read_bytes(), user.app.jobs.running) == (before, {})
        await user.press("f", "y")
        await until(lambda: "Awards: 1 cell repaired" in notified(user.app))
        await user.until(lambda: "damaged" not in card(user))
        await user.press("f")
        await until(lambda: "Awards: Nothing is damaged." in notified(user.app))


async def test_just_the_refused_rows_are_pushed(sit: Sit) -> None:
    def mended_and_another(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(3, columns["cf_County"]).value = "Mended"
        sheet.cell(4, columns["cf_County"]).value = "Not yet"

    async with sit.pulled(two_counties) as user:
        await user.push(ResultPage)
        await user.press("escape")
        assert "U pushes just the refused rows" in card(user)
        edit(user, mended_and_another)
        await user.press("U")
        page = await user.at(PlanPage)
        assert "push what was refused of Awards" in user.seen
        await user.press("c")
        assert f"push Awards --workbook {user.workbook} --only failed" in user.app.clipboard
        assert [row.after["cf_County"] for row in page.plan.rows] == ["Mended"]
        await user.press("y")
        await user.at(ResultPage)
        assert [row["County"] for row in user.runs_received()[1].rows] == ["Mended"]
