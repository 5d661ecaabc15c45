"""Judges what became of made-up schedules: the target's own log against what the user was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from push_world import FAULTS, OTHERS, RULES, Effect, RemoteEnd, World
from virtual_time import run

from synctui.connectors.eone.options import EoneTarget
from synctui.records import Outcome
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import State

POINTS = {
    *("locking", "locked", "planning", "planned", "baseline", "marked", "intending", "intended", "answered"),
    *("recording", "recorded", "finishing", "finished", "marking", "written", "noting"),
    *("deciding", "decided", "adopting"),
}
"""Every point at which a process can die; `_writing` names one inside each transaction."""
MANY = 10_000
"""Schedules after which a process has died everywhere."""
SELDOM = {"marking", "written", "noting", "deciding", "decided", "adopting"}
"""Passed once in a push, after its last request, or less: in few schedules a process may die at none of these."""
BY_EVIDENCE = {"ask": set[str](), "exclusive": {State.ACKED, State.UNSENT}, "upsert": {State.UNSENT}}
"""What evidence alone may settle at a target of each rule."""


def violations(world: World) -> list[str]:
    """What the target's own log holds against what the user was told."""
    untold = (f"untold: {row_id} left without its intent on disk" for row_id in world.untold)
    return [*duplicates(world), *losses(world), *lies(world), *untold]


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
    if row.message.startswith(("settled: ", "settled by `upsert`")) and row.outcome is not Outcome.ACCEPTED:
        return False  # the user's own decision, perhaps before a late effect
    arrived = world.arrived(row.row_id, run_id)
    return arrived if row.outcome in (Outcome.UNSENT, Outcome.REFUSED) else not arrived


def opened(folder: Path, kind: type[Journal] = Journal) -> Journal:
    return kind(folder, synchronous="OFF", patience=0)


def lived(
    seed: int, journal: Journal, policy: type[RemoteEnd] | None = None, options: EoneTarget | None = None
) -> World:
    world = World(seed, journal, policy, options)
    run(world.live())
    return world


@dataclass
class Tally:
    """What many schedules came to."""

    schedules: int = 0
    found: dict[int, list[str]] = field(default_factory=dict)
    """Seed -> what is wrong."""
    points: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    by_evidence: Counter[str] = field(default_factory=Counter)
    halves: int = 0

    def __add__(self, more: Tally) -> Tally:
        return Tally(
            self.schedules + more.schedules,
            self.found | more.found,
            self.points + more.points,
            self.deaths + more.deaths,
            self.faults + more.faults,
            self.by_evidence + more.by_evidence,
            self.halves + more.halves,
        )


def tally(folder: Path, rule: str, seeds: Iterable[int]) -> Tally:
    """Live through the schedules of these seeds, all at a target of one rule."""
    journal, sum_ = opened(folder), Tally()
    for seed in seeds:
        world = lived(seed, journal, options=RULES[rule])
        found = {seed: wrong} if (wrong := violations(world)) else {}
        sum_ += Tally(1, found, world.points, world.deaths, world.faults, world.by_evidence, world.halves)
    journal.close()
    return sum_


def check(told: Tally, rule: str) -> None:
    """Nothing is wrong, and everything that can happen has happened."""
    assert told.found == {}
    assert told.points.keys() == POINTS
    assert told.deaths.keys() >= POINTS - (set() if told.schedules >= MANY else SELDOM)
    assert told.faults.keys() == {fault.__name__ for fault in FAULTS}
    assert told.by_evidence.keys() == BY_EVIDENCE[rule]
    assert told.halves > told.schedules / 20
