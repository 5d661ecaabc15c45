"""Chooses the workbook file of a link."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from synctui.tui.screens.page import Dialog
from synctui.tui.texts import plain

SUFFIXES = (".xlsx", ".xlsm")


class ChooseWorkbook(Dialog[str]):
    """Asks for a path; the answer is a full path."""

    def __init__(self, link: str, default: str) -> None:
        super().__init__()
        self._link, self._default = link, default

    def compose(self) -> ComposeResult:
        """The path and two buttons."""
        with Vertical(classes="box wide"):
            yield Static(plain(f"Workbook of {self._link}", "bold"), classes="heading")
            yield Static("An .xlsx or .xlsm file; one that is not there is made by the first pull.", classes="muted")
            default = self._default if self._default.isprintable() else ""  # a field shows its text as it is
            yield Input(default, id="path", placeholder="path of a workbook")
            yield Static(id="flaw", classes="flaw")
            with Horizontal(classes="buttons"):
                yield Button("Take it", id="take", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take the path, or leave it."""
        if event.button.id == "take":
            self._take()
        else:
            self.dismiss(None)

    def on_input_submitted(self) -> None:
        """Take the path."""
        self._take()

    def _take(self) -> None:
        text = self.query_one(Input).value
        wrong = flaw(text)
        if wrong:
            self.query_one("#flaw", Static).update(plain(f"✗ {wrong}"))
        else:
            self.dismiss(str(Path(text.strip()).expanduser().resolve()))


def flaw(text: str) -> str:
    """Why a text cannot be the path of a workbook; empty where it can."""
    try:
        path = Path(text.strip()).expanduser()
        if path.suffix.lower() not in SUFFIXES:
            return "The name must end in .xlsx or .xlsm."
        if not path.resolve().parent.is_dir():
            return f"There is no folder {path.resolve().parent}."
    except (OSError, ValueError, RuntimeError):
        return "This is not a path."
    return "" if not path.is_dir() else "This is a folder."
