from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from textual.widgets import Button, Input
from tui_user import Sit, User, notified, text_of, until

from synctui.tui.jobs import PullJob, PushJob
from synctui.tui.screens.conflict import ConflictPage
from synctui.tui.screens.links import LinkCard, Links
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.problem import Problem
from synctui.tui.screens.question import Question
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.rows import RowsPage
from synctui.tui.screens.runs import RunsPage
from synctui.tui.screens.variables import AskVariables
from synctui.tui.screens.workbook import ChooseWorkbook
from synctui.tui.widgets.grid import Grid


def one_county(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(2, columns["cf_County"]).value = "Changed"


def two_counties(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(2, columns["cf_County"]).value = "Changed"
    sheet.cell(3, columns["cf_County"]).value = None


def three_counties(sheet: Any, columns: dict[str, int]) -> None:
    for row in (2, 3, 4):
        sheet.cell(row, columns["cf_County"]).value = f"County {row}"


def many_new_rows(sheet: Any, columns: dict[str, int]) -> None:
    for number in range(51):
        row = sheet.max_row + 1
        sheet.cell(row, columns["cf_Vendor No"]).value = f"V-{number}"
        sheet.cell(row, columns["sf_Application Name"]).value = f"New {number}"
        sheet.cell(row, columns["cf_County"]).value = "Cass"
    sheet.tables["Awards"].ref = f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"


def damage_and_deletion(sheet: Any, columns: dict[str, int]) -> None:
    cells = [sheet.cell(row, columns["cf_Awkward"]) for row in range(2, sheet.max_row + 1)]
    cell = next(cell for cell in cells if str(cell.value).isdigit() and str(cell.value).startswith("0"))
    cell.value = int(cell.value)
    sheet.delete_rows(sheet.max_row)


def card(user: User, link: str = "Awards") -> str:
    cards = user.app.screen_stack[1].query(LinkCard)
    (found,) = (card for card in cards if card.state.link.name == link)
    return "\n".join(str(part.render()) for part in found.query("Static") if part.display)


# -- the first screen


async def test_every_link_has_a_card_with_its_systems_and_its_environment(sit: Sit) -> None:
    async with sit.new() as user:
        assert "Awards  grants · levelone → erp · VENDORS FROM EXCEL" in card(user)
        assert "practice" in card(user)
        assert "not pulled yet" in card(user, "Strict")


async def test_a_pull_makes_the_workbook_counts_its_rows_and_shows_what_it_cost(sit: Sit) -> None:
    async with sit.new() as user:
        await user.pull()
        assert user.workbook.is_file()
        assert f"{user.app.overview.links['Awards'].counts['rows']:,} rows" in card(user)
        assert "rows pulled in" in notified(user.app)
        budget = user.app.session.connections.budget(user.app.session.settings.connection("grants"))
        assert budget is not None
        assert budget.left() < budget.limit
        assert f"{budget.left():,} of {budget.limit:,} calls left, full again" in user.seen


async def test_a_pull_shows_how_far_it_is(sit: Sit) -> None:
    sit.services.faults.arm("smartsimple.list:slow=0.6")
    async with sit.new() as user:
        user.app.action_pull()
        await until(lambda: "░ pulling" in card(user))
        await user.until(lambda: user.app.overview.links["Awards"].pulled)
        assert "pulling" not in card(user)


async def test_an_edit_by_another_program_is_noticed_without_a_key(sit: Sit) -> None:
    async with sit.pulled() as user:
        sit.books.put(user.workbook, two_counties)
        await user.until(lambda: "~ 2 edited" in card(user))


async def test_a_job_on_the_same_workbook_has_to_wait(sit: Sit) -> None:
    sit.services.faults.arm("smartsimple.list:slow=5")
    async with sit.new() as user:
        user.app.action_pull()
        await until(lambda: "Awards" in user.app.jobs.running)
        user.app.walks.start(PullJob(link="Strict", workbook=str(user.workbook)))
        assert list(user.app.jobs.running) == ["Awards"]
        await until(lambda: "same workbook (Awards)" in notified(user.app))


# -- stopping a pull


async def test_a_stopped_pull_leaves_no_file(sit: Sit) -> None:
    sit.services.faults.arm("smartsimple.list:slow=5")
    async with sit.new() as user:
        user.app.action_pull()
        await until(lambda: user.services.received)
        user.app.action_cancel()
        await until(lambda: "was stopped" in notified(user.app))
        assert user.app.jobs.running == {}
        assert not user.workbook.exists()


async def test_a_pull_that_writes_is_not_stopped(sit: Sit) -> None:
    async with sit.new() as user:
        job = PullJob(link="Awards", workbook=str(user.workbook), writing=True)
        user.app.jobs.running["Awards"] = job
        user.app.action_cancel()
        del user.app.jobs.running["Awards"]
        await until(lambda: "writing the workbook" in notified(user.app))
        assert not job.stopping


# -- plan and push


async def test_a_plan_sends_nothing_and_leaving_it_neither(sit: Sit) -> None:
    async with sit.pulled(two_counties) as user:
        await user.press("u")
        page = await user.at(PlanPage)
        assert "2 rows in 2 documents: 2 updates" in text_of(page, "#figures")
        assert "1 value will be emptied" in text_of(page, "#cautions")
        assert "⟨emptied⟩" in user.seen
        await user.press("escape")
        await user.at(Links)
        assert user.runs_received() == []
        assert user.app.session.runs() == ()


async def test_a_push_sends_what_the_plan_showed_and_opens_the_result(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        page = await user.push(ResultPage)
        assert "✓ 1 accepted" in text_of(page, "#summary")
        assert "Nothing is left to do" in text_of(page, "#next")
        (run,) = user.runs_received()
        assert [row["County"] for row in run.rows] == ["Changed"]
        await user.press("escape")
        assert "✓ 1 saved" in card(user)
        assert openpyxl.load_workbook(user.workbook)["Awards"]["A2"].value == "saved"
        await user.press("r")
        await user.at(RunsPage)
        assert page.run_summary.run_id in user.seen
        await user.press("enter")
        assert (await user.at(ResultPage)).run_summary.run_id == page.run_summary.run_id


async def test_the_push_button_works_by_mouse(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        await user.press("u")
        await user.at(PlanPage)
        await user.pilot.click("#push")
        await user.at(ResultPage)
        assert len(user.runs_received()) == 1


async def test_a_refused_row_keeps_its_message_and_the_result_names_the_next_step(sit: Sit) -> None:
    async with sit.pulled(two_counties) as user:
        page = await user.push(ResultPage)
        assert "✗ 1 refused" in text_of(page, "#summary")
        assert "the next push sends only them" in text_of(page, "#next")
        assert "County must have a value" in user.seen
        await user.press("escape", "d")
        rows = await user.at(RowsPage)
        await user.until(lambda: len(rows.query_one(Grid).rows) == 1)
        assert "refused: County must have a value" in text_of(rows, "#details")


async def test_without_a_change_there_is_nothing_to_confirm(sit: Sit) -> None:
    async with sit.pulled() as user:
        await user.press("u")
        page = await user.at(PlanPage)
        assert page.query_one("#push", Button).disabled
        await user.press("y")
        assert user.app.screen is page
        assert "Nothing to send." in user.seen


async def test_a_push_stops_before_its_next_call(sit: Sit) -> None:
    sit.settings("partial = true", "partial = true\nbatch_rows = 1")
    sit.services.faults.arm("eone.run:slow=0.5")
    async with sit.pulled(three_counties) as user:
        await user.press("u")
        (await user.at(PlanPage)).action_confirm()
        await until(user.runs_received)
        user.app.action_cancel()
        page = await user.at(ResultPage)
        assert "✓ 1 accepted   · 2 unsent" in text_of(page, "#summary")
        assert "stopped by the user" in text_of(page, "#summary")
        assert len(user.runs_received()) == 1


async def test_a_lost_answer_is_in_doubt_and_bars_the_next_push(sit: Sit) -> None:
    sit.services.faults.arm("eone.run:cut_after*1")
    async with sit.pulled(one_county) as user:
        page = await user.push(ResultPage)
        run_id = page.run_summary.run_id
        assert "? 1 in doubt" in text_of(page, "#summary")
        assert f"synctui settle {run_id}" in text_of(page, "#next")
        await user.press("c")
        assert user.app.clipboard.startswith(f"synctui settle {run_id}")
        await user.press("escape", "u")
        problem = await user.at(Problem)
        assert "rows in doubt" in text_of(problem, "#message")
        assert f"synctui settle {run_id}" in text_of(problem, "#hint")


@pytest.mark.parametrize("leaves", [False, True])
async def test_leaving_during_a_push_asks_first_and_waits_for_the_answer(sit: Sit, leaves: bool) -> None:
    sit.services.faults.arm("eone.run:slow=0.7")
    async with sit.pulled(one_county) as user:
        await user.press("u")
        (await user.at(PlanPage)).action_confirm()
        await until(lambda: isinstance(user.app.jobs.running.get("Awards"), PushJob))
        await user.app.action_quit()
        question = await user.at(Question)
        question.query_one("#yes" if leaves else "#no", Button).press()
        if leaves:
            await until(lambda: not user.app.is_running)
        else:
            await user.at(ResultPage)
        (run,) = user.app.session.runs()
        assert (run.accepted, run.in_doubt) == (1, 0)


async def test_many_new_records_need_their_number_typed(sit: Sit) -> None:
    async with sit.pulled(many_new_rows) as user:
        await user.press("u")
        page = await user.at(PlanPage)
        assert page.query_one("#push", Button).disabled
        await user.press("y")
        assert user.app.focused is page.query_one("#typed", Input)
        await user.press("5", "0", "enter")
        assert user.app.screen is page
        assert user.runs_received() == []
        await user.press("backspace", "1", "enter")
        await user.at(ResultPage)
        assert sum(len(run.rows) for run in user.runs_received()) == 51


# -- variables


async def test_questions_are_asked_before_the_plan_and_their_answers_are_sent(sit: Sit) -> None:
    sit.settings('GBL_BATCH = "JUL-26"', 'GBL_BATCH = "ask:Which batch?", GBL_WHO = "ask:Who?"')
    async with sit.pulled(one_county) as user:
        await user.press("u")
        await user.at(AskVariables)
        assert "Which batch?" in user.seen
        await user.press("A", "enter", "M", "e", "enter")
        page = await user.at(PlanPage)
        assert "GBL_BATCH = A" in text_of(page, "#figures")
        await user.press("c")
        assert "--var GBL_BATCH=A --var GBL_WHO=Me" in user.app.clipboard
        await user.press("y")
        await user.at(ResultPage)
        assert user.runs_received()[0].variables["GBL_WHO"] == "Me"


async def test_closing_the_questions_plans_nothing(sit: Sit) -> None:
    sit.settings('"JUL-26"', '"ask:Which batch?"')
    async with sit.pulled() as user:
        await user.press("u")
        await user.at(AskVariables)
        await user.press("escape")
        await user.at(Links)
        assert user.app.jobs.running == {}


# -- rows


async def test_the_rows_show_edits_first_and_all_on_demand(sit: Sit) -> None:
    async with sit.pulled(two_counties) as user:
        await user.press("d")
        page = await user.at(RowsPage)
        grid = page.query_one(Grid)
        await user.until(lambda: len(grid.rows) == 2)
        assert [column.title for column in grid.rows.columns[2:4]] == ["recordid", "cf_County"]
        assert "~ Changed" in user.seen
        await user.press("right", "right", "right")
        assert "→ 'Changed'" in text_of(page, "#details")
        await user.press("a")
        assert len(grid.rows) == user.app.overview.links["Awards"].counts["rows"]


async def test_damage_and_deleted_rows_are_told_apart_from_edits(sit: Sit) -> None:
    async with sit.pulled(damage_and_deletion) as user:
        assert "% 1 damaged" in card(user)
        assert "− 1 deleted" in card(user)
        assert "edited" not in card(user)
        await user.press("d")
        page = await user.at(RowsPage)
        await user.until(lambda: len(page.query_one(Grid).rows) == 2)
        assert "% damaged" in user.seen
        assert "− deleted" in user.seen


# -- workbooks and commands


async def test_without_a_workbook_a_pull_asks_for_one(sit: Sit) -> None:
    async with sit.new(named=False) as user:
        assert "no workbook yet" in card(user)
        await user.press("p")
        dialog = await user.at(ChooseWorkbook)
        default = sit.config.parent / "Awards.xlsx"
        assert dialog.query_one(Input).value == str(default)
        await user.press("enter")
        await user.until(lambda: default.is_file() and not user.app.jobs.running)


async def test_a_path_that_is_no_workbook_stays_in_the_dialog(sit: Sit) -> None:
    async with sit.new(named=False) as user:
        await user.press("w")
        dialog = await user.at(ChooseWorkbook)
        for path in ["", "awards.txt", "nowhere/awards.xlsx", "\0.xlsx"]:
            dialog.query_one(Input).value = path
            await user.pilot.click("#take")
            assert user.app.screen is dialog
            assert text_of(dialog, "#flaw").startswith("✗")


async def test_a_workbook_of_the_folder_that_holds_the_link_is_found(sit: Sit) -> None:
    sit.books.put(sit.workbook, None)
    async with sit.new(named=False) as user:
        assert user.app.overview.links["Awards"].workbook == str(user.workbook)
        assert user.app.overview.links["Strict"].workbook == ""


async def test_the_workbook_pushed_from_last_comes_before_newer_ones(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        await user.push(ResultPage)
    sit.books.put(sit.config.parent / "newer.xlsx", None)
    async with sit.new(named=False) as user:
        assert user.app.overview.links["Awards"].workbook == str(user.workbook)


async def test_the_command_of_each_screen_is_copied(sit: Sit) -> None:
    async with sit.pulled() as user:
        for keys, command in (
            ("c", f"push Awards --workbook {user.workbook}"),
            ("d c", f"diff Awards --workbook {user.workbook}"),
            ("escape r c", "runs"),
            ("escape down c", f"pull Journal --workbook {user.workbook}"),
        ):
            await user.press(*keys.split())
            assert user.app.clipboard == f"synctui {command} --config {sit.config}"


# -- failures


async def test_a_failed_pull_tells_message_and_hint_and_stays_on_the_card(sit: Sit) -> None:
    sit.services.faults.arm("smartsimple.list:401*9")
    async with sit.new() as user:
        await user.press("p")
        problem = await user.at(Problem)
        message = text_of(problem, "#message")
        assert message
        assert text_of(problem, "#hint")
        await user.press("escape")
        assert message in card(user)
        assert not user.workbook.exists()


async def test_a_damaged_workbook_is_told_on_the_card_and_by_the_push(sit: Sit) -> None:
    sit.workbook.write_bytes(b"PK\x03\x04 this is no workbook")
    async with sit.new() as user:
        error = user.app.overview.links["Awards"].error
        assert error is not None
        assert error.message in card(user)
        await user.press("u")
        assert error.message in text_of(await user.at(Problem), "#message")


# -- a conflict


def my_county_and_name(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(2, columns["cf_County"]).value = "My county"
    sheet.cell(2, columns["sf_Application Name"]).value = "My name"


async def test_each_cell_of_a_row_in_conflict_is_decided_by_key(sit: Sit) -> None:
    async with sit.pulled(my_county_and_name) as user:
        key = openpyxl.load_workbook(user.workbook)["Awards"].cell(2, 2).value
        theirs = {"cf_County": "Their county", "sf_Application Name": "Their name"}
        user.services.tables.change("levelone", edit={str(key): theirs})
        await user.pull()
        await user.until(lambda: "! 1 in conflict" in card(user))
        await user.press("d")
        await user.at(RowsPage)
        await user.until(lambda: "! " in user.seen)
        await user.press("e")
        page = await user.at(ConflictPage)
        assert "0 of 2 cells decided" in text_of(page, "#summary")
        first, second = (conflict.column for conflict in page._conflicts)
        await user.press("m", "t")
        assert page.sides == {first: "mine", second: "theirs"}
        await user.press("y")
        await user.at(RowsPage)
        await user.until(lambda: "in conflict" not in card(user) and not user.app.jobs.running)
        sheet = openpyxl.load_workbook(user.workbook)["Awards"]
        row = {header.value: cell.value for header, cell in zip(sheet[1], sheet[2], strict=True)}
        mine = {"cf_County": "My county", "sf_Application Name": "My name"}
        assert (row["Sync"], row[first], row[second]) == ("edited", mine[first], theirs[second])
        assert user.runs_received() == []


async def test_a_row_without_a_conflict_is_not_opened(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        await user.press("d")
        page = await user.at(RowsPage)
        await user.press("enter")
        await until(lambda: "not in conflict" in notified(user.app))
        assert user.app.screen is page


async def test_leaving_a_conflict_decides_nothing(sit: Sit) -> None:
    async with sit.pulled(one_county) as user:
        key = openpyxl.load_workbook(user.workbook)["Awards"].cell(2, 2).value
        user.services.tables.change("levelone", edit={str(key): {"cf_County": "Their county"}})
        await user.pull()
        await user.press("d")
        await user.at(RowsPage)
        await user.press("enter")
        page = await user.at(ConflictPage)
        await user.press("y")
        await until(lambda: "Nothing is decided yet" in notified(user.app))
        assert user.app.screen is page
        await user.press("m", "escape")
        await user.at(RowsPage)
        assert openpyxl.load_workbook(user.workbook)["Awards"]["A2"].value == "conflict"
