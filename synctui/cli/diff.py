"""`diff`: what a push would send, from the file alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.rows.changes import Changeset, Damage, Problem
from synctui.sentences import (
    DAMAGED,
    IN_CONFLICT,
    UNSENDABLE,
    change_counts,
    change_text,
    conflict_rows,
    damage_rows,
    key_text,
    place,
    problem_rows,
)

if TYPE_CHECKING:
    from synctui.push.conflicts import Conflict
    from synctui.session import Reading


def diff(desk: Desk, link: str, path: str) -> int:
    """Show changes, damage and problems; finding some is no failure."""
    reading = desk.run(lambda _: _read(desk, link, path))
    sheet, conflicts = reading.changes, reading.conflicts
    notes = (*damage_lines(sheet.damage, repair_command(desk, link, path)), *problem_lines(sheet.problems))
    document = {**answers.differences(sheet), "conflicts": answers.conflicts(conflicts)}
    desk.answer(document, *change_lines(sheet), *conflict_lines(conflicts), *notes)
    return 0


async def _read(desk: Desk, link: str, path: str) -> Reading:
    async with desk.session() as session:
        return await session.read(link, desk.old_workbook(path))


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


def conflict_lines(conflicts: Iterable[Conflict]) -> list[str]:
    """Cells that both sides changed, with what each side says."""
    rows = conflict_rows(conflicts)
    return ["", IN_CONFLICT, *table(rows)] if rows else []


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
