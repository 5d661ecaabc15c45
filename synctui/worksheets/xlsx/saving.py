"""Putting a new file in the place of an old one: whole or not at all, and never over somebody's open workbook."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from synctui.errors import WorksheetError

_EXCEL_NAME_BYTES = 54


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one state of a file on disk from another."""

    inode: int
    size: int
    changed: int
    """Nanoseconds."""

    @classmethod
    def of(cls, path: Path) -> Identity | None:
        """The file's identity now; None where there is no file."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


class Replacement:
    """A new file written beside the one it will replace; what is not put in place is removed at the end of `with`.

    Raises WorksheetError and OSError. The old file stays whole at every moment.
    """

    def __init__(self, path: Path, expected: Identity | None) -> None:
        self._path = path
        self._expected = expected
        self._beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")

    def __enter__(self) -> Self:
        refuse_locked(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._beside.unlink()

    def fill(self, write: Callable[[BinaryIO], None]) -> None:
        """Write the new file and make it durable, with the old one's access rights."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self._beside, flags, 0o666), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if self._expected:
            self._beside.chmod(self._path.stat().st_mode & 0o7777)

    def commit(self) -> None:
        """Put the new file in place, if the old one is still the expected one and nobody has it open."""
        refuse_locked(self._path)
        refuse_changed(self._path, self._expected)
        self._beside.replace(self._path)
        _sync_folder(self._path.parent)


def refuse_changed(path: Path, expected: Identity | None) -> None:
    """Raise WorksheetError if the file on disk is not the one that was read."""
    if Identity.of(path) != expected:
        raise WorksheetError(
            f"{path.name} was changed meanwhile by another program.", "Nothing was written. Do it again."
        )


def refuse_locked(path: Path) -> None:
    """Raise WorksheetError if a program has the workbook open, as the lock file beside it tells, or it is read-only."""
    for lock, program, owner in (
        (path.with_name(f"~${path.name}"), "Excel", _excel_owner),
        (path.with_name(f".~lock.{path.name}#"), "LibreOffice", _libreoffice_owner),
    ):
        if lock.exists():
            name = owner(lock)
            raise WorksheetError(
                f"{path.name} is open in {program}{f' by {name}' if name else ''}.",
                f"Close it there. If nobody has it open, delete the file {lock.name} beside it.",
            )
    if path.exists() and not path.stat().st_mode & 0o222:
        raise WorksheetError(f"{path.name} is read-only.", "Take the write protection off the file, or use a copy.")


def _excel_owner(lock: Path) -> str:
    """The name in Excel's lock file: its length, then its letters."""
    with suppress(OSError):
        data = lock.read_bytes()[: _EXCEL_NAME_BYTES + 1]
        if data:
            return _shown(data[1 : 1 + data[0]].decode("cp1252", "replace"))
    return ""


def _libreoffice_owner(lock: Path) -> str:
    """The name in LibreOffice's lock file: fields parted by commas, the user's name or login, then the machine."""
    with suppress(OSError):
        fields = lock.read_bytes()[:1_000].decode("utf-8", "replace").split(",")
        name = next((field for field in fields[:2] if field.strip()), "")
        machine = fields[2] if len(fields) > 2 else ""
        return _shown(f"{name} on {machine}" if name and machine else name)
    return ""


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()[:60]


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system lets a folder be synced."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
