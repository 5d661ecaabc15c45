"""What became of a run: every row with its outcome, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from synctui.errors import SyncError
from synctui.records import Outcome
from synctui.store.history import RunRow, RunSummary
from synctui.store.states import RunState
from synctui.tui.actions import bindings
from synctui.tui.messages import LinkChanged
from synctui.tui.screens.page import Page
from synctui.tui.signs import OUTCOMES
from synctui.tui.texts import lines, moment, plain, target_of
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, ListedRows
from synctui.tui.widgets.progress import ProgressLine
from synctui.wording import count

COLUMNS = (
    GridColumn("Outcome"), GridColumn("Row", right=True), GridColumn("Key"), GridColumn("New id"),
    GridColumn("Message"),
)  # fmt: skip
TONES = {Outcome.ACCEPTED: "$text-success", Outcome.REFUSED: "$text-error", Outcome.IN_DOUBT: "bold $text-warning"}


class ResultPage(Page[None]):
    """One run."""

    place: ClassVar[str] = "result"
    BINDINGS = bindings("screen", "result")

    def __init__(self, run: RunSummary, rows: Sequence[RunRow], notices: Sequence[str] = ()) -> None:
        super().__init__()
        self.run_summary, self.rows, self._notices = run, rows, notices

    @property
    def run(self) -> RunSummary:
        """The run."""
        return self.run_summary

    @property
    def link(self) -> str:
        """The run's link."""
        return self.run_summary.link

    @property
    def command(self) -> list[str]:
        """Settle where rows are in doubt, else show."""
        return ["settle" if self.run_summary.in_doubt else "show", self.run_summary.run_id]

    def title_line(self) -> Content:
        """Which run this is."""
        run = self.run_summary
        return plain(f"Run {run.run_id}: {run.link} to {target_of(self.host.overview, run.link)}")

    def compose_body(self) -> ComposeResult:
        """Figures, next step, rows."""
        yield Static(id="summary")
        yield Static(id="next")
        yield Grid(empty="The run has no rows.", id="outcomes")
        yield Static(id="details")
        yield ProgressLine()

    def on_mount(self) -> None:
        """The rows have the keys."""
        self.query_one(Grid).focus()
        self._show()

    def on_link_changed(self, message: LinkChanged) -> None:
        """Show how the run stands now, and the job under way."""
        self.query_one(ProgressLine).follow(self.host.jobs.running.get(self.link))
        if message.link == self.link:
            with suppress(SyncError):  # what is shown stays
                self.run_summary, self.rows = self.host.session.show(self.run_summary.run_id)
                self._show()

    def _show(self) -> None:
        self.query_one("#summary", Static).update(summary(self.run_summary, self._notices))
        self.query_one("#next", Static).update(plain(next_step(self.run_summary), "bold"))
        self.query_one(Grid).show_rows(ListedRows(COLUMNS, self.rows, cells))

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the row's message in full."""
        if self.rows:
            self.query_one("#details", Static).update(row_told(self.rows[event.grid.row]))


def summary(run: RunSummary, notices: Sequence[str]) -> Content:
    """How the run ended, with its figures."""
    counts = {Outcome.ACCEPTED: run.accepted, Outcome.REFUSED: run.refused, Outcome.IN_DOUBT: run.in_doubt,
              Outcome.UNSENT: run.unsent, Outcome.SKIPPED: run.skipped}  # fmt: skip
    told = [
        plain(
            f"{OUTCOMES[outcome].mark} {number:,} {outcome.replace('_', ' ')}   ",
            TONES.get(outcome, "$foreground-muted"),
        )
        for outcome, number in counts.items()
        if number
    ]
    return lines(
        Content.assemble(*told, plain(f"of {count(run.size, 'row')}")),
        plain(f"{run.state} · started {moment(run.started)} by {run.user} · {run.workbook}", "$foreground-muted"),
        plain(f"ended early: {run.note}", "$text-warning") if run.note else Content(""),
        *(plain(f"! {notice}", "$text-warning") for notice in notices),
    )


def next_step(run: RunSummary) -> str:
    """What the user does now."""
    if run.state is RunState.RUNNING:
        return "The push is still under way."
    if run.in_doubt:
        return f"s looks at the other side for what became of them (c copies: synctui settle {run.run_id})."
    if run.refused:
        return "Correct the refused rows in the workbook and save it; the next push sends only them."
    if run.unsent:
        return "r sends the rest as it was confirmed; a push of the link sends it as the worksheet stands now."
    return "All rows arrived. Nothing is left to do; z takes them back."


def row_told(row: RunRow) -> Content:
    """What is known of one row, in full."""
    return lines(plain(row.message), plain(row.evidence, "$foreground-muted"))


def cells(row: RunRow) -> Sequence[GridCell]:
    """One row as the grid shows it."""
    sign = OUTCOMES[row.outcome]
    return (
        GridCell(f"{sign.mark} {row.outcome.replace('_', ' ')}", sign.style),
        GridCell(str(row.sheet_row)),
        GridCell(" / ".join(row.key)),
        GridCell(row.new_key),
        GridCell(row.message),
    )
