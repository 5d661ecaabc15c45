"""The buttons of the ribbon: one function each, with what the ribbon shows of it in its decorator."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from synctui.exit_codes import DONE
from xl_addin import walks
from xl_addin.dashboard import open_dashboard
from xl_addin.desk import Desk, guard
from xl_addin.front import Spreadsheet
from xl_addin.help_text import help_text

Action = Callable[[Desk], int]
"""Does a button's work and gives its exit code. Raises SyncError and Declined."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button."""

    name: str
    """The action that starts it: letters, digits and underscores."""
    label: str
    icon: str
    """One of Office's own pictures (imageMso)."""
    tip: str
    waits: bool
    """Whether Excel waits for its end; the others run beside Excel."""
    run: Action


_found: list[Button] = []


def button(*, label: str, icon: str, tip: str, waits: bool) -> Callable[[Action], Action]:
    """Put a button into the ribbon; its name is the function's."""

    def declare(action: Action) -> Action:
        _found.append(Button(action.__name__.rstrip("_"), label, icon, tip, waits, action))
        return action

    return declare


@button(label="Pull", icon="RefreshAll", tip="Bring the link's records into its worksheet.", waits=False)
def pull(desk: Desk) -> int:
    """Create or refresh the worksheet; edits in it survive."""
    return desk.run(walks.pull)


@button(
    label="Check",
    icon="ReviewTrackChanges",
    tip="Sign in, and show what a push would take up and what it would leave out.",
    waits=True,
)
def check(desk: Desk) -> int:
    """Sign in to the link's connections and look at its worksheet."""
    return desk.run(walks.check)


@button(label="Push", icon="ExportTextFile", tip="Show what was edited, and send it after your yes.", waits=False)
def push(desk: Desk) -> int:
    """Plan, show, ask, send, tell what became of every row."""
    return desk.run(walks.push)


@button(
    label="Only failed",
    icon="RecurrenceEdit",
    tip="Show the rows that were refused, and send them again after your yes.",
    waits=False,
)
def only_failed(desk: Desk) -> int:
    """Push the rows whose last outcome is refused."""
    return desk.run(walks.push_failed)


@button(
    label="Open dashboard",
    icon="WindowNew",
    tip="Open SyncTUI in a terminal window: runs, undo, rows in doubt.",
    waits=False,
)
def dashboard(_desk: Desk) -> int:
    """Open the dashboard in a terminal."""
    open_dashboard()
    return DONE


@button(label="Help", icon="Help", tip="What the buttons do, and where more is to be read.", waits=False)
def help_(desk: Desk) -> int:
    """Tell the key facts."""
    desk.tell(help_text((each.label, each.tip) for each in BUTTONS))
    return DONE


BUTTONS: tuple[Button, ...] = tuple(_found)
"""All buttons, in the ribbon's order."""


def press(button: Button, front: Spreadsheet) -> int:
    """Do a button's work; every failure ends in a dialog. The exit code."""
    desk = Desk(front, button.label)
    with suppress(Exception):  # the ribbon has written there that the action was started
        front.status(None)
    return guard(button.label, lambda _, text: desk.tell(text), lambda: button.run(desk))
