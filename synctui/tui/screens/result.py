"""What became of a run: every row with its outcome, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from synctui.records import Outcome
from synctui.store.history import RunRow, RunSummary
from synctui.store.states import RunState
from synctui.tui.actions import bindings
from synctui.tui.screens.page import Page
from synctui.tui.signs import OUTCOMES
from synctui.tui.texts import lines, moment, plain, target_of
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, ListedRows
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
    def command(self) -> list[str]:
        """Settle where rows are in doubt, else show."""
        return ["settle" if self.run_summary.in_doubt else "show", self.run_summary.run_id]

    def title_line(self) -> Content:
        """Which run this is."""
        run = self.run_summary
        return plain(f"Run {run.run_id}: {run.link} to {target_of(self.host.overview, run.link)}")

    def compose_body(self) -> ComposeResult:
        """Figures, next step, rows."""
        yield Static(summary(self.run_summary, self._notices), id="summary")
        yield Static(plain(next_step(self.run_summary), "bold"), id="next")
        yield Grid(ListedRows(COLUMNS, self.rows, _cells), empty="The run has no rows.", id="outcomes")
        yield Static(id="details")

    def on_mount(self) -> None:
        """The rows have the keys."""
        self.query_one(Grid).focus()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the row's message in full."""
        if self.rows:
            row = self.rows[event.grid.row]
            self.query_one("#details", Static).update(
                lines(plain(row.message), plain(row.evidence, "$foreground-muted"))
            )


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


def _figure(outcome: Outcome, number: int) -> Content:
    words = f"{OUTCOMES[outcome].mark} {number:,} {outcome.replace('_', ' ')}   "
    return plain(words, TONES.get(outcome, "$foreground-muted"))


def next_step(run: RunSummary) -> str:
    """What the user does now."""
    if run.state is RunState.RUNNING:
        return "The push is still under way."
    if run.in_doubt:
        return f"Look at the other side, then: synctui settle {run.run_id} --as arrived, resend or skip (c copies it)."
    if run.refused:
        return "Correct the refused rows in the workbook and save it; the next push sends only them."
    if run.unsent:
        return "Push again to send the rest."
    return "All rows arrived. Nothing is left to do."


def _cells(row: RunRow) -> Sequence[GridCell]:
    sign = OUTCOMES[row.outcome]
    return (
        GridCell(f"{sign.mark} {row.outcome.replace('_', ' ')}", sign.style),
        GridCell(str(row.sheet_row)),
        GridCell(" / ".join(row.key)),
        GridCell(row.new_key),
        GridCell(row.message),
    )
