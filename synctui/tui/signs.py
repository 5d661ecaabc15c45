"""The states of rows as the dashboard shows them: a sign and a word each, so that colour is never needed."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.records import Memory, Outcome
from synctui.rows.changes import IN_DOUBT, RowView
from synctui.rows.states import COMMANDS, CONFLICT, EDITED, GONE, NEW, REFUSED, SAVED, SKIPPED, sync_text


@dataclass(frozen=True, slots=True)
class Sign:
    """How one state looks."""

    style: str
    """The grid's component class and the CSS class, without their beginnings."""
    mark: str
    """One column wide."""
    word: str


SIGNS = {
    "edited": Sign("edited", "~", "edited"),
    "new": Sign("new", "+", "new"),
    "saved": Sign("saved", "✓", "saved"),
    "refused": Sign("refused", "✗", "refused"),
    "doubt": Sign("doubt", "?", "in doubt"),
    "conflict": Sign("conflict", "!", "in conflict"),
    "gone": Sign("gone", "−", "gone"),
    "damage": Sign("damage", "%", "damaged"),
    "problem": Sign("refused", "#", "not sendable"),
    "deleted": Sign("gone", "−", "deleted"),
    "skipped": Sign("dim", "·", "left alone"),
    "plain": Sign("", " ", ""),
}

EMPTIED = "⟨emptied⟩"
"""What is shown in place of a value that an edit took away."""

OUTCOMES = {
    Outcome.ACCEPTED: SIGNS["saved"],
    Outcome.REFUSED: SIGNS["refused"],
    Outcome.IN_DOUBT: SIGNS["doubt"],
    Outcome.UNSENT: SIGNS["skipped"],
    Outcome.SKIPPED: SIGNS["skipped"],
}
"""Outcome of a row in a run -> how it looks; its word is the outcome's own."""

_BY_BEGINNING = {
    IN_DOUBT: "doubt", CONFLICT: "conflict", GONE: "gone", REFUSED: "refused", EDITED: "edited", NEW: "new",
    SKIPPED: "skipped", SAVED: "saved",
}  # fmt: skip


def state_of(row: RowView, memory: Memory) -> str:
    """A row's state as a name in SIGNS; a damaged cell counts where nothing else is to be told."""
    if row.blocked:
        return "problem"
    text = sync_text(row, memory)
    if text in COMMANDS:
        text = EDITED if row.exists else NEW
    found = next((state for start, state in _BY_BEGINNING.items() if text.startswith(start)), "plain")
    return "damage" if row.damage and found == "plain" else found
