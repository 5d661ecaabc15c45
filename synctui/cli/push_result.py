"""What became of a push, as people read it, and the exact next command."""

from __future__ import annotations

from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.push.run import PushResult
from synctui.sentences import result_rows, result_sentence


def result_lines(result: PushResult) -> list[str]:
    """The counts, and every row that was not simply accepted."""
    return [result_sentence(result), *table(result_rows(result))]


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
    if result.refused or result.not_saved:
        return ["Correct the refused rows, then:", f"  {desk.again(*again, '--only', 'failed')}"]
    return ["To send the rest:", f"  {desk.again(*again)}"] if result.unsent else []
