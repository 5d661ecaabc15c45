from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from synctui.practice.server import Practice
from synctui.tui.app import Dashboard

T = TypeVar("T", bound=Screen[Any])
Edit = Callable[[Any, dict[str, int]], None]
"""Edits a worksheet, by its header -> column."""

PATIENCE = 20.0
"""Seconds that a test waits for what must come."""


@dataclass
class User:
    """Somebody in front of a dashboard."""

    app: Dashboard
    pilot: Pilot[None]
    services: Practice
    workbook: Path

    async def until(self, what: Callable[[], object]) -> None:
        await until(what)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def at(self, kind: type[T]) -> T:
        """Wait until a screen of this kind is on top."""
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.screen.is_mounted)
        assert isinstance(self.app.screen, kind)
        return self.app.screen

    async def pull(self) -> None:
        """Pull the first link, and wait until its rows are counted."""
        await self.press("p")
        await self.until(lambda: self.app.overview.links["Awards"].pulled and not self.app.jobs.running)

    async def push(self, kind: type[T]) -> T:
        """Push the first link by the keys, and wait for the screen that comes of it."""
        from synctui.tui.screens.plan import PlanPage

        await self.press("u")
        await self.at(PlanPage)
        await self.press("y")
        return await self.at(kind)

    def runs_received(self) -> list[Any]:
        """What the practice map received, call by call."""
        return [got for got in self.services.received if got.operation == "eone.run"]

    @property
    def seen(self) -> str:
        return seen(self.app)


class Books:
    """Workbooks of the same pull, edited once each."""

    def __init__(self, fresh: Path) -> None:
        self._fresh = fresh.read_bytes()
        self._edited: dict[Edit, bytes] = {}

    def put(self, path: Path, edit: Edit | None) -> None:
        """Write the workbook, with these edits."""
        if edit is not None and edit not in self._edited:
            self._edited[edit] = edited(self._fresh, edit)
        path.write_bytes(self._fresh if edit is None else self._edited[edit])


@dataclass
class Sit:
    """How a user sits down."""

    services: Practice
    books: Books
    config: Path

    @property
    def workbook(self) -> Path:
        return self.config.parent / "awards.xlsx"

    def settings(self, old: str, new: str) -> None:
        """Change the settings file."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new, 1), encoding="utf-8")

    @asynccontextmanager
    async def new(self, *, named: bool = True) -> AsyncIterator[User]:
        """In front of a dashboard; `named`: the workbook is given to it, be it there or not."""
        app = Dashboard(str(self.config), str(self.workbook) if named else None, folder=self.config.parent)
        async with app.run_test(size=(100, 30)) as pilot:
            user = User(app, pilot, self.services, self.workbook)
            await user.until(lambda: app.opened and all(state.read for state in app.overview.links.values()))
            yield user
            await app.jobs.stop_all()
        await app.session.close()

    @asynccontextmanager
    async def pulled(self, edit: Edit | None = None) -> AsyncIterator[User]:
        """The same with Awards pulled before, and the worksheet edited."""
        self.books.put(self.workbook, edit)
        async with self.new() as user:
            yield user


def edited(book: bytes, edit: Edit) -> bytes:
    """A workbook's bytes after somebody edited it as openpyxl's users do."""
    workbook, after = openpyxl.load_workbook(BytesIO(book)), BytesIO()
    sheet = workbook["Awards"]
    edit(sheet, {str(cell.value): cell.column or 0 for cell in sheet[1]})
    workbook.save(after)
    return after.getvalue()


async def until(what: Callable[[], object]) -> None:
    """Wait for something to become true; Textual's own waits would wait for idle as well."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.01)


def seen(app: App[Any]) -> str:
    """The screen's text, line by line, without blanks at the ends."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def text_of(screen: Screen[Any], selector: str) -> str:
    """The text of a Static."""
    return str(screen.query_one(selector, Static).render())


def notified(app: App[Any]) -> str:
    """All notifications so far."""
    return "\n".join(notification.message for notification in app._notifications)
