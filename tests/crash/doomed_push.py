"""A push or a settlement in a process of its own, which kills itself at a named point."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from synctui.connectors.base import BatchReply, Outgoing, RowReply, TargetShape
from synctui.errors import ContentRefused, OutcomeUnknown
from synctui.past_runs.settle import settle
from synctui.planning.plan import Plan, PlannedRow
from synctui.push import run as push
from synctui.records import Outcome
from synctui.store.history import RunRow
from synctui.store.journal import Journal

TARGET = "erp: VENDORS"
ROW_IDS = ("key:V1", "key:V2", "row:N1", "key:V3", "row:N2", "key:V4")
BATCH = 2
REFUSED = b"refused\n"
"""The answer of the target to rows of which it takes none."""


class Doom:
    """Kills this process, or stops it, when a point is passed for the n-th time."""

    def __init__(self, point: str = "", hit: int = 1, end: int = signal.SIGKILL) -> None:
        self.point, self._hit, self._end = point, hit, end
        self._passed: Counter[str] = Counter()

    def reached(self, point: str) -> None:
        self._passed[point] += 1
        if point == self.point and self._passed[point] == self._hit:
            os.kill(os.getpid(), self._end)


class Sheet:
    """A workbook of few words: row id -> `wanted`, `saved` or `in doubt: run N`."""

    def __init__(self, folder: Path, doom: Doom) -> None:
        self.path, self._doom = folder / "vendors.json", doom

    def rows(self) -> dict[str, str]:
        return json.loads(self.path.read_text()) if self.path.exists() else dict.fromkeys(ROW_IDS, "wanted")

    def save(self, changes: Mapping[str, str], when: str) -> None:
        text = json.dumps(self.rows() | changes)
        beside = self.path.with_suffix(".new")
        with beside.open("w") as file:
            file.write(text[: len(text) // 2])
            file.flush()
            self._doom.reached(f"workbook half written {when}")
            file.write(text[len(text) // 2 :])
            file.flush()
            os.fsync(file.fileno())
        self._doom.reached(f"workbook written {when}")
        beside.replace(self.path)
        self._doom.reached(f"workbook in place {when}")

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        self.save({row.row_id: f"in doubt: {run_id}" for row in rows}, "before")

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        words = {Outcome.ACCEPTED: "saved", Outcome.IN_DOUBT: f"in doubt: {run_id}"}
        self.save({row.row_id: words.get(row.outcome, "wanted") for row in rows}, "after")


class SocketTarget:
    """Sends a batch as one line of JSON to the target that the test runs, over a connection of its own."""

    name = TARGET

    def __init__(self, port: int, doom: Doom) -> None:
        self._port, self._doom = port, doom

    async def shape(self) -> TargetShape:
        return TargetShape(())

    async def mark(self) -> str:
        return ""

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        return len(rows)

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        self._doom.reached("before it connects")
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = json.dumps([row.row_id for row in rows]).encode() + b"\n"
        writer.write(body[:5])
        await writer.drain()
        self._doom.reached("half the body sent")
        writer.write(body[5:])
        await writer.drain()
        self._doom.reached("body sent")
        answer = await reader.read(3)
        self._doom.reached("half the answer read")
        answer += await reader.read()
        writer.close()
        if not answer.endswith(b"\n"):
            raise OutcomeUnknown("The answer was cut.")
        if answer == REFUSED:
            raise ContentRefused("A row is bad.")
        return BatchReply(tuple(RowReply(row_id, Outcome.ACCEPTED) for row_id in json.loads(answer)))


def plan(journal: Journal, sheet: Sheet, batch: int = BATCH) -> Plan:
    wanted = [row_id for row_id, word in sheet.rows().items() if word == "wanted"]
    known = journal.created_before(TARGET, wanted)
    creates = {row_id for row_id in wanted if row_id.startswith("row:")} - known.keys()
    rows = [planned(number, row_id, create=row_id in creates) for number, row_id in enumerate(wanted)]
    batches = tuple(tuple(rows[n : n + batch]) for n in range(0, len(rows), batch))
    return Plan("Vendors", "grants", TARGET, "erp", "", str(sheet.path), batches, bisect=batch > BATCH)


def planned(number: int, row_id: str, *, create: bool) -> PlannedRow:
    outgoing = Outgoing(row_id, {"No": row_id}, number, create)
    return PlannedRow(outgoing, (row_id[4:],), "create" if create else "update", number + 2)


def opened(folder: Path, doom: Doom) -> Journal:
    """The journal as in life, or a faster one for a process that comes to no harm."""
    return Journal(folder, reached=doom.reached, synchronous="FULL" if doom.point else "OFF")


async def push_all(folder: Path, port: int, doom: Doom, batch: int = BATCH) -> None:
    """Write the marks that are owed, then send what the sheet wants, so many rows in a call."""
    doom.reached("before the journal opens")
    journal = opened(folder, doom)
    sheet = Sheet(folder, doom)
    for run_id in journal.unmarked(str(sheet.path)):
        with journal.hold(TARGET):
            rows = [row for row in journal.rows(run_id) if not row.written_back]
            await sheet.after(run_id, rows)
            journal.marked(run_id, rows)
    todo = plan(journal, sheet, batch)
    if todo.batches:
        async for _ in push.run(todo, target=SocketTarget(port, doom), journal=journal, marks=sheet):
            pass
    journal.close()


def settle_all(folder: Path, doom: Doom, arrived: set[str]) -> None:
    """Tell the truth about every run in doubt: here all rows of a run in doubt arrived together, or none did."""
    journal = opened(folder, doom)
    for run_id in journal.barrier(TARGET):
        rows = {row.row_id for row in journal.rows(run_id) if row.outcome is Outcome.IN_DOUBT}
        settle(journal, run_id, "arrived" if rows <= arrived else "resend")
    journal.close()


def main(act: str, folder: Path, port: int, doom: Doom, arrived: set[str]) -> None:
    """What the process does until it dies."""
    if act == "push":
        asyncio.run(push_all(folder, port, doom))
    elif act == "bisect":
        asyncio.run(push_all(folder, port, doom, len(ROW_IDS)))
    else:
        settle_all(folder, doom, arrived)
