"""The journal of pushes: what was confirmed, what was about to leave, and what became of every row.

Everything that moves a row happens here, in durable transactions that must hit exactly the rows meant, under the
target's lock and with its newest epoch.
"""

from __future__ import annotations

import getpass
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from synctui.errors import LinkError, StoreError, UsageError
from synctui.records import Value
from synctui.store.database import Clock, Database, utc_now
from synctui.store.drafts import Draft, Finding, Hold, Verdict
from synctui.store.history import History, RunRow
from synctui.store.locks import PATIENCE, Locks
from synctui.store.payload import digest, pack, storable
from synctui.store.schema import JOURNAL_FORMATS
from synctui.store.statements import (
    check_barrier,
    check_payloads,
    insert_rows,
    insert_run,
    move,
    move_all,
    next_epoch,
    prove,
)
from synctui.store.states import DOUBTFUL, FAULT, Ending, RunState, State

Reached = Callable[[str], None]
"""Is told the name of each point that a push passes: where a test lets the process die."""

RUN_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
NO_ANSWER = "no answer that can be trusted"


_ENDED_BY_SETTLEMENT = """
UPDATE runs SET ending = 'finished' WHERE run_id = ? AND ending = 'interrupted'
    AND NOT EXISTS (SELECT 1 FROM rows WHERE run = number AND state IN ('unknown', 'review'))
"""


def pass_by(_: str) -> None:
    """In life nothing happens at a named point."""


class Journal(History):
    """The journal in `folder`, which also holds the locks of targets.

    `reached`, `synchronous` and `patience` are for tests: where to die, whether each commit waits for the disk, and
    the seconds for which a lock is waited for.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock = utc_now,
        reached: Reached = pass_by,
        synchronous: Literal["FULL", "OFF"] = "FULL",
        patience: float = PATIENCE,
    ) -> None:
        self.locks = Locks(folder / "locks", patience)
        self.clock = clock
        self.reached = reached
        self._user = _user()
        super().__init__(
            Database(folder / "journal.sqlite3", JOURNAL_FORMATS, "journal", synchronous=synchronous), self.locks.held
        )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def hold(self, target: str) -> Iterator[Hold]:
        """The target's lock, for a push or a settlement; what a dead push left is put in order first.

        Rows of a dead run that were about to leave become unknown, those that had not are unsent. Raises UsageError
        where another process has the lock.
        """
        with self.locks.acquire(target) as got:
            if not got:
                raise self._busy(target)
            with self._writing("locking") as db:
                hold = Hold(target, next_epoch(db, target))
                for run in db.execute("SELECT * FROM runs WHERE target = ? AND ended IS NULL", (target,)).fetchall():
                    self._end(db, hold, run["run_id"], Ending.INTERRUPTED, "interrupted", "interrupted before it left")
            self.reached("locked")
            yield hold

    def begin(self, hold: Hold, draft: Draft) -> str:
        """Keep a confirmed push before anything of it is sent; returns its run id.

        Raises RowsInDoubt where the target is barred, LinkError for a create that was accepted before.
        """
        self._refuse_second_creates(draft)
        with self._writing("planning") as db:
            check_barrier(db, draft.target)
            run_id = f"{self.clock():%Y%m%d}-{''.join(secrets.choice(RUN_LETTERS) for _ in range(6))}"
            run = insert_run(db, run_id, draft, epoch=hold.epoch, user=self._user, started=self._now())
            insert_rows(db, run, draft, State.PLANNED)
        self.reached("planned")
        return run_id

    def intend(
        self,
        hold: Hold,
        run_id: str,
        payloads: Mapping[str, Mapping[str, Value]],
        *,
        baseline: str,
        deadline: datetime,
    ) -> int:
        """Note that rows (row id -> wire values) are about to leave in one request; returns the attempt's number.

        Only when this is on disk may the first byte leave. Raises StoreError where these are not the rows and values
        that were confirmed, RowsInDoubt where a doubt has come up at the target.
        """
        hashes = {row_id: digest(pack(values)) for row_id, values in payloads.items()}
        with self._writing("intending") as db:
            check_barrier(db, hold.target)
            check_payloads(db, run_id, hashes)
            attempt = db.execute(
                "INSERT INTO attempts (run, body_hash, baseline, sent_at, deadline)"
                " SELECT number, ?, ?, ?, ? FROM runs WHERE run_id = ? RETURNING attempt",
                (digest(*hashes.values()), storable(baseline), self._now(), deadline.isoformat(), run_id),
            ).fetchone()["attempt"]
            move(db, hold, run_id, State.PLANNED, [Verdict(row_id, State.SENDING) for row_id in hashes], attempt)
        self.reached("intended")
        return int(attempt)

    def record(
        self,
        hold: Hold,
        run_id: str,
        attempt: int,
        verdicts: Sequence[Verdict],
        *,
        run_number: str = "",
        reason: str = "",
    ) -> None:
        """Settle every row of an attempt, or have all of them planned again with what the target refused them for.

        Raises StoreError where the verdicts are not about exactly these rows.
        """
        if len({verdict.state is State.PLANNED for verdict in verdicts}) > 1:
            raise StoreError(f"Part of a request of run {run_id} cannot be planned again.", FAULT)
        with self._writing("recording") as db:
            sent = db.execute("SELECT row_id FROM rows WHERE attempt = ? AND state = 'sending'", (attempt,))
            if sorted(row_id for (row_id,) in sent) != sorted(verdict.row_id for verdict in verdicts):
                raise StoreError(f"The verdicts are not about the rows that run {run_id} sent.", FAULT)
            move(db, hold, run_id, State.SENDING, verdicts)
            db.execute(
                "UPDATE attempts SET answered_at = ?, run_number = ?, reason = ? WHERE attempt = ?",
                (self._now(), storable(run_number), storable(reason), attempt),
            )
        self.reached("recorded")

    def prove(self, hold: Hold, run_id: str, findings: Sequence[Finding]) -> None:
        """Note what reading accepted rows again showed; their state stays. Raises StoreError."""
        with self._writing("proving") as db:
            prove(db, hold, run_id, findings)
        self.reached("proved")

    def finish(self, hold: Hold, run_id: str, ending: Ending, note: str = "") -> None:
        """End a run: what is still about to leave is in doubt, what had not is unsent, or cancelled where stopped."""
        with self._writing("finishing") as db:
            self._end(db, hold, run_id, ending, note, note)
        self.reached("finished")

    def decide(self, hold: Hold, run_id: str, state: State, decision: str, evidence: str = "") -> int:
        """Move all rows in doubt of a run by the user's decision; returns how many they were."""
        doubtful = [row.row_id for row in self.rows(run_id) if row.state in DOUBTFUL]
        verdicts = [Verdict(row_id, state, f"settled: {decision}") for row_id in doubtful]
        return self.settle(hold, run_id, verdicts, decision, evidence)

    def settle(self, hold: Hold, run_id: str, verdicts: Sequence[Verdict], decision: str, evidence: str) -> int:
        """Move rows in doubt, and keep who or what decided it, and by which evidence; returns how many rows moved.

        Raises StoreError where they are not in doubt any more.
        """
        states = {row.row_id: row.state for row in self.rows(run_id)}
        told = f"settled at {self._now()} for {self._user}: {decision}. {evidence}".strip()
        seen = f"looked at {self._now()} for {self._user}; that decides nothing. {evidence}".strip()
        moving = [
            replace(verdict, evidence=seen if verdict.state is State.REVIEW else told)
            for verdict in verdicts
            if verdict.state is not states[verdict.row_id]
        ]
        with self._writing("deciding") as db:
            for start in DOUBTFUL:
                move(db, hold, run_id, start, [verdict for verdict in moving if states[verdict.row_id] is start])
            db.execute(
                "INSERT INTO decisions SELECT number, ?, ?, ?, ?, ? FROM runs WHERE run_id = ?",
                (self._now(), self._user, decision, storable(evidence), len(moving), run_id),
            )
            db.execute(_ENDED_BY_SETTLEMENT, (run_id,))
        self.reached("decided")
        return len(moving)

    def adopt(self, run_id: str, draft: Draft) -> bool:
        """Take over a run that a workbook says is in doubt and this journal does not know; False where it does.

        All rows of the draft are in doubt from then on, and their target is barred.
        """
        if self.knows(run_id):
            return False
        with self._writing("adopting") as db:
            run = insert_run(db, run_id, draft, epoch=0, user=self._user, started=self._now())
            insert_rows(db, run, draft, State.UNKNOWN)
            note = "sent from another machine, or the journal was lost"
            db.execute(
                "UPDATE runs SET ended = started, ending = 'interrupted', note = ? WHERE number = ?", (note, run)
            )
            db.execute("UPDATE rows SET message = ? WHERE run = ?", (note, run))
        return True

    def marked(self, run_id: str, rows: Sequence[RunRow]) -> None:
        """Note that the saved workbook shows these rows as they are told here; one that moved on since is left out."""
        with self._writing("noting") as db:
            db.executemany(
                "UPDATE rows SET written_back = 1 WHERE run = (SELECT number FROM runs WHERE run_id = ?)"
                " AND row_id = ? AND state = ?",
                [(run_id, row.row_id, row.state) for row in rows],
            )

    @contextmanager
    def _writing(self, point: str) -> Iterator[sqlite3.Connection]:
        with self._database.write() as db:
            yield db
            self.reached(point)

    def _now(self) -> str:
        return self.clock().isoformat()

    def _busy(self, target: str) -> UsageError:
        run = next((run for run in self.runs() if run.target == target and run.state is RunState.RUNNING), None)
        told = f"Run {run.run_id} of {run.link}, started {run.started:%H:%M} UTC by {run.user}," if run else "A push"
        return UsageError(f"{told} is sending to {target} now.", "Wait until it has ended.")

    def _refuse_second_creates(self, draft: Draft) -> None:
        creates = {row.row_id: row for row in draft.rows if row.op == "create"}
        for row_id, run_id in self.created_before(draft.target, creates).items():
            raise LinkError(
                f"Row {creates[row_id].sheet_row} was created at {draft.target} before, in run {run_id}.",
                "Pull, so that the worksheet knows it; to create another, add a new row.",
            )

    def _end(
        self, db: sqlite3.Connection, hold: Hold, run_id: str, ending: Ending, note: str, unsent_message: str
    ) -> None:
        move_all(db, hold, run_id, State.SENDING, State.UNKNOWN, NO_ANSWER)
        rest = State.CANCELLED if ending is Ending.STOPPED else State.UNSENT
        move_all(db, hold, run_id, State.PLANNED, rest, unsent_message)
        db.execute(
            "UPDATE runs SET ended = ?, ending = ?, note = ? WHERE run_id = ?",
            (self._now(), ending, storable(note), run_id),
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown user"
