"""What `python -m xl_addin` can be asked to do from a terminal; buttons are asked for by the ribbon."""

from __future__ import annotations

import sys
from collections.abc import Callable

from synctui.errors import SyncError
from xl_addin import build, doctor, install


def _told(command: Callable[[list[str]], int]) -> Callable[[list[str]], int]:
    """The command with its failures told on stderr."""

    def run(arguments: list[str]) -> int:
        try:
            return command(arguments)
        except SyncError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code

    return run


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "build": _told(build.main),
    "install": _told(install.install_main),
    "uninstall": _told(install.uninstall_main),
    "doctor": _told(doctor.main),
}
