"""A question that is answered by yes or no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from synctui.tui.screens.page import Dialog
from synctui.tui.texts import plain


class Question(Dialog[bool]):
    """Asks; the answer is True or False, None where the dialog was closed."""

    def __init__(self, what: str, details: str, yes: str, no: str) -> None:
        super().__init__()
        self._what, self._details, self._yes, self._no = what, details, yes, no

    def compose(self) -> ComposeResult:
        """The question and two buttons; No has the focus."""
        with Vertical(classes="box"):
            yield Static(plain(self._what, "bold"), classes="heading")
            yield Static(plain(self._details))
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", variant="primary")
                yield Button(self._yes, id="yes", variant="error")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")
