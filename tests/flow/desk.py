from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.planning.planner import PushOptions
from synctui.practice.server import Practice
from synctui.pull.run import PullDone
from synctui.push.run import PushDone, PushResult
from synctui.rows.changes import Changeset
from synctui.session import Prepared, Session, open_file


def nobody(_variable: str, _question: str) -> str | None:
    return None


@dataclass
class Desk:
    """One user's desk: a session, a workbook, and the services that it talks to."""

    session: Session
    path: Path
    practice: Practice
    others: list[Session] = field(default_factory=list)

    async def close(self) -> None:
        for session in (self.session, *self.others):
            await session.close()

    async def pull(self, link: str = "Awards", **options: Any) -> PullDone:
        events = [event async for event in self.session.pull(link, open_file(str(self.path)), **options)]
        assert isinstance(events[-1], PullDone)
        return events[-1]

    async def diff(self, link: str = "Awards") -> Changeset:
        return await self.session.diff(link, open_file(str(self.path)))

    async def plan(self, link: str = "Awards", **options: Any) -> Prepared:
        return await self.session.plan(link, open_file(str(self.path)), PushOptions(**options), nobody)

    async def push(self, link: str = "Awards", **options: Any) -> PushResult:
        prepared = await self.plan(link, **options)
        result = None
        async for event in self.session.push(prepared):
            if isinstance(event, PushDone):
                result = event.result
        assert result is not None
        return result

    def with_settings(self, old: str, new: str) -> Desk:
        """The same desk after a change to the settings file."""
        path = self.session.settings.path
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        return self.beside(self.session.home)

    def beside(self, home: Path) -> Desk:
        """The same workbook and settings on a machine whose state lies in another folder."""
        other = Session(settings.load(self.session.settings.path, kind, MODULES), home)
        self.others.append(other)
        return Desk(other, self.path, self.practice, self.others)

    def edit(self, change: Callable[[Any], None], sheet: str = "Awards") -> None:
        """Edit the workbook as openpyxl's users do."""
        book = openpyxl.load_workbook(self.path)
        change(book[sheet])
        book.save(self.path)

    def columns(self, sheet: str = "Awards") -> dict[str, int]:
        return {str(header): position for position, header in enumerate(self.rows(sheet)[0], 1)}

    def cell(self, row: int, header: str, sheet: str = "Awards") -> Any:
        """What the cell shows; None where it is empty."""
        rows = self.rows(sheet)
        value = rows[row - 1][rows[0].index(header)] if row <= len(rows) else ""
        return None if value == "" else value

    def rows(self, sheet: str) -> list[list[Any]]:
        """All cells from A1 on, as another reader than ours sees them."""
        return CalamineWorkbook.from_path(self.path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    def runs(self) -> list[Any]:
        """What the practice map received, call by call."""
        return [got for got in self.practice.received if got.operation == "eone.run"]
