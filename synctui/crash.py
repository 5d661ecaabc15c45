"""Crash files: where a fault of ours happened, without any value of anybody's data."""

from __future__ import annotations

import os
import platform
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from synctui import __version__
from synctui.errors import SyncError
from synctui.settings import state_folder
from synctui.store.folder import private_folder


def keep(error: BaseException, what: str) -> Path:
    """Write where an error came from into the state folder. Raises StoreError, OSError.

    Neither locals nor messages of exceptions are kept: both may quote rows.
    """
    now = datetime.now(UTC)
    path = private_folder(state_folder() / "crashes") / f"{now:%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    private = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(private, "w", encoding="utf-8", errors="replace") as file:
        file.write(f"SyncTUI {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        file.write(f"{now.isoformat()} {what}\n\n")
        file.write("\n".join(_told(error)))
    return path


def fault(error: BaseException, what: str, ended: str = "the command") -> SyncError:
    """A fault of ours as a sentence for the user, after it was kept; `ended` is what it put an end to."""
    where = "It could not even be noted in a file."
    with suppress(OSError, SyncError):
        where = f"Please report it with the file {keep(error, what)}."
    return SyncError(f"A fault in SyncTUI ended {ended} ({type(error).__name__}).", where)


def _told(error: BaseException) -> list[str]:
    """The exception and what it came from, the latest first."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    lines = [f"{type(error).__module__}.{type(error).__qualname__}", frames]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines + (["came from", *_told(before)] if before is not None else [])
