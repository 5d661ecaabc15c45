"""How pulls, plans and pushes are told: the words that every front shares. Lists come as cells, which a front lays out.

Nothing here is made fit to be shown yet: texts of the other side and of cells are as they came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from synctui.cells import Cell, CellError
from synctui.planning.plan import Plan
from synctui.pull.run import PagePulled, PullDone, PullEvent, Writing
from synctui.push.conflicts import SIDES_AND_BASE, Conflict
from synctui.push.run import BatchSending, Event, PushResult, PushStarted, ReadingBack, RowSettled
from synctui.records import Column, Key, Outcome, Value
from synctui.rows.changes import Changeset, Damage, Problem
from synctui.values import text_of, to_wire
from synctui.wording import count

if TYPE_CHECKING:
    from synctui.errors import WorksheetError
    from synctui.past_runs.settle import Decision, Settlement
    from synctui.past_runs.undo import Kept
    from synctui.store.history import RunRow

IN_CONFLICT = "Changed on both sides; choose mine or theirs in the Sync cell of the row:"
DAMAGED = "Changed by the spreadsheet program, not by you; not sent:"
UNSENDABLE = "Not sent before this is mended:"
NOTHING_TO_SEND = "Nothing is to be sent."
CREATED_BY_RUN = "created by the run; it stays"
DECISIONS: dict[Decision, tuple[str, str]] = {
    "arrived": ("It arrived", "The rows count as saved."),
    "resend": ("Send again with the next push", "What arrived after all is then there twice, or written again."),
    "skip": ("Leave it", "The rows are not sent until somebody edits them again."),
}
"""What a user may say of rows in doubt: the choice, and what comes of it."""
_PLAIN = Column("")


# -- cells


def place(row: int | None) -> str:
    """Where in the worksheet."""
    return f"row {row}" if row else ""


def key_text(key: Key) -> str:
    """A key as people read it."""
    return " / ".join(key) if any(key) else "(new)"


def change_text(old: Value, new: Value) -> str:
    """A cell before and after, blank ones said so."""
    return f"{text_of(old) or '(blank)'} → {text_of(new) or '(blank)'}"


def cell_text(cell: Cell) -> str:
    """A cell as text, an error cell as its code."""
    return cell.code if isinstance(cell, CellError) else to_wire(cell, _PLAIN)


# -- the worksheet


def change_counts(sheet: Changeset) -> str:
    """How many rows were edited, are new, were deleted."""
    counts = Counter(change.kind for change in sheet.changes)
    deleted = f"{counts['delete']:,} deleted from the worksheet"
    return f"{count(counts['update'], 'row')} edited, {counts['create']:,} new, {deleted}"


def conflict_rows(conflicts: Iterable[Conflict]) -> list[list[str]]:
    """Cells that both sides changed: place, key, column, and what each side says."""
    return [
        [
            place(cell.row),
            key_text(cell.key),
            cell.column,
            *(f"{name} {value or '(blank)'}" for name, value in zip(SIDES_AND_BASE, cell.shown, strict=True)),
        ]
        for cell in conflicts
    ]


def damage_rows(damage: Iterable[Damage]) -> list[list[str]]:
    """Cells that a spreadsheet program changed by itself: place, key, column, change."""
    return [
        [place(found.row), key_text(found.key), found.column, change_text(found.was, cell_text(found.now))]
        for found in damage
    ]


def repair_rows(repaired: Iterable[Damage]) -> list[list[str]]:
    """Cells that were put back: place, key, column, what a spreadsheet program had made of it and what it is again."""
    return [
        [place(found.row), key_text(found.key), found.column, change_text(cell_text(found.now), found.was)]
        for found in repaired
    ]


def repair_sentence(repaired: Sequence[Damage]) -> str:
    """What a repair did."""
    return f"{count(len(repaired), 'cell')} repaired" if repaired else "Nothing is damaged."


def problem_rows(problems: Iterable[Problem]) -> list[list[str]]:
    """What keeps rows from being sent: place, column, sentence."""
    return [[place(problem.row), problem.column, problem.message] for problem in problems]


# -- a pull


def pull_progress(link: str, event: PullEvent, calls: int, seconds: float) -> str:
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


def pull_sentence(link: str, done: PullDone, calls: int) -> str:
    """What a pull did."""
    return (
        f"{link}: {count(done.rows, 'row')} ({done.added:,} added, {done.changed:,} changed, {done.removed:,} removed, "
        f"{done.conflicts:,} in conflict), {count(calls, 'call')}"
    )


# -- a push


def destination(plan: Plan) -> str:
    """The target's connection, with its environment where it has one."""
    return f"{plan.connection} ({plan.environment})" if plan.environment else plan.connection


def plan_sentence(plan: Plan) -> str:
    """How much would go where, and what it costs."""
    documents = f" in {count(plan.documents, 'document')}" if plan.groups else ""
    batches = f"{count(len(plan.batches), 'run')} of the map" if plan.groups else count(len(plan.batches), "batch")
    return f"{count(len(plan.rows), 'row')}{documents} to {destination(plan)}: {batches}, {count(plan.cost, 'call')}"


def push_progress(event: Event, settled: int, rows: int) -> str:
    """How far a push is; `settled` of `rows` have their answer."""
    if isinstance(event, PushStarted):
        return f"run {event.run_id}: noted in the journal, marking the workbook"
    if isinstance(event, BatchSending):
        again = " again" if event.again else ""
        return f"sending {count(event.rows, 'row')}{again} in call {event.number}; {settled:,} of {rows:,} answered"
    if isinstance(event, ReadingBack):
        return f"reading {count(event.rows, 'row')} back to see what was saved"
    return f"{settled:,} of {count(rows, 'row')} answered" if isinstance(event, RowSettled) else ""


def result_sentence(result: PushResult) -> str:
    """What became of a push, in counts."""
    counts = [(outcome, result.count(outcome)) for outcome in Outcome]
    told = ", ".join(f"{number:,} {outcome.replace('_', ' ')}" for outcome, number in counts if number)
    told += f", {result.not_saved:,} of them not saved" if result.not_saved else ""
    return f"run {result.run_id}: {told}{f' ({result.note})' if result.note else ''}"


def result_rows(result: PushResult) -> list[list[str]]:
    """Every row that was not simply accepted: place, key, outcome, message."""
    return [
        [place(row.row), key_text(row.key), row.outcome.replace("_", " "), row.message]
        for row in result.rows
        if row.outcome is not Outcome.ACCEPTED or row.message
    ]


# -- a run that is over


def created_key(row: RunRow) -> str:
    """The key of a record that a run created, as far as the target told it."""
    return row.new_key or key_text(row.key)


def kept_rows(kept: Iterable[Kept]) -> list[list[str]]:
    """Rows that an undo leaves as they are: place, key, why."""
    return [[place(left.row.sheet_row), key_text(left.row.key), left.why] for left in kept]


def created_rows(created: Iterable[RunRow]) -> list[list[str]]:
    """Records that an undone run created, which stay: place, key, sentence."""
    return [[place(row.sheet_row), created_key(row), CREATED_BY_RUN] for row in created]


def settle_sentence(settlement: Settlement) -> str:
    """What a settlement came to."""
    if not settlement.rows:
        return f"Run {settlement.run_id} has no rows in doubt."
    return f"Run {settlement.run_id}: {count(settlement.settled, 'row')} settled, {settlement.in_doubt:,} in doubt"


def will_not_be_marked(error: WorksheetError) -> str:
    """Why a push will go without its workbook."""
    return f"The workbook will not be marked: {error}"


def was_not_marked(error: WorksheetError) -> str:
    """Why only the journal knows what was decided."""
    return f"The workbook was not marked: {error}"
