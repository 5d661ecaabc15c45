"""`pull`: a link's records into its worksheet, with progress on stderr."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.errors import UsageError
from synctui.pull import PullDone
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
    done, calls = desk.run(lambda _: _pull(desk, link, path, replace))
    for notice in done.notices:
        desk.tell(notice, tone="warn")
    desk.answer(answers.pulled(done, calls), pull_sentence(link, done, calls), *_next(desk, link, path, done))
    return 0


async def _pull(desk: Desk, link: str, path: str, replace: bool) -> tuple[PullDone, int]:
    async with desk.session() as session:
        events = session.pull(link, desk.workbook(path), replace=replace)
        return await follow(desk, session, link, events, PullDone), session.calls


async def follow(desk: Desk, session: Session, link: str, events: AsyncIterator[Any], last: type[Done]) -> Done:
    """Show how far a pull is, up to its last event. Raises what ends it early."""
    progress, started = desk.progress(), time.monotonic()
    try:
        async with aclosing(events) as shown:  # type: ignore[type-var]
            async for event in shown:
                if isinstance(event, last):
                    return event
                progress.show(pull_progress(link, event, session.calls, time.monotonic() - started))
    finally:
        progress.clear()
    raise AssertionError(f"a pull ends in {last.__name__} or an error")


def _next(desk: Desk, link: str, path: str, done: PullDone) -> list[str]:
    if not done.conflicts:
        return []
    return [
        "In conflict: type mine or theirs into the Sync cell of each row, or choose for all:",
        f"  {desk.again('push', link, '--workbook', path, '--conflicts', 'mine')}",
    ]
