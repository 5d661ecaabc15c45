"""`diff`: what a push would send, from the file alone."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.changes import Changeset, Damage, Problem
from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.sentences import (
    DAMAGED,
    UNSENDABLE,
    change_counts,
    change_text,
    damage_rows,
    key_text,
    place,
    problem_rows,
)


def diff(desk: Desk, link: str, path: str) -> int:
    """Show changes, damage and problems; finding some is no failure."""
    sheet = desk.run(lambda _: _diff(desk, link, path))
    notes = (*damage_lines(sheet.damage, repair_command(desk, link, path)), *problem_lines(sheet.problems))
    desk.answer(answers.differences(sheet), *change_lines(sheet), *notes)
    return 0


async def _diff(desk: Desk, link: str, path: str) -> Changeset:
    async with desk.session() as session:
        return await session.diff(link, desk.old_workbook(path))


def change_lines(sheet: Changeset) -> list[str]:
    """Every change, and how many there are."""
    if not sheet.changes:
        return ["Nothing was changed."]
    rows = [
        [change.kind, place(change.row), key_text(change.key), cell.column, change_text(cell.old, cell.new)]
        for change in sheet.changes
        for cell in change.cells
    ]
    rows += [["deleted", "", key_text(key), "", "stays at the source"] for key in sheet.deleted]
    return [*table(rows), change_counts(sheet)]


def damage_lines(damage: Iterable[Damage], repair: str = "") -> list[str]:
    """Cells that a spreadsheet program changed by itself, and the command that puts them back."""
    rows = damage_rows(damage)
    remedy = ["To put it back:", f"  {repair}"] if repair else []
    return ["", DAMAGED, *table(rows), *remedy] if rows else []


def repair_command(desk: Desk, link: str, path: str) -> str:
    """What to type against damage."""
    return desk.again("repair", link, "--workbook", path)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """What keeps rows from being sent."""
    rows = problem_rows(problems)
    return ["", UNSENDABLE, *table(rows)] if rows else []
