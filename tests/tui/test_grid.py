from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from tui_user import seen

from synctui import tui
from synctui.tui.widgets.grid import Grid, GridCell, GridColumn, GridRows, ListedRows


@dataclass
class Counted:
    """Rows that are made when they are asked for, and count how often that is."""

    count: int
    columns: Sequence[GridColumn]
    asked: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return self.count

    def cell(self, row: int, column: int) -> GridCell:
        self.asked.add(row)
        return GridCell(f"r{row}c{column}")


class Shown(App[None]):
    CSS_PATH = Path(tui.__file__).parent / "app.tcss"

    def __init__(self, rows: GridRows, fixed: int = 0) -> None:
        super().__init__()
        self.grid = Grid(rows, fixed=fixed, empty="nothing here")
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        self.chosen.append(event.grid.row)


def as_it_is(cells: Sequence[GridCell]) -> Sequence[GridCell]:
    return cells


def table(rows: int, columns: int, width: int = 9) -> Counted:
    return Counted(rows, [GridColumn(f"c{number}", width=width) for number in range(columns)])


def lines(app: App[None]) -> list[str]:
    """The grid's lines, the border left out."""
    return seen(app).splitlines()[1:]


async def press(pilot: Pilot[None], keys: str) -> None:
    await pilot.press(*keys.split())


async def test_only_rows_that_are_seen_or_sampled_are_asked_for() -> None:
    rows = table(100_000, 20)
    async with Shown(rows).run_test(size=(160, 50)) as pilot:
        await press(pilot, "ctrl+end")
        assert lines(pilot.app)[-2].startswith("r99999c0")  # the last line is the scroll bar
    assert len(rows.asked) < 400


async def test_the_header_stays_while_rows_scroll() -> None:
    async with Shown(table(500, 3)).run_test(size=(40, 12)) as pilot:
        await press(pilot, "pagedown pagedown")
        assert lines(pilot.app)[0].split()[:3] == ["c0", "c1", "c2"]
        assert "r0c0" not in seen(pilot.app)


async def test_fixed_columns_stay_while_others_scroll() -> None:
    async with Shown(table(5, 12, width=8), fixed=1).run_test(size=(40, 12)) as pilot:
        await press(pilot, "end")
        first = lines(pilot.app)[1].split()
        assert first[0] == "r0c0"
        assert first[-1] == "r0c11"
        assert "r0c1" not in first


MOVES = (
    ("down down up", 1, 0),
    ("j l k h", 0, 0),
    ("up left", 0, 0),
    ("end", 0, 9),
    ("end home", 0, 0),
    ("ctrl+end", 299, 0),
    ("G g", 0, 0),
    ("ctrl+end down pagedown", 299, 0),
    ("right right down", 1, 2),
)


async def test_keys_move_the_cursor_and_never_leave_the_rows() -> None:
    app = Shown(table(300, 10))
    async with app.run_test(size=(60, 15)) as pilot:
        for keys, row, column in MOVES:
            app.grid.row = app.grid.column = 0
            await press(pilot, keys)
            assert (app.grid.row, app.grid.column) == (row, column), keys
            assert f"r{row}c{column}" in seen(app)
            assert app.grid.border_title == f"row {row + 1:,} of 300"


async def test_the_cell_under_the_cursor_is_always_in_view() -> None:
    app = Shown(table(60, 15, width=7), fixed=1)
    async with app.run_test(size=(50, 12)) as pilot:
        for move in ["right"] * 14 + ["down"] * 12 + ["left"] * 14 + ["page_up"] * 2:
            getattr(app.grid, f"action_{move}")()
            await pilot.pause()
            assert f"r{app.grid.row}c{app.grid.column}" in seen(app), move


async def test_a_click_moves_the_cursor_and_a_double_click_chooses() -> None:
    app = Shown(table(300, 10, width=8), fixed=1)
    async with app.run_test(size=(60, 15)) as pilot:
        await press(pilot, "end")
        await pilot.click(Grid, offset=(2, 4))
        assert (app.grid.row, app.grid.column) == (2, 0)
        await pilot.click(Grid, offset=(55, 5), times=2)
        assert (app.grid.row, app.grid.column) == (3, 9)
        await pilot.click(Grid, offset=(2, 1))  # the header
        assert app.grid.row == 3
        assert app.chosen == [3]


async def test_enter_chooses_the_row() -> None:
    app = Shown(table(3, 1))
    async with app.run_test() as pilot:
        await press(pilot, "down enter")
    assert app.chosen == [1]


async def test_without_rows_it_says_so_and_every_key_is_harmless() -> None:
    app = Shown(ListedRows((GridColumn("a"),), (), as_it_is))
    async with app.run_test(size=(40, 10)) as pilot:
        await press(pilot, "down up right left end home pagedown pageup ctrl+end ctrl+home enter")
        assert "nothing here" in seen(app)
        assert app.grid.cursor_cell is None
    assert app.chosen == []


async def test_new_rows_keep_the_cursor_where_there_still_is_one() -> None:
    app = Shown(table(100, 4))
    async with app.run_test() as pilot:
        await press(pilot, "ctrl+end end")
        app.grid.show_rows(table(10, 2))
        await pilot.pause()
        assert (app.grid.row, app.grid.column) == (9, 1)
        app.grid.show_rows(table(0, 2))
        assert app.grid.row == 0


async def test_columns_stay_aligned_whatever_a_cell_holds() -> None:
    texts = ["漢字" * 50, "e\u0301" * 90, "\U0001f469\u200d\U0001f680" * 30, "a\nb\tc", "", "plain"]
    columns = (GridColumn("one", width=9), GridColumn("two"))
    app = Shown(ListedRows(columns, [(GridCell(text), GridCell("after")) for text in texts], as_it_is))
    async with app.run_test(size=(40, 12)):
        for strip in app.screen._compositor.render_strips()[2 : 2 + len(texts)]:
            assert strip.cell_length == 40
            assert strip.crop(11, 16).text == "after"


async def test_numbers_stand_at_the_right() -> None:
    rows = ListedRows(
        (GridColumn("n", right=True, width=6), GridColumn("x")), ((GridCell("7"), GridCell("|")),), as_it_is
    )
    app = Shown(rows)
    async with app.run_test(size=(20, 6)):
        assert lines(app)[1].rstrip() == "     7  |"


async def test_a_state_is_told_by_more_than_colour() -> None:
    from synctui.tui.signs import SIGNS

    told = [sign for name, sign in SIGNS.items() if name != "plain"]
    assert len({(sign.mark, sign.word) for sign in told}) == len(told)
    assert all(sign.mark.strip() and sign.word for sign in told)
