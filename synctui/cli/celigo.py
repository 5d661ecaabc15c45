"""`celigo`: what an account holds, and whether Celigo reaches the systems behind its connections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.connectors.base import CheckResult
from synctui.exit_codes import DONE

HEADERS = ("id", "type", "connection", "", "name")


def look(desk: Desk, connection: str, verb: str, *arguments: str) -> int:
    """Show what a Celigo connection answers to a verb: a list, or whether a ping came back."""
    found = desk.run(lambda _: _look(desk, connection, verb, arguments))
    if isinstance(found, CheckResult):
        return _pinged(desk, arguments[0], found)
    lines = table(map(_line, found), HEADERS) if found else [f"There are no {verb}."]
    desk.answer({verb: [asdict(entry) for entry in found]}, *lines)
    return DONE


async def _look(desk: Desk, connection: str, verb: str, arguments: Sequence[str]) -> Any:
    async with desk.session() as session:
        return await session.celigo(connection, verb, *arguments)


def _line(entry: Any) -> list[str]:
    return [entry.id, entry.type, entry.connection, "offline" if entry.offline else "", entry.name]


def _pinged(desk: Desk, pinged: str, found: CheckResult) -> int:
    desk.answer(answers.check_result(found), *table([[pinged, "ok" if found.ok else "failed", found.detail]]))
    return found.error.exit_code if found.error else DONE
