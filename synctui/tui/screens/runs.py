"""All pushes of this machine, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from synctui.errors import SyncError
from synctui.store.history import RunSummary
from synctui.store.states import RunState
from synctui.tui.actions import bindings
from synctui.tui.messages import LinkChanged
from synctui.tui.screens.page import Page
from synctui.tui.screens.result import ResultPage
from synctui.tui.texts import file_name, moment, plain
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, ListedRows
from synctui.tui.widgets.progress import ProgressLine
from synctui.wording import count

COLUMNS = (
    GridColumn("Run"), GridColumn("Link"), GridColumn("Started"), GridColumn("State"),
    GridColumn("Accepted", right=True), GridColumn("Refused", right=True), GridColumn("In doubt", right=True),
    GridColumn("Unsent", right=True), GridColumn("Skipped", right=True), GridColumn("Environment"),
    GridColumn("Workbook"),
)  # fmt: skip
STYLES = {RunState.DONE: "saved", RunState.IN_DOUBT: "doubt", RunState.INTERRUPTED: "refused", RunState.RUNNING: "new"}


class RunsPage(Page[None]):
    """The journal."""

    place: ClassVar[str] = "runs"
    BINDINGS = bindings("screen", "runs")

    def __init__(self, runs: Sequence[RunSummary]) -> None:
        super().__init__()
        self.summaries = runs

    @property
    def run(self) -> RunSummary | None:
        """The run under the cursor."""
        return self.summaries[self.query_one(Grid).row] if self.summaries else None

    @property
    def link(self) -> str:
        """Its link."""
        return self.run.link if self.run else ""

    @property
    def command(self) -> list[str]:
        """The list."""
        return ["runs"]

    def title_line(self) -> Content:
        """How many there are."""
        return plain(f"Pushes: {count(len(self.summaries), 'run')}")

    def compose_body(self) -> ComposeResult:
        """The grid."""
        rows = ListedRows(COLUMNS, self.summaries, _cells)
        yield Grid(rows, fixed=1, empty="No push yet.", id="runs")
        yield ProgressLine()

    def on_mount(self) -> None:
        """The rows have the keys."""
        self.query_one(Grid).focus()

    def on_link_changed(self, _: LinkChanged) -> None:
        """Show what the journal says now; the cursor stays with its run."""
        run = self.run
        with suppress(SyncError):  # what is shown stays
            self.summaries = self.host.session.runs()
        grid, ids = self.query_one(Grid), [found.run_id for found in self.summaries]
        grid.show_rows(ListedRows(COLUMNS, self.summaries, _cells))
        grid.row = ids.index(run.run_id) if run and run.run_id in ids else grid.row
        self.query_one("#title", Static).update(self.title_line())

    def on_grid_moved(self) -> None:
        """What can be stopped depends on the run; so does what is under way."""
        self.query_one(ProgressLine).follow(self.host.jobs.running.get(self.link))
        self.refresh_bindings()

    def on_grid_chosen(self) -> None:
        """Open the run."""
        self.action_open_run()

    def action_open_run(self) -> None:
        """Show what became of each row of the run under the cursor."""
        if self.run is None:
            return
        try:
            run, rows = self.host.session.show(self.run.run_id)
        except SyncError as error:
            self.host.problem("The run cannot be read", error)
        else:
            self.app.push_screen(ResultPage(run, rows))


def _cells(run: RunSummary) -> Sequence[GridCell]:
    figures = (run.accepted, run.refused, run.in_doubt, run.unsent, run.skipped)
    return (
        GridCell(run.run_id),
        GridCell(run.link),
        GridCell(moment(run.started)),
        GridCell(run.state, STYLES.get(run.state, "dim")),
        *(GridCell(f"{number:,}" if number else "") for number in figures),
        GridCell(run.environment),
        GridCell(file_name(run.workbook)),
    )
