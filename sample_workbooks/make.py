"""Write the sample workbooks: the product itself, against the practice services, with a person's edits by openpyxl.

`vbaProject.bin` is the macro part of macro.xlsm: one module, Greetings, with one function that returns a text.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from synctui import connectors, settings
from synctui.planning.planner import PushOptions
from synctui.practice.server import Practice
from synctui.session import Session, open_file

FOLDER = Path(__file__).resolve().parent
GRANTS = 24
PORT = 8765
"""Where `synctui practice` listens: a workbook can only be pushed to the address that it was pulled from."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One workbook, a session to work on it, and the services that others work on as well."""

    session: Session
    file: Path
    practice: Practice
    link: str = "Awards"

    async def pull(self) -> None:
        """Pull the link into the workbook."""
        async for _ in self.session.pull(self.link, open_file(str(self.file))):
            pass

    async def push(self) -> None:
        """Push what was edited, as somebody does who says yes to every question."""
        prepared = await self.session.plan(self.link, open_file(str(self.file)), PushOptions(), lambda *_: None)
        async for _ in self.session.push(prepared):
            pass

    def edit(self, key: str, **cells: Any) -> None:
        """Change cells of the record with this key; an empty key adds a row. Spaces in headers are written `__`."""
        book = openpyxl.load_workbook(self.file)
        sheet = book[self.link]
        headers = {str(cell.value): cell.column for cell in sheet[1]}
        keys = {sheet.cell(row, headers["recordid"]).value: row for row in range(2, sheet.max_row + 1)}
        row = keys[key] if key else sheet.max_row + 1
        for header, value in cells.items():
            sheet.cell(row, headers[header.replace("__", " ")]).value = value
        book.save(self.file)


async def fresh(desk: Desk) -> None:
    """Just pulled."""
    await desk.pull()


async def edited(desk: Desk) -> None:
    """Three edited cells in two rows, and one new row."""
    await desk.pull()
    desk.edit("900003", cf_County="Walsh", cf_Note="Call the treasurer first")
    desk.edit("900007", cf_County="Cass")
    desk.edit("", sf_Application__Name="Lantern parade", cf_County="Morton", cf_Vendor__No="V-2001")


async def refused(desk: Desk) -> None:
    """Pushed: one row accepted, and one refused because its county was emptied."""
    await desk.pull()
    desk.edit("900002", cf_County="Ward")
    desk.edit("900005", cf_County=None)
    await desk.push()


async def review(desk: Desk) -> None:
    """Captions for codes, and rows that are edited, refused, new, gone at the source and in conflict."""
    desk = replace(desk, link="Review")
    await desk.pull()
    desk.edit("900002", cf_Type="Yes", cf_Note="Letter sent")
    desk.edit("900003", sf_Status__ID="4999")
    await desk.push()
    desk.edit("900004", cf_Note="Call them first")
    desk.edit("900005", cf_Note="Mine")
    desk.edit("900006", cf_Note="Edited, and gone")
    desk.edit("", cf_Type="No", cf_Note="A new request")
    desk.practice.tables.change("levelone", edit={"900005": {"cf_Note": "Theirs"}}, delete=["900006"])
    await desk.pull()


async def damaged(desk: Desk) -> None:
    """A spreadsheet program has turned two codes into numbers."""
    await desk.pull()
    desk.edit("900001", cf_Cost__Center=41)
    desk.edit("900004", cf_Cost__Center=164)


async def chart(desk: Desk) -> None:
    """Pulled into a workbook that holds a report with a chart and a comment."""
    with xlsxwriter.Workbook(desk.file) as book:
        sheet = book.add_worksheet("Report")
        sheet.write_column("A1", ["County", "Cass", "Ward", "Stark"])
        sheet.write_column("B1", ["Grants", 12, 7, 4])
        sheet.write_comment("B2", "From last year's report")
        bars = book.add_chart({"type": "column"})
        bars.add_series({"name": "=Report!$B$1", "categories": "=Report!$A$2:$A$4", "values": "=Report!$B$2:$B$4"})
        sheet.insert_chart("D2", bars)
    await desk.pull()


async def macro(desk: Desk) -> None:
    """Pulled into a workbook with a macro."""
    with xlsxwriter.Workbook(desk.file) as book:
        book.add_vba_project(str(FOLDER / "vbaProject.bin"))
        book.set_vba_name("ThisWorkbook")
        sheet = book.add_worksheet("Notes")
        sheet.set_vba_name("Sheet1")
        sheet.write("A1", "The macro in this workbook stays as it is.")
    await desk.pull()


SAMPLES: Mapping[str, Callable[[Desk], Awaitable[None]]] = {
    "fresh.xlsx": fresh,
    "edited.xlsx": edited,
    "refused.xlsx": refused,
    "review.xlsx": review,
    "damaged.xlsx": damaged,
    "chart.xlsx": chart,
    "macro.xlsm": macro,
}


async def make(folder: Path = FOLDER, port: int = PORT) -> None:
    """Write every sample into a folder; each one has services and a journal of its own."""
    for name, steps in SAMPLES.items():
        (folder / name).unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as home:
            await work(steps, folder / name, Path(home), port)


async def work(steps: Callable[[Desk], Awaitable[None]], file: Path, home: Path, port: int) -> None:
    """Carry out one sample's steps."""
    config = home / "synctui.toml"
    async with Practice(port, grants=GRANTS) as practice:
        config.write_text(practice.settings_text(), encoding="utf-8")
        known = settings.load(config, connectors.kind, connectors.MODULES)
        async with Session(known, home) as session:
            await steps(Desk(session, file, practice))


if __name__ == "__main__":
    asyncio.run(make(*map(Path, sys.argv[1:2])))
