"""The demo's way back: the first push undone, and compared with what the other side received."""

from __future__ import annotations

from synctui.cli import answers
from synctui.cli.demo_walk import EDITS, Walk, push_plan, verdict
from synctui.cli.push_result import result_lines
from synctui.cli.undo import left, plan_lines
from synctui.practice import Practice
from synctui.session import open_file


async def undo(walk: Walk, practice: Practice) -> bool:
    """Take the first push back; whether the map received the old values of just the edited rows."""
    run_id = walk.answer["push"]["run_id"]
    before = len(walk.runs(practice))
    walk.say("", "Second thoughts:", f"$ synctui undo {run_id} --yes")
    prepared = await walk.session.undo(run_id, open_file(str(walk.path)))
    walk.say(*(f"  {line}" for line in plan_lines(prepared)))
    calls = walk.session.calls
    result = await push_plan(walk.session, prepared)
    walk.say(*(f"  {line}" for line in result_lines(result)))
    told = answers.pushed(prepared.plan, result, (), walk.session.calls - calls)
    received = [dict(row) for call in walk.runs(practice)[before:] for row in call.rows]
    as_meant = received == walk.before and result.accepted == len(EDITS)
    walk.answer["undo"] = {**told, **left(prepared), "received": received, "as_meant": as_meant}
    walk.say(*(f"  received: {', '.join(f'{name}={value}' for name, value in row.items())}" for row in received))
    walk.say(f"  {verdict(as_meant)}")
    return as_meant
