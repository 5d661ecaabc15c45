"""The journal's SQL, one function per statement; each runs inside a transaction of the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from synctui.errors import RowsInDoubt, StoreError
from synctui.store.drafts import Draft, DraftRow, Finding, Hold, Verdict
from synctui.store.payload import digest, pack, storable
from synctui.store.states import FAULT, State, check_move
from synctui.wording import count

_INSERT_RUN = """
INSERT INTO runs (run_id, link, source, connection, target, environment, workbook, variables, plan_hash, user, epoch,
    size, started, columns)
VALUES (:run_id, :link, :source, :connection, :target, :environment, :workbook, :variables, :plan_hash, :user, :epoch,
    :size, :started, :columns)
RETURNING number
"""

_INSERT_ROW = """
INSERT INTO rows (run, position, target, row_id, key, op, sheet_row, document, payload, payload_hash, before, after,
    state)
VALUES (:run, :position, :target, :row_id, :key, :op, :sheet_row, :document, :payload, :payload_hash, :before, :after,
    :state)
"""

_MOVE = """
UPDATE rows SET state = :end, message = :message, evidence = :evidence, new_key = :new_key,
    attempt = coalesce(:attempt, attempt), written_back = 0
WHERE run = (SELECT number FROM runs WHERE run_id = :run_id) AND row_id = :row_id AND state = :start
    AND target = :target AND (SELECT epoch FROM targets WHERE target = :target) = :epoch
"""


_PROVE = """
UPDATE rows SET proof = :proof, message = :message, kept = :kept, written_back = 0
WHERE run = (SELECT number FROM runs WHERE run_id = :run_id) AND row_id = :row_id AND state = 'acked'
    AND target = :target AND (SELECT epoch FROM targets WHERE target = :target) = :epoch
"""

_MOVE_ALL = """
UPDATE rows SET state = :end, message = :message, evidence = :evidence, written_back = 0
WHERE run = (SELECT number FROM runs WHERE run_id = :run_id) AND state = :start
    AND target = :target AND (SELECT epoch FROM targets WHERE target = :target) = :epoch
"""


def next_epoch(db: sqlite3.Connection, target: str) -> int:
    """The epoch of whoever has just taken the target's lock; those before can write no more."""
    grown = "INSERT INTO targets VALUES (?, 1) ON CONFLICT (target) DO UPDATE SET epoch = epoch + 1 RETURNING epoch"
    return int(db.execute(grown, (target,)).fetchone()["epoch"])


def insert_run(db: sqlite3.Connection, run_id: str, draft: Draft, *, epoch: int, user: str, started: str) -> int:
    """Put a run into the journal; returns its number there."""
    variables = json.dumps(dict(draft.variables))
    told = ("link", "source", "connection", "target", "environment", "workbook")
    values = {name: storable(getattr(draft, name)) for name in told} | {
        "run_id": run_id,
        "variables": variables,
        "plan_hash": digest(draft.target, variables, *(pack(row.payload) for row in draft.rows)),
        "user": user,
        "epoch": epoch,
        "size": len(draft.rows),
        "started": started,
        "columns": json.dumps(dict(draft.columns)),
    }
    return int(db.execute(_INSERT_RUN, values).fetchone()["number"])


def insert_rows(db: sqlite3.Connection, run: int, draft: Draft, state: State) -> None:
    """Put all rows of a run into the journal."""
    placed = {"run": run, "target": draft.target, "state": state}
    db.executemany(
        _INSERT_ROW, (placed | {"position": position} | _told(row) for position, row in enumerate(draft.rows))
    )


def check_barrier(db: sqlite3.Connection, target: str) -> None:
    """Refuse to go on while the target has rows in doubt. Raises RowsInDoubt."""
    query = (
        "SELECT run_id, count(*) AS count FROM rows JOIN runs ON number = run"
        " WHERE rows.target = ? AND state IN ('unknown', 'review') GROUP BY run ORDER BY run"
    )
    for run in db.execute(query, (target,)):
        raise RowsInDoubt(
            f"In doubt in run {run['run_id']}: {count(run['count'], 'row')}. Nothing more is sent to {target}.",
            f"Look at `synctui show {run['run_id']}` and at the target, then"
            f" `synctui settle {run['run_id']} --as arrived|resend|skip`.",
        )


def check_payloads(db: sqlite3.Connection, run_id: str, hashes: Mapping[str, str]) -> None:
    """Refuse rows and values (row id -> hash) that are not those confirmed. Raises StoreError."""
    confirmed = db.execute(
        "SELECT row_id, payload_hash FROM rows JOIN runs ON number = run"
        " WHERE run_id = ? AND row_id IN (SELECT value FROM json_each(?))",
        (run_id, json.dumps(list(hashes))),
    )
    if dict(confirmed.fetchall()) != hashes:
        raise StoreError(f"What is about to leave is not what was confirmed in run {run_id}.", FAULT)


def move(
    db: sqlite3.Connection,
    hold: Hold,
    run_id: str,
    start: State,
    verdicts: Sequence[Verdict],
    attempt: int | None = None,
) -> None:
    """Move rows from one state, all or none: each must stand in it still, and the hold must be the newest.

    Raises StoreError where that is not so.
    """
    if not verdicts:
        return
    for verdict in verdicts:
        check_move(start, verdict.state, verdict.message)
    held = {"run_id": run_id, "start": start, "attempt": attempt, "target": hold.target, "epoch": hold.epoch}
    if db.executemany(_MOVE, [held | _ended(verdict) for verdict in verdicts]).rowcount != len(verdicts):
        raise _taken_over(hold, run_id)


def move_all(
    db: sqlite3.Connection, hold: Hold, run_id: str, start: State, end: State, message: str, evidence: str = ""
) -> int:
    """Move every row of a run that stands in one state; returns how many. Raises StoreError as `move` does."""
    check_move(start, end)
    query = "SELECT count(*) AS count FROM rows JOIN runs ON number = run WHERE run_id = ? AND state = ?"
    standing = int(db.execute(query, (run_id, start)).fetchone()["count"])
    held = {"run_id": run_id, "start": start, "target": hold.target, "epoch": hold.epoch}
    ended = {"end": end, "message": storable(message), "evidence": storable(evidence)}
    if db.execute(_MOVE_ALL, held | ended).rowcount != standing:
        raise _taken_over(hold, run_id)
    return standing


def prove(db: sqlite3.Connection, hold: Hold, run_id: str, findings: Sequence[Finding]) -> None:
    """Note what reading accepted rows again showed. Raises StoreError as `move` does."""
    held = {"run_id": run_id, "target": hold.target, "epoch": hold.epoch}
    told = [
        held | {"row_id": f.row_id, "proof": f.proof, "message": storable(f.message), "kept": pack(f.kept)}
        for f in findings
    ]
    if told and db.executemany(_PROVE, told).rowcount != len(told):
        raise _taken_over(hold, run_id)


def _taken_over(hold: Hold, run_id: str) -> StoreError:
    return StoreError(f"Another process has taken over {hold.target}.", f"See `synctui show {run_id}`.")


def _told(row: DraftRow) -> dict[str, object]:
    payload = pack(row.payload)
    return {
        "row_id": row.row_id,
        "key": json.dumps(row.key),
        "op": row.op,
        "sheet_row": row.sheet_row,
        "document": row.document,
        "payload": payload,
        "payload_hash": digest(payload),
        "before": pack(row.before),
        "after": pack(row.after),
    }


def _ended(verdict: Verdict) -> dict[str, object]:
    return {
        "row_id": verdict.row_id,
        "end": verdict.state,
        "message": storable(verdict.message),
        "evidence": storable(verdict.evidence),
        "new_key": storable(verdict.new_key),
    }
