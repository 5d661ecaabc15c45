from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from push_world import FAULTS, OTHERS, Effect, RemoteEnd, World
from virtual_time import run

from synctui.connectors.base import BatchReply, Outgoing, RowReply
from synctui.errors import OutcomeUnknown, Unreachable
from synctui.records import Outcome
from synctui.store.drafts import Hold, Verdict
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import State

POINTS = {
    *("locking", "locked", "planning", "planned", "baseline", "marked", "intending", "intended", "answered"),
    *("recording", "recorded", "finishing", "finished", "marking", "written", "noting"),
    *("deciding", "decided", "adopting"),
}
"""Every point at which a process can die; `_writing` names one inside each transaction."""


def violations(world: World) -> list[str]:
    """What the target's own log holds against what the user was told."""
    return [*duplicates(world), *losses(world), *lies(world)]


def ours(world: World) -> list[Effect]:
    return [effect for effect in world.log if effect.push != OTHERS]


def duplicates(world: World) -> Iterator[str]:
    effects = Counter((effect.row_id, effect.value) for effect in ours(world))
    creates = Counter((effect.row_id, "created") for effect in ours(world) if effect.create)
    for (row_id, what), count in (effects + creates).items():
        if count > 1 + world.resent[row_id]:
            yield f"duplicate: {row_id}, {what}, took effect {count} times"


def losses(world: World) -> Iterator[str]:
    there = {(effect.row_id, effect.value) for effect in ours(world)}
    for row in world.sheet.values():
        if row.doubt or row.value != row.accepted:
            yield f"loss: {row.row_id} is left over as {row.value} after an evening without trouble"
        elif (row.row_id, row.value) not in there:
            yield f"loss: {row.row_id} is shown as saved with {row.value}, and the target has no such thing"


def lies(world: World) -> Iterator[str]:
    for told in world.journal.runs():
        rows = world.journal.rows(told.run_id)
        if len(rows) != told.size or told.state in ("running", "in doubt") or told.in_doubt:
            yield f"lie: run {told.run_id} is {told.state} with {len(rows)} of {told.size} rows"
        wrong = [row for row in rows if is_lie(world, told.run_id, row)]
        yield from (f"lie: {row.row_id} is {row.state} in run {told.run_id}" for row in wrong)


def is_lie(world: World, run_id: str, row: RunRow) -> bool:
    if row.message.startswith("settled: ") and row.outcome is not Outcome.ACCEPTED:
        return False  # the user's own decision, perhaps before a late effect
    arrived = world.arrived(row.row_id, run_id)
    return arrived if row.outcome in (Outcome.UNSENT, Outcome.REFUSED) else not arrived


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = opened(tmp_path)
    yield journal
    journal.close()


def opened(folder: Path, kind: type[Journal] = Journal) -> Journal:
    return kind(folder, synchronous="OFF", patience=0)


def lived(seed: int, journal: Journal, policy: type[RemoteEnd] | None = None) -> World:
    world = World(seed, journal, policy)
    run(world.live())
    return world


@pytest.mark.parametrize(
    "seeds", [range(1000), pytest.param(range(1000, 100_000), marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])]
)
def test_nothing_is_lost_doubled_or_wrongly_accepted(journal: Journal, seeds: range) -> None:
    found, points, deaths, faults = {}, Counter[str](), Counter[str](), Counter[str]()
    for seed in seeds:
        world = lived(seed, journal)
        points, deaths, faults = points + world.points, deaths + world.deaths, faults + world.faults
        if wrong := violations(world):
            found[seed] = wrong
    assert found == {}
    assert deaths.keys() == points.keys() == POINTS
    assert faults.keys() == {fault.__name__ for fault in FAULTS}


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


def finds(found: str, journal: Journal, policy: type[RemoteEnd] | None = None) -> bool:
    lives = (lived(seed, journal, policy) for seed in range(100))
    return any(wrong.startswith(found) for world in lives for wrong in violations(world))


@pytest.mark.parametrize(
    ("policy", "found"),
    [(Retrying, "duplicate"), (Hopeful, "loss"), (Hopeful, "lie"), (Gloomy, "duplicate"), (ByPosition, "lie")],
)
def test_a_wrong_policy_is_found_out(journal: Journal, policy: type[RemoteEnd], found: str) -> None:
    assert finds(found, journal, policy)


@pytest.mark.parametrize("kind", [Forgetful, Unwritten, Unbarred])
def test_a_wrong_journal_is_found_out(tmp_path: Path, kind: type[Journal]) -> None:
    journal = opened(tmp_path, kind)
    assert finds("duplicate", journal)
    journal.close()


def test_the_same_seed_tells_the_same_story(journal: Journal) -> None:
    assert [lived(seed, journal).log for seed in range(20)] == [lived(seed, journal).log for seed in range(20)]
