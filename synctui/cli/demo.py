"""`demo`: the whole round trip on practice services in this process; nothing is left running."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from synctui.cli.dashboard import dashboard
from synctui.cli.demo_links import take
from synctui.cli.demo_undo import undo
from synctui.cli.demo_walk import Walk
from synctui.cli.desk import Desk
from synctui.cli.practice import keep_settings
from synctui.cli.terminal import whole_terminal
from synctui.errors import UsageError
from synctui.exit_codes import DONE, REFUSED
from synctui.practice import Practice, practice_in_thread
from synctui.session import Session
from synctui.settings import state_folder
from synctui.store.folder import private_folder

WORKBOOK = "awards.xlsx"


def headless(desk: Desk) -> int:
    """The walk by itself; 0 only if the other side received what was meant."""
    return desk.run(lambda _: _headless(desk))


async def _headless(desk: Desk) -> int:
    folder = _fresh_folder()
    async with Practice() as practice:
        config = keep_settings(folder, practice.settings_text())
        async with Session.open(str(config), home=folder / "state") as session:
            walk = Walk(session, folder / WORKBOOK, desk.story)
            desk.story(f"Practice services at {practice.url}; everything else is in {folder}", "")
            await walk.pull()
            walk.edit()
            await walk.diff()
            await walk.dry_run()
            await walk.push()
            await walk.push_again()
            as_meant = walk.compare(practice)
            undone = await undo(walk, practice)
            links = await take(session, walk.path, practice, desk.story)
    as_meant = as_meant and undone and all(link["as_meant"] for link in links.values())
    desk.answer(
        {**walk.answer, "links": links, "as_meant": as_meant, "folder": str(folder), "workbook": str(walk.path)}
    )
    return DONE if as_meant else REFUSED


def with_dashboard(desk: Desk) -> int:
    """A workbook with some edits in it, and the dashboard on it."""
    if not whole_terminal():
        raise UsageError("The demo's dashboard needs a terminal.", "Without one: synctui demo --headless")
    folder = _fresh_folder()
    with practice_in_thread() as practice:
        config = keep_settings(folder, practice.settings_text())
        desk.run(lambda _: _prepare(desk, config, folder))
        os.environ["SYNCTUI_HOME"] = str(folder / "state")
        return dashboard(replace(desk, config=str(config)), str(folder / WORKBOOK))


async def _prepare(desk: Desk, config: Path, folder: Path) -> None:
    async with Session.open(str(config), home=folder / "state") as session:
        walk = Walk(session, folder / WORKBOOK, desk.tell)
        await walk.pull()
        walk.edit()


def _fresh_folder() -> Path:
    above = private_folder(private_folder(state_folder()) / "demo")
    return private_folder(above / f"{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}")
