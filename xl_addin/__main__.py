"""What a button starts: `python -m xl_addin ACTION --wb=... --from_xl=1 --app=... --hwnd=...`.

The arguments after ACTION tell which Excel called, and from which workbook. Nothing that a workbook holds chooses what
runs: the actions are the buttons and the commands of this package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from synctui.errors import UsageError
from xl_addin import without_excel
from xl_addin.buttons import BUTTONS, Button, press
from xl_addin.desk import guard


def main(arguments: Sequence[str]) -> int:
    """Do one action; the exit code."""
    name = arguments[0] if arguments else ""
    return guard("SyncTUI", without_excel.tell, lambda: _act(name, list(arguments[1:])))


def _act(name: str, rest: list[str]) -> int:
    for button in BUTTONS:
        if button.name == name:
            return _press_in_excel(button, rest)
    from xl_addin.commands import COMMANDS  # a button needs none of it

    if name in COMMANDS:
        return COMMANDS[name](rest)
    wrong = f"There is no action {name!r}." if name else "No action was named."
    actions = ", ".join([*(button.name for button in BUTTONS), *COMMANDS])
    raise UsageError(wrong, f"The actions are: {actions}.")


def _press_in_excel(button: Button, caller: list[str]) -> int:
    _go_home()
    try:
        from xl_addin.excel import Excel
    except ModuleNotFoundError as error:
        if error.name != "xlwings":
            raise
        raise UsageError("xlwings is not installed.", "Install it with: pip install synctui[excel]") from None
    return press(button, Excel.calling(caller))


def _go_home() -> None:
    """Leave the folder that Excel started us in, often a workbook's: it must not choose the settings."""
    try:
        os.chdir(Path.home())
    except (OSError, RuntimeError):
        raise UsageError("Your home folder cannot be entered.", "Check HOME, or USERPROFILE on Windows.") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
