from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from textual.binding import Binding
from tui_user import Sit

from synctui.tui.actions import ACTIONS, PAGES, Action, bindings, here
from synctui.tui.app import Dashboard
from synctui.tui.screens.conflict import ConflictPage
from synctui.tui.screens.help import Help, keys_of
from synctui.tui.screens.links import Links
from synctui.tui.screens.page import Dialog, Page
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.repair import RepairPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.rows import RowsPage
from synctui.tui.screens.runs import RunsPage
from synctui.tui.screens.settlement import SettlementPage
from synctui.tui.widgets.grid import Grid

SCREENS: dict[str, type] = {
    page.place: page
    for page in (Links, RowsPage, PlanPage, ResultPage, RunsPage, ConflictPage, SettlementPage, RepairPage)
}


def owner_class(action: Action, place: str) -> type:
    if action.owner == "app":
        return Dashboard
    if action.owner == "grid":
        return Grid
    return Dialog if place == "dialog" else SCREENS[place]


def test_the_table_knows_every_page() -> None:
    assert set(SCREENS) == set(PAGES)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.owner}-{action.name}-{action.keys}")
def test_an_action_has_a_method_where_it_works(action: Action) -> None:
    for place in action.places - {""}:
        assert callable(getattr(owner_class(action, place), f"action_{action.name}", None)), place


@pytest.mark.parametrize("place", sorted(PAGES))
def test_a_key_means_one_thing_on_a_screen(place: str) -> None:
    keys = [(key, action.owner) for action in ACTIONS if place in action.places for key in action.keys.split(",")]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def test_the_bindings_are_those_of_the_table() -> None:
    def names(owner: type) -> set[tuple[str, str]]:
        return {(b.key, b.action) for b in owner.__dict__["BINDINGS"] if isinstance(b, Binding)}

    def told(owner: str, place: str = "") -> set[tuple[str, str]]:
        return {(b.key, b.action) for b in bindings(owner, place) if isinstance(b, Binding)}

    assert names(Dashboard) == told("app")
    assert names(Grid) == told("grid")
    for place, screen in SCREENS.items():
        assert names(screen) == told("screen", place)


async def test_help_and_palette_tell_every_action_of_the_screen(sit: Sit) -> None:
    async with sit.pulled() as user:
        for keys, place in (("", "links"), ("d", "rows"), ("escape r", "runs")):
            await user.press(*keys.split())
            assert isinstance(user.app.screen, Page)
            assert user.app.screen.place == place
            palette = {command.title for command in user.app.get_system_commands(user.app.screen)}
            await user.press("f1")
            await user.at(Help)
            page = str(user.app.screen.query_one("#keys").render())
            for action in here(place):
                assert action.label in page
                assert all(key in page for key in keys_of(place, action.name))
                assert action.label in palette or action.owner == "grid"
            await user.press("escape")


async def test_an_action_of_the_palette_is_carried_out(sit: Sit) -> None:
    async with sit.pulled() as user:
        await user.press("ctrl+p", *"rows")
        await user.pilot.pause(0.3)
        await user.press("enter")
        await user.at(RowsPage)


async def test_stop_is_offered_only_while_a_job_is_under_way(sit: Sit) -> None:
    async with sit.new() as user:
        assert user.app.check_action("cancel", ()) is False
        sit.services.faults.arm("smartsimple.list:slow=5")
        user.app.action_pull()
        assert user.app.check_action("cancel", ()) is True
        user.app.action_cancel()


def test_the_dashboard_keeps_its_styles_beside_it() -> None:
    assert (Path(__file__).parents[2] / "synctui" / "tui" / "app.tcss").is_file()
