"""What became of a push, as people read it, and the exact next command."""

from __future__ import annotations

from synctui.cli.desk import Desk
from synctui.cli.diff import key_text, place
from synctui.cli.terminal import table
from synctui.push import PushResult
from synctui.records import Outcome


def result_lines(result: PushResult) -> list[str]:
    """The counts, and every row that was not simply accepted."""
    counts = [(outcome, result.count(outcome)) for outcome in Outcome]
    told = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in counts if count)
    rows = [
        [place(row.row), key_text(row.key), row.outcome.replace("_", " "), row.message]
        for row in result.rows
        if row.outcome is not Outcome.ACCEPTED or row.message
    ]
    return [f"run {result.run_id}: {told}{f' ({result.note})' if result.note else ''}", *table(rows)]


def settle_steps(desk: Desk, run_id: str) -> list[str]:
    """What to type once it is known what became of rows in doubt."""
    ways = ("arrived", "resend", "skip")
    told = "Look at the other side, then say what became of the rows in doubt:"
    return [told, *(f"  {desk.again('settle', run_id, '--as', way)}" for way in ways)]


def next_steps(desk: Desk, link: str, path: str, result: PushResult) -> list[str]:
    """What to type next, where something is left to do."""
    again = ("push", link, "--workbook", path)
    if result.in_doubt:
        return settle_steps(desk, result.run_id)
    if result.refused:
        return ["Correct the refused rows, then:", f"  {desk.again(*again, '--only', 'failed')}"]
    return ["To send the rest:", f"  {desk.again(*again)}"] if result.unsent else []
