"""SQLite files of ours: private to the user, durable, versioned, every failure told as a StoreError."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from synctui.errors import StoreError
from synctui.store.folder import private_folder

Clock = Callable[[], datetime]
"""Tells the time: aware, UTC."""

BUSY_SECONDS = 10.0
REMEDIES = {
    "SQLITE_FULL": "Free some space on the disk.",
    "SQLITE_BUSY": "Another SyncTUI is using it: try again in a moment.",
    "SQLITE_CORRUPT": "Move the file aside; a new one is made at the next start.",
    "SQLITE_NOTADB": "Move the file aside; a new one is made at the next start.",
    "SQLITE_READONLY": "Check the rights of the file and its folder.",
}


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class Database:
    """One SQLite file in WAL mode, in a folder closed to others.

    `formats` holds one tuple of SQL statements per format version: an older file is brought up to date, a newer one
    is refused with a StoreError. `what` is how errors call the file. One object may be used by several threads.
    """

    def __init__(
        self,
        path: Path,
        formats: Sequence[Sequence[str]],
        what: str,
        *,
        synchronous: Literal["FULL", "OFF"] = "FULL",
    ) -> None:
        self.path = path
        self._what = what
        self._formats = formats
        self._lock = threading.RLock()
        self._db = self._open(synchronous)
        self.close = weakref.finalize(self, self._db.close)
        """Let go of the file; done by itself when nobody holds this object any more."""

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction, taken at once (`BEGIN IMMEDIATE`); an exception undoes all of it."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Several reads of one moment."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            try:
                self._db.execute(begin)
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # nothing has begun, or SQLite rolled back itself (disk full)
                    self._db.execute("ROLLBACK")
                raise

    def _open(self, synchronous: str) -> sqlite3.Connection:
        private_folder(self.path.parent)
        with self._told():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite gives its -wal and -shm the same mode
            self._db = sqlite3.connect(self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute(f"PRAGMA synchronous={synchronous}")
                self._db.execute("PRAGMA foreign_keys=ON")
                self._bring_up_to_date()
            except BaseException:
                self._db.close()
                raise
        return self._db

    def _bring_up_to_date(self) -> None:
        with self.write() as db:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found > len(self._formats):
                raise StoreError(
                    f"The {self._what} {self.path} has format {found}; this SyncTUI knows formats up to "
                    f"{len(self._formats)}.",
                    "Update SyncTUI on this machine.",
                )
            for statements in self._formats[found:]:
                for statement in statements:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version={len(self._formats)}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            name = getattr(error, "sqlite_errorname", "")
            remedy = next((text for start, text in REMEDIES.items() if name.startswith(start)), "")
            raise StoreError(
                f"The {self._what} {self.path} cannot be used: {error}.", remedy or "Run `synctui doctor`."
            ) from error
