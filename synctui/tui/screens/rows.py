"""The rows of a link: how each stands, and every cell that differs from what the source or the target said."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from synctui.push.conflicts import conflicts_of
from synctui.rows.changes import CellChange, Damage, RowView
from synctui.session import Reading
from synctui.tui.actions import bindings
from synctui.tui.messages import Decided, LinkChanged
from synctui.tui.overview import offers
from synctui.tui.screens.conflict import ConflictPage, Sides
from synctui.tui.screens.page import Page
from synctui.tui.signs import EMPTIED, SIGNS, state_of
from synctui.tui.texts import failure, file_name, lines, plain
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn
from synctui.wording import count

NULL = "∅"
"""How a null is shown, as distinct from an empty text."""
FIXED = 2
"""Columns before those of the worksheet: state and row number."""


class SheetRows:
    """A worksheet's rows for the grid; deleted ones last."""

    def __init__(self, sheet: Reading, *, everything: bool) -> None:
        self.sheet, self._everything = sheet, everything
        changes = sheet.changes
        self.rows = [row for row in changes.rows if everything or self._tells(row)]
        self.deleted = changes.deleted
        self._places = {column.title: place for place, column in enumerate(sheet.memory.columns)}
        extra = sorted({header for row in changes.rows for header in row.extra})
        titles = [*self._places, *extra]
        self.titles = titles if everything else sorted(titles, key=self._rank)
        self.columns = (GridColumn("State", width=14), GridColumn("Row", right=True), *map(GridColumn, self.titles))

    def _tells(self, row: RowView) -> bool:
        return bool(row.damage or row.edits) or state_of(row, self.sheet.memory) not in ("plain", "saved", "skipped")

    def _rank(self, title: str) -> int:
        """The key first, then what was changed, then the rest."""
        column = next((column for column in self.sheet.memory.columns if column.title == title), None)
        if column is not None and column.name in self.sheet.memory.key:
            return 0
        return 1 if title in self._touched else 2

    @cached_property
    def _touched(self) -> set[str]:
        edits = {edit.column for row in self.rows for edit in row.edits}
        damaged = {damage.column for row in self.rows for damage in row.damage}
        return edits.union(damaged, *self.sheet.memory.conflicts.values())

    def __len__(self) -> int:
        return len(self.rows) + len(self.deleted)

    @property
    def summary(self) -> str:
        """How many rows these are of how many."""
        told = "all of them" if self._everything else "those with something to tell (a shows all)"
        return f"{len(self):,} of {count(len(self.sheet.changes.rows), 'row')}: {told}"

    def row(self, number: int) -> RowView | None:
        """The worksheet's row; None for a deleted one."""
        return self.rows[number] if number < len(self.rows) else None

    def cell(self, row: int, column: int) -> GridCell:
        """One cell of the grid."""
        view = self.row(row)
        if view is None:
            return self._deleted(row - len(self.rows), column)
        if column == 0:
            sign = SIGNS[state_of(view, self.sheet.memory)]
            return GridCell(f"{sign.mark} {sign.word}", sign.style)
        return GridCell(str(view.number), "dim") if column == 1 else self._value(view, self.titles[column - FIXED])

    def _value(self, view: RowView, title: str) -> GridCell:
        change, damage = change_of(view, title), damage_of(view, title)
        if damage is not None:
            return GridCell(f"{SIGNS['damage'].mark} {damage.now}", "damage")
        if title in self.sheet.memory.conflicts.get(view.row_id, {}):
            return GridCell(f"{SIGNS['conflict'].mark} {self.text(view, title)}", "conflict")
        if change is not None:
            sign = SIGNS["edited" if view.exists else "new"]
            return GridCell(f"{sign.mark} {self.text(view, title) or EMPTIED}", sign.style)
        return GridCell(self.text(view, title))

    def text(self, view: RowView, title: str) -> str:
        """A value as it would be sent."""
        place = self._places.get(title)
        value = view.extra.get(title, "") if place is None else view.values[place]
        return NULL if value is None else value

    def _deleted(self, number: int, column: int) -> GridCell:
        sign = SIGNS["deleted"]
        if column < FIXED:
            return GridCell(f"{sign.mark} {sign.word}" if column == 0 else "", sign.style)
        place = self._places.get(self.titles[column - FIXED])
        value = "" if place is None else self.sheet.memory.baseline[self.deleted[number]][place]
        return GridCell(NULL if value is None else value, "gone")


class RowsPage(Page[None]):
    """The grid, and below it the cell under the cursor in full."""

    place: ClassVar[str] = "rows"
    BINDINGS = bindings("screen", "rows")

    def __init__(self, link: str) -> None:
        super().__init__()
        self._link = link
        self._everything = False

    @property
    def link(self) -> str:
        """The link whose rows are shown."""
        return self._link

    @property
    def command(self) -> list[str]:
        """The diff."""
        return ["diff", self._link, "--workbook", self.host.overview.links[self._link].workbook]

    def title_line(self) -> Content:
        """Which rows these are."""
        return plain(f"Rows of {self._link} · {file_name(self.host.overview.links[self._link].workbook)}")

    def compose_body(self) -> ComposeResult:
        """Summary, grid, details."""
        yield Static(id="summary")
        yield Grid(fixed=FIXED, empty="No row to show: a shows all rows, escape goes back.", id="rows")
        yield Static(id="details")

    def on_mount(self) -> None:
        """Show what was read last."""
        self.query_one(Grid).focus()
        self._fill()

    def on_link_changed(self, message: LinkChanged) -> None:
        """Show what was read anew."""
        if message.link == self._link:
            self._fill()

    def action_show_all(self) -> None:
        """All rows, or only those with something to tell."""
        self._everything = not self._everything
        self._fill()

    def on_grid_chosen(self) -> None:
        """Enter, or a double click."""
        self.action_decide()

    def action_decide(self) -> None:
        """Open the row under the cursor, if both sides changed a cell of it."""
        rows = self.query_one(Grid).rows
        view = rows.row(self.query_one(Grid).row) if isinstance(rows, SheetRows) and len(rows) else None
        found = conflicts_of(rows.sheet.memory, [view]) if isinstance(rows, SheetRows) and view else []
        if view is not None and found:
            self.app.push_screen(ConflictPage(self._link, found), lambda sides: self._decided(view.row_id, sides))
        else:
            self.host.say("This row is not in conflict.", "warning")

    def _decided(self, row_id: str, sides: Sides | None) -> None:
        if sides:
            self.host.post_message(Decided(self._link, row_id, sides))

    def _fill(self) -> None:
        state = self.host.overview.links[self._link]
        if state.reading is not None:
            rows = SheetRows(state.reading, everything=self._everything)
            self.query_one(Grid).show_rows(rows)
            self._tell(lines(plain(rows.summary), plain(offers(state), "$foreground-muted")))
        elif state.error:
            self._tell(failure(state.error))
        else:
            self._tell(plain("Not pulled yet: p pulls." if state.read else "reading the workbook …"))

    def _tell(self, content: Content) -> None:
        self.query_one("#summary", Static).update(content)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the cell under the cursor in full."""
        rows = event.grid.rows
        told = details(rows, event.grid.row, event.grid.column) if isinstance(rows, SheetRows) and len(rows) else ""
        self.query_one("#details", Static).update(told)


def details(rows: SheetRows, row: int, column: int) -> Content:
    """What is known of one cell and of its row."""
    view = rows.row(row)
    if view is None:
        return plain("Deleted from the worksheet. No record is deleted; the row comes back at the next pull.")
    title = rows.titles[column - FIXED] if column >= FIXED else ""
    problems = [p.message for p in rows.sheet.changes.problems if p.row == view.number and p.column in (title, "")]
    refused = rows.sheet.memory.refused.get(view.row_id, "")
    return lines(
        _cell(rows, view, title) if title else plain(f"Sync cell: {view.sync or 'empty'}"),
        *(plain(f"# {message}", "$text-error") for message in problems),
        plain(f"✗ refused: {refused}", "$text-error") if refused else Content(""),
    )


def _cell(rows: SheetRows, view: RowView, title: str) -> Content:
    change, damage = change_of(view, title), damage_of(view, title)
    if damage is not None:
        return plain(f"{title}: the spreadsheet changed {damage.was!r} to {damage.now!r}; it is not sent.")
    both = next((c for c in conflicts_of(rows.sheet.memory, [view]) if c.column == title), None)
    if both is not None:
        mine, theirs, base = both.shown
        return plain(f"{title}: mine {mine!r}, theirs {theirs!r}, both began with {base!r} (e decides)")
    if change is not None:
        return plain(f"{title}: {NULL if change.old is None else repr(change.old)} → {change.new!r}")
    return plain(f"{title}: {rows.text(view, title)}")


def change_of(view: RowView, title: str) -> CellChange | None:
    """The edit of one cell."""
    return next((edit for edit in view.edits if edit.column == title), None)


def damage_of(view: RowView, title: str) -> Damage | None:
    """The damage of one cell."""
    return next((damage for damage in view.damage if damage.column == title), None)
