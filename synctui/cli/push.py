"""`push`: plan, show, ask, send, tell what became of every row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from synctui.cli import answers
from synctui.cli.asking import ask_for, confirm, parse_variables
from synctui.cli.desk import Desk, error_document
from synctui.cli.diff import repair_command
from synctui.cli.interrupts import Interrupts
from synctui.cli.plan_text import plan_lines
from synctui.cli.push_result import next_steps, result_lines
from synctui.exit_codes import DONE
from synctui.planning.plan import Plan
from synctui.planning.planner import PushOptions
from synctui.push.ended import Ended, carry_out
from synctui.push.run import Event
from synctui.sentences import push_progress

if TYPE_CHECKING:
    from synctui.push.run_map import PreparedRun
    from synctui.session import Prepared, PreparedAgain, Session


@dataclass(frozen=True, slots=True)
class Asked:
    """A push as it was asked for."""

    link: str
    path: str
    options: PushOptions
    yes: bool
    check: Callable[[Plan], None] = lambda _plan: None
    """Raises where the plan is not the one that is meant."""


def push(desk: Desk, link: str, workbook: str, *, variables: Sequence[str], yes: bool, **asked: Any) -> int:
    """Push a link's edited rows."""
    asked["only_failed"] = asked.pop("only") == "failed"
    options = PushOptions(variables=parse_variables(variables), **asked)
    desk.interrupted_hint, desk.nothing_done = "Nothing was sent.", answers.NOTHING_SENT
    return desk.run(lambda interrupts: plan_and_send(desk, interrupts, Asked(link, workbook, options, yes)))


async def plan_and_send(desk: Desk, interrupts: Interrupts, asked: Asked) -> int:
    """Plan, show, ask, send, tell."""
    async with desk.session() as session:
        ask = ask_for if not asked.options.dry_run else _nobody
        prepared = await session.plan(asked.link, desk.old_workbook(asked.path), asked.options, ask)
        plan, lines = prepared.plan, plan_lines(prepared, repair_command(desk, asked.link, asked.path))
        asked.check(plan)
        if asked.options.dry_run or not plan.rows:
            document = answers.planned(prepared, session.calls, dry_run=asked.options.dry_run)
            desk.answer(document, *lines)
            return DONE
        desk.tell(*lines)
        if not confirm(plan.asks, yes=asked.yes):
            return desk.stopped("You said no.")
        with interrupts.gently(asyncio.Event()) as stop:
            ended = await send(desk, session, prepared, stop)
            prepared = replace(prepared, cost=session.cost_of_push(plan))
            return _report(desk, asked, prepared, ended, session.calls)


def _nobody(_name: str, _question: str) -> None:
    """A dry run asks for no variable."""


async def send(
    desk: Desk, session: Session, prepared: Prepared | PreparedRun | PreparedAgain, stop: asyncio.Event
) -> Ended:
    """Carry a plan out, with progress on stderr. Raises what kept it from beginning."""
    progress, rows = desk.progress(), len(prepared.plan.rows)
    desk.interrupted_hint = ""

    def watch(event: Event, settled: int) -> None:
        line = push_progress(event, settled, rows)
        if line:
            progress.show(f"{line}, stopping" if stop.is_set() else line)

    try:
        return await carry_out(session.push(prepared, stop), watch, desk.fault, stop)
    finally:
        progress.clear()


def _report(desk: Desk, asked: Asked, prepared: Prepared, ended: Ended, calls: int) -> int:
    result = ended.result
    document = answers.pushed(prepared.plan, result, prepared.problems, calls)
    document |= answers.budget(prepared.cost)
    if ended.error:
        document["error"] = error_document(ended.error)
    for notice in result.notices:
        desk.warn(notice)
    if ended.error:
        desk.warn(f"synctui: {ended.error}", tone="bad")
    desk.answer(document, *result_lines(result))
    desk.tell(*next_steps(desk, asked.link, asked.path, result))
    return ended.exit_code
