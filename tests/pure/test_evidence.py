"""What evidence decides, and what it leaves to the user."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.connectors.base import Evidence, Fate, Finding, Outgoing
from synctui.connectors.eone.looking import doubt, of_run
from synctui.connectors.eone.maps import PastRun
from synctui.connectors.eone.options import EoneTarget
from synctui.connectors.smartsimple.marker import AT_ONCE, compared, markers
from synctui.links import TargetOptions
from synctui.past_runs.evidence import absence_counts_from, harmless, judge, waits
from synctui.records import Attempt
from synctui.store.drafts import Verdict
from synctui.store.states import State

SENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ATTEMPT = Attempt(7, "81", SENT, SENT + timedelta(minutes=15), ("a", "b"), documents=2, learned=True)
OPTIONS = TargetOptions(settle_minutes=15)
COUNTS = SENT + timedelta(minutes=30)
EXCLUSIVE = EoneTarget(map="M", exclusive=True)

findings = st.builds(Finding, st.sampled_from(Fate), st.text(max_size=5), st.sampled_from(["", "77"]))
evidences = st.builds(
    Evidence, st.just(()), st.dictionaries(st.sampled_from("abc"), findings, max_size=3), proof=st.booleans()
)
moments = st.integers(-60, 120).map(lambda minutes: SENT + timedelta(minutes=minutes))


def judged(fate: Fate, *, proof: bool, at: datetime) -> Verdict | None:
    return judge(OPTIONS, ATTEMPT, Evidence((), {"a": Finding(fate, "why", "77")}, proof=proof), at).get("a")


@pytest.mark.parametrize("minutes", [0, 29, 30, 600])
@pytest.mark.parametrize(
    ("fate", "early", "late"),
    [
        (Fate.ARRIVED, State.ACKED, State.ACKED),
        (Fate.REFUSED, State.REJECTED, State.REJECTED),
        (Fate.ABSENT, None, State.UNSENT),
        (Fate.UNCLEAR, State.REVIEW, State.REVIEW),
    ],
)
def test_presence_counts_at_once_and_absence_when_nothing_can_come_any_more(
    fate: Fate, early: State | None, late: State, minutes: int
) -> None:
    verdict = judged(fate, proof=True, at=SENT + timedelta(minutes=minutes))
    assert (verdict.state if verdict else None) == (late if minutes >= 30 else early)
    if fate is Fate.ARRIVED:
        assert verdict is not None
        assert verdict.new_key == "77"


@pytest.mark.parametrize("fate", Fate)
def test_what_is_no_proof_is_left_to_the_user(fate: Fate) -> None:
    verdict = judged(fate, proof=False, at=COUNTS)
    assert verdict == Verdict("a", State.REVIEW, "why")


@given(evidences, moments)
def test_evidence_decides_only_by_proof_and_only_about_rows_that_were_sent(evidence: Evidence, now: datetime) -> None:
    verdicts = judge(OPTIONS, ATTEMPT, evidence, now)
    assert verdicts.keys() <= evidence.findings.keys() & set(ATTEMPT.row_ids)
    for row_id, verdict in verdicts.items():
        fate = evidence.findings[row_id].fate
        assert verdict.row_id == row_id
        assert verdict.state in (State.ACKED, State.REJECTED, State.UNSENT, State.REVIEW)
        assert (verdict.state is State.REVIEW) == (not evidence.proof or fate is Fate.UNCLEAR)
        assert verdict.state is not State.UNSENT or now >= absence_counts_from(OPTIONS, ATTEMPT)


@given(evidences, moments, moments)
def test_waiting_never_unsettles_what_was_decided(evidence: Evidence, one: datetime, other: datetime) -> None:
    sooner, later = sorted((one, other))
    before, after = (judge(OPTIONS, ATTEMPT, evidence, now) for now in (sooner, later))
    assert before.items() <= after.items()
    if after.keys() - before.keys():
        assert waits(OPTIONS, ATTEMPT, evidence, sooner)
        assert not waits(OPTIONS, ATTEMPT, evidence, later)


def test_rows_of_an_upsert_target_are_sent_again() -> None:
    assert {verdict.state for verdict in harmless("ab").values()} == {State.UNSENT}


# -- an eOne map's history


def run(number: int, documents: int = 2, failed: int = 0) -> PastRun:
    return PastRun(number, "2026-11-22T10:01:00", documents, failed, errors_saved=True)


def why(*newest_first: PastRun, attempt: Attempt = ATTEMPT, options: EoneTarget = EXCLUSIVE) -> str:
    since = [run for run in newest_first if run.number > int(attempt.baseline or -1)]
    return doubt(newest_first, since, attempt, options)


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ([81], ""),
        ([82, 81], ""),
        ([83, 82, 81], "more than one run"),
        (range(91, 81, -1), "newest 10 runs only"),
        ([90, 89], "run 81, the last one before it, is not in the history"),
        ([], "run 81, the last one before it, is not in the history"),
    ],
)
def test_runs_since_the_request(history: list[int], told: str) -> None:
    found = why(*map(run, history))
    assert told in found
    assert bool(told) == bool(found)


@pytest.mark.parametrize(
    ("attempt", "documents", "told"),
    [
        (ATTEMPT, 3, "3 documents instead of the 2 sent"),
        (replace(ATTEMPT, learned=False), 2, "how the map counts documents is not known"),
        (replace(ATTEMPT, ghost=SENT - timedelta(minutes=14)), 2, "late effect"),
        (replace(ATTEMPT, ghost=SENT - timedelta(minutes=15)), 2, ""),
    ],
)
def test_one_run_is_ours_only_if_it_fits(attempt: Attempt, documents: int, told: str) -> None:
    found = why(run(82, documents), run(81), attempt=attempt)
    assert told in found
    assert bool(told) == bool(found)


@given(st.lists(st.integers(1, 12), max_size=10, unique=True), st.sampled_from(["", "1", "5", "12"]), st.booleans())
def test_a_history_is_proof_only_if_it_is_whole_and_nobody_else_runs_the_map(
    numbers: list[int], baseline: str, exclusive: bool
) -> None:
    attempt = replace(ATTEMPT, baseline=baseline)
    history = [run(number) for number in sorted(numbers, reverse=True)]
    if not why(*history, attempt=attempt, options=EoneTarget(map="M", exclusive=exclusive)):
        assert exclusive
        assert not baseline or int(baseline) in numbers
        assert sum(number > int(baseline or 0) for number in numbers) <= 1


def rows(*counties: str) -> list[Outgoing]:
    return [Outgoing(f"r{n}", {"VendorNo": f"V{n}", "County": county}, n) for n, county in enumerate(counties)]


@pytest.mark.parametrize(("partial", "good"), [(True, Fate.ARRIVED), (False, Fate.ABSENT), (None, Fate.UNCLEAR)])
def test_saved_errors_name_refused_rows_and_partial_says_what_became_of_the_others(
    partial: bool | None, good: Fate
) -> None:
    errors = [{"vendorno": "V1", "County": "", "EONERUNIDENT": "x", "EONERUNERRORS": "County must have a value.\r\n"}]
    found = of_run(run(82, 2, 1), errors, rows("Cass", ""), partial=partial)
    assert [found[f"r{n}"].fate for n in (0, 1)] == [good, Fate.REFUSED]
    assert found["r1"].message == "County must have a value."


@pytest.mark.parametrize(
    ("errors", "failed", "fates"),
    [
        ([], 1, {Fate.UNCLEAR}),
        ([], 2, {Fate.REFUSED}),
        ([{"VendorNo": "X", "EONERUNERRORS": "Not ours."}], 1, {Fate.UNCLEAR}),
    ],
)
def test_errors_that_do_not_name_our_rows_decide_nothing_but_a_whole_failure(
    errors: list[dict[str, str]], failed: int, fates: set[Fate]
) -> None:
    found = of_run(run(82, 2, failed), errors, rows("Cass", ""), partial=True)
    assert {finding.fate for finding in found.values()} == fates


# -- SmartSimple's marker

CREATES = [Outgoing(f"U{n}", {"cf_key": f"U{n}"}, n, create=True) for n in range(2)]


@pytest.mark.parametrize(
    ("there", "fates", "proof"),
    [
        ([], [Fate.ABSENT, Fate.ABSENT], True),
        ([("U0", "900"), ("U1", "901")], [Fate.ARRIVED, Fate.ARRIVED], True),
        ([("U1", "901")], [Fate.UNCLEAR, Fate.UNCLEAR], False),
        ([("U0", "900"), ("U0", "902"), ("U1", "901")], [Fate.UNCLEAR, Fate.UNCLEAR], False),
        ([("U0", "900"), ("U0", "902")], [Fate.UNCLEAR, Fate.UNCLEAR], False),
    ],
)
def test_all_markers_or_none_are_proof(there: list[tuple[str, str]], fates: list[Fate], proof: bool) -> None:
    records = [{"cf_key": marker, "recordid": record_id} for marker, record_id in there]
    evidence = compared("cf_key", CREATES, records)
    assert [evidence.findings[row.row_id].fate for row in CREATES] == fates
    assert evidence.proof is proof
    if fates[0] is Fate.ARRIVED:
        assert [evidence.findings[row.row_id].new_key for row in CREATES] == ["900", "901"]


def test_markers_are_asked_for_a_hundred_at_a_time() -> None:
    creates = [Outgoing(f"U{n}", {}, n, create=True) for n in range(AT_ONCE + 1)]
    first, second = markers("cf_key", creates)
    assert (len(first), len(second)) == (AT_ONCE, 1)
    assert [(c.andor, c.field, c.operator, c.value) for c in (*first[:2], *second)] == [
        ("(", "cf_key", "=", "U0"),
        ("or", "cf_key", "=", "U1"),
        ("(", "cf_key", "=", "U100"),
    ]
