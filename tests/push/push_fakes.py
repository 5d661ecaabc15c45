"""A target and a workbook in memory, and plans to send to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from synctui.connectors.base import BatchReply, Outcome, Outgoing, RowReply, TargetShape
from synctui.planning.plan import Plan, PlannedRow
from synctui.push.run import Event, PushDone, PushResult
from synctui.store.history import RunRow

TARGET = "erp: VENDORS"

Answer = Callable[[Sequence[Outgoing]], Awaitable[BatchReply]]


def planned(number: int, *, create: bool = False, row_id: str = "") -> PlannedRow:
    row_id = row_id or f"key:V{number}"
    outgoing = Outgoing(row_id, {"VendorNo": f"V{number}", "Name": f"Vendor {number}"}, number, create)
    op = "create" if create else "update"
    return PlannedRow(outgoing, (f"V{number}",), op, number + 1, {"Name": "old"}, {"Name": f"Vendor {number}"})


def plan(*batches: Sequence[int], create: bool = False, workbook: str = "vendors.xlsx") -> Plan:
    rows = tuple(tuple(planned(number, create=create) for number in batch) for batch in batches)
    return Plan("Vendors", "grants", TARGET, "erp", "production", workbook, rows, {"GBL_BATCH": "JUL-26"})


def reply(rows: Sequence[Outgoing], outcome: Outcome = Outcome.ACCEPTED, message: str = "", **more: str) -> BatchReply:
    return BatchReply(tuple(RowReply(row.row_id, outcome, message) for row in rows), **more)


async def accept(rows: Sequence[Outgoing]) -> BatchReply:
    return reply(rows)


class FakeTarget:
    """Answers each batch with the next of `answers`; the last one for all that follow."""

    name = TARGET

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = list(answers) or [accept]
        self.calls: list[list[str]] = []
        self.variables: list[Mapping[str, str]] = []
        self.mark_error: Exception | None = None

    async def shape(self) -> TargetShape:
        return TargetShape(())

    async def mark(self) -> str:
        if self.mark_error:
            raise self.mark_error
        return "41"

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        self.calls.append([row.row_id for row in rows])
        self.variables.append(variables)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return await answer(rows)

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        return 100 * len(rows)


class FakeMarks:
    """Remembers what the workbook was told, in the order of the calls."""

    def __init__(self, target: FakeTarget, *, before: Exception | None = None, after: Exception | None = None) -> None:
        self._target, self._before_error, self._after_error = target, before, after
        self.before_rows: list[str] = []
        self.after_rows: dict[str, Outcome] = {}
        self.calls_when_told = -1

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        self.calls_when_told = len(self._target.calls)
        if self._before_error:
            raise self._before_error
        self.before_rows = [row.row_id for row in rows]

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        await asyncio.sleep(0)
        if self._after_error:
            raise self._after_error
        self.after_rows = {row.row_id: row.outcome for row in rows}


def result_of(events: Sequence[Event]) -> PushResult:
    done = events[-1]
    assert isinstance(done, PushDone)
    return done.result


def outcomes(result: PushResult) -> list[str]:
    return [row.outcome.value for row in result.rows]
