"""A failure: what happened, and what to do about it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Static

from synctui.errors import SyncError
from synctui.tui.screens.page import Dialog
from synctui.tui.texts import plain


class Problem(Dialog[None]):
    """One error of the core."""

    def __init__(self, what: str, error: SyncError) -> None:
        super().__init__()
        self._what, self._error = what, error

    def compose(self) -> ComposeResult:
        """Message, hint, and a button."""
        with Vertical(classes="box bad"):
            yield Static(plain(f"✗ {self._what}", "bold"), classes="heading")
            yield Static(plain(self._error.message), id="message")
            yield Static(plain(self._error.hint), id="hint", classes="muted")
            yield Button("Close", id="close", variant="primary")

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss(None)
