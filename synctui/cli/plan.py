"""`plan` and `apply`: a push in two steps, with a file between them that somebody else can review."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synctui.cli import answers
from synctui.cli.asking import ask_for, parse_variables
from synctui.cli.desk import Desk
from synctui.cli.diff import repair_command
from synctui.cli.plan_text import plan_lines
from synctui.cli.push import Asked, plan_and_send
from synctui.files.whole import write_whole
from synctui.html_pages import plan_page
from synctui.planning import plan_file
from synctui.planning.planner import PushOptions


def plan(desk: Desk, link: str, workbook: str, *, output: str, variables: Sequence[str], **asked: Any) -> int:
    """Write the plan of a push into a file, and a page for people beside it."""
    asked["only_failed"] = asked.pop("only") == "failed"
    options = PushOptions(variables=parse_variables(variables), **asked)
    return desk.run(lambda _: _plan(desk, link, workbook, Path(output), options))


async def _plan(desk: Desk, link: str, workbook: str, path: Path, options: PushOptions) -> int:
    page = path.with_suffix(".html")
    async with desk.session() as session:
        prepared = await session.plan(link, desk.old_workbook(workbook), options, ask_for)
        plan_file.save(path, prepared.plan, options)
        write_whole(page, plan_page(prepared.plan).encode())
        document = answers.planned(prepared, session.calls, dry_run=True)
    document |= {"file": str(path), "page": str(page), "hash": plan_file.plan_hash(prepared.plan)}
    repair = repair_command(desk, link, workbook)
    desk.answer(document, *plan_lines(prepared, repair), f"Written: {path}, and {page} to read.")
    desk.tell(f"next: {desk.again('apply', str(path), '--workbook', workbook)}")
    return 0


def apply(desk: Desk, plan: str, workbook: str, *, yes: bool) -> int:
    """Carry out a plan from its file, if it is still the plan that the workbook gives."""
    file = plan_file.load(Path(plan))
    desk.interrupted_hint, desk.nothing_done = "Nothing was sent.", answers.NOTHING_SENT
    asked = Asked(file.link, workbook, file.options, yes, lambda made: plan_file.refuse_other(file, made))
    return desk.run(lambda interrupts: plan_and_send(desk, interrupts, asked))
