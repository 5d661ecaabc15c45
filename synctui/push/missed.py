"""What the journal knows of a worksheet's rows and the worksheet does not: an old copy, or one that was not saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from synctui.connectors.base import Outcome
from synctui.records import Key, Memory
from synctui.rows.changes import Changeset, Problem, RowView
from synctui.store.history import RunRow
from synctui.store.journal import Journal
from synctui.store.states import RunState


@dataclass(slots=True)
class Missed:
    """Outcomes that the worksheet has not heard of."""

    runs: dict[str, list[RunRow]] = field(default_factory=dict)
    """Run -> its rows, which the worksheet can be told of."""
    created: dict[str, str] = field(default_factory=dict)
    """Row id -> what is said of a row that such a run created and that is to be left out of this push."""
    updated: list[str] = field(default_factory=list)
    """What is said of rows that were created and whose records can be updated."""

    def problems(self, rows: Iterable[RowView]) -> list[Problem]:
        """Leaves the created rows out, and says why."""
        found = []
        for row in rows:
            if row.own_id and row.own_id in self.created:
                row.blocked = True
                found.append(Problem(row.number, "", self.created[row.own_id]))
        return found


def missed(journal: Journal, target: str, memory: Memory, sheet: Changeset, *, updates: bool, writes: bool) -> Missed:
    """Compare the worksheet with the journal.

    `updates` tells whether the id of a created record is the source's key; `writes` whether the worksheet can be told.
    """
    result = Missed()
    if writes:
        _add_doubts(result, journal, memory, sheet)
    fresh = [row for row in sheet.rows if row.own_id and row.own_id not in memory.accepted]
    in_doubt = {row.row_id for rows in result.runs.values() for row in rows}
    created = journal.created_before(target, [row.own_id for row in fresh if row.own_id not in in_doubt])
    keys = {row.key: row.number for row in sheet.rows if any(row.key)}
    for view in fresh:
        run_id = created.get(view.own_id)
        if run_id is not None:
            row = next(row for row in journal.rows(run_id) if row.row_id == view.own_id)
            _add_created(result, run_id, row, keys, updates=updates, writes=writes)
    return result


def _add_doubts(result: Missed, journal: Journal, memory: Memory, sheet: Changeset) -> None:
    """Rows that the worksheet shows as in doubt under a run that is over and whose fate the journal knows."""
    by_run: dict[str, set[str]] = {}
    for row in sheet.rows:
        run_id = memory.in_doubt.get(row.row_id) or row.in_doubt
        if run_id and row.row_id:
            by_run.setdefault(run_id, set()).add(row.row_id)
    for run_id, row_ids in by_run.items():
        if journal.knows(run_id) and journal.run(run_id).state is not RunState.RUNNING:
            rows = [r for r in journal.rows(run_id) if r.row_id in row_ids and r.outcome is not Outcome.IN_DOUBT]
            result.runs |= {run_id: rows} if rows else {}


def _add_created(
    result: Missed, run_id: str, row: RunRow, keys: dict[Key, int], *, updates: bool, writes: bool
) -> None:
    said = f"The row was created in run {run_id}{f' as {row.new_key}' if row.new_key else ''}"
    if (row.new_key,) in keys:
        result.created[row.row_id] = f"{said}, which stands in row {keys[row.new_key,]}; delete one of the two."
        return
    if writes:
        result.runs.setdefault(run_id, []).append(row)
    if updates and row.new_key and writes:
        result.updated.append(f"{said}, which this copy of the workbook did not know: it is updated from now on.")
    else:
        result.created[row.row_id] = f"{said}, which this copy of the workbook did not know, so it is left out."
