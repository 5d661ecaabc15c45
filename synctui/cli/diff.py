"""`diff`: what a push would send, from the file alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from synctui.changes import Changeset, Damage, Problem
from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.records import Key, Value
from synctui.values import text_of
from synctui.wording import count


def diff(desk: Desk, link: str, path: str) -> int:
    """Show changes, damage and problems; finding some is no failure."""
    sheet = desk.run(lambda _: _diff(desk, link, path))
    notes = (*damage_lines(sheet.damage), *problem_lines(sheet.problems))
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
    counts = Counter(change.kind for change in sheet.changes)
    deleted = f"{counts['delete']:,} deleted from the worksheet"
    return [*table(rows), f"{count(counts['update'], 'row')} edited, {counts['create']:,} new, {deleted}"]


def damage_lines(damage: Iterable[Damage]) -> list[str]:
    """Cells that a spreadsheet program changed by itself."""
    rows = [
        [place(found.row), key_text(found.key), found.column, change_text(found.was, answers.cell_text(found.now))]
        for found in damage
    ]
    return ["", "Changed by the spreadsheet program, not by you; not sent:", *table(rows)] if rows else []


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """What keeps rows from being sent."""
    rows = [[place(problem.row), problem.column, problem.message] for problem in problems]
    return ["", "Not sent before this is mended:", *table(rows)] if rows else []


def place(row: int | None) -> str:
    """Where in the worksheet."""
    return f"row {row}" if row else ""


def key_text(key: Key) -> str:
    """A key as people read it."""
    return " / ".join(key) if any(key) else "(new)"


def change_text(old: Value, new: Value) -> str:
    """A cell before and after, blank ones said so."""
    return f"{text_of(old) or '(blank)'} → {text_of(new) or '(blank)'}"
