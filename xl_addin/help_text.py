"""What the Help button says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from synctui import __version__, settings
from synctui.errors import SettingsError
from xl_addin import dialogs

FACTS = """\
The Sync column tells how each row stands: edited, new, saved, refused, in doubt, conflict, gone at source.
Type push, mine or theirs into it to choose for a row.
Nothing is sent before you have seen the plan and said yes.
A pull or a push cannot be stopped from Excel, not by Esc either: it goes on until its end, and the status bar tells \
how far it is. A push is also seen in a terminal, while it runs and later: synctui runs
A row in doubt has left and got no answer that can be trusted; it is never sent again by itself. In a terminal: \
synctui settle RUN
Undo of a push, in a terminal: synctui undo RUN
Do not edit a cell while a pull or push is at work; Excel lets nobody else write meanwhile.
"""


def help_text(tips: Iterable[tuple[str, str]]) -> str:
    """The buttons by label and tip, the key facts, and where more is to be read."""
    buttons = "\n".join(f"{label}: {tip}" for label, tip in tips)
    places = "\n".join(map(dialogs.line, [f"Settings: {_settings()}", f"README: {_readme()}"]))
    return f"SyncTUI {__version__}\n\n{buttons}\n\n{FACTS}\n{places}"


def _settings() -> str:
    try:
        return str(settings.find())
    except SettingsError as error:
        return str(error)


def _readme() -> str:
    """The file beside this package in a clone; an installed package has none."""
    path = Path(__file__).resolve().parents[1] / "README.md"
    return str(path) if path.is_file() else "README.md, in the folder or on the page that SyncTUI was installed from"
