"""What the dialogs say. Every text goes through `show`, line by line, and no dialog outgrows a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from synctui.connectors.base import CheckResult
from synctui.costs import lines_of
from synctui.errors import SyncError
from synctui.planning.plan import Plan, PlannedRow
from synctui.pull.run import PullDone
from synctui.push.ended import Ended
from synctui.records import Value
from synctui.rows.changes import Change, Changeset, Damage, Problem
from synctui.sentences import (
    DAMAGED,
    NOTHING_TO_SEND,
    UNSENDABLE,
    change_counts,
    change_text,
    damage_rows,
    destination,
    key_text,
    place,
    plan_sentence,
    problem_rows,
    pull_sentence,
    result_rows,
    result_sentence,
)
from synctui.session import Prepared
from synctui.show import show

MOST = 20
"""Entries of one list."""
ROOM = 30
"""Entries of all lists of one dialog."""
WIDEST = 160
"""Columns of one line."""
LONGEST_PROMPT = 250
"""Characters; Excel's input box shows 255."""
CONFLICTS = "Choose mine or theirs in the drop-down of each such row's Sync cell, then press Push."
IN_CONFLICT = f"In conflict: each such row says so in its Sync cell. {CONFLICTS}"

Listing = tuple[str, Sequence[str]]
"""A heading, and the entries under it."""


# -- laying out


def line(text: str) -> str:
    """One safe line of a dialog."""
    return show(text[: 10 * WIDEST], WIDEST)


def _laid_out(head: Iterable[str], *listings: Listing) -> str:
    """The head, then each list that has entries, cut to what a screen holds."""
    told = [(heading, entries) for heading, entries in listings if entries]
    blocks = [[text for text in head if text]]
    blocks += [[heading, *_cut(entries, most)] for (heading, entries), most in zip(told, _shares(told), strict=True)]
    return "\n\n".join("\n".join(map(line, block)) for block in blocks if block)


def _cut(entries: Sequence[str], most: int) -> list[str]:
    more = len(entries) - most
    return [*entries[:most], *([f"and {more:,} more"] if more > 0 else [])]


def _shares(listings: Sequence[Listing]) -> list[int]:
    """How many entries of each list are shown: short lists leave their room to long ones."""
    shares = [0] * len(listings)
    room = ROOM
    shortest_first = sorted(range(len(listings)), key=lambda index: len(listings[index][1]))
    for waiting, index in zip(range(len(listings), 0, -1), shortest_first, strict=True):
        shares[index] = min(len(listings[index][1]), room // waiting, MOST)
        room -= shares[index]
    return shares


def _row(cells: Iterable[str]) -> str:
    """Cells of a list as one entry; dialogs have no columns that could be aligned."""
    return " | ".join(cell for cell in cells if cell)


def _damage(damage: Iterable[Damage]) -> Listing:
    return DAMAGED, [_row(cells) for cells in damage_rows(damage)]


def _problems(problems: Iterable[Problem]) -> Listing:
    return UNSENDABLE, [_row(cells) for cells in problem_rows(problems)]


# -- what is told


def error_text(error: SyncError) -> str:
    """What failed, and what to do about it."""
    return "\n\n".join(line(text) for text in (error.message, error.hint) if text)


def which_link(names: Sequence[str]) -> str:
    """Asks for a link by its name."""
    return show(f"The active worksheet is no link's. Type the name of the link: {', '.join(names)}", LONGEST_PROMPT)


def pull_text(link: str, done: PullDone, calls: int) -> str:
    """What a pull did."""
    conflicts = IN_CONFLICT if done.conflicts else ""
    return _laid_out([pull_sentence(link, done, calls), conflicts], ("Please note:", done.notices))


def check_text(found: Mapping[str, CheckResult], sheet: Changeset | None, trouble: SyncError | None) -> str:
    """Whether the connections sign in, and how the worksheet stands: what a push would take up, what it would not."""
    head = [f"{name}: {'ok' if result.ok else 'failed'}. {result.detail}" for name, result in found.items()]
    if trouble is not None:
        return _laid_out([*head, str(trouble)])
    if sheet is None:
        return _laid_out([*head, "The worksheet was not pulled yet."])
    told = change_counts(sheet) if sheet.changes else "Nothing was changed."
    changes = [_change(change) for change in sheet.changes if change.cells]
    deleted = [key_text(key) for key in sheet.deleted]
    return _laid_out(
        [*head, told],
        ("Changed by you:", changes),
        ("Deleted from the worksheet; they stay at the source:", deleted),
        _damage(sheet.damage),
        _problems(sheet.problems),
    )


def _change(change: Change) -> str:
    old = {cell.column: cell.old for cell in change.cells}
    return _changed(change.row, key_text(change.key), old, {cell.column: cell.new for cell in change.cells})


def _changed(row: int | None, key: str, old: Mapping[str, Value], new: Mapping[str, Value]) -> str:
    """A row with all its changed cells, before and after."""
    cells = "; ".join(f"{column}: {change_text(old.get(column), value)}" for column, value in new.items())
    return _row([place(row), key, cells or "as it stands"])


def push_title(plan: Plan) -> str:
    """Names the environment where nobody overlooks it."""
    return f"Push {plan.link} to {destination(plan)}?"


def plan_text(prepared: Prepared) -> str:
    """What a push would send, to where, and what it leaves out."""
    plan = prepared.plan
    left_out = (_damage(prepared.sheet.damage), _problems(prepared.problems))
    notes = ("Please note:", plan.warnings)
    if not plan.rows:
        return _laid_out([NOTHING_TO_SEND], notes, *left_out)
    head = [f"{plan_sentence(plan)}.", *lines_of(prepared.cost), *(f"{reason}." for reason in plan.asks)]
    sums = ("Sums, before and after:", [f"{name}: {change_text(*both)}" for name, both in plan.sums.items()])
    variables = ("Variables:", [f"{name} = {value}" for name, value in plan.variables.items()])
    rows = ("Rows to be sent:", [_planned(row) for row in plan.rows])
    return _laid_out(head, sums, variables, rows, notes, *left_out)


def _planned(row: PlannedRow) -> str:
    return _changed(row.sheet_row, key_text(row.key), row.before, row.after)


def result_text(ended: Ended) -> str:
    """What became of a push, and what is left to do."""
    result = ended.result
    head = [f"{result_sentence(result)}.", *([str(ended.error)] if ended.error else [])]
    rows = [_row(cells) for cells in result_rows(result)]
    return _laid_out(head, ("Rows:", rows), ("Please note:", result.notices), ("Next:", list(_next(ended))))


def _next(ended: Ended) -> Iterable[str]:
    result = ended.result
    settle = (
        "Look at the other side, then say in a terminal what became of the rows in doubt:",
        *(f"synctui settle {result.run_id} --as {way}" for way in ("arrived", "resend", "skip")),
        "Nothing more is sent to this target before.",
    )
    return chain(
        settle if result.in_doubt else (),
        ["Correct the refused rows, then press Only failed."] if result.refused or result.not_saved else (),
        ["Press Push again to send the rest."] if result.unsent and not result.in_doubt else (),
    )
