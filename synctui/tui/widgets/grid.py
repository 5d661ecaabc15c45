"""A grid that draws only the lines it shows, so that 100,000 rows open at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from synctui.show import show
from synctui.tui.actions import bindings

GAP = 2
"""Blank columns between cells."""
SAMPLE = 200
"""Rows that widths are found from."""
WIDEST = 40
MANY = 2_000
"""Characters of a value that a cell may need at most, wide and combining ones counted."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column as the grid shows it."""

    title: str
    right: bool = False
    """Align to the right, as numbers are."""
    width: int = 0
    """Cells of the terminal; 0: found from the first rows."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its text as it came, and the state that gives its colour."""

    text: str
    state: str = ""
    """One of the grid's component classes, without `grid--`; the text itself says the same by a sign or a word."""


class GridRows(Protocol):
    """What a grid shows; asked for visible cells only."""

    @property
    def columns(self) -> Sequence[GridColumn]:
        """Left to right."""

    def __len__(self) -> int:
        """How many rows."""

    def cell(self, row: int, column: int) -> GridCell:
        """One cell, both counted from 0."""


@dataclass(frozen=True, slots=True)
class ListedRows(Generic[T]):
    """Rows made of a list: `make` turns an item into its cells, only when they are seen."""

    columns: Sequence[GridColumn]
    items: Sequence[T]
    make: Callable[[T], Sequence[GridCell]]

    def __len__(self) -> int:
        return len(self.items)

    def cell(self, row: int, column: int) -> GridCell:
        """One cell, both counted from 0."""
        return self.make(self.items[row])[column]


NO_ROWS: ListedRows[None] = ListedRows((), (), lambda _: ())


class Grid(ScrollView, can_focus=True):
    """Rows under a header that stays, with a cursor; the first `fixed` columns stay as well."""

    COMPONENT_CLASSES = {  # noqa: RUF012  Textual's own way
        "grid--header", "grid--row", "grid--cursor-row", "grid--cursor", "grid--empty",
        "grid--edited", "grid--new", "grid--saved", "grid--refused", "grid--doubt", "grid--conflict", "grid--gone",
        "grid--damage", "grid--dim",
    }  # fmt: skip
    BINDINGS = bindings("grid")
    row: reactive[int] = reactive(0, repaint=False)
    column: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor went to another cell, or the rows are new."""

        def __init__(self, grid: Grid) -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    class Chosen(Moved):
        """The cursor's row was chosen by Enter or a double click."""

    def __init__(self, rows: GridRows | None = None, *, fixed: int = 0, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.fixed, self.empty = fixed, empty
        self._widths: list[int] = []
        self._starts: list[int] = [0]
        self._foregrounds: dict[str, Style] = {}
        self.rows: GridRows = NO_ROWS
        self.show_rows(rows or NO_ROWS)

    def show_rows(self, rows: GridRows) -> None:
        """Show other rows; the cursor stays where there is still a row."""
        self.rows = rows
        self._widths = [_width(rows, number) for number in range(len(rows.columns))]
        self._starts = [0, *accumulate(width + GAP for width in self._widths)]
        self.virtual_size = Size(self._starts[-1], len(rows) + 1)
        self.set_reactive(Grid.row, max(0, min(self.row, len(rows) - 1)))
        self.set_reactive(Grid.column, max(0, min(self.column, len(self._widths) - 1)))
        self._tell()
        self.refresh()

    @property
    def cursor_cell(self) -> GridCell | None:
        """The cell under the cursor; None in an empty grid."""
        return self.rows.cell(self.row, self.column) if len(self.rows) and self._widths else None

    # -- the cursor

    def validate_row(self, row: int) -> int:
        """Stay within the rows."""
        return max(0, min(row, len(self.rows) - 1))

    def validate_column(self, column: int) -> int:
        """Stay within the columns."""
        return max(0, min(column, len(self._widths) - 1))

    def watch_row(self, old: int, new: int) -> None:
        """Repaint both rows and scroll to the new one."""
        self._repaint(old)
        self._repaint(new)
        self._follow()

    def watch_column(self) -> None:
        """Repaint the row and scroll to the column."""
        self._repaint(self.row)
        self._follow()

    def action_up(self) -> None:
        """One row up."""
        self.row -= 1

    def action_down(self) -> None:
        """One row down."""
        self.row += 1

    def action_left(self) -> None:
        """One column to the left."""
        self.column -= 1

    def action_right(self) -> None:
        """One column to the right."""
        self.column += 1

    def action_page_up(self) -> None:
        """One page up."""
        self.row -= self._page

    def action_page_down(self) -> None:
        """One page down."""
        self.row += self._page

    def action_first_column(self) -> None:
        """To the first column."""
        self.column = 0

    def action_last_column(self) -> None:
        """To the last column."""
        self.column = len(self._widths) - 1

    def action_first_row(self) -> None:
        """To the first row."""
        self.row = 0

    def action_last_row(self) -> None:
        """To the last row."""
        self.row = len(self.rows) - 1

    def action_choose(self) -> None:
        """Tell that the cursor's row was chosen."""
        if len(self.rows):
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; a double click chooses."""
        place = event.get_content_offset(self)
        row = place.y - 1 + self.scroll_offset.y if place else -1
        if place is None or place.y < 1 or row >= len(self.rows):
            return
        x = place.x if place.x < self._fixed_width else place.x + self.scroll_offset.x
        self.column = bisect_right(self._starts, x) - 1
        self.row = row
        if event.chain == 2:
            self.action_choose()

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 2)

    def _tell(self) -> None:
        self.border_title = f"row {self.row + 1:,} of {len(self.rows):,}" if len(self.rows) else ""
        if self.is_mounted:
            self.post_message(self.Moved(self))

    def _follow(self) -> None:
        """Scroll so that the cursor's cell is seen below the header and beside the fixed columns."""
        if self._widths:
            fixed = 0 if self.column < self.fixed else self._fixed_width
            start = self._starts[self.column] if self.column >= self.fixed else self.scroll_offset.x
            cell = Region(start - fixed, self.row, self._widths[self.column] + fixed, 2)
            self.scroll_to_region(cell, animate=False)
        self._tell()

    def _repaint(self, row: int) -> None:
        self.refresh(Region(0, row + 1 - self.scroll_offset.y, self.size.width, 1))

    # -- drawing

    def on_mount(self) -> None:
        """Tell the first cursor's place."""
        self.post_message(self.Moved(self))

    def notify_style_update(self) -> None:
        """Look styles up again after a change of theme."""
        super().notify_style_update()
        self._foregrounds.clear()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.scrollable_content_region.width
        row = y - 1 + self.scroll_offset.y
        if y == 0:
            cells = [GridCell(column.title) for column in self.rows.columns]
            return self._line(cells, self._style("header"), width)
        if row < len(self.rows):
            return self._row_line(row, width)
        text = self.empty if y == 2 and not len(self.rows) else ""
        return Strip([Segment(set_cell_size(f"  {text}", width), self._style("empty"))], width)

    def _row_line(self, row: int, width: int) -> Strip:
        first = bisect_right(self._starts, self.scroll_offset.x + self._fixed_width) - 1
        last = bisect_right(self._starts, self.scroll_offset.x + width)
        cells = [
            self.rows.cell(row, number) if number < self.fixed or first <= number < last else GridCell("")
            for number in range(len(self._widths))
        ]
        return self._line(cells, self._style("cursor-row" if row == self.row else "row"), width, row == self.row)

    def _line(self, cells: Sequence[GridCell], base: Style, width: int, has_cursor: bool = False) -> Strip:
        segments = [
            Segment(self._fit(cell.text, number), self._cell_style(cell, base, has_cursor and number == self.column))
            for number, cell in enumerate(cells)
        ]
        gaps = Segment(" " * GAP, base)
        fixed = _joined(segments[: self.fixed], gaps)
        start = self.scroll_offset.x + self._fixed_width
        moving = Strip(_joined(segments, gaps)).crop_extend(start, start + width - self._fixed_width, base)
        return Strip.join([Strip(fixed), moving]).crop_extend(0, width, base)

    def _cell_style(self, cell: GridCell, base: Style, under_cursor: bool) -> Style:
        style = base + self._foreground(cell.state) if cell.state else base
        return style + self._style("cursor") if under_cursor and self.has_focus else style

    def _foreground(self, state: str) -> Style:
        """A state's letters on whatever ground the row has."""
        if state not in self._foregrounds:
            style = self._style(state)
            self._foregrounds[state] = Style(color=style.color, bold=style.bold, italic=style.italic)
        return self._foregrounds[state]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"grid--{name}")

    def _fit(self, text: str, number: int) -> str:
        width, column = self._widths[number], self.rows.columns[number]
        safe = show(text[:MANY], width)
        if column.right:
            safe = " " * max(0, width - cell_len(safe)) + safe
        return set_cell_size(safe, width)

    @property
    def _fixed_width(self) -> int:
        return self._starts[min(self.fixed, len(self._widths))]


def _width(rows: GridRows, number: int) -> int:
    column = rows.columns[number]
    if column.width:
        return column.width
    sample = (rows.cell(row, number).text for row in range(min(SAMPLE, len(rows))))
    return min(WIDEST, max(cell_len(show(text[:MANY], WIDEST)) for text in (column.title, *sample)))


def _joined(cells: Sequence[Segment], gap: Segment) -> list[Segment]:
    return [segment for cell in cells for segment in (cell, gap)]
