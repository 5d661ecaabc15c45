"""`practice`: the practice services in the foreground, with a ready settings file."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from synctui.cli.desk import Desk
from synctui.cli.interrupts import Interrupts
from synctui.errors import UsageError
from synctui.exit_codes import DONE
from synctui.practice import Practice
from synctui.settings import FILE_NAME, state_folder
from synctui.store.folder import private_folder

USUAL_PORT = 8765
"""The same at every start where it is free, so that workbooks and settings of yesterday still fit."""
MOST_FILES = 1000


def practice(desk: Desk, port: int | None, faults: str) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    with suppress(KeyboardInterrupt):
        desk.run(lambda interrupts: _serve(desk, interrupts, port, faults))
    desk.tell("The practice services have stopped.")
    return DONE


async def _serve(desk: Desk, interrupts: Interrupts, port: int | None, faults: str) -> None:
    practice = await start(port, faults)
    try:
        with interrupts.gently(asyncio.Event()) as stop:
            folder = private_folder(private_folder(state_folder()) / "practice")
            config = keep_settings(folder, practice.settings_text())
            desk.answer({"url": practice.url, "config": str(config)}, f"url     {practice.url}", f"config  {config}")
            desk.tell("Try in another terminal:", f"  synctui pull Awards --workbook awards.xlsx --config {config}")
            desk.tell("Ctrl-C stops the services.")
            await stop.wait()
    finally:
        await practice.__aexit__(None, None, None)


async def start(port: int | None, faults: str = "") -> Practice:
    """The services at this port, else at the usual one, else at any that is free. Raises UsageError."""
    for candidate in (USUAL_PORT, 0) if port is None else (port,):
        try:
            return await Practice(candidate, faults).__aenter__()
        except ValueError as error:
            raise UsageError(f"--faults: {error}.", "See: synctui practice --help") from None
        except OSError as error:
            failure = error
    raise UsageError(
        f"The port {port} cannot be used: {failure.strerror or failure}.", "Choose another, or leave --port out."
    )


def keep_settings(folder: Path, text: str) -> Path:
    """Write settings under the first name that is free; a file that holds just this text is used as it is."""
    for number in range(1, MOST_FILES):
        path = folder / (FILE_NAME if number == 1 else f"synctui-{number}.toml")
        with suppress(FileExistsError):
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            path.chmod(0o600)
            return path
        with suppress(OSError, UnicodeDecodeError):
            if path.read_text(encoding="utf-8") == text:
                return path
    raise UsageError(f"{folder} holds {MOST_FILES} settings files.", "Delete those that you do not need.")
