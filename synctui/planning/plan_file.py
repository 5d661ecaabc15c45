"""A plan as a file: a colleague reviews it, and `apply` carries out just that or nothing.

The file is bound to the worksheet's state and to the target by a hash over all that would be sent. The plan is made
anew from the workbook when it is applied; the file itself is never what is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from synctui.errors import ConflictsFound, UsageError
from synctui.files.whole import write_whole
from synctui.planning.plan import Plan, PlannedRow
from synctui.planning.planner import PushOptions
from synctui.store.payload import digest, pack
from synctui.values import text_of

FORMAT = 1
MOST_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan file says of the push that it stands for."""

    path: Path
    link: str
    target: str
    hash: str
    options: PushOptions


class _Options(msgspec.Struct, frozen=True):
    rows: Literal["edited", "all"]
    only_failed: bool
    conflicts: Literal["mine", "theirs", "stop"]
    bisect: bool = False
    proof: bool = True


class _Document(msgspec.Struct, frozen=True):
    format: int
    link: str
    target: str
    hash: str
    options: _Options
    variables: dict[str, str]


def plan_hash(plan: Plan) -> str:
    """The hash over all that a plan would send, and over what it was made from; ids of new rows do not count."""
    head = (plan.link, plan.source, plan.target, plan.connection, plan.environment, json.dumps(dict(plan.variables)))
    return digest(*head, *(_row_text(row) for row in plan.rows))


def _row_text(row: PlannedRow) -> str:
    told = [row.op, row.key, row.sheet_row, row.outgoing.document]
    values = {name: "" if value == row.row_id else value for name, value in row.outgoing.values.items()}  # the marker
    return json.dumps([*told, pack(values), pack(row.before), pack(row.after)])


def save(path: Path, plan: Plan, options: PushOptions) -> None:
    """Write a plan file. Raises UsageError."""
    write_whole(path, json.dumps(_document(plan, options), indent=2).encode() + b"\n")


def _document(plan: Plan, options: PushOptions) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "link": plan.link,
        "source": plan.source,
        "target": plan.target,
        "environment": plan.environment,
        "workbook": plan.workbook,
        "hash": plan_hash(plan),
        "options": msgspec.structs.asdict(_asked(options)),
        "variables": dict(plan.variables),
        "documents": plan.documents,
        "calls": plan.calls,
        "asks": list(plan.asks),
        "warnings": list(plan.warnings),
        "sums": {name: {"before": before, "after": after} for name, (before, after) in plan.sums.items()},
        "rows": [_row(row) for row in plan.rows],
    }


def _asked(options: PushOptions) -> _Options:
    return _Options(**{name: getattr(options, name) for name in _Options.__struct_fields__})


def _row(row: PlannedRow) -> dict[str, Any]:
    return {
        "op": row.op,
        "key": list(row.key) if any(row.key) else None,
        "row": row.sheet_row,
        "document": row.outgoing.document,
        "cells": [
            {"column": column, "old": text_of(row.before.get(column)), "new": text_of(new)}
            for column, new in row.after.items()
        ],
        "sends": _texts(row.outgoing.values),
    }


def _texts(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text_of(value) for name, value in values.items()}


def load(path: Path) -> PlanFile:
    """Read a plan file. Raises UsageError for one that is missing, broken, or written by a newer SyncTUI."""
    found = _read(path)
    if found.format > FORMAT:
        raise UsageError(f"The plan {path} was written by a newer SyncTUI.", "Update SyncTUI.")
    options = found.options
    asked = PushOptions(
        rows=options.rows,
        only_failed=options.only_failed,
        variables=found.variables,
        conflicts=options.conflicts,
        bisect=options.bisect,
        proof=options.proof,
    )
    return PlanFile(path, found.link, found.target, found.hash, asked)


def _read(path: Path) -> _Document:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
        return msgspec.json.decode(data, type=_Document)
    except OSError as error:
        raise UsageError(f"The plan {path} cannot be read: {error.strerror}.", "Name the plan's file.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UsageError(f"{path} is no plan of SyncTUI.", "Make one: synctui plan LINK -o plan.json") from None


def refuse_other(file: PlanFile, plan: Plan) -> None:
    """Refuse a plan that is not the one in the file any more. Raises ConflictsFound."""
    if plan_hash(plan) == file.hash:
        return
    what = "the target is another one" if plan.target != file.target else "the worksheet or the records moved on"
    raise ConflictsFound(
        f"The plan {file.path.name} does not hold any more: {what} since it was made. Nothing was sent.",
        f"Make a new one: synctui plan {file.link} -o {file.path.name}",
    )
