"""The states of a row in a push, and the only moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from synctui.errors import StoreError
from synctui.records import Outcome

FAULT = "This is a fault in SyncTUI: please report it."


class State(StrEnum):
    """Where one row of a run stands."""

    PLANNED = "planned"
    """Confirmed by the user; no byte of it has left."""
    SENDING = "sending"
    """About to leave, or left, and no answer recorded yet."""
    ACKED = "acked"
    """The target said yes, or the user or evidence did. Final."""
    REJECTED = "rejected"
    """The target said no to this row. Final: a corrected row is a new push."""
    UNSENT = "unsent"
    """Without effect: never left, or the target stopped the whole run before it. Final."""
    CANCELLED = "cancelled"
    """The user stopped the push before it left. Final."""
    UNKNOWN = "unknown"
    """It left, and nothing that can be trusted tells what became of it."""
    REVIEW = "review"
    """Evidence was looked for and does not decide: only the user can."""
    SKIPPED = "skipped"
    """Ignored by the target, or left alone by the user's decision. Final."""


MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.SENDING, State.UNSENT, State.CANCELLED}),
    State.SENDING: frozenset({State.ACKED, State.REJECTED, State.UNSENT, State.SKIPPED, State.UNKNOWN, State.PLANNED}),
    State.UNKNOWN: frozenset({State.ACKED, State.REJECTED, State.UNSENT, State.SKIPPED, State.REVIEW}),
    State.REVIEW: frozenset({State.ACKED, State.REJECTED, State.UNSENT, State.SKIPPED}),
}
"""State -> where a row may go from there; what is not here is final.

Back from SENDING to PLANNED goes only a whole request of which it is known that it had no effect, with the answer that
says so: refused whole for what it holds, or turned away at the door. Time alone, or a doubt, never leads there.
"""

DOUBTFUL = (State.REVIEW, State.UNKNOWN)
"""While a target has a row in one of these, nothing more is sent to it."""

OUTCOMES: Mapping[State, Outcome] = {
    State.PLANNED: Outcome.UNSENT,
    State.SENDING: Outcome.IN_DOUBT,
    State.ACKED: Outcome.ACCEPTED,
    State.REJECTED: Outcome.REFUSED,
    State.UNSENT: Outcome.UNSENT,
    State.CANCELLED: Outcome.UNSENT,
    State.UNKNOWN: Outcome.IN_DOUBT,
    State.REVIEW: Outcome.IN_DOUBT,
    State.SKIPPED: Outcome.SKIPPED,
}
"""State -> the word that people and scripts see."""


def check_move(start: State, end: State, reason: str = "") -> None:
    """Refuse a move that the table does not know, and one back to PLANNED without a reason. Raises StoreError."""
    if end not in MOVES.get(start, frozenset()) or (end is State.PLANNED and not reason):
        raise StoreError(f"A row cannot go from {start} to {end}.", FAULT)


class RunState(StrEnum):
    """Where a whole run stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    IN_DOUBT = "in doubt"
    DONE = "done"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """How a run came to its end, as the journal keeps it."""

    FINISHED = "finished"
    """Every row had its turn, or an error stopped the rest."""
    STOPPED = "stopped"
    """The user stopped it."""
    INTERRUPTED = "interrupted"
    """Its process died; found by a later one."""


def run_state(ending: Ending | None, *, live: bool, doubtful: bool) -> RunState:
    """The word for a run; `live` tells whether its process still holds the target's lock."""
    if ending is None:
        return RunState.RUNNING if live else RunState.INTERRUPTED
    if ending is Ending.INTERRUPTED:
        return RunState.INTERRUPTED
    if doubtful:
        return RunState.IN_DOUBT
    return RunState.CANCELLED if ending is Ending.STOPPED else RunState.DONE
