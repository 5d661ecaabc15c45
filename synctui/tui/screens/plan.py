"""A push before it happens: what would be sent, to whom, at what cost. Opening it sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from synctui.costs import lines_of
from synctui.planning.plan import Plan, PlannedRow
from synctui.rows.changes import Problem
from synctui.sentences import change_text, key_text, place
from synctui.session import Prepared, PreparedAgain
from synctui.tui.actions import bindings
from synctui.tui.screens.page import Page
from synctui.tui.signs import EMPTIED, SIGNS
from synctui.tui.texts import is_production, lines, plain, target_of
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, GridRows, ListedRows
from synctui.wording import count

MANY_CREATES = 50
"""Above this many new records their number has to be typed."""
FEW = 5
"""Problems and warnings that are told one by one."""
COLUMNS = (
    GridColumn("", width=1), GridColumn("Row", right=True), GridColumn("Key"), GridColumn("Column"),
    GridColumn("Old"), GridColumn("New"),
)  # fmt: skip


class PlanPage(Page[bool]):
    """Shows a plan; the answer is True where the user confirmed it."""

    place: ClassVar[str] = "plan"
    BINDINGS = bindings("screen", "plan")

    def __init__(
        self, prepared: Prepared | PreparedAgain, variables: Mapping[str, str], *, only_failed: bool = False
    ) -> None:
        super().__init__()
        self.prepared, self._asked, self._only_failed = prepared, variables, only_failed
        self.problems = prepared.problems if isinstance(prepared, Prepared) else ()
        self.plan = prepared.plan
        self.cells = changed(self.plan)
        self.creates = sum(row.op == "create" for row in self.plan.rows)

    @property
    def link(self) -> str:
        """The plan's link."""
        return self.plan.link

    @property
    def command(self) -> list[str]:
        """The push."""
        given = [word for name, text in self._asked.items() for word in ("--var", f"{name}={text}")]
        only = ["--only", "failed"] if self._only_failed else []
        return ["push", self.plan.link, "--workbook", self.plan.workbook, *only, *given]

    def title_line(self) -> Content:
        """What is pushed where."""
        what = f"push {'what was refused of ' if self._only_failed else ''}{self.plan.link}"
        return plain(f"Plan: {what} to {target_of(self.host.overview, self.plan.link)}")

    def compose_body(self) -> ComposeResult:
        """Environment, figures, the cells, and the two ways on."""
        if self.plan.environment:
            yield Static(_banner(self.plan.environment), id="environment", classes=_loudness(self.plan.environment))
        with VerticalScroll(id="facts", can_focus=False):
            yield Static(facts(self.plan), id="figures")
            yield from (Static(plain(line)) for line in lines_of(self.prepared.cost))
            yield Static(self.cautions(), id="cautions")
        yield Grid(self.listed(), fixed=3, empty="Nothing to send.", id="cells")
        yield Static(id="details")
        with Horizontal(id="decision", classes="buttons"):
            if self.creates > MANY_CREATES:
                yield Input(placeholder=f"type {self.creates} to create that many", id="typed")
            yield Button("Cancel", id="cancel")
            yield Button(f"Push {count(len(self.plan.rows), 'row')}", id="push", variant="warning")

    def on_mount(self) -> None:
        """Nothing can be confirmed by a stray Enter: the grid has the focus."""
        self.query_one(Grid).focus()
        self._allow()

    def listed(self) -> GridRows:
        """What the grid shows."""
        return ListedRows(COLUMNS, self.cells, cells)

    def cautions(self) -> Content:
        """What is asked, and what else the user should know before."""
        asks = [plain(f"? {ask}", "bold $text-warning") for ask in self.plan.asks]
        warnings = [plain(f"! {text}", "$text-warning") for text in _some(self.plan.warnings)]
        problems = [plain(f"# {problem_told(p)}", "$text-error") for p in self.problems[:FEW]]
        rest = len(self.problems) - FEW
        more = [plain(f"# and {count(rest, 'more problem')}: see the rows", "$text-error")] if rest > 0 else []
        return lines(*asks, *warnings, *problems, *more)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the cell under the cursor in full."""
        self.query_one("#details", Static).update(self.told(event.grid.row))

    def told(self, line: int) -> Content:
        """One line of the grid in full."""
        return full(self.cells[line]) if self.cells else Content("")

    @property
    def confirmed(self) -> bool:
        """Whether everything that must be typed was typed."""
        if not self.plan.rows:
            return False
        if self.creates <= MANY_CREATES:
            return True
        return self.query_one("#typed", Input).value.strip().replace(",", "") == str(self.creates)

    def _allow(self) -> None:
        self.query_one("#push", Button).disabled = not self.confirmed

    def on_input_changed(self) -> None:
        """The button follows what was typed."""
        self._allow()

    def on_input_submitted(self) -> None:
        """Enter after the right number confirms."""
        self.action_confirm()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Push or cancel."""
        if event.button.id == "push":
            self.action_confirm()
        else:
            self.action_back()

    def action_confirm(self) -> None:
        """Confirm, if that is possible."""
        if self.confirmed:
            self.dismiss(True)
        elif self.plan.rows:
            self.query_one("#typed", Input).focus()
            self.notify(f"Type {self.creates} first: that many new records would be made.", markup=False)


def facts(plan: Plan) -> Content:
    """How much is sent, with which variables, and what it does to sums."""
    rows = plan.rows
    creates = sum(row.op == "create" for row in rows)
    what = f"{count(len(rows), 'row')} in {count(plan.documents, 'document')}"
    kinds = f"{count(len(rows) - creates, 'update')}, {count(creates, 'create')}"
    figures = plain(f"{what}: {kinds} · {count(len(plan.batches), 'batch')} · {count(plan.calls, 'call')}", "bold")
    variables = "   ".join(f"{name} = {text}" for name, text in plan.variables.items())
    sums = "   ".join(f"{name}: {before} → {after}" for name, (before, after) in plan.sums.items())
    return lines(
        figures,
        plain(f"Variables   {variables}") if variables else Content(""),
        plain(f"Sums        {sums}") if sums else Content(""),
    )


def changed(plan: Plan) -> list[tuple[PlannedRow, str]]:
    """Each changed cell as its row and column; a row that only travels along stands without a column."""
    return [(row, column) for row in plan.rows for column in (row.after or ("",))]


def cells(changed_cell: tuple[PlannedRow, str]) -> Sequence[GridCell]:
    """One line of the grid."""
    row, column = changed_cell
    sign = SIGNS["new" if row.op == "create" else "edited"] if row.after else SIGNS["skipped"]
    start = (GridCell(sign.mark, sign.style), GridCell(str(row.sheet_row)), GridCell(" / ".join(row.key)))
    if not row.after:
        return *start, GridCell("sent as it is", "dim"), GridCell(""), GridCell("")
    old, new = row.before.get(column) or "", row.after[column] or ""
    told = GridCell(EMPTIED, "conflict") if old and not new else GridCell(new, sign.style)
    return *start, GridCell(column), GridCell(old, "gone"), told


def full(changed_cell: tuple[PlannedRow, str]) -> Content:
    """A changed cell with its whole values."""
    row, column = changed_cell
    told = f"{column}: {change_text(row.before.get(column), row.after[column])}" if row.after else "sent as it is"
    return plain(f"{place(row.sheet_row)} · {key_text(row.key)} · {told}")


def problem_told(problem: Problem) -> str:
    """A problem with its row."""
    return f"Row {problem.row}: {problem.message}" if problem.row else problem.message


def _some(texts: Sequence[str]) -> list[str]:
    rest = len(texts) - FEW
    return [*texts[:FEW], *([f"and {count(rest, 'more warning')}"] if rest > 0 else [])]


def _banner(environment: str) -> Content:
    """The environment's name; spaced out in capitals where real data is at stake."""
    return plain(" ".join(environment.upper()) if is_production(environment) else f"environment: {environment}")


def _loudness(environment: str) -> str:
    return "loud" if is_production(environment) else "quiet"
