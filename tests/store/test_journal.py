from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from synctui.errors import LinkError, RowsInDoubt, StoreError, UsageError
from synctui.records import Outcome, Proof, Raw
from synctui.store.drafts import Draft, DraftRow, Finding, Hold, Verdict
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.schema import JOURNAL_FORMATS
from synctui.store.states import MOVES, Ending, State, check_move

TARGET = "erp: VENDORS"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = opened(tmp_path)
    yield journal
    journal.close()


def opened(folder: Path) -> Journal:
    return Journal(folder, clock=lambda: NOW, synchronous="OFF")


def draft(*names: str, op: str = "update", target: str = TARGET, workbook: str = "vendors.xlsx") -> Draft:
    rows = tuple(
        DraftRow(f"key:{name}", (name,), op, number + 2, number, {"No": name, "Qty": Raw("5"), "Note": None})
        for number, name in enumerate(names)
    )
    return Draft("Vendors", "grants", "erp", target, "production", workbook, rows, {"GBL_BATCH": "JUL-26"})


def send(journal: Journal, hold: Hold, run_id: str, *names: str) -> int:
    payloads = {f"key:{name}": {"No": name, "Qty": Raw("5"), "Note": None} for name in names}
    return journal.intend(hold, run_id, payloads, baseline="41", deadline=NOW + timedelta(minutes=15))


def settled(journal: Journal, state: State, *names: str, op: str = "update", message: str = "") -> str:
    """A whole run whose rows all end in one state."""
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft(*names, op=op))
        attempt = send(journal, hold, run_id, *names)
        verdicts = [Verdict(f"key:{name}", state, message, "answered") for name in names]
        journal.record(hold, run_id, attempt, verdicts)
        journal.finish(hold, run_id, Ending.FINISHED)
    return run_id


def row(journal: Journal, run_id: str, position: int = 0) -> RunRow:
    return journal.rows(run_id)[position]


# -- the file


def test_folder_and_file_are_closed_to_others(journal: Journal, tmp_path: Path) -> None:
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    for path in tmp_path.glob("journal*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    opened(tmp_path / "home").close()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal._database.read() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    journal.close()


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as db:
        db.execute(f"PRAGMA user_version={len(JOURNAL_FORMATS) + 1}")
    db.close()
    with pytest.raises(StoreError, match=rf"format {len(JOURNAL_FORMATS) + 1}; .*Update SyncTUI"):
        opened(tmp_path)


def test_a_file_that_is_no_journal_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        opened(tmp_path)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "real")
    with pytest.raises(StoreError, match="is a link"):
        opened(tmp_path / "home")


def test_a_full_disk_is_one_sentence_and_undoes_the_transaction(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        with journal._database.read() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
        journal._database._db.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match=r"full.*Free some space"):
            journal.begin(hold, draft(*(f"V{number}" for number in range(500))))
    assert journal.runs() == ()


def test_all_tables_are_strict(journal: Journal) -> None:
    with journal._database.read() as db:
        loose = db.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict").fetchall()
    assert [name for (name,) in loose if not name.startswith("sqlite_")] == []


# -- a run


def test_a_confirmed_push_is_kept_as_it_was_confirmed(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1", "V2"))
        kept = row(journal, run_id)
        run = journal.run(run_id)
    assert kept.payload == {"No": "V1", "Qty": "5", "Note": None}
    assert isinstance(kept.payload["Qty"], Raw)
    assert (kept.key, kept.op, kept.sheet_row, kept.state) == (("V1",), "update", 2, "planned")
    assert (run.link, run.connection, run.target, run.environment) == ("Vendors", "erp", TARGET, "production")
    assert (run.workbook, run.variables, run.started) == ("vendors.xlsx", {"GBL_BATCH": "JUL-26"}, NOW)
    assert (run.state, run.size, run.unsent) == ("running", 2, 2)


def test_run_ids_can_be_typed_and_begin_with_the_day(journal: Journal) -> None:
    run_id = settled(journal, State.ACKED, "V1")
    day, letters = run_id.split("-")
    assert day == "20261122"
    assert len(letters) == 6
    assert not set(letters) & set("01ilo")


def test_a_run_is_found_by_the_beginning_of_its_id(journal: Journal) -> None:
    first, second = settled(journal, State.ACKED, "V1"), settled(journal, State.ACKED, "V2")
    assert journal.find(first) == first
    assert journal.find(second[:-1]) == second
    with pytest.raises(UsageError, match="can mean 2 runs"):
        journal.find("2026")
    for unknown in ("", "%", "nothing"):
        with pytest.raises(UsageError, match="knows no run"):
            journal.find(unknown)


def test_runs_are_told_newest_first(journal: Journal) -> None:
    runs = [settled(journal, State.ACKED, "V1") for _ in range(3)]
    assert [run.run_id for run in journal.runs()] == runs[::-1]


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.ACKED, Outcome.ACCEPTED),
        (State.REJECTED, Outcome.REFUSED),
        (State.UNKNOWN, Outcome.IN_DOUBT),
        (State.UNSENT, Outcome.UNSENT),
        (State.SKIPPED, Outcome.SKIPPED),
    ],
)
def test_each_state_has_its_word_and_its_count(journal: Journal, state: State, outcome: Outcome) -> None:
    run = journal.run(settled(journal, state, "V1", "V2"))
    assert row(journal, run.run_id).outcome is outcome
    counts = {
        "accepted": run.accepted,
        "refused": run.refused,
        "in_doubt": run.in_doubt,
        "unsent": run.unsent,
        "skipped": run.skipped,
    }
    assert counts == dict.fromkeys(counts, 0) | {outcome.value: 2}


def test_a_journal_that_lost_rows_says_so(journal: Journal) -> None:
    run_id = settled(journal, State.ACKED, "V1", "V2")
    with journal._database.write() as db:
        db.execute("DELETE FROM rows WHERE row_id = 'key:V2'")
    with pytest.raises(StoreError, match=f"lost rows of run {run_id}"):
        journal.runs()


def test_text_that_sqlite_cannot_hold_does_not_keep_an_answer_from_disk(journal: Journal) -> None:
    run_id = settled(journal, State.REJECTED, "V1", message="bad \ud800 text")
    assert row(journal, run_id).message == "bad ? text"


# -- transitions


@pytest.mark.parametrize("start", list(State))
@pytest.mark.parametrize("end", list(State))
def test_only_moves_of_the_table_are_possible(journal: Journal, start: State, end: State) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1"))
        attempt = send(journal, hold, run_id, "V1")
        with journal._database.write() as db:
            db.execute("UPDATE rows SET state = ?, evidence = 'x'", (start,))
        if start is State.SENDING and end in MOVES[State.SENDING]:
            journal.record(hold, run_id, attempt, [Verdict("key:V1", end, "said", "answered")])
            assert row(journal, run_id).state is end
        else:
            with pytest.raises(StoreError):
                journal.record(hold, run_id, attempt, [Verdict("key:V1", end, "said", "answered")])
            assert row(journal, run_id).state is start


def test_only_an_answer_without_effect_plans_rows_again_and_never_time_alone() -> None:
    assert [start for start, ends in MOVES.items() if State.PLANNED in ends] == [State.SENDING]
    check_move(State.SENDING, State.PLANNED, "refused whole: too large")
    with pytest.raises(StoreError):
        check_move(State.SENDING, State.PLANNED)


def test_a_request_is_planned_again_whole_or_not_at_all(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1", "V2"))
        attempt = send(journal, hold, run_id, "V1", "V2")
        part = [Verdict("key:V1", State.PLANNED, "too large"), Verdict("key:V2", State.REJECTED, "too large")]
        with pytest.raises(StoreError):
            journal.record(hold, run_id, attempt, part)
        with pytest.raises(StoreError):
            journal.record(hold, run_id, attempt, [Verdict(f"key:{v}", State.PLANNED) for v in ("V1", "V2")])
        assert {row.state for row in journal.rows(run_id)} == {State.SENDING}
        whole = [Verdict(f"key:{v}", State.PLANNED, "too large") for v in ("V1", "V2")]
        journal.record(hold, run_id, attempt, whole)
        assert {row.state for row in journal.rows(run_id)} == {State.PLANNED}
        assert send(journal, hold, run_id, "V1") != attempt


def test_a_proof_is_told_of_accepted_rows_only(journal: Journal) -> None:
    finding = Finding("key:V1", Proof.DIFFERENT, "saved differently: Name a → b", {"Name": "b"})
    run_id = settled(journal, State.ACKED, "V1")
    with journal.hold(TARGET) as hold:
        journal.prove(hold, run_id, [finding])
    assert (row(journal, run_id).proof, row(journal, run_id).kept) == (Proof.DIFFERENT, {"Name": "b"})
    refused = settled(journal, State.REJECTED, "V1", message="No.")
    with journal.hold(TARGET) as hold, pytest.raises(StoreError):
        journal.prove(hold, refused, [finding])
    assert row(journal, refused).message == "No."


def test_a_cancel_never_touches_what_is_being_sent() -> None:
    assert [start for start, ends in MOVES.items() if State.CANCELLED in ends] == [State.PLANNED]


def test_final_states_are_final() -> None:
    assert MOVES.keys() == {State.PLANNED, State.SENDING, State.UNKNOWN, State.REVIEW}


def test_a_row_is_in_one_attempt_only(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1", "V2"))
        send(journal, hold, run_id, "V1")
        with pytest.raises(StoreError):
            send(journal, hold, run_id, "V1", "V2")
        assert [r.state for r in journal.rows(run_id)] == ["sending", "planned"]


def test_what_leaves_is_what_was_confirmed(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1"))
        with pytest.raises(StoreError, match="not what was confirmed"):
            journal.intend(hold, run_id, {"key:V1": {"No": "V1 "}}, baseline="", deadline=NOW)
        with pytest.raises(StoreError, match="not what was confirmed"):
            journal.intend(hold, run_id, {"key:V2": {"No": "V2"}}, baseline="", deadline=NOW)
        assert row(journal, run_id).state == "planned"


def test_what_was_confirmed_cannot_be_changed(journal: Journal) -> None:
    settled(journal, State.ACKED, "V1")
    for column in ("payload", "payload_hash", "row_id", "op", "key", "before", "after"):
        with pytest.raises(StoreError, match="never changes"), journal._database.write() as db:
            db.execute(f"UPDATE rows SET {column} = {column}")


def test_an_accepted_row_needs_an_answer_or_evidence(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1"))
        attempt = send(journal, hold, run_id, "V1")
        with pytest.raises(StoreError):
            journal.record(hold, run_id, attempt, [Verdict("key:V1", State.ACKED)])
        assert row(journal, run_id).state == "sending"


@pytest.mark.parametrize("names", [["V1"], ["V1", "V2", "V3"], ["V1", "V1"], []])
def test_verdicts_are_about_exactly_the_rows_sent(journal: Journal, names: list[str]) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1", "V2", "V3"))
        attempt = send(journal, hold, run_id, "V1", "V2")
        verdicts = [Verdict(f"key:{name}", State.REJECTED) for name in names]
        with pytest.raises(StoreError, match="not about the rows"):
            journal.record(hold, run_id, attempt, verdicts)
        assert [r.state for r in journal.rows(run_id)] == ["sending", "sending", "planned"]


def test_who_lost_the_lock_can_write_no_more(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1", "V2"))
        attempt = send(journal, hold, run_id, "V1")
        with journal._database.write() as db:
            db.execute("UPDATE targets SET epoch = epoch + 1")
        for write in (
            lambda: send(journal, hold, run_id, "V2"),
            lambda: journal.record(hold, run_id, attempt, [Verdict("key:V1", State.REJECTED)]),
            lambda: journal.finish(hold, run_id, Ending.FINISHED),
        ):
            with pytest.raises(StoreError, match="taken over"):
                write()
        assert [r.state for r in journal.rows(run_id)] == ["sending", "planned"]


def test_a_created_row_cannot_be_created_again_even_past_the_check(journal: Journal) -> None:
    first = settled(journal, State.ACKED, "V1", op="create")
    with journal.hold(TARGET) as hold:
        with pytest.raises(LinkError, match=first):
            journal.begin(hold, draft("V1", op="create"))
        other = journal.begin(hold, draft("V2", op="create"))
        attempt = send(journal, hold, other, "V2")
        with journal._database.write() as db:
            db.execute("DROP TRIGGER payload_is_final")
            db.execute("UPDATE rows SET row_id = 'key:V1' WHERE row_id = 'key:V2'")
        with pytest.raises(StoreError, match="UNIQUE"):
            journal.record(hold, other, attempt, [Verdict("key:V1", State.ACKED, "", "answered")])


def test_the_same_row_may_be_created_at_another_target(journal: Journal) -> None:
    settled(journal, State.ACKED, "V1", op="create")
    with journal.hold("other") as hold:
        assert journal.begin(hold, draft("V1", op="create", target="other"))


def test_a_row_stands_in_a_plan_once(journal: Journal) -> None:
    with journal.hold(TARGET) as hold, pytest.raises(StoreError):
        journal.begin(hold, draft("V1", "V1"))
    assert journal.runs() == ()


# -- the barrier


def test_rows_in_doubt_bar_their_target_and_no_other(journal: Journal) -> None:
    doubtful = settled(journal, State.UNKNOWN, "V1")
    assert journal.barrier(TARGET) == (doubtful,)
    with journal.hold(TARGET) as hold, pytest.raises(RowsInDoubt, match=f"settle {doubtful}"):
        journal.begin(hold, draft("V2"))
    with journal.hold("other") as hold:
        assert journal.begin(hold, draft("V2", target="other"))


@pytest.mark.parametrize("state", [State.ACKED, State.UNSENT, State.SKIPPED])
def test_a_decision_moves_all_rows_in_doubt_and_keeps_its_evidence(journal: Journal, state: State) -> None:
    run_id = settled(journal, State.UNKNOWN, "V1", "V2")
    with journal.hold(TARGET) as hold:
        assert journal.decide(hold, run_id, state, "as told", "run 42 has 2 documents") == 2
        assert journal.decide(hold, run_id, state, "as told") == 0
    assert {r.state for r in journal.rows(run_id)} == {state}
    assert "run 42 has 2 documents" in row(journal, run_id).evidence
    assert journal.barrier(TARGET) == ()
    with journal._database.read() as db:
        kept = [tuple(found) for found in db.execute("SELECT decision, evidence, rows FROM decisions")]
    assert kept[0] == ("as told", "run 42 has 2 documents", 2)


def test_rows_under_review_bar_and_are_settled_too(journal: Journal) -> None:
    run_id = settled(journal, State.UNKNOWN, "V1")
    with journal.hold(TARGET) as hold:
        journal.decide(hold, run_id, State.REVIEW, "two runs in the history")
        assert journal.barrier(TARGET) == (run_id,)
        with pytest.raises(RowsInDoubt):
            journal.begin(hold, draft("V2"))
        assert journal.decide(hold, run_id, State.SKIPPED, "skip") == 1
    assert journal.barrier(TARGET) == ()


# -- after a crash


def crash(folder: Path, *, at: str) -> None:
    """A process that dies without a word in the midst of a push of three rows, one of them answered."""
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_journal import *
journal = opened(Path({str(folder)!r}))
with journal.hold(TARGET) as hold:
    run_id = journal.begin(hold, draft("V1", "V2", "V3"))
    attempt = send(journal, hold, run_id, "V1")
    journal.record(hold, run_id, attempt, [Verdict("key:V1", State.ACKED, "", "answered")])
    if {at!r} == "sending":
        send(journal, hold, run_id, "V2")
    os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 9


def test_a_dead_run_is_told_right_before_anything_is_written(journal: Journal, tmp_path: Path) -> None:
    crash(tmp_path, at="sending")
    (run,) = journal.runs()
    assert (run.state, run.accepted, run.in_doubt, run.unsent) == ("interrupted", 1, 1, 1)
    assert [r.state for r in journal.rows(run.run_id)] == ["acked", "sending", "planned"]
    assert journal.barrier(TARGET) == (run.run_id,)
    assert journal.unmarked("vendors.xlsx") == (run.run_id,)


def test_the_next_who_takes_the_lock_puts_a_dead_run_in_order(journal: Journal, tmp_path: Path) -> None:
    crash(tmp_path, at="sending")
    with journal.hold(TARGET) as hold, pytest.raises(RowsInDoubt):
        journal.begin(hold, draft("V4"))
    (run,) = journal.runs()
    assert (run.state, run.accepted, run.in_doubt, run.unsent) == ("interrupted", 1, 1, 1)
    assert [r.state for r in journal.rows(run.run_id)] == ["acked", "unknown", "unsent"]
    assert row(journal, run.run_id, 2).message == "interrupted before it left"


def test_a_run_that_died_between_two_batches_bars_nothing(journal: Journal, tmp_path: Path) -> None:
    crash(tmp_path, at="recorded")
    with journal.hold(TARGET) as hold:
        journal.begin(hold, draft("V4"))
        newest, dead = journal.runs()
    assert (newest.state, dead.state, dead.in_doubt, dead.unsent) == ("running", "interrupted", 0, 2)


def test_a_settled_interruption_is_done(journal: Journal, tmp_path: Path) -> None:
    crash(tmp_path, at="sending")
    (run,) = journal.runs()
    with journal.hold(TARGET) as hold:
        journal.decide(hold, run.run_id, State.ACKED, "arrived")
    assert journal.run(run.run_id).state == "done"


# -- what is known of rows


def test_the_newest_run_that_accepted_a_row_is_known(journal: Journal) -> None:
    settled(journal, State.ACKED, "V1", "V2")
    second = settled(journal, State.ACKED, "V1")
    settled(journal, State.REJECTED, "V1", "V3")
    found = journal.accepted_before(TARGET, ["key:V1", "key:V3", "key:V9"])
    assert found == {"key:V1": second}
    assert journal.accepted_before("other", ["key:V1"]) == {}


def test_created_rows_are_known(journal: Journal) -> None:
    run_id = settled(journal, State.ACKED, "V1", op="create")
    settled(journal, State.ACKED, "V2")
    assert journal.created_before(TARGET, ["key:V1", "key:V2"]) == {"key:V1": run_id}


def test_refused_rows_are_those_whose_last_outcome_is_refused(journal: Journal) -> None:
    settled(journal, State.REJECTED, "V1", "V2", "V3", message="No county.")
    settled(journal, State.ACKED, "V2")
    settled(journal, State.UNSENT, "V3")
    assert journal.refused(TARGET) == {"key:V1": "No county.", "key:V3": "No county."}
    assert journal.refused("other") == {}


def test_known_runs_are_known(journal: Journal) -> None:
    assert journal.knows(settled(journal, State.ACKED, "V1"))
    assert not journal.knows("20261122-nobody")


# -- marks in the workbook


def test_runs_are_unmarked_until_the_workbook_was_saved(journal: Journal) -> None:
    run_id = settled(journal, State.ACKED, "V1")
    assert journal.unmarked("vendors.xlsx") == (run_id,)
    assert journal.unmarked("other.xlsx") == ()
    journal.marked(run_id, journal.rows(run_id))
    assert journal.unmarked("vendors.xlsx") == ()
    assert row(journal, run_id).written_back


def test_a_settlement_has_to_be_marked_again(journal: Journal) -> None:
    run_id = settled(journal, State.UNKNOWN, "V1")
    shown = journal.rows(run_id)
    journal.marked(run_id, shown)
    with journal.hold(TARGET) as hold:
        journal.decide(hold, run_id, State.ACKED, "arrived")
    assert journal.unmarked("vendors.xlsx") == (run_id,)
    journal.marked(run_id, shown)
    assert journal.unmarked("vendors.xlsx") == (run_id,), "the workbook shows the doubt, not the decision"


def test_a_run_under_way_is_not_marked_by_others(journal: Journal) -> None:
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1"))
        assert journal.unmarked("vendors.xlsx") == ()
    assert journal.unmarked("vendors.xlsx") == (run_id,)


# -- runs from elsewhere


def test_a_run_that_only_the_workbook_knows_is_adopted_in_doubt(journal: Journal) -> None:
    assert journal.adopt("20260101-abcdef", draft("V1", "V2"))
    run = journal.run("20260101-abcdef")
    assert (run.state, run.in_doubt) == ("interrupted", 2)
    assert journal.barrier(TARGET) == (run.run_id,)
    with journal.hold(TARGET) as hold:
        assert journal.decide(hold, run.run_id, State.ACKED, "arrived") == 2
    assert journal.run(run.run_id).state == "done"


def test_a_run_that_the_journal_knows_is_not_adopted(journal: Journal) -> None:
    run_id = settled(journal, State.ACKED, "V1")
    assert not journal.adopt(run_id, draft("V1"))
    assert journal.run(run_id).accepted == 1


# -- the lock


def test_a_target_is_held_by_one_at_a_time(journal: Journal, tmp_path: Path) -> None:
    other = opened(tmp_path)
    with journal.hold(TARGET) as hold:
        run_id = journal.begin(hold, draft("V1"))
        with pytest.raises(UsageError, match=run_id), other.hold(TARGET):
            pass
        with other.hold("other"):
            pass
    with other.hold(TARGET) as later:
        assert later.epoch > hold.epoch
    other.close()


def test_looking_whether_a_lock_is_held_leaves_it_free(journal: Journal) -> None:
    assert not journal.locks.held(TARGET)
    with journal.hold(TARGET):
        assert journal.locks.held(TARGET)
    assert not journal.locks.held(TARGET)
