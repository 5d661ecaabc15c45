from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import made_up
import pytest
from hostile import ALL, TEXTS, check
from textual.app import App, ComposeResult
from textual.screen import Screen
from tui_user import seen, until

from synctui.errors import SyncError
from synctui.past_runs.undo import Kept
from synctui.rows.changes import Damage
from synctui.rows.changes import Problem as RowProblem
from synctui.store.states import RunState, State
from synctui.tui.app import Dashboard
from synctui.tui.messages import LinkChanged
from synctui.tui.screens.again import AgainPage
from synctui.tui.screens.doubt import Doubt
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.problem import Problem
from synctui.tui.screens.question import Question
from synctui.tui.screens.repair import RepairPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.rows import RowsPage, SheetRows, details
from synctui.tui.screens.runs import RunsPage
from synctui.tui.screens.settlement import SettlementPage
from synctui.tui.screens.variables import AskVariables
from synctui.tui.screens.workbook import ChooseWorkbook
from synctui.tui.widgets.grid import Grid

BARE = "\x1b]52;c;SGFsbG8=\x07\x1b[2J\u202e"
"""Hostile and yet a possible name of a link: no brackets, slashes or colons."""
NAME = BARE.replace("[", "").replace("]", "").replace(";", "")


def toml(text: str) -> str:
    """A text as TOML writes it."""
    return '"' + "".join(f"\\U{ord(character):08X}" for character in text) + '"'


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Path:
    """Settings in which every free text is hostile."""
    path = tmp_path / "synctui.toml"
    told = toml(" ".join(text for text in TEXTS if len(text) < 30 and "\ud800" not in text))
    path.write_text(
        f"""
        [connections.{toml(NAME)}]
        kind = "smartsimple"
        url = "http://127.0.0.1:9"
        companyid = "1"
        alias = "x"
        username = "u"
        password = "p"
        environment = {told}
        [connections.erp]
        kind = "eone"
        url = "http://127.0.0.1:9"
        company = "c"
        username = "u"
        password = "p"
        environment = {told}
        [links.{toml(NAME)}]
        key = "id"
        [links.{toml(NAME)}.source]
        connection = {toml(NAME)}
        record = "levelone"
        apitoken = "t"
        [links.{toml(NAME)}.target]
        connection = "erp"
        map = {told}
        """,
        encoding="utf-8",
    )
    return path


@pytest.fixture
async def app(settings: Path, tmp_path: Path) -> AsyncIterator[Dashboard]:
    app = Dashboard(str(settings), str(tmp_path / "aw\x1b[31m\u202eards.xlsx"), folder=tmp_path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(lambda: app.failure or (app.opened and all(state.read for state in app.overview.links.values())))
        assert app.failure is None
        await pilot.pause()
        yield app
    await app.session.close()


def screens() -> list[Screen[Any]]:
    """Every screen that shows text from outside, full of it."""
    rows = [
        made_up.planned(number, {text: text}, {text: text + "!"}, create=number % 2 == 0)
        for number, text in enumerate(TEXTS)
    ]
    plan = made_up.prepared(
        rows,
        [RowProblem(2, text, text) for text in TEXTS],
        **dict.fromkeys(("link", "source", "target", "connection", "environment", "workbook"), ALL),
        variables={text: text for text in TEXTS},
        warnings=TEXTS,
        asks=TEXTS,
        sums={text: (text, text) for text in TEXTS},
    )
    told = dict.fromkeys(("run_id", "link", "source", "connection", "target", "environment", "note"), ALL)
    run = made_up.run(**told, user=ALL, workbook=ALL, state=RunState.IN_DOUBT, in_doubt=1)
    outcomes = [
        made_up.run_row(number, State.REJECTED, text, key=(text, text), new_key=text, evidence=text)
        for number, text in enumerate(TEXTS)
    ]
    kept = [Kept(row, text) for row, text in zip(outcomes, TEXTS, strict=True)]
    damage = [made_up.damage(number, text, text, number) for number, text in enumerate(TEXTS)]
    damage += [Damage((text,), number, text, text, text) for number, text in enumerate(TEXTS)]
    return [
        AgainPage(made_up.prepared_again(rows, kept, outcomes), "undo", ALL),
        SettlementPage(run, made_up.settlement(outcomes, TEXTS), TEXTS),
        Doubt(ALL, 3, TEXTS),
        RepairPage(ALL, ALL, damage),
        PlanPage(plan, {text: text for text in TEXTS}),
        ResultPage(run, outcomes, TEXTS),
        RunsPage([run] * 3),
        Problem(ALL, SyncError(ALL, ALL)),
        Question(ALL[:400], ALL[:400], "yes", "no"),
        AskVariables(ALL, {text: text for text in TEXTS}, {}),
        ChooseWorkbook(ALL, ALL),
    ]


async def test_no_screen_obeys_hostile_text(app: Dashboard) -> None:
    for screen in screens():
        await app.push_screen(screen)
        await until(lambda screen=screen: screen.is_mounted and screen.is_current)  # type: ignore[misc]
        for grid in screen.query(Grid):
            for _ in range(len(TEXTS)):
                grid.action_down()
                grid.action_right()
                await until(lambda: not app._batch_count)
                check(app)
        check(app)
        app.pop_screen()
    assert app.is_running


async def test_cards_titles_and_notifications_show_hostile_text_and_do_not_obey_it(app: Dashboard) -> None:
    check(app)
    state = next(iter(app.overview.links.values()))
    state.error = state.job_error = SyncError(ALL, ALL)
    app.post_message(LinkChanged(state.link.name))
    for number, text in enumerate(TEXTS):
        app.clear_notifications()
        app.say(f"{number}: {text}")
        await until(lambda told=f"{number}:": told in seen(app))  # type: ignore[misc]
        check(app)
    app.push_screen(RowsPage(state.link.name))
    await until(lambda: isinstance(app.screen, RowsPage))
    check(app)
    app.action_help()
    await until(lambda: app.screen.query("#keys"))
    check(app)


async def test_rows_show_hostile_text_and_do_not_obey_it() -> None:
    views = [
        made_up.row(
            number,
            f"{number}{text}",
            text,
            edits=[made_up.edit(TEXTS[0], text, text)],
            damage=[made_up.damage(number, TEXTS[1], text, number)],
            sync=text,
        )
        for number, text in enumerate(TEXTS)
    ]
    reading = made_up.reading([TEXTS[5], TEXTS[0]], views, refused={view.row_id: view.sync for view in views})
    reading.changes.problems.extend(RowProblem(view.number, "", view.sync) for view in views)
    rows = SheetRows(reading, everything=False)

    class Alone(App[None]):
        def compose(self) -> ComposeResult:
            yield Grid(rows, fixed=2)

    app = Alone()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "right", "end")
        check(app)
    shown = [str(details(rows, row, column)) for row in range(len(rows)) for column in range(len(rows.columns))]
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", "".join(shown)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_what_reaches_a_real_terminal_holds_nothing_of_the_hostile_text(settings: Path) -> None:
    code = "import sys; from synctui.tui.app import run_dashboard; sys.exit(run_dashboard(*sys.argv[1:]))"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(settings), str(settings.parent / "a\x1b[31m.xlsx")],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environ, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        stream = _read_until(ours, b"calls left")
        os.write(ours, b"q")
        stream += _read_until(ours, None)
        process.wait(20)
    finally:
        process.terminate()
        process.wait(20)
        os.close(ours)
    assert process.returncode == 0
    assert "␛".encode() in stream
    assert b"\x1b]52" not in stream
    assert b"\x1b[31m.xlsx" not in stream
    assert "\u202e".encode() not in stream
    assert b"\xc2\x9b" not in stream


def _read_until(terminal: int, what: bytes | None) -> bytes:
    """Everything up to some text, or to the end."""
    os.set_blocking(terminal, False)
    stream, deadline = b"", time.monotonic() + 20
    while what is None or what not in stream:
        assert time.monotonic() < deadline, stream[-500:]
        try:
            got = os.read(terminal, 65_536)
        except BlockingIOError:
            time.sleep(0.02)
            continue
        except OSError:  # the other end has closed
            break
        if not got:
            break
        stream += got
    return stream
