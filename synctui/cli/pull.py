"""`pull`: a link's records into its worksheet, with progress on stderr."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.costs import Cost, pages_cost
from synctui.errors import UsageError
from synctui.pull.run import PagePulled, PullDone
from synctui.sentences import pull_progress, pull_sentence

if TYPE_CHECKING:
    from synctui.session import Session

Done = TypeVar("Done")


def pull(desk: Desk, link: str, path: str | None, *, replace: bool, output: str | None) -> int:
    """Create or refresh the worksheet. Raises UsageError where none is named."""
    if output is not None:
        raise UsageError("-o names the file that --to writes, and --to is not there.", "Add --to csv or --to parquet.")
    if path is None:
        raise UsageError("It is not said where the records go.", "Add --workbook FILE, or --to csv.")
    desk.interrupted_hint = f"{path} is as it was."
    done, calls, cost = desk.run(lambda _: _pull(desk, link, path, replace))
    for notice in done.notices:
        desk.tell(notice, tone="warn")
    desk.answer(answers.pulled(done, calls, cost), pull_sentence(link, done, calls), *_next(desk, link, path, done))
    return 0


async def _pull(desk: Desk, link: str, path: str, replace: bool) -> tuple[PullDone, int, Cost | None]:
    async with desk.session() as session:
        events = session.pull(link, desk.workbook(path), replace=replace)
        done = await follow(desk, session, link, events, PullDone)
        return done, session.calls, session.cost_of_pull(link)


async def follow(desk: Desk, session: Session, link: str, events: AsyncIterator[Any], last: type[Done]) -> Done:
    """Show how far a pull is, up to its last event. Raises what ends it early."""
    told = tell_cost(desk, session, link)
    progress, started = desk.progress(), time.monotonic()
    try:
        async with aclosing(events) as shown:  # type: ignore[type-var]
            async for event in shown:
                if isinstance(event, last):
                    return event
                if not told and isinstance(event, PagePulled) and event.total:
                    told = tell_cost(desk, session, link, pages_cost(event.total, event.rows, session.calls))
                progress.show(pull_progress(link, event, session.calls, time.monotonic() - started))
    finally:
        progress.clear()
    raise AssertionError(f"a pull ends in {last.__name__} or an error")


def tell_cost(desk: Desk, session: Session, link: str, calls: int | None = None) -> bool:
    """Say what a pull takes of the call budget; False where it is not known yet."""
    cost = session.cost_of_pull(link, calls)
    if cost is None or cost.calls is None:
        return cost is None
    desk.tell(f"{link}: {cost.sentence}")
    if cost.shortage and not desk.wait:
        desk.warn(cost.shortage)
    return True


def _next(desk: Desk, link: str, path: str, done: PullDone) -> list[str]:
    if not done.conflicts:
        return []
    return [
        "In conflict: type mine or theirs into the Sync cell of each row, or choose for all:",
        f"  {desk.again('push', link, '--workbook', path, '--conflicts', 'mine')}",
    ]
