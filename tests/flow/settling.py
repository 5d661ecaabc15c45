"""What tests of rows in doubt do at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from desk import Desk

from synctui.past_runs.settle import Decision, Settlement
from synctui.session import open_file
from synctui.store.database import utc_now

SETTLED = timedelta(seconds=900, minutes=15)
"""An answer's deadline, and `settle_minutes`."""


def put(desk: Desk, row: int, header: str, value: Any, link: str = "Awards") -> None:
    column = desk.columns(link)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), link)


def target(desk: Desk, link: str, *settings: str) -> Desk:
    """The desk with more settings of one link's target."""
    head = f"[links.{link}.target]\n"
    return desk.with_settings(head, head + "".join(f"{setting}\n" for setting in settings))


async def settle(desk: Desk, run_id: str, decision: Decision | None = None) -> Settlement:
    return await desk.session.settle(run_id, decision, open_file(str(desk.path)))


def later(desk: Desk, passed: timedelta = SETTLED) -> None:
    desk.session.journal.clock = lambda: utc_now() + passed
