"""The input box on macOS, whose Excel shows none for other programs: AppleScript's."""

from __future__ import annotations

import subprocess

from synctui.errors import WorksheetError

OSASCRIPT = "/usr/bin/osascript"
CANCELLED = "(-128)"
"""How osascript ends its complaint where the user pressed Cancel, in every language (userCanceledErr)."""
_ASK = (
    "on run argv",
    "set answer to display dialog (item 2 of argv) with title (item 1 of argv) default answer \"\"",
    "return text returned of answer",
    "end run",
)  # fmt: skip
"""AppleScript that takes its texts as arguments: whatever they hold, none of it becomes script."""


def mac_input(title: str, prompt: str, program: str = OSASCRIPT) -> str | None:
    """What the user types; None where they cancel. Raises WorksheetError where they could not be asked."""
    script = [part for line in _ASK for part in ("-e", line)]
    done = subprocess.run(  # noqa: S603
        [program, *script, title, prompt], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode == 0:
        return done.stdout.removesuffix("\n")
    complaint = done.stderr.strip()
    if complaint.endswith(CANCELLED):
        return None
    raise WorksheetError(
        f"macOS did not show a question: {complaint[:300] or f'exit code {done.returncode}'}",
        "Allow Python in System Settings, Privacy and Security, Automation, then try again.",
    )
