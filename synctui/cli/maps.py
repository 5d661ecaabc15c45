"""`maps`, `columns` and `run`: what lies at an eOne connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synctui.cli.asking import confirm, parse_variables
from synctui.cli.desk import Desk, error_document
from synctui.cli.interrupts import Interrupts
from synctui.cli.push import send
from synctui.cli.push_result import settle_steps
from synctui.cli.terminal import table
from synctui.push.ended import Ended
from synctui.push.run import PushResult
from synctui.records import Outcome
from synctui.wording import count

if TYPE_CHECKING:
    from synctui.push.run_map import PreparedRun


def maps(desk: Desk, connection: str) -> int:
    """List a connection's maps."""
    found = desk.run(lambda _: _maps(desk, connection))
    lines = table([[entry.id, entry.key, entry.description] for entry in found], ("map", "key", "description"))
    desk.answer({"maps": [asdict(entry) for entry in found]}, *lines)
    return 0


async def _maps(desk: Desk, connection: str) -> Sequence[Any]:
    async with desk.session() as session:
        return await session.maps(connection)


def columns(desk: Desk, connection: str, map_name: str) -> int:
    """List a map's columns."""
    found = desk.run(lambda _: _columns(desk, connection, map_name))
    rows = [[entry.name, "key" if entry.key else "", "" if entry.mapped else "not mapped"] for entry in found]
    desk.answer({"columns": [asdict(entry) for entry in found]}, *table(rows, ("column", "key", "")))
    return 0


async def _columns(desk: Desk, connection: str, map_name: str) -> Sequence[Any]:
    async with desk.session() as session:
        return await session.columns(connection, map_name)


def run(desk: Desk, connection: str, map_name: str, given: Sequence[str], *, yes: bool) -> int:
    """Run a map now."""
    variables = parse_variables(given)
    desk.interrupted_hint = "The map was not run."
    return desk.run(lambda interrupts: _run(desk, interrupts, connection, map_name, variables, yes))


async def _run(
    desk: Desk, interrupts: Interrupts, connection: str, map_name: str, variables: dict[str, str], yes: bool
) -> int:
    async with desk.session() as session:
        prepared = await session.prepare_run(connection, map_name, variables)
        desk.tell(*_head(prepared, map_name))
        if not confirm(prepared.plan.asks, yes=yes):
            return desk.stopped("You said no.")
        with interrupts.gently(asyncio.Event()) as stop:
            ended = await send(desk, session, prepared, stop)
            return _report(desk, prepared, ended)


def _head(prepared: PreparedRun, map_name: str) -> list[str]:
    plan = prepared.plan
    where = f"{plan.connection} ({plan.environment})" if plan.environment else plan.connection
    return [f"run {map_name} at {where}", *table([["variable", *pair] for pair in plan.variables.items()])]


def _report(desk: Desk, prepared: PreparedRun, ended: Ended) -> int:
    result = ended.result
    document = _answer(prepared, result)
    if ended.error:
        document["error"] = error_document(ended.error)
    desk.answer(document, *_lines(document))
    if result.in_doubt:
        desk.tell(*settle_steps(desk, result.run_id))
    return ended.exit_code


def _answer(prepared: PreparedRun, result: PushResult) -> dict[str, Any]:
    said, row = prepared.target.result, result.rows[0]
    return {
        "run_id": result.run_id,
        "run_number": said.run_number if said else None,
        "documents": said.documents if said else None,
        "failed": said.failed if said else None,
        "state": STATES[row.outcome],
        "outcome": row.outcome,
        "message": row.message,
        "variables": dict(prepared.plan.variables),
    }


STATES = {
    Outcome.ACCEPTED: "done",
    Outcome.REFUSED: "failed",
    Outcome.IN_DOUBT: "in doubt",
    Outcome.UNSENT: "not run",
}


def _lines(document: dict[str, Any]) -> list[str]:
    told = "run {run_id}: {state}".format(**document)
    if document["documents"] is not None:
        documents = count(document["documents"], "document")
        told += f", run number {document['run_number']}, {document['failed']} of {documents} failed"
    return [told, *([document["message"]] if document["message"] else [])]
