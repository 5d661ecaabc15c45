"""Where the records of a long pull wait on disk until all of their columns are known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

import msgspec

from synctui.errors import StoreError
from synctui.records import Key, Value, key_id

CACHE_KIB = 16_384
"""Memory that the spool takes, however long it is."""
_SETTINGS = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, line TEXT NOT NULL)",
    "BEGIN",
)
_DECODER = msgspec.json.Decoder(list[str | None])


class Spool:
    """Rows in the order in which they came, each key once.

    They are in a private file in SQLite's folder for temporary ones, which is gone when the program ends, however it
    ends. Every method raises StoreError where there is no room for it.
    """

    def __init__(self) -> None:
        self._rows = 0
        with _told():
            self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            for statement in _SETTINGS:
                self._db.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def __len__(self) -> int:
        return self._rows

    def add(self, key: Key, values: Sequence[Value]) -> bool:
        """Keep a row, unless its key is there already; tells whether it was new."""
        with _told():
            line = json.dumps(values)
            done = self._db.execute("INSERT OR IGNORE INTO rows (key, line) VALUES (?, ?)", (key_id(key), line))
        self._rows += done.rowcount
        return done.rowcount == 1

    def clear(self) -> None:
        """Forget every row."""
        with _told():
            self._db.execute("DELETE FROM rows")
        self._rows = 0

    def rows(self, width: int) -> Iterator[list[Value]]:
        """Every row, made `width` long with None."""
        with _told():
            for (line,) in self._db.execute("SELECT line FROM rows ORDER BY number"):
                values: list[Value] = _DECODER.decode(line)
                yield values + [None] * (width - len(values))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"The records cannot be kept while they are pulled: {error}.",
            "Free some space in the folder for temporary files, or let TMPDIR name another one.",
        ) from error
