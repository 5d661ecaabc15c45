"""`synctui` alone: the dashboard."""

from __future__ import annotations

from synctui.cli.desk import Desk
from synctui.cli.terminal import whole_terminal
from synctui.errors import UsageError


def dashboard(desk: Desk, workbook: str | None = None) -> int:
    """Open the dashboard, on a workbook where one is named. Raises UsageError where there is no terminal."""
    if not whole_terminal():
        raise UsageError("The dashboard needs a terminal.", "See the commands: synctui --help")
    from synctui.tui.app import run_dashboard

    return run_dashboard(desk.config, workbook)
