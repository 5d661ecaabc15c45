"""The cache of what changes seldom (map lists, columns): losing it, or finding it tampered with, costs time only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from diskcache import Cache
from diskcache.core import DEFAULT_SETTINGS, METADATA

from synctui.store.database import Clock, utc_now
from synctui.store.folder import private_folder
from synctui.store.guarded_disk import GuardedDisk

MAX_AGE = timedelta(days=1)
FILES = ("cache.db", "cache.db-wal", "cache.db-shm", "cache.db-journal")
SETTINGS = {
    **DEFAULT_SETTINGS,
    "size_limit": 64 * 2**20,
    "disk_min_file_size": 2**62,  # values of any size stay in the database: no file names to trust
}
"""All of them, so that none is taken from the database."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What `cache show` lists."""

    account: str
    name: str
    age: timedelta


class MetadataCache:
    """The cache below the folder `home`. No method ever raises: what cannot be read is not there."""

    def __init__(self, home: Path, *, clock: Clock = utc_now, max_age: timedelta = MAX_AGE) -> None:
        self._folder, self._clock, self._max_age = home / "cache", clock, max_age
        self._cache: Any = None

    @property
    def folder(self) -> Path:
        """Where it lies; deleting it costs time only."""
        return self._folder

    def of(self, account: str) -> AccountMetadata:
        """The part of one account: its name is part of every key, so that nobody sees another's."""
        return AccountMetadata(self, account)

    def get(self, account: str, name: str) -> tuple[Any, timedelta] | None:
        """A value and its age, unless it is older than `max_age`."""
        kept = self._safely(lambda cache: _checked(cache.get([account, name])), None)
        if kept is None:
            return None
        value, at = kept
        age = self._clock() - at
        return (value, age) if timedelta(0) <= age <= self._max_age else None

    def put(self, account: str, name: str, value: Any) -> None:
        """Keep a JSON value."""
        entry = {"at": self._clock().isoformat(), "value": value}
        self._safely(lambda cache: cache.set([account, name], entry), None)

    def entries(self) -> tuple[CacheEntry, ...]:
        """All that is kept, in the order in which it came."""
        return self._safely(self._listed, ())

    def clear(self) -> None:
        """Forget everything: the files of the cache are removed, whatever is in them."""
        self.close()
        for name in FILES:
            with suppress(OSError):
                (self._folder / name).unlink()

    def close(self) -> None:
        """Let go of the files."""
        with suppress(Exception):
            if self._cache is not None:
                self._cache.close()
        self._cache = None

    def _listed(self, cache: Any) -> tuple[CacheEntry, ...]:
        found = []
        for account, name in cache:
            kept = _checked(cache.get([account, name]))
            if kept is not None:
                found.append(CacheEntry(account, name, self._clock() - kept[1]))
        return tuple(found)

    def _safely(self, work: Callable[[Any], T], otherwise: T) -> T:
        """Do it; where anything at all goes wrong, start with an empty cache and do without."""
        try:
            return work(self._open())
        except Exception:  # a database that others may have written can fail in any way
            self.clear()
            return otherwise

    def _open(self) -> Any:
        if self._cache is None:
            private_folder(self._folder)
            _refuse_strange_settings(self._folder / FILES[0])
            self._cache = Cache(str(self._folder), disk=GuardedDisk, **SETTINGS)
        return self._cache


@dataclass(frozen=True, slots=True)
class AccountMetadata:
    """A connector's view of the cache: its own account."""

    cache: MetadataCache
    name: str

    def get(self, name: str) -> Any | None:
        """A JSON value kept under this name, or None."""
        found = self.cache.get(self.name, name)
        return found[0] if found else None

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value."""
        self.cache.put(self.name, name, value)

    def age(self, name: str) -> timedelta | None:
        """How old the value under this name is."""
        found = self.cache.get(self.name, name)
        return found[1] if found else None


def _checked(entry: Any) -> tuple[Any, datetime] | None:
    return None if entry is None else (entry["value"], datetime.fromisoformat(entry["at"]))


def _refuse_strange_settings(path: Path) -> None:
    """diskcache sets attributes of its own by the names it finds in its database: only known ones may be there."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as db, suppress(sqlite3.OperationalError):
        found = {name for (name,) in db.execute("SELECT key FROM Settings")}
        if not found <= SETTINGS.keys() | METADATA.keys():
            raise ValueError("unknown cache settings refused")
