"""`pull --to`: a link's records into a file of their own, with progress on stderr."""

from __future__ import annotations

from pathlib import Path

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.pull import follow
from synctui.costs import Cost
from synctui.errors import UsageError
from synctui.files import FileKind
from synctui.files.names import safe_name
from synctui.pull.export import FileWritten
from synctui.wording import count


def pull_to_file(
    desk: Desk, link: str, kind: FileKind, output: str | None, *, workbook: str | None, replace: bool
) -> int:
    """Write the file. Raises UsageError for options of a worksheet."""
    unfit = "--workbook" if workbook is not None else "--replace" if replace else ""
    if unfit:
        raise UsageError(f"{unfit} is for a worksheet, and --to for a file.", "Leave out one of the two.")
    path = Path(output) if output else Path(f"{safe_name(link)}.{kind}")
    desk.interrupted_hint = f"Nothing was written to {path}."
    done, calls, cost = desk.run(lambda _: _pull_to_file(desk, link, kind, path))
    for notice in done.notices:
        desk.tell(notice, tone="warn")
    sentence = f"{link}: {count(done.rows, 'row')} in {path}, {count(calls, 'call')}"
    desk.answer(answers.written(done, calls, cost), sentence)
    return 0


async def _pull_to_file(desk: Desk, link: str, kind: FileKind, path: Path) -> tuple[FileWritten, int, Cost | None]:
    async with desk.session() as session:
        done = await follow(desk, session, link, session.export(link, path, kind), FileWritten)
        return done, session.calls, session.cost_of_pull(link)
