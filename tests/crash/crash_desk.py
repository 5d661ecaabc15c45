"""A push per target, ready to be disturbed: its workbook, its settings, and the other side's own log."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import doomed_session
import openpyxl
from desk import Desk
from doomed_session import Doom, Place
from forking import PROCESSES

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.errors import RowsInDoubt
from synctui.practice import Practice
from synctui.practice.celigo.documents import CONTACTS_IMPORT
from synctui.records import Outcome
from synctui.session import Session, open_file
from synctui.store.history import RunRow

LINKS = {"Awards": "eone.run", "AwardsToCrm": "celigo.import", "AwardsBack": "smartsimple.update"}
"""A link for each kind of target, and where faults meet its sending."""
BATCH = 2
CRM = f"""
[links.AwardsToCrm]
key = "recordid"
[links.AwardsToCrm.source]
connection = "grants"
record = "levelone"
apitoken = "{{apitoken}}"
[links.AwardsToCrm.target]
connection = "crm"
import = "{CONTACTS_IMPORT}"
columns = {{{{ name = "cf_County", email = "cf_Vendor No" }}}}
"""
"""An import that creates a contact for whatever comes: nothing hides a double."""


def settings_text(practice: Practice, batch: int = BATCH) -> str:
    text = practice.settings_text()
    apitoken = text.partition('apitoken = "')[2].partition('"')[0]
    text += CRM.format(apitoken=apitoken)
    for link in LINKS:
        text = text.replace(f"[links.{link}.target]\n", f"[links.{link}.target]\nbatch_rows = {batch}\n")
    return text


@cache
def edited(path: Path, link: str, counties: tuple[str, ...], new: int, skip: int) -> bytes:
    """The workbook with counties typed into its rows after `skip` of them; the last `new` are new rows."""
    book = openpyxl.load_workbook(path)
    sheet = book[link]
    columns = {cell.value: cell.column for cell in sheet[1]}
    last = sheet.max_row
    for number, county in enumerate(counties):
        fresh = number - (len(counties) - new)
        row = last + 1 + fresh if fresh >= 0 else skip + number + 2
        sheet.cell(row, columns["cf_County"]).value = county
        if fresh >= 0:
            sheet.cell(row, columns["cf_Vendor No"]).value = f"V-{county}"
            sheet.cell(row, columns["sf_Application Name"]).value = county
    book.save(typed := BytesIO())
    return typed.getvalue()


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@dataclass
class Case:
    """One push that comes to harm."""

    folder: Path
    practice: Practice
    link: str
    counties: tuple[str, ...]
    """What is to arrive, each once."""
    batch: int = BATCH
    beside: Case | None = None
    """Another workbook on the same machine."""
    processes: list[BaseProcess] = field(default_factory=list)

    @property
    def place(self) -> Place:
        home = (self.beside or self).folder / "home"
        return Place(self.folder / "synctui.toml", home, self.folder / "awards.xlsx", self.link)

    @property
    def log(self) -> list[str]:
        """The counties that took effect, by the target's own log."""
        if self.link == "Awards":
            found = [str(row["County"]) for effect in self.practice.effects for row in effect.rows]
        elif self.link == "AwardsBack":
            found = [str(effect.values.get("cf_County")) for effect in self.practice.updates.effects]
        else:
            found = [str(effect.after["name"]) for effect in self.practice.celigo.tables.effects]
        return [county for county in found if county in self.counties]

    def desk(self) -> Desk:
        session = Session(settings.load(self.place.config, kind, MODULES), self.place.home)
        return Desk(session, self.place.workbook, self.practice)

    # -- processes

    def start(self, act: str, doom: Doom | None = None) -> BaseProcess:
        return self.process(doomed_session.main, act, self.place, doom or Doom())

    def process(self, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        process = PROCESSES.Process(target=target, args=arguments)
        process.start()
        self.processes.append(process)
        return process

    def killed(self, act: str, doom: Doom) -> None:
        """Run a doomed process, and make sure that it died where it was meant to."""
        assert self.ended(self.start(act, doom)) == -signal.SIGKILL, f"{doom.point} was not reached {doom.hit} time(s)"

    def ended(self, process: BaseProcess) -> int | None:
        process.join(60)
        return process.exitcode

    def arrived(self, count: int) -> None:
        """Wait until so many rows took effect, and see that it is no more."""
        end = time.monotonic() + 20
        while len(self.log) < count and time.monotonic() < end:
            time.sleep(0.005)
        assert len(self.log) == count

    # -- what the user sees

    def rows(self, desk: Desk) -> tuple[RunRow, ...]:
        """The rows of the last run, each in one state; none where nothing was confirmed."""
        runs = desk.session.runs()
        if not runs:
            return ()
        rows = desk.session.show(runs[0].run_id)[1]
        assert len(rows) == runs[0].size == len({row.row_id for row in rows})
        return rows

    def check_truth(self, rows: tuple[RunRow, ...]) -> None:
        """What the journal tells of each row is what the other side's log says."""
        for row in rows:
            county = self.county(row)
            if row.outcome is Outcome.ACCEPTED:
                assert self.log.count(county) == 1
            elif row.outcome in (Outcome.UNSENT, Outcome.REFUSED):
                assert county not in self.log
            else:
                assert row.outcome is Outcome.IN_DOUBT
        assert sum(row.outcome is Outcome.IN_DOUBT for row in rows) <= self.batch

    def county(self, row: RunRow) -> str:
        [county] = {value for value in row.payload.values() if value in self.counties}
        return str(county)

    async def settle(self, desk: Desk) -> None:
        """Evidence first, then the truth as the other side's log has it: a batch arrived whole or not at all."""
        for run in desk.session.runs():
            doubtful = [row for row in desk.session.show(run.run_id)[1] if row.outcome is Outcome.IN_DOUBT]
            if not doubtful:
                continue
            there = {self.county(row) in self.log for row in doubtful}
            assert len(there) == 1
            decision = "arrived" if there == {True} else "resend"
            await desk.session.settle(run.run_id, decision, open_file(str(desk.path)))  # type: ignore[arg-type]

    async def check_barred(self, desk: Desk) -> None:
        """A push while rows are in doubt sends nothing."""
        before = self.log
        try:
            await desk.push(self.link)
        except RowsInDoubt:
            assert self.log == before
        else:
            raise AssertionError("a doubt did not stop the next push")

    async def ends_well(self, desk: Desk) -> None:
        """What a user does next: settle by what the target shows, and push what is left."""
        await self.settle(desk)
        left = len(self.counties) - len(set(self.log))
        result = await desk.push(self.link)
        assert (result.accepted, len(result.rows)) == (left, left)
        self.once()
        again = await desk.push(self.link)
        assert again.rows == ()
        self.once()

    def once(self) -> None:
        assert Counter(self.log) == Counter(self.counties), "each row took effect exactly once"


NewCase = Callable[..., Case]
"""Makes a case: link, `rows`, how many of them are `new`, rows in a `batch`, a case `beside`."""
