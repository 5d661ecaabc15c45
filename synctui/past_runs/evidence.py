"""Decides what became of rows in doubt, where what was seen at the other side is proof. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from synctui.connectors.base import Evidence, Fate, Finding
from synctui.links import TargetOptions
from synctui.records import Attempt
from synctui.store.drafts import Verdict
from synctui.store.states import State

HARMLESS = "`upsert` is set: sending these rows again does no harm, so the next push takes them along."
_STATES = {Fate.ARRIVED: State.ACKED, Fate.REFUSED: State.REJECTED, Fate.ABSENT: State.UNSENT}
_MESSAGES = {Fate.ARRIVED: "settled by evidence: arrived", Fate.ABSENT: "settled by evidence: did not arrive"}


def harmless(row_ids: Iterable[str]) -> dict[str, Verdict]:
    """What becomes of rows in doubt at an `upsert` target."""
    return {row_id: Verdict(row_id, State.UNSENT, "settled by `upsert`: the next push sends it") for row_id in row_ids}


def absence_counts_from(options: TargetOptions, attempt: Attempt) -> datetime:
    """When the request can have no late effect any more: from then on its absence is evidence."""
    return attempt.deadline + timedelta(minutes=options.settle_minutes)


def judge(options: TargetOptions, attempt: Attempt, evidence: Evidence, now: datetime) -> dict[str, Verdict]:
    """Row id -> what becomes of it; rows that are not in it stay in doubt as they are.

    Presence counts at once and absence from `absence_counts_from` on, both only where they are proof; whatever else
    was found leaves the decision to the user.
    """
    late = now >= absence_counts_from(options, attempt)
    return {
        row_id: _verdict(row_id, finding, proof=evidence.proof)
        for row_id, finding in evidence.findings.items()
        if row_id in attempt.row_ids and (late or not _waits(finding, evidence))
    }


def waits(options: TargetOptions, attempt: Attempt, evidence: Evidence, now: datetime) -> bool:
    """Whether the time alone keeps evidence of absence from counting."""
    early = now < absence_counts_from(options, attempt)
    return early and any(_waits(finding, evidence) for finding in evidence.findings.values())


def _waits(finding: Finding, evidence: Evidence) -> bool:
    return evidence.proof and finding.fate is Fate.ABSENT


def _verdict(row_id: str, finding: Finding, *, proof: bool) -> Verdict:
    if not proof or finding.fate is Fate.UNCLEAR:
        return Verdict(row_id, State.REVIEW, finding.message)
    message = finding.message or _MESSAGES.get(finding.fate, "")
    return Verdict(row_id, _STATES[finding.fate], message, new_key=finding.new_key)
