"""A plan as people read it before they agree: every cell, and what goes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from synctui.cli.diff import damage_lines, problem_lines
from synctui.cli.terminal import table
from synctui.costs import lines_of
from synctui.planning.plan import Plan, PlannedRow
from synctui.sentences import NOTHING_TO_SEND, change_text, key_text, plan_sentence
from synctui.wording import count

if TYPE_CHECKING:
    from synctui.connectors.base import RowPreview
    from synctui.session import Prepared

MOST_ROWS = 20
"""Rows that are shown cell by cell; the others are counted."""


def plan_lines(prepared: Prepared, repair: str = "") -> list[str]:
    """What would be sent, to where, and what keeps other rows back; `repair` is the command against damage."""
    plan = prepared.plan
    head = _head(plan, lines_of(prepared.cost)) if plan.rows else [NOTHING_TO_SEND]
    notes = [f"note: {warning}" for warning in plan.warnings]
    left_out = [*damage_lines(prepared.sheet.damage, repair), *problem_lines(prepared.problems)]
    return [*head, *notes, *left_out, *_preview(prepared)]


def _head(plan: Plan, cost: list[str]) -> list[str]:
    told = [plan_sentence(plan), *cost, *cell_lines(plan)]
    told += table([["variable", name, value] for name, value in plan.variables.items()])
    return told + table([["sum", name, change_text(*sums)] for name, sums in plan.sums.items()])


def cell_lines(plan: Plan) -> list[str]:
    """The first rows of a plan, cell by cell."""
    told = table(_cells(plan.rows[:MOST_ROWS]))
    return told + ([f"... and {count(len(plan.rows) - MOST_ROWS, 'row')} more"] if len(plan.rows) > MOST_ROWS else [])


def _cells(rows: Iterable[PlannedRow]) -> Iterator[list[str]]:
    for row in rows:
        place = [f"row {row.sheet_row}", key_text(row.key)]
        for column, new in row.after.items():
            yield [*place, column, change_text(row.before.get(column), new)]
        if not row.after:
            yield [*place, "", "as it stands"]


def _preview(prepared: Prepared) -> list[str]:
    """What the target would receive, as far as it can tell; every mapping error, however many rows there are."""
    if prepared.preview is None:
        return []
    plan, previews = prepared.plan, prepared.preview.rows
    rows = {row.row_id: row for row in plan.rows}
    shown = [preview for number, preview in enumerate(previews) if number < MOST_ROWS or preview.errors]
    told = ["", f"{plan.connection} would receive:"]
    told += table(line for preview in shown for line in _received(rows[preview.row_id], preview))
    told += [f"... and {count(len(previews) - len(shown), 'row')} more"] if len(shown) < len(previews) else []
    return [*told, *(f"note: {note}" for note in prepared.preview.notes)]


def _received(row: PlannedRow, preview: RowPreview) -> Iterator[list[str]]:
    place = [f"row {row.sheet_row}", key_text(row.key)]
    yield [*place, preview.record or "nothing"]
    for error in preview.errors:
        yield [*place, f"error: {error}"]
