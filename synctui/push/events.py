"""What a push tells while it goes, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.records import Key, Outcome, Proof


@dataclass(frozen=True, slots=True)
class RowSettled:
    """What became of one row."""

    row_id: str
    key: Key
    row: int
    """The worksheet's row number when the plan was made."""
    outcome: Outcome
    message: str
    new_key: str
    """The id that the target gave to a created record."""
    proof: Proof = Proof.UNREAD
    """What reading the row again showed; empty where it was not read."""


@dataclass(frozen=True, slots=True)
class PushStarted:
    """The push is in the journal; nothing has left yet."""

    run_id: str
    rows: int
    batches: int


@dataclass(frozen=True, slots=True)
class BatchSending:
    """One call is about to be made."""

    number: int
    """1-based."""
    rows: int
    again: bool = False
    """It holds rows of a batch that was refused whole."""


@dataclass(frozen=True, slots=True)
class ReadingBack:
    """Accepted rows are about to be read again."""

    rows: int


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a push; every row of the plan is in `rows` once, in the plan's order."""

    run_id: str
    rows: tuple[RowSettled, ...]
    note: str
    """Why it ended before its last row; empty where it did not."""
    notices: tuple[str, ...] = ()
    """What else the user should know: the workbook could not be marked, for instance."""

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def not_saved(self) -> int:
        """Rows that the target said it took, and that do not hold what was sent."""
        return sum(row.proof is Proof.NOT_SAVED for row in self.rows)

    @property
    def accepted(self) -> int:
        """Rows that the target took."""
        return self.count(Outcome.ACCEPTED)

    @property
    def refused(self) -> int:
        """Rows that the target turned down."""
        return self.count(Outcome.REFUSED)

    @property
    def in_doubt(self) -> int:
        """Rows that left and whose fate is unknown."""
        return self.count(Outcome.IN_DOUBT)

    @property
    def unsent(self) -> int:
        """Rows without effect at the target."""
        return self.count(Outcome.UNSENT)

    @property
    def skipped(self) -> int:
        """Rows that the target ignored."""
        return self.count(Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class PushDone:
    """The last event of every push, also of one that then raises."""

    result: PushResult


Event = PushStarted | BatchSending | RowSettled | ReadingBack | PushDone
