"""`push`: plan, show, ask, send, tell what became of every row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synctui.cli import answers
from synctui.cli.asking import ask_for, confirm, parse_variables
from synctui.cli.desk import Desk, error_document
from synctui.cli.exit_codes import DONE, IN_DOUBT, INTERRUPTED, REFUSED, worst
from synctui.cli.interrupts import Interrupts
from synctui.cli.plan_text import plan_lines
from synctui.cli.push_result import next_steps, result_lines
from synctui.cli.terminal import Progress
from synctui.errors import SyncError
from synctui.planning import PushOptions
from synctui.push import BatchSending, Event, PushDone, PushResult, PushStarted, RowSettled
from synctui.wording import count

if TYPE_CHECKING:
    from synctui.run_map import PreparedRun
    from synctui.session import Prepared, Session


@dataclass(frozen=True, slots=True)
class Asked:
    """A push as it was asked for."""

    link: str
    path: str
    options: PushOptions
    yes: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a push."""

    result: PushResult
    error: SyncError | None
    """What ended it early."""
    stopped: bool

    @property
    def exit_code(self) -> int:
        """The first of all the codes that hold."""
        codes = [self.error.exit_code] if self.error else []
        codes += [INTERRUPTED] if self.stopped else []
        codes += [IN_DOUBT] if self.result.in_doubt else []
        codes += [REFUSED] if self.result.refused else []
        return worst(codes)


def push(desk: Desk, link: str, workbook: str, *, variables: Sequence[str], yes: bool, **asked: Any) -> int:
    """Push a link's edited rows."""
    asked["only_failed"] = asked.pop("only") == "failed"
    options = PushOptions(variables=parse_variables(variables), **asked)
    desk.interrupted_hint = "Nothing was sent."
    return desk.run(lambda interrupts: _push(desk, interrupts, Asked(link, workbook, options, yes)))


async def _push(desk: Desk, interrupts: Interrupts, asked: Asked) -> int:
    async with desk.session() as session:
        ask = ask_for if not asked.options.dry_run else _nobody
        prepared = await session.plan(asked.link, desk.old_workbook(asked.path), asked.options, ask)
        plan, lines = prepared.plan, plan_lines(prepared)
        if asked.options.dry_run or not plan.rows:
            document = answers.planned(prepared, session.calls, dry_run=asked.options.dry_run)
            desk.answer(document, *lines)
            return DONE
        desk.tell(*lines)
        if not confirm(plan.asks, yes=asked.yes):
            return desk.stopped("You said no.")
        with interrupts.gently(asyncio.Event()) as stop:
            ended = await send(desk, session, prepared, stop)
            return _report(desk, asked, prepared, ended, session.calls)


def _nobody(_name: str, _question: str) -> None:
    """A dry run asks for no variable."""


async def send(desk: Desk, session: Session, prepared: Prepared | PreparedRun, stop: asyncio.Event) -> Ended:
    """Carry a plan out, with progress on stderr. Raises what kept it from beginning."""
    result: PushResult | None = None
    error: SyncError | None = None
    progress, settled = desk.progress(), 0
    desk.interrupted_hint = ""
    try:
        async with aclosing(session.push(prepared, stop)) as events:  # type: ignore[type-var]
            async for event in events:
                settled += isinstance(event, RowSettled)
                if isinstance(event, PushDone):
                    result = event.result
                _show(progress, event, settled, len(prepared.plan.rows), stop)
    except Exception as failure:
        if result is None:
            raise
        error = failure if isinstance(failure, SyncError) else desk.fault(failure)
    finally:
        progress.clear()
    if result is None:
        raise AssertionError("a push ends in PushDone or an error")
    return Ended(result, error, stop.is_set())


def _show(progress: Progress, event: Event, settled: int, rows: int, stop: asyncio.Event) -> None:
    if isinstance(event, PushStarted):
        progress.show(f"run {event.run_id}: noted in the journal, marking the workbook")
    elif isinstance(event, BatchSending):
        progress.show(f"sending {count(event.rows, 'row')} in call {event.number}; {settled:,} of {rows:,} answered")
    elif isinstance(event, RowSettled):
        progress.show(f"{settled:,} of {count(rows, 'row')} answered{', stopping' if stop.is_set() else ''}")


def _report(desk: Desk, asked: Asked, prepared: Prepared, ended: Ended, calls: int) -> int:
    result = ended.result
    document = answers.pushed(prepared.plan, result, prepared.problems, calls)
    if ended.error:
        document["error"] = error_document(ended.error)
    for notice in result.notices:
        desk.warn(notice)
    if ended.error:
        desk.warn(f"synctui: {ended.error}", tone="bad")
    desk.answer(document, *result_lines(result))
    desk.tell(*next_steps(desk, asked.link, asked.path, result))
    return ended.exit_code
