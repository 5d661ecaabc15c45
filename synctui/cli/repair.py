"""`repair`: puts back what a spreadsheet program changed by itself."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.rows.changes import Damage
from synctui.sentences import repair_rows, repair_sentence


def repair(desk: Desk, link: str, path: str) -> int:
    """Put the cells back, and tell each."""
    desk.interrupted_hint = f"{path} is as it was."
    repaired = desk.run(lambda _: _repair(desk, link, path))
    desk.answer(answers.repaired(repaired), *table(repair_rows(repaired)), repair_sentence(repaired))
    return 0


async def _repair(desk: Desk, link: str, path: str) -> Sequence[Damage]:
    async with desk.session() as session:
        return await session.repair(link, desk.old_workbook(path))
