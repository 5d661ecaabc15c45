"""The ledger of calls to an instance that allows so many in any 60 minutes, shared by all processes on the machine."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from synctui.errors import BudgetSpent
from synctui.store.database import Clock, Database, utc_now

WINDOW = 3600.0
"""Seconds for which a call counts after its end."""
LONGEST_CALL = 900.0
"""Seconds after which a call has ended even if its process died and nobody said so."""
PROBE_AFTER = 60.0
"""Seconds between tries while the vendor itself says that the budget is spent."""

_INSTANCES = """
CREATE TABLE instances (
    instance TEXT PRIMARY KEY,
    newest REAL NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0,
    probe_at REAL
) STRICT
"""  # newest: the latest time ever seen; probe_at: set while the vendor says that the budget is spent

_SLOTS = "CREATE TABLE slots (slot INTEGER PRIMARY KEY, instance TEXT NOT NULL, counts_until REAL NOT NULL) STRICT"
_BY_INSTANCE = "CREATE INDEX slots_by_instance ON slots (instance, counts_until)"

BUDGET_FORMATS = ((_INSTANCES, _SLOTS, _BY_INSTANCE),)


class Budget:
    """A Gate that grants at most `limit` calls to `instance` in any 60 minutes; its ledger lies in `folder`.

    A call counts from its grant until an hour after its end. Time never runs backwards here: a clock that is set back
    frees nothing. When the vendor says that the budget is spent, one call a minute is let through until one succeeds.
    Every method raises StoreError where the ledger cannot be used.
    """

    def __init__(self, folder: Path, instance: str, limit: int, clock: Clock = utc_now) -> None:
        self._database = Database(folder / "budget.sqlite3", BUDGET_FORMATS, "call budget")
        self._instance, self._limit, self._clock = instance, limit, clock

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One call: granted on entering, dated on leaving. Raises BudgetSpent."""
        slot, refusals = self._grant()
        answered = False
        try:
            yield
            answered = True
        finally:
            self._leave(slot, refusals, answered=answered)

    def exhausted(self) -> None:
        """The vendor itself says that the budget is spent: nothing is left until a try a minute later succeeds."""
        with self._database.write() as db:
            db.execute(
                "UPDATE instances SET refusals = refusals + 1, probe_at = ? WHERE instance = ?",
                (self._now(db) + PROBE_AFTER, self._instance),
            )

    def used(self) -> int:
        """Calls that count now."""
        with self._database.write() as db:
            return self._count(db, self._now(db))

    def left(self) -> int:
        """Calls that would be granted now."""
        with self._database.write() as db:
            now = self._now(db)
            return 0 if self._stop(db)["probe_at"] is not None else max(0, self._limit - self._count(db, now))

    @property
    def limit(self) -> int:
        """Calls that are granted in any 60 minutes."""
        return self._limit

    def full_at(self) -> datetime | None:
        """When all calls would be granted again (aware, UTC), if none is made before; None where they are now."""
        newest = "SELECT max(counts_until) AS last FROM slots WHERE instance = ? AND counts_until > ?"
        with self._database.write() as db:
            last = db.execute(newest, (self._instance, self._now(db))).fetchone()["last"]
        return datetime.fromtimestamp(last, UTC) if last is not None else None

    def _grant(self) -> tuple[int, int]:
        """The slot's number, and how often the vendor had refused by then."""
        with self._database.write() as db:
            now = self._now(db)
            free_at = self._free_at(db, now)
            if free_at > now:
                raise self._spent(free_at)
            stop = self._stop(db)
            if stop["probe_at"] is not None:  # this call is the probe: the next one waits another minute
                db.execute("UPDATE instances SET probe_at = ? WHERE instance = ?", (now + PROBE_AFTER, self._instance))
            db.execute("DELETE FROM slots WHERE instance = ? AND counts_until <= ?", (self._instance, now))
            until = now + LONGEST_CALL + WINDOW
            slot = db.execute(
                "INSERT INTO slots (instance, counts_until) VALUES (?, ?) RETURNING slot", (self._instance, until)
            ).fetchone()["slot"]
            return slot, stop["refusals"]

    def _leave(self, slot: int, refusals: int, *, answered: bool) -> None:
        with self._database.write() as db:
            until = self._now(db) + WINDOW
            db.execute("UPDATE slots SET counts_until = ? WHERE slot = ?", (until, slot))
            if answered:  # ... and nobody was refused since: the vendor grants again
                db.execute(
                    "UPDATE instances SET probe_at = NULL WHERE instance = ? AND refusals = ?",
                    (self._instance, refusals),
                )

    def _now(self, db: sqlite3.Connection) -> float:
        seen = "INSERT INTO instances (instance, newest) VALUES (?, ?) ON CONFLICT (instance) DO UPDATE"
        grown = f"{seen} SET newest = max(newest, excluded.newest) RETURNING newest"
        return float(db.execute(grown, (self._instance, self._clock().timestamp())).fetchone()["newest"])

    def _count(self, db: sqlite3.Connection, now: float) -> int:
        query = "SELECT count(*) AS count FROM slots WHERE instance = ? AND counts_until > ?"
        return int(db.execute(query, (self._instance, now)).fetchone()["count"])

    def _stop(self, db: sqlite3.Connection) -> sqlite3.Row:
        found: sqlite3.Row = db.execute("SELECT * FROM instances WHERE instance = ?", (self._instance,)).fetchone()
        return found

    def _free_at(self, db: sqlite3.Connection, now: float) -> float:
        """When the next call can be granted; not after `now` where that is at once."""
        over = self._count(db, now) - self._limit
        full = 0.0
        if over >= 0:
            ends = "SELECT counts_until FROM slots WHERE instance = ? AND counts_until > ? ORDER BY counts_until"
            full = db.execute(f"{ends} LIMIT 1 OFFSET ?", (self._instance, now, over)).fetchone()["counts_until"]
        return max(full, self._stop(db)["probe_at"] or 0.0)

    def _spent(self, free_at: float) -> BudgetSpent:
        until = datetime.fromtimestamp(free_at, UTC)
        return BudgetSpent(
            f"The {self._limit} calls an hour to {self._instance} are used up.",
            f"The next one is free at {until.astimezone():%H:%M}: try again then, or raise `hourly_calls`.",
            until=until,
        )
