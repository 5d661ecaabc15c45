"""Asks what became of rows in doubt, where what was found is no proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from synctui.past_runs.settle import Decision
from synctui.sentences import DECISIONS
from synctui.tui.screens.page import Dialog
from synctui.tui.texts import lines, plain
from synctui.wording import count

LATER = "later"
"""The choice that decides nothing."""


class Doubt(Dialog["Decision"]):
    """The answer is what the user says of all rows in doubt, None where that is put off."""

    def __init__(self, run_id: str, rows: int, evidence: Sequence[str]) -> None:
        super().__init__()
        self._run_id, self._rows, self._evidence = run_id, rows, evidence

    def compose(self) -> ComposeResult:
        """What was found, and the choices; the first of them decides nothing."""
        with Vertical(classes="box wide"):
            yield Static(plain(f"What became of {count(self._rows, 'row')} of run {self._run_id}?"), classes="heading")
            with VerticalScroll(can_focus=False, classes="found"):
                yield Static(lines(*map(plain, self._evidence)), id="evidence", classes="muted")
            yield OptionList(*_options())

    def on_mount(self) -> None:
        """A stray Enter decides nothing."""
        self.query_one(OptionList).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer, or put it off."""
        chosen = event.option.id
        self.dismiss(None if chosen == LATER else cast("Decision", chosen))


def _options() -> list[Option]:
    later = ("Decide later", "The rows stay in doubt, and nothing more is sent there.")
    told = {LATER: later, **{str(name): words for name, words in DECISIONS.items()}}
    return [
        Option(Content.assemble((what, "bold"), "\n  ", (then, "$foreground-muted")), id=name)
        for name, (what, then) in told.items()
    ]
