"""`undo` and `resume`: a run taken back, or what it left unsent sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from synctui.cli import answers
from synctui.cli.asking import confirm
from synctui.cli.desk import Desk, error_document
from synctui.cli.interrupts import Interrupts
from synctui.cli.plan_text import cell_lines
from synctui.cli.push import send
from synctui.cli.push_result import result_lines, settle_steps
from synctui.cli.terminal import table
from synctui.costs import lines_of
from synctui.errors import WorksheetError
from synctui.exit_codes import CONFLICTS, DONE, REFUSED, worst
from synctui.push.ended import Ended
from synctui.sentences import NOTHING_TO_SEND, created_rows, kept_rows, plan_sentence, will_not_be_marked

if TYPE_CHECKING:
    from synctui.session import PreparedAgain, Session
    from synctui.worksheets.base import Workbook


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done about a run."""

    what: Literal["undo", "advance"]
    run: str
    path: str | None
    yes: bool
    dry_run: bool


def again(desk: Desk, what: Literal["undo", "advance"], run: str, *, workbook: str | None, **asked: bool) -> int:
    """Plan, show, ask, send, tell."""
    desk.interrupted_hint, desk.nothing_done = "Nothing was sent.", answers.NOTHING_SENT
    return desk.run(lambda interrupts: _again(desk, interrupts, Asked(what, run, workbook, **asked)))


async def _again(desk: Desk, interrupts: Interrupts, asked: Asked) -> int:
    async with desk.session() as session:
        prepared = await _prepared(desk, session, asked)
        lines = plan_lines(prepared)
        if asked.dry_run or not prepared.plan.rows:
            told = answers.plan_of(prepared.plan, (), session.calls, dry_run=asked.dry_run)
            desk.answer({**told, **left(prepared), **answers.budget(prepared.cost)}, *lines)
            return DONE if asked.dry_run else _code(prepared, None)
        desk.tell(*lines)
        if not confirm(prepared.plan.asks, yes=asked.yes):
            return desk.stopped("You said no.")
        with interrupts.gently(asyncio.Event()) as stop:
            ended = await send(desk, session, prepared, stop)
        prepared = replace(prepared, cost=session.cost_of_push(prepared.plan))
        return _report(desk, prepared, ended, session.calls)


async def _prepared(desk: Desk, session: Session, asked: Asked) -> PreparedAgain:
    """The plan; where the workbook is gone or cannot be used, the rest is done all the same."""
    make: Callable[[str, Workbook | None], Any] = session.undo if asked.what == "undo" else session.advance
    name = asked.path or session.show(asked.run)[0].workbook
    try:
        prepared: PreparedAgain = await make(asked.run, desk.old_workbook(name))
    except WorksheetError as error:
        if asked.path:
            raise
        desk.warn(will_not_be_marked(error))
        prepared = await make(asked.run, None)
    return prepared


def plan_lines(prepared: PreparedAgain) -> list[str]:
    """What would be sent, and what stays as it is."""
    plan = prepared.plan
    head = [plan_sentence(plan), *lines_of(prepared.cost), *cell_lines(plan)]
    told = head if plan.rows else [NOTHING_TO_SEND]
    told += [f"note: {warning}" for warning in plan.warnings]
    return told + table(kept_rows(prepared.kept)) + table(created_rows(prepared.created))


def left(prepared: PreparedAgain) -> dict[str, Any]:
    """What an undo leaves as it is."""
    kept = [
        {"key": answers.key_of(kept.row.key), "row": kept.row.sheet_row, "message": kept.why} for kept in prepared.kept
    ]
    created = [{"key": row.new_key or answers.key_of(row.key), "row": row.sheet_row} for row in prepared.created]
    return {"of_run": prepared.run.run_id, "kept": kept, "created": created}


def _report(desk: Desk, prepared: PreparedAgain, ended: Ended, calls: int) -> int:
    result = ended.result
    document = {**answers.pushed(prepared.plan, result, (), calls), **left(prepared), **answers.budget(prepared.cost)}
    if ended.error:
        document["error"] = error_document(ended.error)
        desk.warn(f"synctui: {ended.error}", tone="bad")
    for notice in result.notices:
        desk.warn(notice)
    desk.answer(document, *result_lines(result))
    if result.in_doubt:
        desk.tell(*settle_steps(desk, result.run_id))
    return _code(prepared, ended)


def _code(prepared: PreparedAgain, ended: Ended | None) -> int:
    """Rows that were kept are a conflict where nothing was sent, and an incomplete undo where the others were."""
    kept = [CONFLICTS if ended is None else REFUSED] if prepared.kept else []
    return worst([*kept, ended.exit_code] if ended else kept)
