"""Plans, runs and readings made by hand, for tests of what screens show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from synctui.cells import Grid
from synctui.connectors.base import Outgoing
from synctui.past_runs.settle import Settlement
from synctui.past_runs.undo import Kept
from synctui.planning.plan import Plan, PlannedRow
from synctui.push.conflicts import Conflict
from synctui.records import Column, Memory, Outcome
from synctui.rows.changes import CellChange, Changeset, Damage, Problem, RowView
from synctui.session import Prepared, PreparedAgain, Reading
from synctui.store.history import RunRow, RunSummary
from synctui.store.states import RunState, State
from synctui.worksheets.passport import Passport

NOON = datetime(2026, 7, 31, 12, 0, tzinfo=UTC)


def planned(number: int, before: Mapping[str, str], after: Mapping[str, str], *, create: bool = False) -> PlannedRow:
    row_id = f"key:{number}"
    key = ("",) if create else (str(900_000 + number),)
    outgoing = Outgoing(row_id, dict(after), number, create)
    return PlannedRow(outgoing, key, "create" if create else "update", number + 1, before, after)


def prepared(rows: Sequence[PlannedRow], problems: Sequence[Problem] = (), **more: Any) -> Prepared:
    told = {
        "link": "Awards",
        "source": "grants",
        "target": "eone erp",
        "connection": "erp",
        "environment": "practice",
        "workbook": "awards.xlsx",
        "batches": (tuple(rows),) if rows else (),
        "documents": len(rows),
        "calls": 2,
    }
    plan = Plan(**(told | more))
    return Prepared(plan, tuple(problems), Changeset(), cast("Any", None), cast("Any", None))


def prepared_again(
    rows: Sequence[PlannedRow], kept: Sequence[Kept] = (), created: Sequence[RunRow] = (), **told: Any
) -> PreparedAgain:
    plan = prepared(rows, **told).plan
    return PreparedAgain(run(), plan, cast("Any", None), cast("Any", None), tuple(kept), tuple(created))


def settlement(rows: Sequence[RunRow], evidence: Sequence[str], in_doubt: int = 0) -> Settlement:
    return Settlement("20260731-abcdef", tuple(evidence), tuple(rows), len(rows) - in_doubt, in_doubt)


def run(**more: Any) -> RunSummary:
    told: dict[str, Any] = {
        "run_id": "20260731-abcdef",
        "link": "Awards",
        "source": "grants",
        "connection": "erp",
        "target": "eone erp",
        "environment": "practice",
        "workbook": "awards.xlsx",
        "user": "dana",
        "started": NOON,
        "ended": NOON,
        "state": RunState.DONE,
        "accepted": 2,
        "refused": 1,
        "in_doubt": 0,
        "unsent": 1,
        "skipped": 0,
        "note": "",
        "variables": {},
    }
    return RunSummary(**(told | more))


def run_row(number: int, state: State, message: str = "", **more: Any) -> RunRow:
    told: dict[str, Any] = {
        "row_id": f"key:{number}",
        "key": (str(900_000 + number),),
        "op": "update",
        "sheet_row": number + 1,
        "document": number,
        "state": state,
        "message": message,
        "evidence": "",
        "new_key": "",
        "payload": {},
        "before": {},
        "after": {},
        "written_back": True,
    }
    return RunRow(**(told | more))


def reading(headers: Sequence[str], rows: Sequence[RowView], **more: Any) -> Reading:
    """A worksheet whose first column is the key."""
    columns = tuple(map(Column, headers))
    memory = Memory("Awards", columns=columns, key=(headers[0],), **more)
    return Reading(Passport(), memory, Grid((), ()), Changeset(list(rows), [], []))


def row(number: int, *values: str | None, known: bool = True, **more: Any) -> RowView:
    return RowView(number, (values[0] or "",), "", list(values), known=known, **more)


def edit(column: str, old: str | None, new: str) -> CellChange:
    return CellChange(column, old, new)


def damage(number: int, column: str, was: str, now: int) -> Damage:
    return Damage((str(number),), number, column, was, now)


OUTCOMES = tuple(Outcome)


def conflicts() -> list[Conflict]:
    return [
        Conflict(("900003",), 4, "cf_County", "Walsh", "Benson", "Ward"),
        Conflict(("900003",), 4, "sf_Application Name", "[bold]Mine[/]", "", "Open library"),
    ]
