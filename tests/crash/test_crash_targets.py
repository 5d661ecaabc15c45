"""Every named point of a push, at every kind of target, in processes that are killed there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crash_desk import BATCH, LINKS, Case, NewCase
from doomed_session import Doom

from synctui.store.states import RunState

if sys.platform == "win32":
    pytest.skip("Windows has no SIGKILL", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
EVERY_TARGET = pytest.mark.parametrize("link", LINKS)
ROWS = 6
BATCHES = ROWS // BATCH


@dataclass(frozen=True)
class Point:
    """Where a push dies, and how many batches have arrived by then."""

    name: str
    hit: int
    arrived: int
    state: RunState | None = RunState.INTERRUPTED
    """What `runs` shows; None: no run yet."""

    def __str__(self) -> str:
        return f"{self.name}-{self.hit}"


UNPLANNED = [
    Point(name, 1, 0, None) for name in ("before the journal opens", "confirmed", "locking", "locked", "planning")
]
UNSENT = [
    Point(name, 1, 0)
    for name in ("planned", "baseline", "workbook half written", "workbook written", "workbook in place", "marked")
]
SENDING = [
    Point(name, hit, hit - 1)
    for name in ("intending", "intended", "before it connects", "half the body sent")
    for hit in (1, 2)
]
SENT = [
    Point(name, hit, hit)
    for name in ("body sent", "half the answer read", "answered", "recording", "recorded")
    for hit in (1, 2)
]
ENDED = [
    Point("finishing", 1, BATCHES),
    *(Point(name, 1, BATCHES, RunState.DONE) for name in ("finished", "marking", "written", "noting")),
    *(Point(f"workbook {name}", 2, BATCHES, RunState.DONE) for name in ("half written", "written", "in place")),
]
PROVEN = [Point(name, 1, BATCHES) for name in ("proving", "proved")]
"""Only a target that can be read passes these."""
ALL = [*UNPLANNED, *UNSENT, *SENDING, *SENT, *ENDED]


def in_turn(points: Iterable[Any]) -> pytest.MarkDecorator:
    """Every point at one target in the suite, and at the others at night."""
    cases = []
    for place, point in enumerate(points):
        for turn, link in enumerate(LINKS):
            marks = [] if turn == place % len(LINKS) else [pytest.mark.nightly]
            cases.append(pytest.param(link, point, marks=marks, id=f"{point}-{link}"))
    return pytest.mark.parametrize(("link", "point"), cases)


@EVERY_TARGET
def test_every_point_that_a_push_passes_stands_in_the_table(new_case: NewCase, link: str) -> None:
    case = new_case(link)
    assert case.ended(case.start("push")) == 0
    passed = json.loads((case.place.home / "passed.json").read_text())
    assert passed.keys() == {point.name for point in ALL + (PROVEN if link == "AwardsBack" else [])}
    assert all(passed[point.name] >= point.hit for point in ALL)
    case.once()


@in_turn(ALL)
async def test_a_push_killed_anywhere_loses_and_doubles_nothing(new_case: NewCase, link: str, point: Point) -> None:
    case = new_case(link)
    case.killed("push", Doom(point.name, point.hit))
    case.arrived(point.arrived * BATCH)
    await judged(case, point.state)


@pytest.mark.parametrize("point", PROVEN, ids=str)
async def test_a_push_killed_around_its_read_back_loses_and_doubles_nothing(new_case: NewCase, point: Point) -> None:
    case = new_case("AwardsBack")
    case.killed("push", Doom(point.name, point.hit))
    case.arrived(point.arrived * BATCH)
    await judged(case, point.state)


@EVERY_TARGET
async def test_what_takes_effect_only_after_the_death_is_in_doubt(new_case: NewCase, link: str) -> None:
    case = new_case(link)
    case.practice.faults.arm(f"{LINKS[link]}:late=0.5*1@2")
    case.killed("push", Doom("body sent", 2))
    desk = case.desk()
    assert [row.outcome for row in case.rows(desk)] == ["accepted"] * 2 + ["in_doubt"] * 2 + ["unsent"] * 2
    case.arrived(BATCH)
    await case.check_barred(desk)
    case.arrived(2 * BATCH)
    await case.ends_well(desk)
    await desk.close()


@EVERY_TARGET
async def test_a_push_killed_when_its_target_has_applied_a_batch_and_says_nothing(new_case: NewCase, link: str) -> None:
    case = new_case(link)
    case.practice.faults.arm(f"{LINKS[link]}:hang=60*1@2")
    process = case.start("push")
    case.arrived(2 * BATCH)
    process.kill()
    assert case.ended(process) == -signal.SIGKILL
    await judged(case, RunState.INTERRUPTED)


@in_turn(["locked", "deciding", "decided"])
async def test_a_settlement_killed_before_and_after_its_evidence_is_made_or_not_made(
    new_case: NewCase, link: str, point: str
) -> None:
    case = new_case(link)
    case.killed("push", Doom("answered", 1))
    case.killed("settle", Doom(point, 1))
    desk = case.desk()
    made = "accepted" if point == "decided" else "in_doubt"
    assert [row.outcome for row in case.rows(desk)] == [made] * BATCH + ["unsent"] * (ROWS - BATCH)
    await case.ends_well(desk)
    await desk.close()


@in_turn(["answered", "recording"])
async def test_a_push_killed_when_its_sign_in_has_ended_midway(new_case: NewCase, link: str, point: str) -> None:
    case = new_case(link)
    case.practice.faults.arm(f"{LINKS[link]}:401*1@2")
    case.killed("push", Doom(point, 2))
    case.arrived(2 * BATCH if link == "Awards" else BATCH)  # eOne is signed in to again, for a 401 did nothing
    assert case.practice.faults.counts == {f"{LINKS[link]}:401": 1}
    await judged(case, RunState.INTERRUPTED)


async def test_a_push_killed_after_its_token_was_renewed_midway(new_case: NewCase) -> None:
    case = new_case("Awards")
    case.practice.faults.arm("eone.columns:token_expired*1@4")
    case.killed("push", Doom("body sent", 3))
    assert sum(case.practice.faults.counts.values()) == 1
    case.arrived(3 * BATCH)
    await judged(case, RunState.INTERRUPTED)


@in_turn(["intending", "recording"])
async def test_a_push_whose_disk_is_full_sends_nothing_without_its_intent(
    new_case: NewCase, link: str, point: str
) -> None:
    case = new_case(link)
    case.killed("push", Doom("finishing", 1, full=point, full_hit=2))
    arrived, second = (1, "unsent") if point == "intending" else (2, "in_doubt")
    case.arrived(arrived * BATCH)
    desk = case.desk()
    assert [row.outcome for row in case.rows(desk)] == ["accepted"] * 2 + [second] * 2 + ["unsent"] * 2
    await desk.close()
    await judged(case, RunState.INTERRUPTED)


def test_the_command_shows_a_killed_push_as_interrupted(new_case: NewCase) -> None:
    case = new_case("Awards")
    case.killed("push", Doom("answered", 2))
    environment = os.environ | {"SYNCTUI_HOME": str(case.place.home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "synctui", "runs", "--json"]
    done = subprocess.run(command, cwd=case.folder, env=environment, capture_output=True, check=True, timeout=60)
    [run] = json.loads(done.stdout)["runs"]
    assert (run["state"], run["accepted"], run["in_doubt"], run["unsent"]) == ("interrupted", 2, 2, 2)


async def judged(case: Case, state: RunState | None) -> None:
    """The journal tells the truth, `runs` shows what happened, a doubt bars, and in the end all is there once."""
    desk = case.desk()
    assert [run.state for run in desk.session.runs()] == ([state] if state else [])
    rows = case.rows(desk)
    case.check_truth(rows)
    if any(row.outcome == "in_doubt" for row in rows):
        await case.check_barred(desk)
    await case.ends_well(desk)
    await desk.close()
