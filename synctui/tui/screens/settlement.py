"""What was found of a run's rows in doubt, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from synctui.past_runs.settle import Decision, Settlement
from synctui.sentences import settle_sentence
from synctui.store.history import RunSummary
from synctui.tui.actions import bindings
from synctui.tui.messages import Judged, LinkChanged
from synctui.tui.screens.doubt import Doubt
from synctui.tui.screens.page import Page
from synctui.tui.screens.result import COLUMNS, cells, row_told
from synctui.tui.texts import lines, plain
from synctui.tui.widgets.grid import Grid, ListedRows
from synctui.tui.widgets.progress import ProgressLine


class SettlementPage(Page[None]):
    """Evidence and rows; asks where the evidence is no proof."""

    place: ClassVar[str] = "settlement"
    BINDINGS = bindings("screen", "settlement")

    def __init__(self, run: RunSummary, found: Settlement, notices: Sequence[str] = ()) -> None:
        super().__init__()
        self._run, self.found, self._notices = run, found, notices

    @property
    def run(self) -> RunSummary:
        """The run that was in doubt."""
        return self._run

    @property
    def link(self) -> str:
        """The run's link."""
        return self._run.link

    @property
    def command(self) -> list[str]:
        """The look."""
        return ["settle", self._run.run_id]

    def title_line(self) -> Content:
        """Which run this is."""
        return plain(f"Rows in doubt of run {self._run.run_id}: {self._run.link}")

    def compose_body(self) -> ComposeResult:
        """What it came to, the evidence, the rows."""
        yield Static(id="summary")
        with VerticalScroll(id="facts", can_focus=False):
            yield Static(id="figures")
        yield Grid(id="outcomes")
        yield Static(id="details")
        yield ProgressLine()

    def on_mount(self) -> None:
        """Show what was found."""
        self.query_one(Grid).focus()
        self.show(self.found, self._notices)

    def show(self, found: Settlement, notices: Sequence[str]) -> None:
        """Show what was found, and ask where that leaves rows in doubt."""
        self.found = found
        told = settle_sentence(found) + (": e says what became of them, s looks again." if found.in_doubt else ".")
        self.query_one("#summary", Static).update(plain(told, "bold"))
        evidence = [*map(plain, found.evidence), *(plain(f"! {notice}", "$text-warning") for notice in notices)]
        self.query_one("#figures", Static).update(lines(*evidence))
        self.query_one(Grid).show_rows(ListedRows(COLUMNS, found.rows, cells))
        if found.in_doubt:
            self.action_answer()

    def action_answer(self) -> None:
        """Ask what became of the rows that are still in doubt."""
        if self.found.in_doubt:
            self.app.push_screen(Doubt(self._run.run_id, self.found.in_doubt, self.found.evidence), self._answered)
        else:
            self.host.say("No row of this run is in doubt any more.")

    def _answered(self, decision: Decision | None) -> None:
        if decision:
            self.host.post_message(Judged(self._run, decision))

    def on_link_changed(self, _: LinkChanged) -> None:
        """Show the job under way."""
        self.query_one(ProgressLine).follow(self.host.jobs.running.get(self.link))

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show what is known of the row under the cursor."""
        if self.found.rows:
            self.query_one("#details", Static).update(row_told(self.found.rows[event.grid.row]))
