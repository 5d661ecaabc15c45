"""The screens as text, compared with files. SYNCTUI_UPDATE_SNAPSHOTS=1 writes them anew."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from tui_user import Books, seen, until

from synctui import settings as settings_file
from synctui.connectors import MODULES, kind
from synctui.errors import SyncError
from synctui.offload import in_thread
from synctui.past_runs.undo import Kept
from synctui.rows.changes import Problem as RowProblem
from synctui.session import Session
from synctui.store.states import RunState, State
from synctui.tui.app import Dashboard
from synctui.tui.jobs import PullJob
from synctui.tui.messages import LinkChanged
from synctui.tui.screens.again import AgainPage
from synctui.tui.screens.conflict import ConflictPage
from synctui.tui.screens.doubt import Doubt
from synctui.tui.screens.help import Help
from synctui.tui.screens.links import Links
from synctui.tui.screens.page import Dialog
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.problem import Problem
from synctui.tui.screens.question import Question
from synctui.tui.screens.repair import RepairPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.rows import RowsPage
from synctui.tui.screens.runs import RunsPage
from synctui.tui.screens.settlement import SettlementPage
from synctui.tui.screens.variables import AskVariables
from synctui.tui.screens.workbook import ChooseWorkbook
from synctui.tui.widgets.grid import Grid

SNAPSHOTS = Path(__file__).parent / "snapshots"


SETTINGS = """
[connections.grants]
kind = "smartsimple"
url = "http://127.0.0.1:9"
companyid = "1"
alias = "x"
username = "u"
password = "p"
environment = "practice"
[connections.erp]
kind = "eone"
url = "http://127.0.0.1:9"
company = "c"
username = "u"
password = "p"
environment = "practice"
"""
LINK = """
[links.{name}]
key = "recordid"
[links.{name}.source]
connection = "grants"
record = "levelone"
apitoken = "t"
[links.{name}.target]
connection = "erp"
map = "{map}"
columns = {{ County = "cf_County", "Vendor Name" = "sf_Application Name" }}
"""
LINKS = {"Awards": "VENDORS FROM EXCEL", "Journal": "GL JOURNAL", "Strict": "VENDORS STRICT"}


@pytest.fixture
async def pilot(home: Path, tmp_path: Path, books: Books) -> AsyncIterator[Pilot[None]]:
    """A dashboard on settings that are the same everywhere, and on a workbook with some edits."""
    config = tmp_path / "synctui.toml"
    config.write_text(SETTINGS + "".join(LINK.format(name=name, map=map_) for name, map_ in LINKS.items()), "utf-8")
    loaded = replace(settings_file.load(config, kind, MODULES), path=Path("synctui.toml"))
    books.put(tmp_path / "awards.xlsx", some_edits)
    app = Dashboard(
        None,
        str(tmp_path / "awards.xlsx"),
        folder=tmp_path,
        open_session=lambda _: Session(loaded, home, in_thread),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.opened and all(state.read for state in app.overview.links.values()))
        yield pilot
    await app.session.close()


def some_edits(sheet: Any, columns: dict[str, int]) -> None:
    sheet.cell(2, columns["cf_County"]).value = "Cass"
    sheet.cell(4, columns["cf_County"]).value = None
    sheet.cell(5, columns["sf_Application Name"]).value = "[bold]Open library[/]"
    sheet.cell(8, columns["recordid"]).value = "900001"
    sheet.delete_rows(12)


def practice_plan(rows: int, **more: Any) -> PlanPage:
    planned = [made_up.planned(1, {"cf_County": "Burleigh", "cf_Amount": "1000"}, {"cf_County": "", "cf_Amount": "2"})]
    planned += [made_up.planned(n, {}, {"cf_County": "Cass"}, create=True) for n in range(2, rows + 1)]
    told: dict[str, Any] = {
        "variables": {"GBL_BATCH": "JUL-26", "GBL_POSTED": "2026-07-31"},
        "asks": (f"{rows - 1} rows will be created", "1 value will be emptied"),
        "warnings": ("1 cell changed by the spreadsheet, not by you: not sent.",),
        "sums": {"cf_Amount": ("1000", "2")},
    }
    return PlanPage(made_up.prepared(planned, [RowProblem(9, "", "The key 900008 stands twice.")], **(told | more)), {})


EVIDENCE = (
    "Run 82 at 2026-07-31 12:00:01: 2 documents, 0 errors.",
    "That does not decide it: others may run this map.",
)


def undo_plan() -> AgainPage:
    rows = [made_up.planned(1, {"cf_County": "Cass"}, {"cf_County": "Burleigh"})]
    kept = [Kept(made_up.run_row(2, State.ACKED), "kept: cf_County was edited by someone since, to 'Their county'")]
    created = [made_up.run_row(3, State.ACKED, new_key="901231", op="create")]
    notice = "The workbook will not be marked: There is no file awards.xlsx."
    return AgainPage(made_up.prepared_again(rows, kept, created), "undo", notice)


def pages() -> dict[str, Callable[[], Screen[Any]]]:
    refused = made_up.run_row(2, State.REJECTED, "County must have a value.")
    rows = [
        made_up.run_row(1, State.ACKED),
        refused,
        made_up.run_row(3, State.ACKED, "", new_key="901231", key=("",)),
        made_up.run_row(4, State.CANCELLED, "stopped by the user"),
    ]
    run = made_up.run(note="stopped by the user", state=RunState.CANCELLED)
    doubt = made_up.run(run_id="20260730-qrstuv", state=RunState.IN_DOUBT, accepted=0, refused=0, unsent=0, in_doubt=4)
    return {
        "plan": lambda: practice_plan(3),
        "plan_production": lambda: practice_plan(53, environment="production"),
        "plan_empty": lambda: PlanPage(made_up.prepared([]), {}),
        "result": lambda: ResultPage(run, rows, ["The workbook does not show the outcome yet."]),
        "result_in_doubt": lambda: ResultPage(doubt, [made_up.run_row(1, State.UNKNOWN, "no answer came in time")]),
        "runs": lambda: RunsPage([run, doubt]),
        "undo": undo_plan,
        "undo_empty": lambda: AgainPage(made_up.prepared_again([]), "resume"),
        "settlement": lambda: SettlementPage(doubt, made_up.settlement(rows, EVIDENCE), ["The workbook is open."]),
        "doubt": lambda: Doubt("20260730-qrstuv", 4, EVIDENCE),
        "repair": lambda: RepairPage("Awards", "awards.xlsx", [made_up.damage(5, "cf_Code", "00123", 123)]),
        "rows": lambda: RowsPage("Awards"),
        "conflict": lambda: ConflictPage("Awards", made_up.conflicts()),
        "help": lambda: Help("rows"),
        "problem": lambda: Problem("Awards was not pulled", SyncError("The key is wrong.", "Mend it.")),
        "question": lambda: Question("Awards is being pushed. Leave?", "It stops.", "Stop it and leave", "Stay"),
        "variables": lambda: AskVariables("Awards", {"GBL_WHO": "Who posts this batch?"}, {"GBL_WHO": "dana"}),
        "workbook": lambda: ChooseWorkbook("Awards", "awards.xlsx"),
    }


async def test_the_screens_look_as_they_did(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, Dashboard)
    texts = {}
    for name, page in pages().items():
        screen = page()
        await app.push_screen(screen)
        await until(lambda screen=screen: screen.is_current and screen.is_mounted)  # type: ignore[misc]
        if isinstance(screen, RowsPage):
            await until(lambda screen=screen: len(screen.query_one(Grid).rows))  # type: ignore[misc]
        texts[name] = await settled(pilot)
        app.pop_screen()
    for name, busy in (("links", False), ("links_busy", True)):
        fill_cards(app, busy=busy)
        texts[name] = await settled(pilot)
    if os.environ.get("SYNCTUI_UPDATE_SNAPSHOTS"):
        for name, text in texts.items():
            (SNAPSHOTS / f"{name}.txt").write_text(text, encoding="utf-8")
    for name, text in texts.items():
        assert text == (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8"), name
    assert {file.stem for file in SNAPSHOTS.iterdir()} == set(texts)


@pytest.mark.parametrize("size", [(20, 5), (250, 80)])
async def test_every_screen_works_in_a_terminal_of_any_size(pilot: Pilot[None], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    for page in pages().values():
        screen = page()
        await pilot.app.push_screen(screen)
        await pilot.press("down", "right", "end", "pagedown")
        assert all(strip.cell_length == size[0] for strip in screen._compositor.render_strips())
        pilot.app.pop_screen()


async def settled(pilot: Pilot[None]) -> str:
    """The screen's text when its keys are there and nothing moves on it any more."""
    dialog = isinstance(pilot.app.screen, Dialog)
    await until(lambda: ("q Quit" in seen(pilot.app)) and ("c Copy" in seen(pilot.app)) != dialog)
    before, now = "", seen(pilot.app)
    while now != before:
        await pilot.pause(0.15)
        before, now = now, seen(pilot.app)
    return steady(now) + "\n"


def fill_cards(app: Dashboard, *, busy: bool) -> None:
    state = app.overview.links["Journal"]
    state.pulled, state.last_run = made_up.NOON, made_up.run()
    state.counts = Counter(rows=100_000, edited=3, new=1, saved=1_200, refused=2, doubt=4, conflict=1, damage=7, gone=1)
    app.overview.links["Strict"].error = SyncError("awards.xlsx is damaged.", "Use an older copy.")
    if busy:
        job = PullJob(link="Awards", workbook="", pages=2, done=1_000, total=1_230, calls=3, began=0.0, ended=9.0)
        app.jobs.running["Awards"] = job
    assert isinstance(app.screen, Links)
    for link in app.overview.links:
        app.screen.on_link_changed(LinkChanged(link))
    app.jobs.running.clear()


def steady(text: str) -> str:
    """The text with what changes from run to run replaced by something of the same width."""
    text = re.sub(r"\b\d\d:\d\d\b", "HH:MM", text)
    return re.sub(r"\b\d{4}-\d\d-\d\d HH", "YYYY-MM-DD HH", text)
