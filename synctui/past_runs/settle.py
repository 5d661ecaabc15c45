"""Settles rows in doubt: by evidence where that is proof, else by the user; what was seen is journalled with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from synctui.connectors.base import Evidence, Finding
from synctui.errors import SyncError
from synctui.links import TargetOptions
from synctui.past_runs.evidence import HARMLESS, absence_counts_from, harmless, judge, waits
from synctui.records import Attempt, Outcome
from synctui.store.drafts import Hold, Verdict
from synctui.store.history import RunRow, RunSummary
from synctui.store.journal import Journal
from synctui.store.states import State

Decision = Literal["arrived", "resend", "skip"]
Look = Callable[[RunSummary, Attempt, Sequence[RunRow]], Awaitable[Evidence]]
"""Looks at the other side for the rows of one request. Raises SyncError where that cannot be done."""

PATIENCE = 60.0
"""Seconds for a look at the other side."""
NO_LINK = "The run belongs to no link of the settings, so nothing can be looked up."
NOT_KNOWN_HERE = "This machine's journal does not know what was sent, so nothing can be looked up."

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
        seen = Seen(tuple(evidence))
        doubtful = _doubtful(journal, run_id)
        if decision is not None and doubtful:
            _decide(journal, hold, run_id, doubtful, decision, seen)
        return _settlement(journal, run_id, doubtful, seen)


async def look_and_settle(
    journal: Journal, run_id: str, look: Look, options: TargetOptions, decision: Decision | None = None
) -> Settlement:
    """Look at the other side, and settle what that proves; with a decision, all rows in doubt by the decision.

    What cannot be looked up is told as evidence, and keeps nobody from deciding. Raises as `settle` does.
    """
    run = journal.run(run_id)
    with journal.hold(run.target) as hold:
        doubtful = _doubtful(journal, run_id)
        seen = await _see(journal, run, doubtful, look, options) if doubtful else Seen()
        if decision is not None and doubtful:
            _decide(journal, hold, run_id, doubtful, decision, seen)
        elif seen.verdicts:
            journal.settle(hold, run_id, list(seen.verdicts.values()), "by evidence", " ".join(seen.sentences))
        return _settlement(journal, run_id, doubtful, seen)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of looking."""

    sentences: tuple[str, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Row id -> what is decided by it."""
    findings: Mapping[str, Finding] = field(default_factory=dict)

    def __or__(self, more: Seen) -> Seen:
        """What was seen of two requests."""
        return Seen(
            self.sentences + more.sentences, {**self.verdicts, **more.verdicts}, {**self.findings, **more.findings}
        )


async def _see(
    journal: Journal, run: RunSummary, doubtful: Sequence[RunRow], look: Look, options: TargetOptions
) -> Seen:
    if options.upsert:
        return Seen((HARMLESS,), harmless(row.row_id for row in doubtful))
    seen = Seen()
    left = {row.row_id for row in doubtful}
    for attempt in journal.attempts(run.run_id):
        if left & set(attempt.row_ids):
            seen |= await _see_attempt(journal, run, attempt, look, options)
            left -= set(attempt.row_ids)
    known = {row.row_id: verdict for row in doubtful if (verdict := seen.verdicts.get(row.row_id))}
    return Seen((*seen.sentences, NOT_KNOWN_HERE) if left else seen.sentences, known, seen.findings)


async def _see_attempt(journal: Journal, run: RunSummary, attempt: Attempt, look: Look, options: TargetOptions) -> Seen:
    rows = [row for row in journal.rows(run.run_id) if row.row_id in attempt.row_ids]
    try:
        async with asyncio.timeout(PATIENCE):
            evidence = await look(run, attempt, rows)
    except TimeoutError:
        return Seen(("Nothing could be looked up: no answer came in time.",))
    except SyncError as error:
        return Seen((f"Nothing could be looked up: {error.message}",))
    now = journal.clock()
    sentences = evidence.sentences
    if waits(options, attempt, evidence, now):
        since = absence_counts_from(options, attempt)
        sentences += (f"That may still change: absence counts as evidence from {since:%Y-%m-%d %H:%M} UTC on.",)
    return Seen(sentences, judge(options, attempt, evidence, now), evidence.findings)


def _doubtful(journal: Journal, run_id: str) -> list[RunRow]:
    return [row for row in journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT]


def _decide(
    journal: Journal, hold: Hold, run_id: str, doubtful: Sequence[RunRow], decision: Decision, seen: Seen
) -> None:
    """The user's word; ids of records that were found go along with it."""
    found = {row_id: finding.new_key for row_id, finding in seen.findings.items() if decision == "arrived"}
    verdicts = [
        Verdict(row.row_id, _MEANING[decision], f"settled: {decision}", new_key=found.get(row.row_id, ""))
        for row in doubtful
    ]
    journal.settle(hold, run_id, verdicts, decision, " ".join(seen.sentences))


def _settlement(journal: Journal, run_id: str, doubtful: Sequence[RunRow], seen: Seen) -> Settlement:
    before = {row.row_id for row in doubtful}
    rows = tuple(row for row in journal.rows(run_id) if row.row_id in before)
    left = sum(row.outcome is Outcome.IN_DOUBT for row in rows)
    return Settlement(run_id, seen.sentences, rows, len(rows) - left, left)
