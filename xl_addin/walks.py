"""The three walks from a button to what became of it: a pull, a check, and a push by way of its plan."""

from __future__ import annotations

import time
from contextlib import aclosing

from synctui import crash
from synctui.errors import ConflictsFound, SyncError
from synctui.exit_codes import DONE, worst
from synctui.links import Link
from synctui.planning.planner import CHOOSE, PushOptions
from synctui.pull.run import PullDone
from synctui.push.ended import Ended, carry_out
from synctui.push.run import Event
from synctui.rows.changes import Changeset
from synctui.sentences import pull_progress, push_progress
from synctui.session import Prepared, Session
from xl_addin import dialogs
from xl_addin.desk import Desk

SEEN = "also seen by: synctui runs"


async def pull(desk: Desk, session: Session, link: str) -> int:
    """Pull the link into the workbook, and show its worksheet. Raises SyncError; the workbook is then as it was."""
    done = await _pulled(desk, session, link)
    desk.front.show(link)
    desk.tell(dialogs.pull_text(link, done, session.calls))
    return DONE


async def _pulled(desk: Desk, session: Session, link: str) -> PullDone:
    started = time.monotonic()
    with desk.progress() as progress:
        progress.show(f"{link}: asking for the first page")
        async with aclosing(session.pull(link, desk.front.workbook)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, PullDone):
                    return event
                progress.show(pull_progress(link, event, session.calls, time.monotonic() - started))
    raise AssertionError("a pull ends in PullDone or an error")


async def check(desk: Desk, session: Session, link: str) -> int:
    """Sign in to the link's connections, and tell how its worksheet stands, in `Sync` too; sends nothing."""
    with desk.progress() as progress:
        found = {}
        async for name, result in session.check(_connections(session.settings.link(link))):
            found[name] = result
            progress.show(f"{name}: {'ok' if result.ok else 'failed'}")
        sheet, trouble = await _looked(desk, session, link)
    desk.tell(dialogs.check_text(found, sheet, trouble))
    failures = [result.error for result in found.values() if result.error]
    return worst(error.exit_code for error in (*failures, *([trouble] if trouble else [])))


def _connections(link: Link) -> list[str]:
    sides = (link.source, *([link.target] if link.target else []))
    return list(dict.fromkeys(side.connection.name for side in sides))


async def _looked(desk: Desk, session: Session, link: str) -> tuple[Changeset | None, SyncError | None]:
    try:
        reading = await session.look(link, desk.front.workbook)
        if reading:
            await session.mark(link, desk.front.workbook, reading)
    except SyncError as error:
        return None, error
    return reading.changes if reading else None, None


async def push(desk: Desk, session: Session, link: str) -> int:
    """Push the rows that were edited or are new. Raises SyncError and Declined; nothing was sent then."""
    return await _push(desk, session, link, PushOptions())


async def push_failed(desk: Desk, session: Session, link: str) -> int:
    """Push the rows whose last outcome is refused. Raises SyncError and Declined; nothing was sent then."""
    return await _push(desk, session, link, PushOptions(only_failed=True))


async def _push(desk: Desk, session: Session, link: str, options: PushOptions) -> int:
    prepared = await _planned(desk, session, link, options)
    if not prepared.plan.rows:
        desk.tell(dialogs.plan_text(prepared))
        return DONE
    desk.confirm(dialogs.push_title(prepared.plan), dialogs.plan_text(prepared))
    ended = await _sent(desk, session, prepared)
    desk.tell(dialogs.result_text(ended))
    return ended.exit_code


async def _planned(desk: Desk, session: Session, link: str, options: PushOptions) -> Prepared:
    with desk.progress() as progress:
        progress.show(f"{link}: checking every row against the target, nothing is sent")
        try:
            return await session.plan(link, desk.front.workbook, options, desk.ask_for)
        except ConflictsFound as error:
            raise ConflictsFound(error.message, error.hint.replace(CHOOSE, dialogs.CONFLICTS)) from None


async def _sent(desk: Desk, session: Session, prepared: Prepared) -> Ended:
    rows = len(prepared.plan.rows)
    with desk.progress() as progress:

        def watch(event: Event, settled: int) -> None:
            line = push_progress(event, settled, rows)
            progress.show(f"{line} ({SEEN})" if line else "")

        return await carry_out(session.push(prepared), watch, lambda error: crash.fault(error, "xl_addin", "the push"))
