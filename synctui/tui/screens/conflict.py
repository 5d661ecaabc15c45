"""A row in conflict: each cell that both sides changed, and whose value is to stand there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from synctui.push.conflicts import Conflict
from synctui.sentences import key_text
from synctui.tui.actions import bindings
from synctui.tui.screens.page import Page
from synctui.tui.signs import SIGNS
from synctui.tui.texts import lines, plain
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, ListedRows
from synctui.wording import count

Sides = dict[str, str]
"""Header -> `mine` or `theirs`."""

COLUMNS = (
    GridColumn("Column"),
    GridColumn("Decision", width=8),
    GridColumn("Mine"),
    GridColumn("Theirs"),
    GridColumn("Both began with"),
)


class ConflictPage(Page[Sides]):
    """One line for each cell; the answer is what was decided, None where nothing is to be written."""

    place: ClassVar[str] = "conflict"
    BINDINGS = bindings("screen", "conflict")

    def __init__(self, link: str, conflicts: Sequence[Conflict]) -> None:
        super().__init__()
        self._link, self._conflicts = link, tuple(conflicts)
        self.sides: Sides = {}
        """What is decided so far."""

    @property
    def link(self) -> str:
        """The row's link."""
        return self._link

    @property
    def command(self) -> list[str]:
        """What shows all conflicts of the link."""
        return ["diff", self._link, "--workbook", self.host.overview.links[self._link].workbook]

    def title_line(self) -> Content:
        """Which row it is."""
        row = self._conflicts[0]
        return plain(f"Conflict in {self._link} · row {row.row} · {key_text(row.key)}")

    def compose_body(self) -> ComposeResult:
        """How far the decision is, the cells, the cell under the cursor in full."""
        yield Static(id="summary")
        yield Grid(fixed=2, id="cells")
        yield Static(id="details")

    def on_mount(self) -> None:
        """Show the cells, undecided."""
        self.query_one(Grid).focus()
        self._fill()

    def action_mine(self) -> None:
        """Keep the worksheet's value in the cell under the cursor."""
        self._decide("mine")

    def action_theirs(self) -> None:
        """Take the source's value into the cell under the cursor."""
        self._decide("theirs")

    def action_keep(self) -> None:
        """Answer with what was decided; cells without a decision stay in conflict."""
        if self.sides:
            self.dismiss(self.sides)
        else:
            self.host.say("Nothing is decided yet: m keeps yours, t takes theirs.", "warning")

    def _decide(self, side: str) -> None:
        grid = self.query_one(Grid)
        self.sides[self._conflicts[grid.row].column] = side
        self._fill()
        grid.action_down()

    def _fill(self) -> None:
        self.query_one(Grid).show_rows(ListedRows(COLUMNS, self._conflicts, self._cells))
        told = f"{len(self.sides):,} of {count(len(self._conflicts), 'cell')} decided"
        self.query_one("#summary", Static).update(plain(f"{told}: m keeps yours, t takes theirs, y writes it."))

    def _cells(self, conflict: Conflict) -> Sequence[GridCell]:
        side = self.sides.get(conflict.column)
        mine, theirs, base = conflict.shown
        decision = GridCell(side, "saved") if side else GridCell(f"{SIGNS['conflict'].mark} open", "conflict")
        return (
            GridCell(conflict.column),
            decision,
            GridCell(mine, "dim" if side == "theirs" else ""),
            GridCell(theirs, "dim" if side == "mine" else ""),
            GridCell(base, "dim"),
        )

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the three values of the cell under the cursor in full."""
        conflict = self._conflicts[event.grid.row]
        names = ("mine", "theirs", "both began with")
        values = zip(names, conflict.shown, strict=True)
        told = lines(*(plain(f"{name}: {value or '(blank)'}") for name, value in values))
        self.query_one("#details", Static).update(told)
