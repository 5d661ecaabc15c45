"""Asks for the variables whose values only the user knows."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from synctui.links import Link
from synctui.tui.screens.page import Dialog
from synctui.tui.texts import plain

ASK = "ask:"


class AskVariables(Dialog[dict[str, str]]):
    """One field for each question; the answer is variable -> text."""

    def __init__(self, link: str, questions: Mapping[str, str], answers: Mapping[str, str]) -> None:
        super().__init__()
        self._link, self._questions, self._answers = link, questions, answers

    def compose(self) -> ComposeResult:
        """The questions, then Go on and Cancel."""
        with Vertical(classes="box wide"):
            yield Static(plain(f"Before {self._link} is planned", "bold"), classes="heading")
            with VerticalScroll(classes="fields", can_focus=False):
                for variable, question in self._questions.items():
                    yield Label(plain(f"{question}  ({variable})"))
                    yield Input(self._answers.get(variable, ""), classes="answer")
            with Horizontal(classes="buttons"):
                yield Button("Go on", id="go", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or leave it."""
        self.dismiss(self._given() if event.button.id == "go" else None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next field, or answer after the last."""
        if event.input is self.query(Input).last():
            self.dismiss(self._given())
        else:
            self.focus_next(Input)

    def _given(self) -> dict[str, str]:
        return dict(zip(self._questions, (field.value for field in self.query(Input)), strict=True))


def questions_of(link: Link) -> dict[str, str]:
    """Variable -> question, of the variables that the user is asked for."""
    variables = link.target.options.variables if link.target else {}
    return {name: text.removeprefix(ASK).strip() for name, text in variables.items() if text.startswith(ASK)}
