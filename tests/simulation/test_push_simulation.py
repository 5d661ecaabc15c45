from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from push_judge import lived, opened, violations
from push_world import RULES, RemoteEnd

from synctui.connectors.base import Attempt, BatchReply, Outgoing, RowReply
from synctui.connectors.eone.options import EoneTarget
from synctui.errors import ContentRefused, OutcomeUnknown, Unreachable
from synctui.records import Outcome
from synctui.store.drafts import Hold, Verdict
from synctui.store.journal import Journal
from synctui.store.states import State


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = opened(tmp_path)
    yield journal
    journal.close()


# -- the judge can fail: each of these has been somebody's idea of a push


class Retrying(RemoteEnd):
    """A transport that repeats what got no answer."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        for _ in range(3):
            with suppress(OutcomeUnknown):
                return await super().send(rows, variables)
        raise OutcomeUnknown("Three times no answer.")


class Hopeful(RemoteEnd):
    """No answer is taken for a yes."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        try:
            return await super().send(rows, variables)
        except OutcomeUnknown:
            return BatchReply(tuple(RowReply(row.row_id, Outcome.ACCEPTED) for row in rows))


class Gloomy(RemoteEnd):
    """No answer is taken for nothing sent."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        try:
            return await super().send(rows, variables)
        except OutcomeUnknown as error:
            raise Unreachable(error.message) from error


class Light(RemoteEnd):
    """No answer is taken for a refusal of the whole batch, which then comes again in halves."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        try:
            return await super().send(rows, variables)
        except OutcomeUnknown as error:
            raise ContentRefused(error.message) from error


class ByPosition(RemoteEnd):
    """A reply that is too short is filled up."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        reply = await super().send(rows, variables)
        return (
            BatchReply(tuple(RowReply(row.row_id, Outcome.REFUSED) for row in rows))
            if len(reply.rows) < len(rows)
            else reply
        )


class Forgetful(Journal):
    """What was about to leave when a process died is taken for unsent."""

    @contextmanager
    def hold(self, target: str) -> Iterator[Hold]:
        with self.locks.acquire(target) as got, self._database.write() as db:
            if got:
                db.execute("UPDATE rows SET state = 'unsent' WHERE state = 'sending'")
        with super().hold(target) as hold:
            yield hold


class Unwritten(Journal):
    """What is about to leave is written down only once it is answered."""

    def intend(self, hold: Hold, run_id: str, payloads: Mapping[str, object], **more: object) -> int:
        self.pending = payloads
        return 0

    def record(self, hold: Hold, run_id: str, attempt: int, verdicts: Sequence[Verdict], **more: object) -> None:
        attempt = super().intend(hold, run_id, self.pending, baseline="", deadline=self.clock())
        super().record(hold, run_id, attempt, verdicts)


class Unbarred(Journal):
    """Rows in doubt are sent again with the next push."""

    def record(self, hold: Hold, run_id: str, attempt: int, verdicts: Sequence[Verdict], **more: object) -> None:
        super().record(hold, run_id, attempt, [unsent(v) if v.state is State.UNKNOWN else v for v in verdicts])


def unsent(verdict: Verdict) -> Verdict:
    return Verdict(verdict.row_id, State.UNSENT, verdict.message)


def finds(
    found: str, journal: Journal, policy: type[RemoteEnd] | None = None, options: EoneTarget | None = None
) -> bool:
    lives = (lived(seed, journal, policy, options) for seed in range(300 if options else 100))
    return any(wrong.startswith(found) for world in lives for wrong in violations(world))


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (Retrying, "duplicate"),
        (Light, "duplicate"),
        (Hopeful, "loss"),
        (Hopeful, "lie"),
        (Gloomy, "duplicate"),
        (ByPosition, "lie"),
    ],
)
def test_a_wrong_policy_is_found_out(journal: Journal, policy: type[RemoteEnd], found: str) -> None:
    assert finds(found, journal, policy)


@pytest.mark.parametrize("kind", [Forgetful, Unwritten, Unbarred])
def test_a_wrong_journal_is_found_out(tmp_path: Path, kind: type[Journal]) -> None:
    journal = opened(tmp_path, kind)
    assert finds("duplicate", journal)
    journal.close()


class Impatient(Journal):
    """A request's absence counts as soon as its answer is lost."""

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        return tuple(replace(attempt, deadline=attempt.sent_at) for attempt in super().attempts(run_id))


NOW = EoneTarget(map="M", exclusive=True, settle_minutes=0)


@pytest.mark.parametrize("found", ["duplicate", "lie"])
def test_absence_that_is_judged_too_early_is_found_out(tmp_path: Path, found: str) -> None:
    journal = opened(tmp_path, Impatient)
    assert finds(found, journal, options=NOW)
    journal.close()


def test_foreign_runs_at_a_target_that_is_called_exclusive_are_found_out(journal: Journal) -> None:
    class Others(RemoteEnd):
        """Somebody else runs the map after all."""

        async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
            if self.world.draw(0.3):
                for _ in rows[:1]:
                    self.world.ran(len(rows))
                raise OutcomeUnknown("The connection broke.")
            return await super().send(rows, variables)

    assert finds("lie", journal, Others, RULES["exclusive"])


def test_the_same_seed_tells_the_same_story(journal: Journal) -> None:
    assert [lived(seed, journal).log for seed in range(20)] == [lived(seed, journal).log for seed in range(20)]
