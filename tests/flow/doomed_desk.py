"""A push of a real workbook in a process of its own, which kills itself at a named point."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.planning.planner import PushOptions
from synctui.session import Session, open_file
from synctui.store.journal import Journal
from synctui.worksheets.base import Workbook


@dataclass
class Doom:
    """Kills this process when a point is passed for the n-th time."""

    point: str
    hit: int = 1
    passed: Counter[str] = field(default_factory=Counter)

    def reached(self, point: str) -> None:
        self.passed[point] += 1
        if point == self.point and self.passed[point] == self.hit:
            os.kill(os.getpid(), signal.SIGKILL)

    def comes(self, point: str) -> bool:
        """Whether the next time that the point is passed is the last."""
        return point == self.point and self.passed[point] + 1 == self.hit


class DoomedWorkbook:
    """A workbook file, with named points around its writes."""

    def __init__(self, workbook: Workbook, doom: Doom) -> None:
        self._workbook, self._doom = workbook, doom

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workbook, name)

    def write(self, *changes: Any) -> list[str]:
        notices = self._workbook.write(*changes, before_replace=self._complete)
        self._doom.reached("workbook in place")
        return notices

    def _complete(self) -> None:
        """The new file is whole and beside the old one; for one point half of it is taken away again."""
        if self._doom.comes("workbook half written"):
            [beside] = Path(self._workbook.name).parent.glob("*.part")
            os.truncate(beside, beside.stat().st_size // 2)
        self._doom.reached("workbook half written")
        self._doom.reached("workbook written")


async def push(config: Path, home: Path, path: Path, link: str, doom: Doom) -> None:
    journal = Journal(home, reached=doom.reached)
    async with Session(settings.load(config, kind, MODULES), home, _journal=journal) as session:
        workbook: Any = DoomedWorkbook(open_file(str(path)), doom)
        prepared = await session.plan(link, workbook, PushOptions(), lambda _name, _question: None)
        async for _ in session.push(prepared):
            pass


def main(config: Path, home: Path, path: Path, link: str, doom: Doom) -> None:
    """What the process does until it dies."""
    asyncio.run(push(config, home, path, link, doom))
