"""The walk that the demo takes: pull, edit, look, push, push again, compare with what the other side received."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synctui.cells import Cell
from synctui.cli import answers
from synctui.cli.diff import change_lines
from synctui.cli.plan_text import plan_lines
from synctui.cli.push_result import result_lines
from synctui.planning.planner import PushOptions
from synctui.practice import Practice
from synctui.practice.received import Received
from synctui.pull.run import PullDone
from synctui.push.run import PushDone, PushResult
from synctui.rows.changes import Changeset
from synctui.session import Prepared, PreparedAgain, Session, open_file
from synctui.values import text_of
from synctui.wording import count
from synctui.worksheets.base import Grid, SheetPatch

LINK = "Awards"
EDITS = {
    "900004": ("cf_County", "Ramsey"),
    "900010": ("sf_Application Name", "River school, second year"),
    "900017": ("cf_Vendor No", "V-9017"),
}
"""Key -> the column that somebody edits, and what they type."""
NEW_ROW = {"sf_Application Name": "Lakeside workshop", "cf_County": "Cass", "cf_Vendor No": "V-9001"}
COLUMNS = {"VendorNo": "cf_Vendor No", "Vendor Name": "sf_Application Name", "County": "cf_County"}
"""The map's columns and the worksheet's, as the practice settings pair them."""
VARIABLES = {"GBL_BATCH": "AUG-26", "GBL_POSTED": "2026-08-31"}

Row = Mapping[str, str | None]


@dataclass
class Walk:
    """One walk through a workbook that does not exist yet."""

    session: Session
    path: Path
    say: Callable[..., None]
    """Tells the story, line by line."""
    answer: dict[str, Any] = field(default_factory=dict)
    """What the steps answered, by their names."""
    meant: list[dict[str, str]] = field(default_factory=list)
    """The rows that the other side should receive."""
    before: list[dict[str, str]] = field(default_factory=list)
    """The same rows as they were, less the new one."""

    async def pull(self) -> PullDone:
        """All records into a new workbook."""
        self.say(f"$ synctui pull {LINK} --workbook {self.path.name}")
        done = await pull_link(self.session, LINK, self.path)
        self.answer["pull"] = answers.pulled(done, self.session.calls)
        self.say(f"  {count(done.rows, 'record')} in {count(self.session.calls, 'call')}")
        return done

    def edit(self) -> None:
        """Three cells and a new row, as somebody at a spreadsheet would."""
        self.say("", "Somebody edits three cells and adds a row:")
        workbook = open_file(str(self.path))
        grid = workbook.grid(LINK)
        key = grid.headers.index("recordid")
        rows = {row.cells[key]: row for row in grid.rows}
        cells: dict[int, dict[str, Cell]] = {rows[k].number: {column: new} for k, (column, new) in EDITS.items()}
        workbook.write([SheetPatch(LINK, cells, append=[NEW_ROW])], workbook.passport() or ())
        self.before = [_meant(grid, rows[k].cells, {}) for k in EDITS]
        self.meant = [_meant(grid, rows[k].cells, {column: new}) for k, (column, new) in EDITS.items()]
        self.meant.append({column: NEW_ROW[header] for column, header in COLUMNS.items()})

    async def diff(self) -> Changeset:
        """What the file says was changed."""
        sheet = await self.session.diff(LINK, open_file(str(self.path)))
        self.answer["diff"] = answers.differences(sheet)
        self.say(f"$ synctui diff {LINK} --workbook {self.path.name}", *(f"  {line}" for line in change_lines(sheet)))
        return sheet

    async def dry_run(self) -> None:
        """The plan, checked against the map."""
        self.say("", f"$ synctui push {LINK} --workbook {self.path.name} --dry-run {_given()}")
        prepared = await self._plan(dry_run=True)
        self.answer["dry_run"] = answers.planned(prepared, self.session.calls, dry_run=True)
        self.say(*(f"  {line}" for line in plan_lines(prepared)))

    async def push(self) -> None:
        """For real."""
        self.say("", f"$ synctui push {LINK} --workbook {self.path.name} --yes {_given()}")
        prepared = await self._plan()
        result = await push_plan(self.session, prepared)
        self.answer["push"] = answers.pushed(prepared.plan, result, prepared.problems, self.session.calls)
        self.say(*(f"  {line}" for line in result_lines(result)))

    async def push_again(self) -> None:
        """Everything was accepted, so nothing is left."""
        self.say("", "The same push once more:")
        prepared = await self._plan()
        document = answers.planned(prepared, self.session.calls, dry_run=False)
        if prepared.plan.rows:
            result = await push_plan(self.session, prepared)
            document = answers.pushed(prepared.plan, result, prepared.problems, self.session.calls)
        self.answer["second_push"] = document
        self.say(*(f"  {line}" for line in plan_lines(prepared)))

    def compare(self, practice: Practice) -> bool:
        """Whether the other side received what was meant, once."""
        runs = self.runs(practice)
        rows = [dict(row) for call in runs for row in call.rows]
        variables = dict(runs[0].variables) if runs else {}
        as_meant = len(runs) == 1 and _sorted(rows) == _sorted(self.meant) and variables == VARIABLES
        self.answer["received"] = {"runs": len(runs), "rows": rows, "variables": variables}
        self.answer["as_meant"] = as_meant
        self.say("", f"The practice map was run {count(len(runs), 'time')} and received:")
        self.say(*(f"  {', '.join(f'{name}={value}' for name, value in row.items())}" for row in rows))
        self.say(*(f"  {name}={value}" for name, value in variables.items()))
        self.say(verdict(as_meant))
        return as_meant

    @staticmethod
    def runs(practice: Practice) -> list[Received]:
        """The runs of maps that the practice service was asked for."""
        return [call for call in practice.received if call.operation == "eone.run"]

    async def _plan(self, *, dry_run: bool = False) -> Prepared:
        return await plan_link(self.session, LINK, self.path, PushOptions(variables=VARIABLES, dry_run=dry_run))


async def pull_link(session: Session, link: str, path: Path) -> PullDone:
    """A link's records into the workbook."""
    async for event in session.pull(link, open_file(str(path))):
        if isinstance(event, PullDone):
            done = event
    return done


async def plan_link(session: Session, link: str, path: Path, options: PushOptions) -> Prepared:
    """What a push of a link would send; nobody is there to be asked."""
    return await session.plan(link, open_file(str(path)), options, lambda _name, _question: None)


async def push_plan(session: Session, prepared: Prepared | PreparedAgain) -> PushResult:
    """Carry a plan out."""
    async for event in session.push(prepared):
        if isinstance(event, PushDone):
            result = event.result
    return result


def verdict(as_meant: bool) -> str:
    """How a comparison ends."""
    return "Just what was meant." if as_meant else "That is NOT what was meant."


def _given() -> str:
    return " ".join(f"--var {name}={value}" for name, value in VARIABLES.items())


def _meant(grid: Grid, cells: tuple[Cell, ...], edits: Mapping[str, str]) -> dict[str, str]:
    shown = {header: str(cell or "") for header, cell in zip(grid.headers, cells, strict=True)} | dict(edits)
    return {column: shown[header] for column, header in COLUMNS.items()}


def _sorted(rows: list[Any]) -> list[list[tuple[str, str]]]:
    return sorted(sorted((name, text_of(value)) for name, value in row.items()) for row in rows)
