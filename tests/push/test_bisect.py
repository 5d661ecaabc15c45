from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from push_fakes import FakeMarks, FakeTarget, outcomes, plan, reply, result_of

from synctui.connectors.base import BatchReply, Outgoing, TargetShape
from synctui.errors import ContentRefused, OutcomeUnknown, Refused, SyncError
from synctui.planning.halving import cost_of_halves, halves
from synctui.planning.plan import Plan
from synctui.push import run as push
from synctui.push.run import Event, PushResult
from synctui.store.journal import Journal

SENTENCE = "The body is not understood."
HUNDRED = tuple(range(1, 101))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, synchronous="OFF")
    yield journal
    journal.close()


class Poisoned(FakeTarget):
    """Refuses a batch whole, without effect, for each poison row in it."""

    def __init__(self, poison: Collection[int], *, named: bool = False, error: type[Refused] = ContentRefused) -> None:
        super().__init__(self._answer)
        self._poison = {f"key:V{number}" for number in poison}
        self._named, self._error = named, error
        self.applied: list[str] = []

    async def _answer(self, rows: Sequence[Outgoing]) -> BatchReply:
        bad = [row.row_id for row in rows if row.row_id in self._poison]
        if bad:
            raise self._error(f"{bad[0]} is bad." if self._named else SENTENCE)
        self.applied += [row.row_id for row in rows]
        return reply(rows)


class TooLarge(FakeTarget):
    """Refuses more rows in one call than it takes."""

    def __init__(self, most: int) -> None:
        super().__init__(self._answer)
        self._most = most

    async def _answer(self, rows: Sequence[Outgoing]) -> BatchReply:
        if len(rows) > self._most:
            raise ContentRefused("Too large.")
        return reply(rows)


def agreed(*batches: Sequence[int]) -> Plan:
    return replace(plan(*batches), bisect=True)


async def pushed(journal: Journal, plan: Plan, target: FakeTarget, stop: asyncio.Event | None = None) -> PushResult:
    events: list[Event] = []
    marks = FakeMarks(target)
    async for event in push.run(plan, target=target, journal=journal, marks=marks, stop=stop):
        events.append(event)
    result = result_of(events)
    assert outcomes(result) == [row.outcome.value for row in journal.rows(result.run_id)]
    assert {row_id: outcome.value for row_id, outcome in marks.after_rows.items()} == {
        row.row_id: row.outcome.value for row in result.rows
    }
    settled = [event.row_id for event in events if isinstance(event, push.RowSettled)]
    assert len(settled) == len(set(settled)), "a row is settled once"
    return result


def named(result: PushResult, outcome: str) -> list[str]:
    return [row.row_id for row in result.rows if row.outcome == outcome]


@pytest.mark.parametrize("poison", [1, 2, 50, 51, 64, 99, 100])
async def test_one_bad_row_of_a_hundred_is_found_and_all_others_are_sent(journal: Journal, poison: int) -> None:
    target = Poisoned([poison])
    result = await pushed(journal, agreed(HUNDRED), target)
    assert named(result, "refused") == [f"key:V{poison}"]
    assert result.rows[poison - 1].message == SENTENCE
    assert target.applied == [f"key:V{number}" for number in HUNDRED if number != poison]
    assert len(target.calls) <= 1 + 2 * 7


async def test_two_bad_rows_are_both_found(journal: Journal) -> None:
    target = Poisoned([17, 80])
    result = await pushed(journal, agreed(HUNDRED), target)
    assert named(result, "refused") == ["key:V17", "key:V80"]
    assert (result.accepted, len(target.applied)) == (98, 98)
    assert len(target.calls) <= 1 + 2 * 2 * 7


async def test_bad_rows_side_by_side_in_several_batches_are_found_although_the_sentence_is_always_the_same(
    journal: Journal,
) -> None:
    result = await pushed(journal, agreed((1, 2, 3, 4), (5, 6, 7, 8)), Poisoned([2, 3, 6]))
    assert named(result, "refused") == ["key:V2", "key:V3", "key:V6"]
    assert result.accepted == 5


async def test_where_nothing_passes_the_push_gives_up_after_three_rows_alone(journal: Journal) -> None:
    target = Poisoned(range(1, 201))
    result = await pushed(journal, agreed(HUNDRED, range(101, 201)), target)
    assert named(result, "refused") == ["key:V1", "key:V2", "key:V3"]
    assert (result.unsent, result.note) == (197, f"refused 3 times alone: {SENTENCE}")
    assert result.rows[-1].message == result.note
    assert len(target.calls) <= 1 + 7 + 1 + 3


async def test_each_row_that_is_refused_for_its_own_reason_gets_its_own_sentence(journal: Journal) -> None:
    result = await pushed(journal, agreed(range(1, 7)), Poisoned(range(1, 7), named=True))
    assert [row.message for row in result.rows] == [f"key:V{number} is bad." for number in range(1, 7)]
    assert result.refused == 6


async def test_a_batch_that_is_too_large_passes_in_halves(journal: Journal) -> None:
    target = TooLarge(25)
    result = await pushed(journal, agreed(HUNDRED), target)
    assert result.accepted == 100
    assert [len(call) for call in target.calls] == [100, 50, 25, 25, 50, 25, 25]


async def test_a_document_is_never_divided(journal: Journal) -> None:
    whole = agreed((1, 2, 3, 4, 5))
    rows = [replace(row, outgoing=replace(row.outgoing, document=n // 2)) for n, row in enumerate(whole.rows)]
    target = Poisoned([3])
    result = await pushed(journal, replace(whole, batches=(tuple(rows),)), target)
    assert named(result, "refused") == ["key:V3", "key:V4"]
    assert target.calls[1] == ["key:V1", "key:V2", "key:V3", "key:V4"]


@pytest.mark.parametrize("size", range(1, 12))
def test_halves_hold_each_row_once_and_in_order(size: int) -> None:
    batch = plan(range(size)).batches[0]
    first, second = halves(batch)
    assert first + second == batch
    assert 0 <= len(first) - len(second) <= 1


async def test_without_agreement_the_batch_is_refused_and_the_result_tells_what_would_help(journal: Journal) -> None:
    target = Poisoned([3])
    result = await pushed(journal, plan((1, 2, 3, 4), (5,)), target)
    assert outcomes(result) == ["refused"] * 4 + ["accepted"]
    assert len(target.calls) == 2
    assert "4 rows were refused in one call" in result.notices[0]
    assert "--bisect" in result.notices[0]


async def test_a_refusal_that_is_not_about_the_rows_is_not_divided(journal: Journal) -> None:
    target = Poisoned([1, 5], error=Refused)
    result = await pushed(journal, agreed((1, 2), (3, 4), (5, 6)), target)
    assert outcomes(result) == ["refused"] * 2 + ["accepted"] * 2 + ["refused"] * 2
    assert (len(target.calls), result.notices) == (3, ())


async def test_the_same_refusal_that_is_not_about_the_rows_still_ends_the_push_when_it_comes_twice(
    journal: Journal,
) -> None:
    result = await pushed(journal, agreed((1, 2), (3, 4), (5, 6)), FakeTarget(Refused("No such map.")))
    assert outcomes(result) == ["refused"] * 4 + ["unsent"] * 2


async def test_a_doubt_over_one_half_sends_nothing_more(journal: Journal) -> None:
    target = FakeTarget(ContentRefused(SENTENCE), OutcomeUnknown("The answer was cut."))
    result = await pushed(journal, agreed((1, 2, 3, 4), (5, 6)), target)
    assert outcomes(result) == ["in_doubt"] * 2 + ["unsent"] * 4
    assert len(target.calls) == 2


async def test_each_half_is_an_attempt_of_its_own_and_on_disk_before_it_leaves(journal: Journal) -> None:
    seen: list[list[str]] = []

    class Looking(Poisoned):
        async def _answer(self, rows: Sequence[Outgoing]) -> BatchReply:
            (run,) = journal.runs()
            seen.append([row.row_id for row in journal.rows(run.run_id) if row.state == "sending"])
            return await super()._answer(rows)

    target = Looking([4])
    result = await pushed(journal, agreed((1, 2, 3, 4)), target)
    assert seen == target.calls
    with journal._database.read() as db:
        reasons = [reason for (reason,) in db.execute("SELECT reason FROM attempts ORDER BY attempt")]
    assert len(reasons) == len(target.calls) == 5
    assert [bool(reason) for reason in reasons] == [True, False, True, False, False]
    assert journal.run(result.run_id).size == 4


@pytest.mark.parametrize("at", range(1, 6))
async def test_stopping_between_halves_leaves_every_row_with_the_truth(journal: Journal, at: int) -> None:
    stop = asyncio.Event()

    class Stopping(Poisoned):
        async def _answer(self, rows: Sequence[Outgoing]) -> BatchReply:
            if len(self.calls) == at:
                stop.set()
            return await super()._answer(rows)

    target = Stopping([4])
    result = await pushed(journal, agreed((1, 2, 3, 4)), target, stop)
    assert len(target.calls) == at
    assert named(result, "accepted") == target.applied
    assert result.refused == (at == 5)
    assert journal.run(result.run_id).state == ("cancelled" if at < 5 else "done")


@pytest.mark.parametrize("at", range(1, 5))
async def test_a_cancel_between_halves_leaves_every_row_with_the_truth(journal: Journal, at: int) -> None:
    task: asyncio.Task[object]

    class Cancelling(Poisoned):
        async def _answer(self, rows: Sequence[Outgoing]) -> BatchReply:
            if len(self.calls) == at:
                task.cancel()
                await asyncio.sleep(0)
            return await super()._answer(rows)

    target = Cancelling([4])
    task = asyncio.ensure_future(pushed(journal, agreed((1, 2, 3, 4)), target))
    await asyncio.wait({task})
    assert task.cancelled()
    (run,) = journal.runs()
    rows = journal.rows(run.run_id)
    assert [row.row_id for row in rows if row.outcome == "accepted"] == target.applied
    assert all(row.outcome in ("accepted", "unsent") for row in rows)
    assert (run.state, len(target.calls)) == ("cancelled", at)


async def test_without_room_to_note_a_refusal_the_rows_are_in_doubt_and_no_half_leaves(tmp_path: Path) -> None:
    def full(point: str) -> None:
        if point == "recording":
            raise OSError(28, "No space left on device")

    journal = Journal(tmp_path, reached=full, synchronous="OFF")
    target = Poisoned([1])
    with pytest.raises((SyncError, OSError)):
        await pushed(journal, agreed((1, 2)), target)
    (run,) = journal.runs()
    assert (run.in_doubt, len(target.calls)) == (2, 1)
    journal.close()


# -- the cost, told before


def test_the_cost_of_one_bad_row_and_of_the_worst_is_told() -> None:
    told = cost_of_halves(plan(HUNDRED, (101,)).batches, TargetShape(()))
    assert "up to 14 more calls for each bad row, 198 for a batch at worst" in told
    assert "42 more calls" in cost_of_halves(plan(HUNDRED).batches, TargetShape((), calls_per_batch=3))
    assert "28 more calls" in cost_of_halves(plan(HUNDRED).batches, TargetShape((), whole_rows=True))


def test_rows_that_travel_alone_cost_nothing_more() -> None:
    assert cost_of_halves(plan((1,), (2,)).batches, TargetShape(())) == ""
