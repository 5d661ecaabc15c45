"""The one table of what a user can do: key bindings, the command palette and the help page all come from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

LINK = frozenset({"links", "rows"})
"""Screens on which one link is chosen."""
RUN = frozenset({"runs", "result"})
"""Screens on which one run is chosen."""
PAGES = LINK | RUN | {"plan", "conflict", "settlement", "repair"}
"""Every full screen; dialogs lie on top of these."""
GRID = PAGES - {"links"}
"""Screens with a grid."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a user can do."""

    name: str
    """Its method is `action_NAME`, of the owner."""
    keys: str
    """Textual's key names, separated by commas."""
    label: str
    """As the footer and the palette call it."""
    help: str
    """One sentence for the palette and the help page."""
    owner: Literal["app", "screen", "grid"]
    places: frozenset[str]
    """Where it works: the `place` of screens, "dialog" for all dialogs."""
    in_footer: bool = True

    @property
    def command(self) -> str:
        """How Textual runs it."""
        return f"{'focused' if self.owner == 'grid' else self.owner}.{self.name}"


ACTIONS = (
    Action("pull", "p", "Pull", "Bring the source's records into the worksheet; your edits stay.", "app", LINK),
    Action("rows", "d", "Rows", "Show the link's rows and every change, cell by cell.", "app", frozenset({"links"})),
    Action("push", "u", "Push", "Open the plan of a push; nothing is sent before you confirm it.", "app", LINK),
    Action("only_failed", "U", "Push refused", "Open the plan of a push of just the rows that were refused.", "app",
           LINK, False),
    Action("repair", "f", "Repair", "Put back cells that a spreadsheet program changed by itself.", "app", LINK, False),
    Action("show_all", "a", "All", "Show all rows, or only those with something to tell.", "screen",
           frozenset({"rows"})),
    Action("decide", "e", "Decide", "Decide the row in conflict under the cursor, cell by cell.", "screen",
           frozenset({"rows"})),
    Action("mine", "m", "Mine", "Keep the worksheet's value in the cell.", "screen", frozenset({"conflict"})),
    Action("theirs", "t", "Theirs", "Take the source's value into the cell.", "screen", frozenset({"conflict"})),
    Action("keep", "y", "Write", "Write what was decided into the worksheet; sends nothing.", "screen",
           frozenset({"conflict"})),
    Action("confirm", "y", "Push now", "Send what the plan shows.", "screen", frozenset({"plan"})),
    Action("open_run", "o", "Open run", "Show what became of each row of the run.", "screen", frozenset({"runs"})),
    Action("settle", "s", "Settle", "Look what became of the run's rows in doubt; asks where that is no proof.", "app",
           RUN | {"settlement"}),
    Action("answer", "e", "Decide", "Say what became of the rows in doubt.", "screen", frozenset({"settlement"})),
    Action("undo", "z", "Undo", "Plan to take the run back; nothing is sent before you confirm it.", "app", RUN),
    Action("resume", "r", "Resume", "Plan to send what the run left unsent, as it was confirmed.", "app", RUN),
    Action("put_back", "y", "Put back", "Put the cells back; sends nothing.", "screen", frozenset({"repair"})),
    Action("workbook", "w", "Workbook", "Choose the workbook file of the link.", "app", frozenset({"links"})),
    Action("runs", "r", "Runs", "List all pushes of this machine.", "app", LINK),
    Action("cancel", "x", "Stop", "Stop the link's pull at once, or its push before the next batch.", "app", PAGES),
    Action("cancel", "escape", "Stop", "The same, on the first screen.", "app", frozenset({"links"}), False),
    Action("reread", "f5", "Read again", "Read the workbooks and the journal again.", "app", LINK, False),
    Action("back", "escape", "Back", "Go back; leaving a plan sends nothing.", "screen", PAGES - {"links"}),
    Action("close", "escape", "Close", "Close the dialog.", "screen", frozenset({"dialog"})),
    Action("copy_command", "c", "Copy", "Copy the command that does the same to the clipboard.", "app", PAGES),
    Action("help", "f1", "Help", "Show the keys that work here.", "app", PAGES),
    Action("quit", "q", "Quit", "Leave the dashboard; asks first while a push is under way.", "app",
           PAGES | {"dialog", ""}),
    Action("up", "up,k", "Up", "One row up.", "grid", GRID, False),
    Action("down", "down,j", "Down", "One row down.", "grid", GRID, False),
    Action("left", "left,h", "Left", "One column to the left.", "grid", GRID, False),
    Action("right", "right,l", "Right", "One column to the right.", "grid", GRID, False),
    Action("page_up", "pageup", "Page up", "One page up.", "grid", GRID, False),
    Action("page_down", "pagedown,space", "Page down", "One page down.", "grid", GRID, False),
    Action("first_column", "home", "First column", "To the first column.", "grid", GRID, False),
    Action("last_column", "end", "Last column", "To the last column.", "grid", GRID, False),
    Action("first_row", "ctrl+home,g", "First row", "To the first row.", "grid", GRID, False),
    Action("last_row", "ctrl+end,G", "Last row", "To the last row.", "grid", GRID, False),
    Action("choose", "enter", "Choose", "Open what the row stands for.", "grid", frozenset({"runs", "rows"}), False),
)  # fmt: skip


def bindings(owner: str, place: str = "") -> list[BindingType]:
    """The key bindings of an owner; of a screen, those that work on it."""
    return [
        Binding(action.keys, action.name, action.label, show=action.in_footer, tooltip=action.help)
        for action in ACTIONS
        if action.owner == owner and (owner != "screen" or place in action.places)
    ]


def here(place: str) -> Iterator[Action]:
    """What can be done on a screen, each once."""
    told = set()
    for action in ACTIONS:
        if place in action.places and action.name not in told:
            told.add(action.name)
            yield action


def works(name: str, place: str) -> bool:
    """Whether an action of the app works on a screen; what the table does not know is Textual's own, and does."""
    places = [action.places for action in ACTIONS if action.name == name and action.owner == "app"]
    return not places or any(place in some for some in places)
