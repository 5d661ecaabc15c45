"""What screens and walks ask of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.message import Message
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from synctui.errors import SyncError
    from synctui.session import Session
    from synctui.tui.job_runner import Jobs
    from synctui.tui.overview import Overview


class Host(Protocol):
    """The app, to what it is made of."""

    session: Session
    overview: Overview
    jobs: Jobs

    @property
    def screen(self) -> Screen[Any]:
        """The screen on top."""

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None] | None = None) -> Any:
        """Show a screen; `callback` is given its answer."""

    def post_message(self, message: Message) -> bool:
        """Tell the app something."""

    def say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notification."""

    def problem(self, what: str, error: SyncError) -> None:
        """Show a failure."""
