"""The journal's tables, one tuple of statements per format version."""

from __future__ import annotations

_TARGETS = """
CREATE TABLE targets (
    target TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT
"""  # epoch: grows whenever a process takes the target's lock; who writes with an older one has lost it

_RUNS = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    link TEXT NOT NULL,
    source TEXT NOT NULL,
    connection TEXT NOT NULL,
    target TEXT NOT NULL,
    environment TEXT NOT NULL,
    workbook TEXT NOT NULL,
    variables TEXT NOT NULL,
    plan_hash TEXT NOT NULL,
    user TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    size INTEGER NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    ending TEXT CHECK (ending IN ('finished', 'stopped', 'interrupted')),
    note TEXT NOT NULL DEFAULT '',
    CHECK ((ended IS NULL) = (ending IS NULL))
) STRICT
"""

_ATTEMPTS = """
CREATE TABLE attempts (
    attempt INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number),
    body_hash TEXT NOT NULL,
    baseline TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    deadline TEXT NOT NULL,
    answered_at TEXT,
    run_number TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
) STRICT
"""  # one HTTP request each; baseline: the target's newest run before it; run_number: the target's own of this one

_ROWS = """
CREATE TABLE rows (
    run INTEGER NOT NULL REFERENCES runs (number),
    position INTEGER NOT NULL,
    target TEXT NOT NULL,
    row_id TEXT NOT NULL,
    key TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op IN ('create', 'update')),
    sheet_row INTEGER NOT NULL,
    document INTEGER NOT NULL,
    payload TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'acked', 'rejected', 'unsent', 'cancelled', 'unknown',
        'review', 'skipped')),
    attempt INTEGER REFERENCES attempts (attempt),
    message TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    new_key TEXT NOT NULL DEFAULT '',
    written_back INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, row_id),
    CHECK (state <> 'acked' OR evidence <> ''),
    CHECK (state <> 'sending' OR attempt IS NOT NULL)
) STRICT, WITHOUT ROWID
"""

_DECISIONS = """
CREATE TABLE decisions (
    run INTEGER NOT NULL REFERENCES runs (number),
    decided TEXT NOT NULL,
    user TEXT NOT NULL,
    decision TEXT NOT NULL,
    evidence TEXT NOT NULL,
    rows INTEGER NOT NULL
) STRICT
"""

_ONE_CREATE = """
CREATE UNIQUE INDEX one_create ON rows (target, row_id) WHERE op = 'create' AND state = 'acked'
"""  # a row is created at a target once, whatever else goes wrong

_BY_TARGET = "CREATE INDEX rows_by_target ON rows (target, state, row_id)"
_BY_RUN = "CREATE INDEX rows_by_run ON rows (run, state)"
_BY_ATTEMPT = "CREATE INDEX rows_by_attempt ON rows (attempt)"
_UNMARKED = "CREATE INDEX unmarked_rows ON rows (run) WHERE written_back = 0"
_BY_WORKBOOK = "CREATE INDEX runs_by_workbook ON runs (workbook)"

_PAYLOAD_IS_FINAL = """
CREATE TRIGGER payload_is_final BEFORE UPDATE OF run, position, target, row_id, key, op, payload, payload_hash, before,
    after ON rows
BEGIN
    SELECT RAISE(ABORT, 'what was confirmed never changes');
END
"""

_PAIRS = "ALTER TABLE runs ADD COLUMN columns TEXT NOT NULL DEFAULT '{}'"
"""Target column -> the worksheet's header that fed it: what an undo needs."""
_PROOF = """
ALTER TABLE rows ADD COLUMN proof TEXT NOT NULL DEFAULT ''
    CHECK (proof IN ('', 'saved', 'saved differently', 'not saved') AND (proof = '' OR state = 'acked'))
"""
_KEPT = "ALTER TABLE rows ADD COLUMN kept TEXT NOT NULL DEFAULT '{}'"
"""Worksheet column -> what the target holds instead of what was sent, as a read after the push showed."""

JOURNAL_FORMATS = (
    (
        *(_TARGETS, _RUNS, _ATTEMPTS, _ROWS, _DECISIONS, _PAYLOAD_IS_FINAL),
        *(_ONE_CREATE, _BY_TARGET, _BY_RUN, _BY_ATTEMPT, _UNMARKED, _BY_WORKBOOK),
    ),
    (_PAIRS,),
    (_PROOF, _KEPT),
)
