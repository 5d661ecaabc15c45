"""How a sentence reaches the user where Excel cannot show it: not started by it, or it is gone."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

ICON_AND_FRONT = 0x10030
"""MB_ICONWARNING and MB_SETFOREGROUND."""
ALERT = (
    "osascript",
    *("-e", "on run argv"),
    *("-e", "display alert (item 1 of argv) message (item 2 of argv)"),
    *("-e", "end run"),
)
"""Texts are arguments and never part of the script."""


def tell(title: str, text: str) -> None:
    """Write to stderr; where a button was pressed, show the system's own dialog too."""
    if sys.stderr is not None:  # pythonw has none
        with suppress(OSError):
            sys.stderr.write(f"{title}: {text}\n")
    if any(argument.startswith("--from_xl") for argument in sys.argv):
        _dialog(title, text)


def _dialog(title: str, text: str) -> None:
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(0, text, title, ICON_AND_FRONT)
    elif sys.platform == "darwin":
        subprocess.run([*ALERT, title, text], check=False)  # noqa: S603  # no shell, and the texts are arguments
