from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from push_fakes import TARGET, FakeMarks, FakeTarget, accept, outcomes, plan, reply, result_of

from synctui.connectors.base import BatchReply, Outcome, Outgoing, RowReply
from synctui.errors import (
    BudgetSpent,
    LinkError,
    OutcomeUnknown,
    Refused,
    RowsInDoubt,
    SignInRefused,
    StoreError,
    SyncError,
    Unreachable,
    UsageError,
    WorksheetError,
)
from synctui.past_runs.settle import settle
from synctui.planning.plan import Plan
from synctui.push import run as push
from synctui.push.run import Event
from synctui.store.drafts import Draft
from synctui.store.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, synchronous="OFF")
    yield journal
    journal.close()


class Pushed:
    """One push, carried out to its end: its events, and what it raised."""

    def __init__(self, journal: Journal, plan: Plan, target: FakeTarget, marks: FakeMarks | None = None) -> None:
        self.journal, self.plan, self.target = journal, plan, target
        self.marks = marks or FakeMarks(target)
        self.stop = asyncio.Event()
        self.events: list[Event] = []
        self.error: BaseException | None = None

    async def run(self, **more: float) -> Pushed:
        try:
            async for event in push.run(
                self.plan, target=self.target, journal=self.journal, marks=self.marks, stop=self.stop, **more
            ):
                self.events.append(event)
        except (SyncError, asyncio.CancelledError) as error:
            self.error = error
        return self

    @property
    def result(self) -> push.PushResult:
        return result_of(self.events)

    @property
    def outcomes(self) -> list[str]:
        assert outcomes(self.result) == [row.outcome.value for row in self.journal.rows(self.result.run_id)]
        return outcomes(self.result)

    @property
    def state(self) -> str:
        return self.journal.run(self.result.run_id).state.value


async def pushed(journal: Journal, plan: Plan, target: FakeTarget, marks: FakeMarks | None = None) -> Pushed:
    return await Pushed(journal, plan, target, marks).run()


async def test_every_row_is_sent_once_and_accepted(journal: Journal) -> None:
    done = await pushed(journal, plan([1, 2], [3]), FakeTarget())
    assert done.outcomes == ["accepted"] * 3
    assert done.target.calls == [["key:V1", "key:V2"], ["key:V3"]]
    assert done.target.variables == [{"GBL_BATCH": "JUL-26"}] * 2
    assert done.state == "done"


async def test_events_tell_the_push_as_it_goes(journal: Journal) -> None:
    done = await pushed(journal, plan([1, 2], [3]), FakeTarget())
    kinds = [type(event).__name__ for event in done.events]
    assert kinds == [
        "PushStarted",
        "BatchSending",
        "RowSettled",
        "RowSettled",
        "BatchSending",
        "RowSettled",
        "PushDone",
    ]


async def test_the_workbook_says_in_doubt_before_the_first_byte_leaves(journal: Journal) -> None:
    done = await pushed(journal, plan([1, 2]), FakeTarget())
    assert done.marks.calls_when_told == 0
    assert done.marks.before_rows == ["key:V1", "key:V2"]
    assert done.marks.after_rows == {"key:V1": Outcome.ACCEPTED, "key:V2": Outcome.ACCEPTED}
    assert journal.unmarked("vendors.xlsx") == ()


async def test_the_intent_is_on_disk_while_a_batch_is_under_way(journal: Journal) -> None:
    seen: list[dict[str, str]] = []

    async def look(rows: Sequence[Outgoing]) -> BatchReply:
        (run,) = journal.runs()
        seen.append({row.row_id: row.state.value for row in journal.rows(run.run_id)})
        assert run.state == "running"
        return reply(rows)

    await pushed(journal, plan([1], [2]), FakeTarget(look))
    assert seen == [{"key:V1": "sending", "key:V2": "planned"}, {"key:V1": "acked", "key:V2": "sending"}]


async def test_a_workbook_that_cannot_be_saved_stops_everything(journal: Journal) -> None:
    target = FakeTarget()
    done = await pushed(journal, plan([1], [2]), target, FakeMarks(target, before=WorksheetError("The file is open.")))
    assert target.calls == []
    assert done.outcomes == ["unsent", "unsent"]
    assert done.result.rows[0].message == "The file is open."
    assert isinstance(done.error, WorksheetError)
    assert journal.unmarked("vendors.xlsx") == (done.result.run_id,), "who knows what the workbook says now"


async def test_a_workbook_that_cannot_be_marked_afterwards_is_a_notice(journal: Journal) -> None:
    target = FakeTarget()
    done = await pushed(journal, plan([1]), target, FakeMarks(target, after=WorksheetError("The file is open.")))
    assert done.outcomes == ["accepted"]
    assert done.error is None
    assert "The file is open." in done.result.notices[0]
    assert journal.unmarked("vendors.xlsx") == (done.result.run_id,)


async def test_a_fault_while_the_workbook_is_marked_does_not_hide_the_result(journal: Journal) -> None:
    target = FakeTarget()
    done = await pushed(journal, plan([1]), target, FakeMarks(target, after=ZeroDivisionError()))
    assert done.outcomes == ["accepted"]
    assert "ZeroDivisionError" in done.result.notices[0]


@pytest.mark.parametrize(
    "error",
    [Unreachable("No route."), SignInRefused("No."), BudgetSpent("Spent.", until=datetime(2026, 11, 22, tzinfo=UTC))],
)
async def test_what_provably_never_left_is_unsent_and_the_error_is_raised(journal: Journal, error: SyncError) -> None:
    done = await pushed(journal, plan([1], [2], [3]), FakeTarget(accept, error))
    assert done.outcomes == ["accepted", "unsent", "unsent"]
    assert done.error is error
    assert len(done.target.calls) == 2
    assert journal.barrier(TARGET) == ()


async def test_a_target_that_cannot_be_read_before_leaves_workbook_and_target_alone(journal: Journal) -> None:
    target = FakeTarget()
    target.mark_error = Unreachable("No route.")
    done = await pushed(journal, plan([1]), target)
    assert done.outcomes == ["unsent"]
    assert (target.calls, done.marks.calls_when_told) == ([], -1)
    assert journal.unmarked("vendors.xlsx") == ()


async def test_a_batch_refused_whole_does_not_hold_up_the_next(journal: Journal) -> None:
    done = await pushed(journal, plan([1, 2], [3]), FakeTarget(Refused("Row 1 is bad."), accept))
    assert done.outcomes == ["refused", "refused", "accepted"]
    assert done.result.rows[0].message == "Row 1 is bad."
    assert done.error is None


async def test_the_same_refusal_twice_ends_the_push(journal: Journal) -> None:
    done = await pushed(journal, plan([1], [2], [3]), FakeTarget(Refused("No such map.")))
    assert done.outcomes == ["refused", "refused", "unsent"]
    assert "refused twice" in done.result.rows[2].message
    assert len(done.target.calls) == 2


async def test_an_unknown_outcome_ends_the_push_in_doubt(journal: Journal) -> None:
    done = await pushed(journal, plan([1], [2], [3]), FakeTarget(accept, OutcomeUnknown("The answer was cut.")))
    assert done.outcomes == ["accepted", "in_doubt", "unsent"]
    assert [event.number for event in done.events if isinstance(event, push.BatchSending)] == [1, 2]
    assert done.result.rows[1].message == "The answer was cut."
    assert done.error is None
    assert len(done.target.calls) == 2
    assert done.state == "in doubt"


async def test_an_exception_that_nobody_foresaw_is_a_doubt(journal: Journal) -> None:
    done = await pushed(journal, plan([1], [2]), FakeTarget(KeyError("secret")))
    assert done.outcomes == ["in_doubt", "unsent"]
    assert "KeyError" in done.result.rows[0].message
    assert "secret" not in done.result.rows[0].message


async def short(rows: Sequence[Outgoing]) -> BatchReply:
    return reply(rows[1:])


async def doubled(rows: Sequence[Outgoing]) -> BatchReply:
    return reply([*rows, rows[0]])


async def foreign(rows: Sequence[Outgoing]) -> BatchReply:
    return BatchReply((RowReply("key:V9", Outcome.ACCEPTED), *reply(rows[1:]).rows))


@pytest.mark.parametrize("answer", [short, doubled, foreign])
async def test_an_answer_that_is_not_about_exactly_the_rows_sent_is_a_doubt(journal: Journal, answer) -> None:
    done = await pushed(journal, plan([1, 2], [3]), FakeTarget(answer))
    assert done.outcomes == ["in_doubt", "in_doubt", "unsent"]
    assert done.error is None


async def test_each_row_gets_the_outcome_that_the_answer_names(journal: Journal) -> None:
    async def mixed(rows: Sequence[Outgoing]) -> BatchReply:
        told = zip(rows, (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNSENT, Outcome.SKIPPED), strict=True)
        return BatchReply(tuple(RowReply(row.row_id, outcome, outcome, "77") for row, outcome in told), run_number="42")

    done = await pushed(journal, plan([1, 2, 3, 4]), FakeTarget(mixed))
    assert done.outcomes == ["accepted", "refused", "unsent", "skipped"]
    row = journal.rows(done.result.run_id)[0]
    assert (row.new_key, row.evidence) == ("77", "answered by the target, its run 42")


async def test_an_answer_that_says_stop_ends_the_push(journal: Journal) -> None:
    async def stopping(rows: Sequence[Outgoing]) -> BatchReply:
        return reply(rows, stop="The map is switched off.")

    done = await pushed(journal, plan([1], [2]), FakeTarget(stopping))
    assert done.outcomes == ["accepted", "unsent"]
    assert done.result.note == "The map is switched off."


async def test_an_answer_in_doubt_bars_the_rest(journal: Journal) -> None:
    async def doubtful(rows: Sequence[Outgoing]) -> BatchReply:
        return reply(rows, Outcome.IN_DOUBT, "Set `partial`.")

    done = await pushed(journal, plan([1], [2]), FakeTarget(doubtful))
    assert done.outcomes == ["in_doubt", "unsent"]


async def test_nothing_is_sent_to_a_target_with_rows_in_doubt(journal: Journal) -> None:
    first = await pushed(journal, plan([1]), FakeTarget(OutcomeUnknown("Cut.")))
    second = await pushed(journal, plan([2]), FakeTarget())
    assert isinstance(second.error, RowsInDoubt)
    assert first.result.run_id in str(second.error)
    assert (second.events, second.target.calls) == ([], [])
    assert len(journal.runs()) == 1


@pytest.mark.parametrize(("decision", "outcome"), [("arrived", "accepted"), ("resend", "unsent"), ("skip", "skipped")])
async def test_a_settlement_lifts_the_barrier(journal: Journal, decision, outcome: str) -> None:
    first = await pushed(journal, plan([1]), FakeTarget(OutcomeUnknown("Cut.")))
    settled = settle(journal, first.result.run_id, decision, ["no run in the history"])
    assert [row.outcome.value for row in settled.rows] == [outcome]
    assert (settled.settled, settled.in_doubt) == (1, 0)
    assert journal.run(first.result.run_id).state == "done"
    second = await pushed(journal, plan([2]), FakeTarget())
    assert second.outcomes == ["accepted"]


async def test_a_doubt_that_comes_up_while_a_push_runs_stops_it_before_its_next_batch(journal: Journal) -> None:
    async def adopting(rows: Sequence[Outgoing]) -> BatchReply:
        journal.adopt("20260101-abcdef", Draft("V", "s", "erp", TARGET, "", "other.xlsx", ()))
        adopted = Draft("V", "s", "erp", TARGET, "", "other.xlsx", push._draft(plan([9])).rows)
        journal.adopt("20260102-abcdef", adopted)
        return reply(rows)

    done = await pushed(journal, plan([1], [2]), FakeTarget(adopting))
    assert done.outcomes == ["accepted", "unsent"]
    assert isinstance(done.error, RowsInDoubt)


async def test_a_row_that_was_created_is_never_created_again(journal: Journal) -> None:
    first = await pushed(journal, plan([1], create=True), FakeTarget())
    second = await pushed(journal, plan([1], create=True), FakeTarget())
    assert isinstance(second.error, LinkError)
    assert first.result.run_id in str(second.error)
    assert second.target.calls == []
    assert (await pushed(journal, plan([1]), FakeTarget())).outcomes == ["accepted"]


async def test_a_create_that_was_refused_may_be_sent_again(journal: Journal) -> None:
    assert (await pushed(journal, plan([1], create=True), FakeTarget(Refused("Bad.")))).outcomes == ["refused"]
    assert (await pushed(journal, plan([1], create=True), FakeTarget())).outcomes == ["accepted"]


async def test_a_second_push_to_the_same_target_is_told_what_runs(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path, synchronous="OFF")
    seen: list[BaseException | None] = []

    async def meanwhile(rows: Sequence[Outgoing]) -> BatchReply:
        seen.append((await pushed(other, plan([2]), FakeTarget())).error)
        return reply(rows)

    first = await pushed(journal, plan([1]), FakeTarget(meanwhile))
    assert isinstance(seen[0], UsageError)
    assert first.result.run_id in str(seen[0])
    assert first.outcomes == ["accepted"]
    other.close()


async def test_an_answer_that_never_comes_is_given_up(journal: Journal) -> None:
    async def never(rows: Sequence[Outgoing]) -> BatchReply:
        await asyncio.sleep(60)
        return reply(rows)

    done = await Pushed(journal, plan([1], [2]), FakeTarget(never)).run(deadline=0.05)
    assert done.outcomes == ["in_doubt", "unsent"]
    assert done.error is None


def answering_after(seconds: float, started: asyncio.Event) -> object:
    async def slow(rows: Sequence[Outgoing]) -> BatchReply:
        started.set()
        await asyncio.sleep(seconds)
        return reply(rows)

    return slow


@pytest.mark.parametrize(("seconds", "first"), [(0.05, "accepted"), (60, "in_doubt")])
@pytest.mark.parametrize("how", ["cancel", "stop"])
async def test_stopping_waits_a_little_for_the_answer_under_way(
    journal: Journal, how: str, seconds: float, first: str
) -> None:
    started = asyncio.Event()
    done = Pushed(journal, plan([1], [2]), FakeTarget(answering_after(seconds, started)))
    task = asyncio.create_task(done.run(grace=0.3))
    await started.wait()
    if how == "cancel":
        task.cancel()
    else:
        done.stop.set()
    await asyncio.wait({task})
    assert done.outcomes == [first, "unsent"]
    assert len(done.target.calls) == 1
    assert done.marks.after_rows["key:V2"] == "unsent"
    assert isinstance(done.error, asyncio.CancelledError) == (how == "cancel")
    assert done.state == ("cancelled" if first == "accepted" else "in doubt")
    assert journal.rows(done.result.run_id)[1].state == "cancelled"


async def test_a_second_cancel_does_not_lose_a_row(journal: Journal) -> None:
    started = asyncio.Event()
    done = Pushed(journal, plan([1], [2]), FakeTarget(answering_after(60, started)))
    task = asyncio.create_task(done.run())
    await started.wait()
    task.cancel()
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait({task})
    assert done.outcomes == ["in_doubt", "unsent"]


async def test_stopping_before_the_first_batch_sends_nothing(journal: Journal) -> None:
    done = Pushed(journal, plan([1]), FakeTarget())
    done.stop.set()
    await done.run()
    assert done.outcomes == ["unsent"]
    assert done.target.calls == []
    assert done.state == "cancelled"


async def test_stopping_just_before_a_batch_leaves_keeps_it_back(journal: Journal) -> None:
    target, stop = FakeTarget(), asyncio.Event()
    events = []
    async for event in push.run(plan([1], [2]), target=target, journal=journal, marks=FakeMarks(target), stop=stop):
        events.append(event)
        if isinstance(event, push.BatchSending) and event.number == 2:
            stop.set()
    assert target.calls == [["key:V1"]]
    assert outcomes(result_of(events)) == ["accepted", "unsent"]


async def test_stopping_while_the_last_batch_is_answered_stops_nothing(journal: Journal) -> None:
    started = asyncio.Event()
    done = Pushed(journal, plan([1]), FakeTarget(answering_after(0.05, started)))
    task = asyncio.create_task(done.run())
    await started.wait()
    done.stop.set()
    await task
    assert (done.outcomes, done.state, done.result.note) == (["accepted"], "done", "")


async def test_closing_the_iterator_settles_all_rows(journal: Journal) -> None:
    target = FakeTarget()
    marks = FakeMarks(target)
    async with aclosing(push.run(plan([1], [2]), target=target, journal=journal, marks=marks)) as events:
        async for event in events:
            if isinstance(event, push.RowSettled):
                break
    (run,) = journal.runs()
    assert (run.state, run.accepted, run.unsent) == ("cancelled", 1, 1)
    assert marks.after_rows == {"key:V1": "accepted", "key:V2": "unsent"}


async def test_saving_the_workbook_is_not_cut_short_by_a_cancel(journal: Journal) -> None:
    target = FakeTarget()
    saving, saved = asyncio.Event(), asyncio.Event()

    class SlowMarks(FakeMarks):
        async def before(self, run_id, rows) -> None:
            saving.set()
            await asyncio.sleep(0.05)
            saved.set()

    done = Pushed(journal, plan([1]), target, SlowMarks(target))
    task = asyncio.create_task(done.run())
    await saving.wait()
    task.cancel()
    await asyncio.wait({task})
    assert saved.is_set()
    assert target.calls == []
    assert done.outcomes == ["unsent"]
    assert done.marks.after_rows == {"key:V1": "unsent"}


async def test_a_cancel_while_the_workbook_is_marked_is_raised_after_the_result(journal: Journal) -> None:
    target = FakeTarget()
    marking = asyncio.Event()

    class SlowMarks(FakeMarks):
        async def after(self, run_id, rows) -> None:
            marking.set()
            await asyncio.sleep(0.02)
            await super().after(run_id, rows)

    done = Pushed(journal, plan([1]), target, SlowMarks(target))
    task = asyncio.create_task(done.run())
    await marking.wait()
    task.cancel()
    await asyncio.wait({task})
    assert done.outcomes == ["accepted"]
    assert isinstance(done.error, asyncio.CancelledError)
    assert journal.unmarked("vendors.xlsx") == ()


async def test_a_late_answer_of_a_call_that_was_given_up_changes_nothing(journal: Journal) -> None:
    async def stubborn(rows: Sequence[Outgoing]) -> BatchReply:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(1.2)
        return reply(rows)

    done = await Pushed(journal, plan([1]), FakeTarget(stubborn)).run(deadline=0.01)
    await asyncio.sleep(0.3)
    assert done.outcomes == ["in_doubt"]


async def test_an_attempt_keeps_when_it_was_sent_and_what_was_known_before(journal: Journal) -> None:
    async def numbered(rows: Sequence[Outgoing]) -> BatchReply:
        return reply(rows, run_number="42")

    await pushed(journal, plan([1], [2]), FakeTarget(numbered))
    with journal._database.read() as db:
        found = db.execute("SELECT * FROM attempts ORDER BY attempt").fetchall()
    assert [(row["baseline"], row["run_number"]) for row in found] == [("41", "42"), ("42", "42")]
    sent = datetime.fromisoformat(found[0]["sent_at"])
    assert datetime.fromisoformat(found[0]["deadline"]) - sent == pytest.approx(
        timedelta(seconds=push.DEADLINE), abs=timedelta(seconds=5)
    )


async def test_an_empty_plan_sends_nothing(journal: Journal) -> None:
    done = await pushed(journal, plan(), FakeTarget())
    assert (done.outcomes, done.target.calls, done.state) == ([], [], "done")


class FullDisk:
    """Lets the n-th transaction of a kind fail, and all that follow."""

    def __init__(self, point: str, hit: int) -> None:
        self.point, self.hit, self.full = point, hit, False

    def reached(self, point: str) -> None:
        self.hit -= point == self.point
        self.full = self.full or (point == self.point and self.hit == 0)
        if self.full and point in TRANSACTIONS:
            raise sqlite3.OperationalError("database or disk is full")


TRANSACTIONS = ("locking", "planning", "intending", "recording", "finishing", "noting")


@pytest.mark.parametrize("hit", [1, 2])
async def test_without_room_for_the_intent_nothing_is_sent(tmp_path: Path, hit: int) -> None:
    journal = Journal(tmp_path, reached=FullDisk("intending", hit).reached, synchronous="OFF")
    done = await pushed(journal, plan([1], [2]), FakeTarget())
    assert isinstance(done.error, StoreError)
    assert "full" in str(done.error)
    assert len(done.target.calls) == hit - 1
    assert done.outcomes == (["accepted", "unsent"] if hit == 2 else ["unsent", "unsent"])
    journal.close()
    assert told_later(tmp_path) == outcomes(done.result)


async def test_without_room_for_the_answer_the_rows_are_in_doubt(tmp_path: Path) -> None:
    journal = Journal(tmp_path, reached=FullDisk("recording", 2).reached, synchronous="OFF")
    done = await pushed(journal, plan([1], [2], [3]), FakeTarget())
    assert isinstance(done.error, StoreError)
    assert done.outcomes == ["accepted", "in_doubt", "unsent"]
    assert len(done.target.calls) == 2
    journal.close()
    assert told_later(tmp_path) == outcomes(done.result)


def told_later(folder: Path) -> list[str]:
    """What the next process says of the run, before and after it puts it in order."""
    journal = Journal(folder, synchronous="OFF")
    (run,) = journal.runs()
    before = [row.outcome.value for row in journal.rows(run.run_id)]
    with journal.hold(TARGET):
        pass
    after = [row.outcome.value for row in journal.rows(run.run_id)]
    journal.close()
    assert run.state == "interrupted"
    assert before == after
    return after


@pytest.mark.parametrize("point", ["locking", "planning"])
async def test_without_room_to_begin_there_is_no_run(tmp_path: Path, point: str) -> None:
    journal = Journal(tmp_path, reached=FullDisk(point, 1).reached, synchronous="OFF")
    done = await pushed(journal, plan([1]), FakeTarget())
    assert isinstance(done.error, StoreError)
    assert (done.events, done.target.calls, journal.runs()) == ([], [], ())
    journal.close()


@pytest.mark.parametrize("point", ["finishing", "noting"])
async def test_without_room_at_the_end_the_result_is_told_all_the_same(tmp_path: Path, point: str) -> None:
    journal = Journal(tmp_path, reached=FullDisk(point, 1).reached, synchronous="OFF")
    done = await pushed(journal, plan([1]), FakeTarget())
    assert done.outcomes == ["accepted"]
    assert "full" in " ".join(done.result.notices)
    journal.close()
