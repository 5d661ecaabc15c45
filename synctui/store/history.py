"""What the journal tells: runs, their rows, and what is known of a row at a target. Reads only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from synctui.errors import StoreError, UsageError
from synctui.records import Attempt, Key, Outcome, Proof, Value
from synctui.store.database import Database
from synctui.store.payload import unpack
from synctui.store.states import OUTCOMES, Ending, RunState, State, run_state

_WAITING = {State.PLANNED: "has not left", State.SENDING: "sent, and no answer is recorded"}
"""What is said of rows that a push has not settled, whether it is under way or dead."""

_ACCEPTED = """
SELECT row_id, run_id FROM rows JOIN runs ON number = run
WHERE rows.target = ? AND state = 'acked' AND row_id IN (SELECT value FROM json_each(?)) ORDER BY run
"""

_CREATED = """
SELECT row_id, run_id FROM rows JOIN runs ON number = run
WHERE rows.target = ? AND state = 'acked' AND op = 'create' AND row_id IN (SELECT value FROM json_each(?)) ORDER BY run
"""


_ATTEMPTS = """
SELECT attempts.*, runs.target, runs.link FROM attempts JOIN runs ON number = run WHERE run_id = ? ORDER BY attempt
"""

_LEARNED = """
SELECT 1 FROM attempts JOIN runs ON number = run WHERE target = ? AND link = ? AND run_number <> '' LIMIT 1
"""  # an answer whose count of documents is not ours leaves no run number

_GHOST = """
SELECT max(attempts.deadline) AS deadline FROM attempts JOIN rows USING (attempt)
WHERE rows.target = ? AND attempt < ? AND rows.evidence <> ''
    AND (rows.state IN ('unsent', 'skipped') OR rows.message = 'settled: arrived')
"""  # evidence stands with these only where a doubt was settled


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as a list shows it."""

    run_id: str
    link: str
    source: str
    """Name of the source's connection."""
    connection: str
    """Name of the target's connection."""
    target: str
    environment: str
    workbook: str
    user: str
    started: datetime
    ended: datetime | None
    state: RunState
    accepted: int
    refused: int
    in_doubt: int
    unsent: int
    skipped: int
    note: str
    """Why it ended before its last row; empty where it did not."""
    variables: Mapping[str, str]
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Target column -> the worksheet's header that fed it."""

    @property
    def size(self) -> int:
        """How many rows were confirmed."""
        return self.accepted + self.refused + self.in_doubt + self.unsent + self.skipped


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of a run."""

    row_id: str
    key: Key
    op: Literal["create", "update"]
    sheet_row: int
    """The worksheet's row number when the plan was made."""
    document: int
    state: State
    message: str
    """What the target said, or why the row did not leave."""
    evidence: str
    """Why an accepted row is believed to be."""
    new_key: str
    """The id that the target gave to a created record."""
    payload: Mapping[str, Value]
    """Target column -> wire text."""
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    """Worksheet column -> what the edited cells replaced, and held."""
    written_back: bool
    """Whether the workbook has been told."""
    proof: Proof = Proof.UNREAD
    """What reading it again showed, where it was accepted."""
    kept: Mapping[str, Value] = field(default_factory=dict)
    """Worksheet column -> what the target holds instead of what was sent."""

    @property
    def outcome(self) -> Outcome:
        """The word that people and scripts see."""
        return OUTCOMES[self.state]


class History:
    """Questions to the journal. `held` tells whether a push to a target is under way now."""

    def __init__(self, database: Database, held: Callable[[str], bool]) -> None:
        self._database = database
        self._held = held

    def runs(self) -> tuple[RunSummary, ...]:
        """All runs, newest first."""
        return self._summaries("")

    def run(self, run_id: str) -> RunSummary:
        """One run. Raises UsageError where the journal does not know it."""
        found = self._summaries("WHERE run_id = ?", run_id)
        if not found:
            raise UsageError(f"The journal knows no run {run_id}.", "See `synctui runs`.")
        return found[0]

    def find(self, text: str) -> str:
        """The run id that begins with `text`. Raises UsageError where there is none, or more than one."""
        with self._database.read() as db:
            found: list[str] = [run_id for (run_id,) in db.execute("SELECT run_id FROM runs ORDER BY number DESC")]
        hits = [run_id for run_id in found if run_id == text] or [r for r in found if text and r.startswith(text)]
        if not hits:
            raise UsageError(f"The journal knows no run {text}.", "See `synctui runs`.")
        if len(hits) > 1:
            raise UsageError(f"{text} can mean {len(hits)} runs: {', '.join(hits[:5])}.", "Type more of it.")
        return hits[0]

    def knows(self, run_id: str) -> bool:
        """Whether this machine's journal has the run."""
        with self._database.read() as db:
            return db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone() is not None

    def rows(self, run_id: str) -> tuple[RunRow, ...]:
        """All rows of a run, in the order in which they were to be sent."""
        with self._database.read() as db:
            query = "SELECT rows.* FROM rows JOIN runs ON number = run WHERE run_id = ? ORDER BY position"
            return tuple(map(_row, db.execute(query, (run_id,))))

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        """The requests of a run that left or were about to, oldest first, each with the rows it carried last."""
        with self._database.read() as db:
            return tuple(_attempt(db, sent) for sent in db.execute(_ATTEMPTS, (run_id,)).fetchall())

    def barrier(self, target: str) -> tuple[str, ...]:
        """Runs with rows in doubt at the target: nothing more is sent to it. A push under way is not among them."""
        doubtful = [run for run in self._summaries("WHERE target = ?", target) if run.in_doubt]
        return tuple(run.run_id for run in doubtful if run.state is not RunState.RUNNING)

    def accepted_before(self, target: str, row_ids: Iterable[str]) -> dict[str, str]:
        """Row id -> the newest run in which the target accepted it."""
        return self._by_row(_ACCEPTED, target, row_ids)

    def created_before(self, target: str, row_ids: Iterable[str]) -> dict[str, str]:
        """Row id -> the run in which the target accepted its creation: such a row must not be created again."""
        return self._by_row(_CREATED, target, row_ids)

    def creates(self, target: str) -> frozenset[str]:
        """Ids of all rows whose creation the target accepted."""
        with self._database.read() as db:
            found = db.execute(
                "SELECT row_id FROM rows WHERE target = ? AND op = 'create' AND state = 'acked'", (target,)
            )
            return frozenset(row_id for (row_id,) in found)

    def refused(self, target: str) -> dict[str, str]:
        """Row id -> message, of rows whose last outcome at the target is refused; rows without effect do not count."""
        with self._database.read() as db:
            found = db.execute(
                "SELECT row_id, state, message FROM rows WHERE target = ? AND state NOT IN ('planned', 'unsent',"
                " 'cancelled') ORDER BY run",
                (target,),
            )
            latest = {row_id: (state, message) for row_id, state, message in found}
        return {row_id: message for row_id, (state, message) in latest.items() if state == State.REJECTED}

    def unmarked(self, workbook: str) -> tuple[str, ...]:
        """Runs, oldest first, whose rows are not all marked in this workbook and that are not under way."""
        ids = "SELECT run FROM rows WHERE written_back = 0"
        found = self._summaries(f"WHERE workbook = ? AND number IN ({ids})", workbook)
        return tuple(run.run_id for run in reversed(found) if run.state is not RunState.RUNNING)

    def _by_row(self, query: str, target: str, row_ids: Iterable[str]) -> dict[str, str]:
        with self._database.read() as db:
            return dict(db.execute(query, (target, json.dumps(list(row_ids)))).fetchall())

    def _summaries(self, where: str, *arguments: str) -> tuple[RunSummary, ...]:
        query = f"SELECT * FROM runs {where} ORDER BY number DESC"  # noqa: S608
        with self._database.read() as db:
            return tuple(self._summary(db, run) for run in db.execute(query, arguments))

    def _summary(self, db: sqlite3.Connection, run: sqlite3.Row) -> RunSummary:
        counts = _counts(db, run)
        ending = Ending(run["ending"]) if run["ending"] else None
        live = ending is None and self._held(run["target"])
        return RunSummary(
            run_id=run["run_id"],
            link=run["link"],
            source=run["source"],
            connection=run["connection"],
            target=run["target"],
            environment=run["environment"],
            workbook=run["workbook"],
            user=run["user"],
            started=datetime.fromisoformat(run["started"]),
            ended=datetime.fromisoformat(run["ended"]) if run["ended"] else None,
            state=run_state(ending, live=live, doubtful=bool(counts[Outcome.IN_DOUBT])),
            accepted=counts[Outcome.ACCEPTED],
            refused=counts[Outcome.REFUSED],
            in_doubt=counts[Outcome.IN_DOUBT],
            unsent=counts[Outcome.UNSENT],
            skipped=counts[Outcome.SKIPPED],
            note=run["note"],
            variables=json.loads(run["variables"]),
            columns=json.loads(run["columns"]),
        )


def _counts(db: sqlite3.Connection, run: sqlite3.Row) -> dict[Outcome, int]:
    counts = dict.fromkeys(Outcome, 0)
    for state, count in db.execute("SELECT state, count(*) FROM rows WHERE run = ? GROUP BY state", (run["number"],)):
        counts[OUTCOMES[State(state)]] += count
    if sum(counts.values()) != run["size"]:
        raise StoreError(f"The journal has lost rows of run {run['run_id']}.", "Run `synctui doctor`.")
    return counts


def _attempt(db: sqlite3.Connection, sent: sqlite3.Row) -> Attempt:
    rows = db.execute("SELECT row_id, document FROM rows WHERE attempt = ? ORDER BY position", (sent["attempt"],))
    carried = [(row_id, document) for row_id, document in rows]
    ghost = db.execute(_GHOST, (sent["target"], sent["attempt"])).fetchone()["deadline"]
    return Attempt(
        number=sent["attempt"],
        baseline=sent["baseline"],
        sent_at=datetime.fromisoformat(sent["sent_at"]),
        deadline=datetime.fromisoformat(sent["deadline"]),
        row_ids=tuple(row_id for row_id, _ in carried),
        documents=len({document for _, document in carried}),
        learned=db.execute(_LEARNED, (sent["target"], sent["link"])).fetchone() is not None,
        ghost=datetime.fromisoformat(ghost) if ghost else None,
    )


def _row(row: sqlite3.Row) -> RunRow:
    state = State(row["state"])
    return RunRow(
        row_id=row["row_id"],
        key=tuple(json.loads(row["key"])),
        op=row["op"],
        sheet_row=row["sheet_row"],
        document=row["document"],
        state=state,
        message=row["message"] or _WAITING.get(state, ""),
        evidence=row["evidence"],
        new_key=row["new_key"],
        payload=unpack(row["payload"]),
        before=unpack(row["before"]),
        after=unpack(row["after"]),
        written_back=bool(row["written_back"]),
        proof=Proof(row["proof"]),
        kept=unpack(row["kept"]),
    )
