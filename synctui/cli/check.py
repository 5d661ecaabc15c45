"""`check`: sign in and read, connection by connection."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.connectors.base import CheckResult
from synctui.exit_codes import worst


def check(desk: Desk, names: Sequence[str]) -> int:
    """Sign in to these connections, or to all."""
    results = desk.run(lambda _: _check(desk, names))
    lines = table([[name, "ok" if found.ok else "failed", found.detail] for name, found in results.items()])
    desk.answer(answers.checked(results), *lines)
    return worst(found.error.exit_code for found in results.values() if found.error)


async def _check(desk: Desk, names: Sequence[str]) -> dict[str, CheckResult]:
    results = {}
    async with desk.session() as session:
        progress = desk.progress()
        async for name, found in session.check(names):
            progress.show(f"{name}: {'ok' if found.ok else 'failed'}")
            results[name] = found
        progress.clear()
    return results
