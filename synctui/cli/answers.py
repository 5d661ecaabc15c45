"""The JSON documents that commands answer with, as plain dicts. Keys are added over time and never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synctui.connectors.base import CheckResult, DryRun
from synctui.costs import Cost
from synctui.past_runs.settle import Settlement
from synctui.planning.plan import Plan, PlannedRow
from synctui.pull.run import PullDone
from synctui.push.conflicts import Conflict
from synctui.push.run import PushResult, RowSettled
from synctui.records import Key, Value
from synctui.rows.changes import Changeset, Damage, Problem
from synctui.sentences import cell_text
from synctui.store.history import RunRow, RunSummary
from synctui.values import text_of

if TYPE_CHECKING:
    from synctui.pull.export import FileWritten
    from synctui.session import Prepared

COUNTS = ("accepted", "refused", "in_doubt", "unsent", "skipped")
NOTHING_SENT: Mapping[str, Any] = {"run_id": None, **dict.fromkeys(COUNTS, 0), "rows": []}
"""What the answer of a push holds in any case."""


def budget(cost: Cost | None) -> dict[str, Any]:
    """What is left of a call budget; nothing where there is none."""
    return {"budget": {"left": cost.left, "limit": cost.limit}} if cost else {}


def key_of(key: Key) -> str | list[str] | None:
    """A key: text, a list where composite, null for a new row."""
    if not any(key):
        return None
    return key[0] if len(key) == 1 else list(key)


def texts(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as the texts of the wire."""
    return {name: text_of(value) for name, value in values.items()}


def checked(results: Mapping[str, CheckResult]) -> dict[str, Any]:
    """`check`: per name what was found."""
    return {name: check_result(result) for name, result in results.items()}


def check_result(result: CheckResult) -> dict[str, Any]:
    """What was found at one connection."""
    error = result.error
    told = {"exit_code": error.exit_code, "hint": error.hint} if error else {}
    return {"ok": result.ok, "detail": result.detail, "expires": _moment(result.expires), **told}


def pulled(done: PullDone, calls: int, cost: Cost | None = None) -> dict[str, Any]:
    """`pull`."""
    return {**asdict(done), "notices": list(done.notices), "calls": calls, **budget(cost)}


def written(done: FileWritten, calls: int, cost: Cost | None) -> dict[str, Any]:
    """`pull --to`."""
    return {**asdict(done), "notices": list(done.notices), "calls": calls, **budget(cost)}


def repaired(cells: Iterable[Damage]) -> dict[str, Any]:
    """`repair`, as `diff` puts it: `was` is what a cell says again, `now` what the spreadsheet program had made."""
    return {"repaired": damage(cells)}


def damage(cells: Iterable[Damage]) -> list[dict[str, Any]]:
    """Cells that a spreadsheet program changed by itself."""
    return [
        {
            "key": key_of(cell.key),
            "row": cell.row,
            "column": cell.column,
            "was": text_of(cell.was),
            "now": cell_text(cell.now),
        }
        for cell in cells
    ]


def differences(sheet: Changeset) -> dict[str, Any]:
    """`diff`."""
    return {
        "changes": [
            {
                "key": key_of(change.key),
                "kind": change.kind,
                "row": change.row,
                "cells": [
                    {"column": cell.column, "old": text_of(cell.old), "new": text_of(cell.new)} for cell in change.cells
                ],
            }
            for change in sheet.changes
        ],
        "damage": damage(sheet.damage),
        "problems": problems(sheet.problems),
    }


def conflicts(cells: Iterable[Conflict]) -> list[dict[str, Any]]:
    """Cells that the worksheet and the source changed both, as the texts of the wire."""
    return [
        {
            "key": key_of(cell.key),
            "row": cell.row,
            "column": cell.column,
            "mine": text_of(cell.mine),
            "theirs": text_of(cell.theirs),
            "base": text_of(cell.base),
        }
        for cell in cells
    ]


def problems(found: Iterable[Problem]) -> list[dict[str, Any]]:
    """What keeps rows from being sent."""
    return [asdict(problem) for problem in found]


def planned(prepared: Prepared, calls: int, *, dry_run: bool) -> dict[str, Any]:
    """`push` where nothing was sent: a dry run, or nothing to send."""
    told = plan_of(prepared.plan, prepared.problems, calls, dry_run=dry_run)
    return {**told, "preview": _preview(prepared.plan, prepared.preview), **budget(prepared.cost)}


def plan_of(plan: Plan, found: Iterable[Problem], calls: int, *, dry_run: bool) -> dict[str, Any]:
    """A plan of which nothing was sent."""
    return {
        "run_id": None,
        "dry_run": dry_run,
        **dict.fromkeys(COUNTS, 0),
        "rows": [_planned(row, number) for number, batch in enumerate(plan.batches, 1) for row in batch],
        **_told(plan, found),
        "batches": len(plan.batches),
        "calls": plan.cost,
        "calls_made": calls,
    }


def _preview(plan: Plan, preview: DryRun | None) -> dict[str, Any] | None:
    """What the target would receive; None where it cannot tell."""
    if preview is None:
        return None
    planned_rows = {row.row_id: row for row in plan.rows}
    rows = [(planned_rows[row.row_id], row) for row in preview.rows]
    return {
        "rows": [
            {"key": key_of(row.key), "row": row.sheet_row, "record": shown.record or None, "errors": list(shown.errors)}
            for row, shown in rows
        ],
        "notes": list(preview.notes),
    }


def pushed(plan: Plan, result: PushResult, found: Iterable[Problem], calls: int) -> dict[str, Any]:
    """`push`, after rows were sent."""
    return {
        "run_id": result.run_id,
        "dry_run": False,
        **{name: getattr(result, name) for name in COUNTS},
        "rows": [_settled(row) for row in result.rows],
        "note": result.note,
        "notices": list(result.notices),
        **_told(plan, found),
        "calls_made": calls,
    }


def _told(plan: Plan, found: Iterable[Problem]) -> dict[str, Any]:
    return {
        "link": plan.link,
        "target": plan.target,
        "environment": plan.environment,
        "documents": plan.documents,
        "variables": dict(plan.variables),
        "sums": {name: {"before": before, "after": after} for name, (before, after) in plan.sums.items()},
        "asks": list(plan.asks),
        "warnings": list(plan.warnings),
        "problems": problems(found),
    }


def _planned(row: PlannedRow, batch: int) -> dict[str, Any]:
    return {
        "key": key_of(row.key),
        "row": row.sheet_row,
        "outcome": None,
        "message": "",
        "op": row.op,
        "document": row.outgoing.document,
        "batch": batch,
        "values": texts(row.outgoing.values),
        "before": texts(row.before),
        "after": texts(row.after),
    }


def _settled(row: RowSettled) -> dict[str, Any]:
    return {
        "key": key_of(row.key),
        "row": row.row,
        "outcome": row.outcome,
        "message": row.message,
        "new_key": row.new_key or None,
        "proof": row.proof or None,
    }


def settled(settlement: Settlement) -> dict[str, Any]:
    """`settle`."""
    return {
        "run_id": settlement.run_id,
        "evidence": list(settlement.evidence),
        "rows": [run_row(row) for row in settlement.rows],
        "settled": settlement.settled,
        "in_doubt": settlement.in_doubt,
        "notices": list(settlement.notices),
    }


def run(summary: RunSummary) -> dict[str, Any]:
    """One run, as `runs` lists it."""
    names = ("run_id", "link", "target", "source", "connection", "environment", "workbook", "user", "note")
    return {
        **{name: getattr(summary, name) for name in names},
        "started": _moment(summary.started),
        "ended": _moment(summary.ended),
        "state": summary.state,
        **{name: getattr(summary, name) for name in COUNTS},
        "variables": dict(summary.variables),
    }


def run_row(row: RunRow) -> dict[str, Any]:
    """One row of a run, as `show` and `settle` tell it."""
    return {
        "key": key_of(row.key),
        "row": row.sheet_row,
        "outcome": row.outcome,
        "message": row.message,
        "op": row.op,
        "document": row.document,
        "evidence": row.evidence,
        "new_key": row.new_key or None,
        "proof": row.proof or None,
        "values": texts(row.payload),
        "before": texts(row.before),
        "after": texts(row.after),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
