"""Settles rows in doubt: what became of them is decided by the user, and journalled with what was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synctui.records import Outcome
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import State

Decision = Literal["arrived", "resend", "skip"]

_MEANING = {"arrived": State.ACKED, "resend": State.UNSENT, "skip": State.SKIPPED}
"""`resend` sends nothing by itself: the rows are unsent, so that the next push takes them along."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settlement came to."""

    run_id: str
    evidence: tuple[str, ...]
    """What the target's own records say of the run, one sentence each."""
    rows: tuple[RunRow, ...]
    """The rows that were in doubt, as they stand now."""
    settled: int
    in_doubt: int
    notices: tuple[str, ...] = ()
    """What else the user should know: the workbook could not be marked, for instance."""


def settle(journal: Journal, run_id: str, decision: Decision | None = None, evidence: Sequence[str] = ()) -> Settlement:
    """Decide all rows in doubt of a run; without a decision, only tell which they are.

    `evidence` is kept with the decision. Nothing is sent. Raises UsageError for a run that the journal does not know
    or while a push to its target is under way.
    """
    run = journal.run(run_id)
    with journal.hold(run.target) as hold:
        doubtful = {row.row_id for row in journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT}
        settled = 0
        if decision is not None and doubtful:
            settled = journal.decide(hold, run_id, _MEANING[decision], decision, " ".join(evidence))
        rows = tuple(row for row in journal.rows(run_id) if row.row_id in doubtful)
    return Settlement(run_id, tuple(evidence), rows, settled, len(doubtful) - settled)
