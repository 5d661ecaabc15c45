"""What the `Sync` column says of a row."""

from __future__ import annotations

from synctui.records import Memory
from synctui.rows.changes import IN_DOUBT, RowView
from synctui.values import stand_in

CONFLICT = "conflict"
EDITED = "edited"
NEW = "new"
SAVED = "saved"
SKIPPED = "skipped: run "
REFUSED = "refused: "
GONE = "gone at source"
PUSH = "push"
OFFERED = (PUSH, "mine", "theirs")
"""What the drop-down of the `Sync` column offers."""
COMMANDS = frozenset(OFFERED)
MAX_REASON = 250


def sync_text(row: RowView, memory: Memory, *, edited: bool | None = None) -> str:
    """The text of a row's `Sync` cell, from what is known of it; words that the user typed there stay.

    `edited` tells whether edits are left, where that differs from what the row was read as.
    """
    edited = bool(row.edits) if edited is None else edited
    run = memory.in_doubt.get(row.row_id) or row.in_doubt
    if run:
        return f"{IN_DOUBT}{run}"
    conflict = memory.conflicts.get(row.row_id)
    if row.sync in COMMANDS and not (conflict and row.sync == PUSH):
        return row.sync
    if conflict:
        return CONFLICT
    if row.key in memory.gone:
        return GONE
    if row.row_id in memory.refused and edited:
        return refused_text(memory.refused[row.row_id])
    if edited:
        return EDITED if row.exists else NEW
    accepted = memory.accepted.get(row.row_id)
    if accepted is None:
        return ""
    return f"{SKIPPED}{accepted.run_id}" if accepted.left else SAVED


def refused_text(message: str) -> str:
    """`refused: why`, on one line that fits a cell."""
    return stand_in(REFUSED + " ".join(message.split())[:MAX_REASON])
