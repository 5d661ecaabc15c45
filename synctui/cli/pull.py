"""`pull`: a link's records into its worksheet, with progress on stderr."""

from __future__ import annotations

import time
from contextlib import aclosing

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.pull import PagePulled, PullDone, PullEvent, Writing
from synctui.wording import count


def pull(desk: Desk, link: str, path: str, *, replace: bool) -> int:
    """Create or refresh the worksheet."""
    desk.interrupted_hint = f"{path} is as it was."
    done, calls = desk.run(lambda _: _pull(desk, link, path, replace))
    for notice in done.notices:
        desk.tell(notice, tone="warn")
    desk.answer(answers.pulled(done, calls), _sentence(link, done, calls), *_next(desk, link, path, done))
    return 0


async def _pull(desk: Desk, link: str, path: str, replace: bool) -> tuple[PullDone, int]:
    async with desk.session() as session:
        progress, started = desk.progress(), time.monotonic()
        try:
            async with aclosing(session.pull(link, desk.workbook(path), replace=replace)) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, PullDone):
                        return event, session.calls
                    progress.show(progress_line(link, event, session.calls, time.monotonic() - started))
        finally:
            progress.clear()
    raise AssertionError("a pull ends in PullDone or an error")


def progress_line(link: str, event: PullEvent, calls: int, seconds: float) -> str:
    """How far a pull is: rows, pages, calls, time left."""
    if isinstance(event, Writing):
        return f"{link}: writing {count(event.rows, 'row')}"
    if not isinstance(event, PagePulled):
        return ""
    told = f"{link}: {f'{event.rows:,} of ' if event.total else ''}{count(event.total or event.rows, 'row')}"
    told += f", page {event.pages}, {count(calls, 'call')}"
    if not event.total or not event.rows or event.rows >= event.total:
        return told
    left = seconds / event.rows * (event.total - event.rows)
    return f"{told}, {_duration(left)} left"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _sentence(link: str, done: PullDone, calls: int) -> str:
    return (
        f"{link}: {count(done.rows, 'row')} ({done.added:,} added, {done.changed:,} changed, {done.removed:,} removed, "
        f"{done.conflicts:,} in conflict), {count(calls, 'call')}"
    )


def _next(desk: Desk, link: str, path: str, done: PullDone) -> list[str]:
    if not done.conflicts:
        return []
    return [
        "In conflict: type mine or theirs into the Sync cell of each row, or choose for all:",
        f"  {desk.again('push', link, '--workbook', path, '--conflicts', 'mine')}",
    ]
