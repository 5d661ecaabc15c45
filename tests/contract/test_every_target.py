"""One suite over every kind's target, against its practice service over real sockets.

Whatever goes wrong, no row may have more than one effect, a row that had one is never called unsent or refused, and
none is called accepted that did not arrive.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from counting_front import counting_front
from practice_systems import System, open_system, read_settings, secret_of
from practice_targets import TARGETS, WITHOUT_TARGET_FAULT, Sample, TargetCase

from synctui.connectors import MODULES, kind
from synctui.connectors.base import Outgoing
from synctui.errors import BudgetSpent, OutcomeUnknown, Refused, SignInRefused, SyncError, Unreachable
from synctui.http.calls import Timing
from synctui.practice import Practice
from synctui.practice.faults import KINDS
from synctui.push.sending import send_once
from synctui.records import Outcome

QUICK = Timing(connect=5, deadline=10, attempts=3, total=10, pause=0.01)
HASTY = Timing(connect=5, deadline=1, attempts=3, total=10, pause=0.01)
A, R, D, U = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.UNSENT
HAPPENED = (A, D)
"""What may be said of a row that had an effect."""

DOORS: dict[str, type[SyncError]] = {
    "401": SignInRefused,
    "401_html": SignInRefused,
    "429": BudgetSpent,
    "limit": BudgetSpent,
    "redirect": Refused,
}
"""Faults that turn a request away before anything is done -> what is told."""
BEFORE = ("empty", "html", "html200", "500_before", "503=0", "cut_before", "deep", "gzip_bomb")
"""Faults without an effect that cannot be told from those with one."""
AFTER = ("empty_after", "html_after", "500_after", "cut_after", "cut_answer", "reset_after", "late=0.05", "truncated")
SLOW = ("slow=2", "hang", "drip=0.05")
"""Faults with an effect whose answer does not come in time."""


@dataclass
class Case:
    """A target with the rows for it and its service."""

    about: TargetCase
    system: System
    practice: Practice

    @property
    def samples(self) -> Sequence[Sample]:
        return self.about.samples()

    @property
    def rows(self) -> list[Outgoing]:
        return [sample.row for sample in self.samples]

    @property
    def good(self) -> list[Any]:
        """How the rows arrive that the other side takes."""
        return [sample.arrived for sample in self.samples if sample.arrived is not None]

    @property
    def sends(self) -> int:
        return sum(call.operation == self.about.place for call in self.practice.received)

    async def outcomes(self) -> tuple[list[Outcome], SyncError | None]:
        """What the engine notes of each row, after checking it against what really happened."""
        caught: list[SyncError] = []
        sent = await send_once(
            Noting(self.system.target(), caught), self.rows, {}, stop=asyncio.Event(), deadline=30, grace=1
        )
        noted = {reply.row_id: reply.outcome for reply in sent.reply.rows}
        assert list(noted) == [row.row_id for row in self.rows]
        if any(fired.name == "late" for fired in self.practice.faults.log):
            await self.effects()
        for sample in self.samples:
            times = self.about.taken(self.practice).count(sample.arrived)
            assert times <= 1
            assert times == 0 or noted[sample.row.row_id] in HAPPENED
            assert times == 1 or noted[sample.row.row_id] is not A
        assert len(self.about.taken(self.practice)) in (0, len(self.good))
        return list(noted.values()), caught[0] if caught else None

    async def effects(self) -> None:
        """Wait until the rows have had their effects, at most 5 s."""
        for _ in range(500):
            if self.about.taken(self.practice):
                return
            await asyncio.sleep(0.01)


@dataclass
class Noting:
    """A target whose errors are kept."""

    target: Any
    caught: list[SyncError]

    async def send(self, *given: Any) -> Any:
        try:
            return await self.target.send(*given)
        except SyncError as error:
            self.caught.append(error)
            raise


@asynccontextmanager
async def opened(
    name: str, practice: Practice, folder: Path, timing: Timing = QUICK, **replaced: str
) -> AsyncIterator[Case]:
    about = TARGETS[name]
    system = open_system(read_settings(practice, folder, **replaced), about.link, side="target", timing=timing)
    try:
        await system.target().shape()
        yield Case(about, system, practice)
    finally:
        await system.connection.close()


@pytest.fixture(params=list(TARGETS))
async def case(request: pytest.FixtureRequest, practice: Practice, tmp_path: Path) -> AsyncIterator[Case]:
    async with opened(request.param, practice, tmp_path) as found:
        yield found


def assert_told(error: SyncError | None, case: Case) -> None:
    """A sentence, a remedy, and no secret in anything that a crash page could show."""
    assert error is not None
    assert error.message.endswith((".", "!"))
    assert len(error.message) < 300
    assert error.hint
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format(chain=True))
    given = case.system.link.target
    secrets = [secret_of(given.connection).reveal(), *(kept.reveal() for kept in case.system.tokens.kept.values())]
    for secret in [*secrets, getattr(given.options, "apitoken", "")]:
        assert not secret or secret not in text + repr(error) + str(error)


def test_every_kind_with_a_target_is_in_the_suite() -> None:
    assert set(TARGETS) == {name for name in MODULES if kind(name).target is not None}


@pytest.mark.parametrize("fault", [*DOORS, "empty", "cut_after"])
@pytest.mark.parametrize("name", list(TARGETS))
def test_faults_that_a_target_cannot_meet_are_in_the_table(name: str, fault: str) -> None:
    assert (TARGETS[name].place not in KINDS[fault].places) == ((name, fault) in WITHOUT_TARGET_FAULT)


async def test_rows_arrive_once_and_as_they_were_and_the_bad_one_is_refused(case: Case) -> None:
    outcomes, error = await case.outcomes()
    assert error is None
    assert outcomes == [A, R, A]
    assert case.about.taken(case.practice) == case.good
    assert case.sends == 1


async def test_a_look_at_the_target_sends_nothing(case: Case) -> None:
    target = case.system.target()
    await target.shape()
    await target.mark()
    assert target.body_size(case.rows) > 0
    assert target.name
    assert case.sends == 0
    assert case.about.taken(case.practice) == []


@pytest.mark.parametrize("fault", ["content_type", "slow=0.1"])
async def test_a_harmless_fault_changes_nothing(case: Case, fault: str) -> None:
    case.practice.faults.arm(f"{case.about.place}:{fault}")
    assert await case.outcomes() == ([A, R, A], None)


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name in TARGETS for fault in DOORS if (name, fault) not in WITHOUT_TARGET_FAULT],
)
async def test_a_request_that_is_turned_away_has_no_effect(
    name: str, fault: str, practice: Practice, tmp_path: Path
) -> None:
    async with opened(name, practice, tmp_path) as case:
        practice.faults.arm(f"{case.about.place}:{fault}")
        outcomes, error = await case.outcomes()
        assert type(error) is DOORS[fault]
        assert outcomes == [R if DOORS[fault] is Refused else U] * 3
        assert case.about.taken(practice) == []
        assert case.sends == case.about.sends.get(fault, 1)
        assert_told(error, case)


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
async def test_an_answer_that_cannot_be_trusted_is_doubt_and_nothing_is_repeated(case: Case, fault: str) -> None:
    case.practice.faults.arm(f"{case.about.place}:{fault}")
    outcomes, error = await case.outcomes()
    assert type(error) is OutcomeUnknown
    assert outcomes == [D, D, D]
    assert case.about.taken(case.practice) == (case.good if fault in AFTER else [])
    assert case.sends == 1
    assert_told(error, case)


async def test_an_answer_about_another_number_of_rows_is_doubt(case: Case) -> None:
    case.about.miscount(case.practice)
    outcomes, error = await case.outcomes()
    assert type(error) is OutcomeUnknown
    assert outcomes == [D, D, D]
    assert case.about.taken(case.practice) == case.good
    assert case.sends == 1
    assert_told(error, case)


@pytest.mark.parametrize("fault", SLOW)
@pytest.mark.parametrize("name", list(TARGETS))
async def test_an_answer_that_does_not_come_is_doubt(name: str, fault: str, practice: Practice, tmp_path: Path) -> None:
    async with opened(name, practice, tmp_path, HASTY) as case:
        practice.faults.arm(f"{case.about.place}:{fault}")
        started = time.monotonic()
        outcomes, error = await case.outcomes()
        assert type(error) is OutcomeUnknown
        assert outcomes == [D, D, D]
        assert time.monotonic() - started < 5
        assert case.about.taken(practice) == case.good
        assert case.sends == 1
        assert_told(error, case)


@pytest.mark.parametrize("name", list(TARGETS))
async def test_a_service_that_is_gone_gets_nothing(name: str, practice: Practice, tmp_path: Path) -> None:
    about = TARGETS[name]
    read = read_settings(practice, tmp_path, **{f"{practice.url}/": "http://127.0.0.1:9/"})
    system = open_system(read, about.link, side="target", timing=QUICK)
    case = Case(about, system, practice)
    outcomes, error = await case.outcomes()
    await system.connection.close()
    assert isinstance(error, Unreachable)
    assert outcomes == [U, U, U]
    assert_told(error, case)


async def test_every_send_has_a_connection_of_its_own(case: Case, tmp_path: Path) -> None:
    async with counting_front(case.practice.port) as front:
        replaced = {case.practice.url: front.url}
        name = case.system.link.target.connection.kind.name
        async with opened(name, case.practice, tmp_path, **replaced) as behind:
            for _ in range(2):
                await behind.system.target().send(behind.rows, {})
    [path] = {call.path for call in case.practice.received if call.operation == case.about.place}
    assert [paths for paths in front.connections if path in paths] == [[path], [path]]


async def test_a_send_that_is_cancelled_is_not_sent_again(case: Case) -> None:
    case.practice.faults.arm(f"{case.about.place}:slow=3")
    sending = asyncio.ensure_future(case.system.target().send(case.rows, {}))
    await case.effects()
    started = time.monotonic()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert time.monotonic() - started < 2
    assert case.sends == 1
    assert case.about.taken(case.practice) == case.good
