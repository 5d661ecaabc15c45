"""The keys that work on the screen below, from the table of actions."""

from __future__ import annotations

from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.keys import format_key
from textual.widgets import Static

from synctui.tui.actions import ACTIONS, Action, here
from synctui.tui.screens.page import Dialog

NAMES = {"escape": "Esc", "enter": "Enter", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
         "space": "Space", "f1": "F1", "f5": "F5"}  # fmt: skip

KEYS, LABEL, SENTENCE = 13, 13, 40
"""Columns of the page's three parts; together they fit a terminal of 80."""


class Help(Dialog[None]):
    """What can be done here, and by which key."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._below = place

    def compose(self) -> ComposeResult:
        """One line for each action."""
        with Vertical(classes="box wide"):
            yield Static("Keys on this screen", classes="heading")
            with VerticalScroll(can_focus=True):
                yield Static(Content("\n").join(_line(self._below, action) for action in here(self._below)), id="keys")
            yield Static("Esc closes. The palette (Ctrl+P) and the mouse do the same.", classes="muted")


def keys_of(place: str, name: str) -> list[str]:
    """All keys of an action on a screen, as people write them."""
    meant = [action for action in ACTIONS if action.name == name and place in action.places]
    return [_written(key) for action in meant for key in action.keys.split(",")]


def _line(place: str, action: Action) -> Content:
    keys = " ".join(keys_of(place, action.name))
    sentence = f"\n{'':<{KEYS + LABEL}}".join(wrap(action.help, SENTENCE))
    return Content.assemble(
        (f"{keys:<{KEYS}}", "bold $text-accent"), f"{action.label:<{LABEL}}", (sentence, "$foreground-muted")
    )


def _written(key: str) -> str:
    *modifiers, last = key.split("+")
    return "+".join([*(modifier.capitalize() for modifier in modifiers), NAMES.get(last, format_key(last))])
