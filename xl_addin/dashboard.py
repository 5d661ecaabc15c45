"""Opens the dashboard in a terminal window of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from synctui.errors import UsageError
from synctui.settings import state_folder
from synctui.store.folder import private_folder

BY_HAND = "Type synctui in a terminal."
ARGUMENTS = ("-P", "-m", "synctui")
"""`-P`: no module of the folder that the terminal starts in."""
NEW_CONSOLE = 0x10
"""Windows: CREATE_NEW_CONSOLE."""
KEPT = ("SYNCTUI_CONFIG", "SYNCTUI_HOME", "PYTHONPATH")
"""What a Mac's Terminal does not inherit from us."""


def open_dashboard(platform: str = sys.platform) -> None:
    """Start it; nobody waits for its end. Raises UsageError where that is not possible, StoreError."""
    try:
        if platform == "darwin":
            subprocess.run(["open", "-a", "Terminal", str(_script())], check=True)  # noqa: S603, S607
        elif platform == "win32":
            subprocess.Popen(console_command(sys.executable), creationflags=NEW_CONSOLE)  # noqa: S603  # no shell
        else:
            raise UsageError("A terminal window can be opened on Windows and on the Mac only.", BY_HAND)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(f"No terminal could be started ({type(error).__name__}).", BY_HAND) from error


def console_command(executable: str) -> list[str]:
    """The dashboard under the interpreter that has a console: buttons are started by the one that has none."""
    path = Path(executable)
    python = path.with_name("python.exe") if path.name.lower() == "pythonw.exe" else path
    return [str(python), *ARGUMENTS]


def _script() -> Path:
    """What the Mac's Terminal runs: a file, since it takes no command line. Raises StoreError, OSError."""
    exports = [f"export {name}={shlex.quote(os.environ[name])}" for name in KEPT if name in os.environ]
    path = private_folder(state_folder()) / "dashboard.command"
    path.write_text("\n".join(["#!/bin/sh", *exports, f"exec {shlex.join([sys.executable, *ARGUMENTS])}", ""]), "utf-8")
    path.chmod(0o700)
    return path
