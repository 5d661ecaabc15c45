"""A plan as people read it before they agree: every cell, and what goes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from synctui.cli.diff import change_text, damage_lines, key_text, problem_lines
from synctui.cli.terminal import table
from synctui.plan import Plan, PlannedRow

if TYPE_CHECKING:
    from synctui.session import Prepared

MOST_ROWS = 20
"""Rows that are shown cell by cell; the others are counted."""


def plan_lines(prepared: Prepared) -> list[str]:
    """What would be sent, to where, and what keeps other rows back."""
    plan = prepared.plan
    head = _head(plan) if plan.rows else ["Nothing is to be sent."]
    notes = [f"note: {warning}" for warning in plan.warnings]
    return [*head, *notes, *damage_lines(prepared.sheet.damage), *problem_lines(prepared.problems)]


def _head(plan: Plan) -> list[str]:
    where = f"{plan.connection} ({plan.environment})" if plan.environment else plan.connection
    batches = len(plan.batches)
    told = [
        f"{_count(len(plan.rows), 'row')} in {_count(plan.documents, 'document')} to {where}: "
        f"{_count(batches, 'run')} of the map, {_count(plan.calls, 'call')}",
        *table(_cells(plan.rows[:MOST_ROWS])),
    ]
    told += [f"... and {_count(len(plan.rows) - MOST_ROWS, 'row')} more"] if len(plan.rows) > MOST_ROWS else []
    told += table([["variable", name, value] for name, value in plan.variables.items()])
    return told + table([["sum", name, change_text(*sums)] for name, sums in plan.sums.items()])


def _cells(rows: Iterable[PlannedRow]) -> Iterator[list[str]]:
    for row in rows:
        place = [f"row {row.sheet_row}", key_text(row.key)]
        for column, new in row.after.items():
            yield [*place, column, change_text(row.before.get(column), new)]
        if not row.after:
            yield [*place, "", "as it stands"]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
