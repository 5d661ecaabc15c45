"""Cells that a spreadsheet program changed by itself, before they are put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from synctui.rows.changes import Damage
from synctui.sentences import cell_text, change_text, key_text
from synctui.tui.actions import bindings
from synctui.tui.screens.page import Page
from synctui.tui.texts import file_name, plain
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, ListedRows
from synctui.values import text_of
from synctui.wording import count

COLUMNS = (
    GridColumn("Row", right=True), GridColumn("Key"), GridColumn("Column"), GridColumn("Now"), GridColumn("Put back"),
)  # fmt: skip


class RepairPage(Page[bool]):
    """One line for each cell; the answer is True where they are to be put back."""

    place: ClassVar[str] = "repair"
    BINDINGS = bindings("screen", "repair")

    def __init__(self, link: str, workbook: str, damage: Sequence[Damage]) -> None:
        super().__init__()
        self._link, self._workbook, self._damage = link, workbook, damage

    @property
    def link(self) -> str:
        """The worksheet's link."""
        return self._link

    @property
    def command(self) -> list[str]:
        """The repair."""
        return ["repair", self._link, "--workbook", self._workbook]

    def title_line(self) -> Content:
        """Which worksheet it is."""
        return plain(f"Damage in {self._link} · {file_name(self._workbook)}")

    def compose_body(self) -> ComposeResult:
        """The question, the cells, and the two ways on."""
        cells = count(len(self._damage), "cell")
        question = f"Put back what a spreadsheet program changed by itself in {cells}? Edits stay; nothing is sent."
        yield Static(question, id="summary")
        yield Grid(ListedRows(COLUMNS, self._damage, _cells), fixed=2, id="cells")
        yield Static(id="details")
        with Horizontal(id="decision", classes="buttons"):
            yield Button("Leave as it is", id="leave")
            yield Button(f"Put {cells} back", id="put", variant="primary")

    def on_mount(self) -> None:
        """Nothing is put back by a stray Enter: the grid has the focus."""
        self.query_one(Grid).focus()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the cell under the cursor in full."""
        found = self._damage[event.grid.row]
        change = change_text(cell_text(found.now), found.was)
        told = f"row {found.row} · {key_text(found.key)} · {found.column}: {change}"
        self.query_one("#details", Static).update(plain(told))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Put back or leave."""
        if event.button.id == "put":
            self.action_put_back()
        else:
            self.action_back()

    def action_put_back(self) -> None:
        """Put all of them back."""
        self.dismiss(True)


def _cells(found: Damage) -> Sequence[GridCell]:
    return (
        GridCell(str(found.row)),
        GridCell(key_text(found.key)),
        GridCell(found.column),
        GridCell(cell_text(found.now), "damage"),
        GridCell(text_of(found.was), "saved"),
    )
