"""The ledger of calls to an instance that allows so many in any 60 minutes, shared by all processes on the machine."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from synctui.costs import Cost
from synctui.errors import BudgetSpent
from synctui.http.gate import Urgency
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

_RESERVATIONS = """
CREATE TABLE reservations (
    reservation INTEGER PRIMARY KEY,
    instance TEXT NOT NULL,
    holder TEXT NOT NULL,
    calls INTEGER NOT NULL,
    holds_until REAL NOT NULL
) STRICT
"""  # calls: those still to be made; holds_until: put off by every sign of life

_KEPT = """
SELECT coalesce(sum(calls), 0) AS kept FROM reservations
WHERE instance = :instance AND holds_until > :now AND holder <> :holder AND reservation < coalesce(
    (SELECT min(reservation) FROM reservations WHERE instance = :instance AND holder = :holder), reservation + 1
)
"""
_USE_ONE = """
UPDATE reservations SET calls = calls - 1 WHERE reservation = (
    SELECT min(reservation) FROM reservations WHERE instance = ? AND holder = ? AND calls > 0
)
"""

BUDGET_FORMATS = ((_INSTANCES, _SLOTS, _BY_INSTANCE), (_RESERVATIONS,))


class Budget:
    """A Gate that grants at most `limit` calls to `instance` in any 60 minutes; its ledger lies in `folder`.

    A call counts from its grant until an hour after its end. Time never runs backwards here: a clock that is set back
    frees nothing. When the vendor says that the budget is spent, one call a minute is let through until one succeeds.
    A push reserves the calls that it still needs: pulls and later pushes are granted what is left beside them, and
    interactive calls everything. Every method raises StoreError where the ledger cannot be used.
    """

    def __init__(self, folder: Path, instance: str, limit: int, clock: Clock = utc_now) -> None:
        self._database = Database(folder / "budget.sqlite3", BUDGET_FORMATS, "call budget")
        self._instance, self._limit, self._clock = instance, limit, clock

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @asynccontextmanager
    async def slot(self, urgency: Urgency = Urgency.INTERACTIVE, holder: str = "") -> AsyncIterator[None]:
        """One call: granted on entering, dated on leaving. Raises BudgetSpent."""
        slot, refusals = self._grant(urgency, holder)
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

    def left(self, urgency: Urgency = Urgency.INTERACTIVE, holder: str = "") -> int:
        """Calls that would be granted now."""
        with self._database.write() as db:
            now = self._now(db)
            if self._stop(db)["probe_at"] is not None:
                return 0
            return max(0, self._limit - self._count(db, now) - self._kept(db, now, urgency, holder))

    def lacking(
        self, calls: int, urgency: Urgency = Urgency.INTERACTIVE, holder: str = "", *, renew: bool = False
    ) -> BudgetSpent | None:
        """Why so many calls would not be granted now; None where they would. `renew` is a holder's sign of life."""
        with self._database.write() as db:
            now = self._now(db)
            if renew:
                self._renew(db, now, holder)
            free_at = self._free_at(db, now, min(calls, self._limit), self._kept(db, now, urgency, holder))
        return self._spent(free_at) if free_at > now else None

    def cost(self, calls: int | None, urgency: Urgency) -> Cost:
        """What so many calls would cost now."""
        spent = self.lacking(calls or 0, urgency) if calls else None
        return Cost(calls, self.left(urgency), self._limit, spent.until if spent else None)

    def reserve(self, holder: str, calls: int) -> int:
        """Keep calls for a push; returns the reservation's number. It ends by itself when its holder is gone."""
        with self._database.write() as db:
            now = self._now(db)
            db.execute("DELETE FROM reservations WHERE holds_until <= ?", (now,))
            found = db.execute(
                "INSERT INTO reservations (instance, holder, calls, holds_until) VALUES (?, ?, ?, ?)"
                " RETURNING reservation",
                (self._instance, holder, calls, now + LONGEST_CALL),
            ).fetchone()
            return int(found["reservation"])

    def release(self, reservation: int) -> None:
        """End a reservation."""
        with self._database.write() as db:
            db.execute("DELETE FROM reservations WHERE reservation = ?", (reservation,))

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

    def _grant(self, urgency: Urgency = Urgency.INTERACTIVE, holder: str = "") -> tuple[int, int]:
        """The slot's number, and how often the vendor had refused by then."""
        with self._database.write() as db:
            now = self._now(db)
            free_at = self._free_at(db, now, 1, self._kept(db, now, urgency, holder))
            if free_at > now:
                raise self._spent(free_at)
            stop = self._stop(db)
            if stop["probe_at"] is not None:  # this call is the probe: the next one waits another minute
                db.execute("UPDATE instances SET probe_at = ? WHERE instance = ?", (now + PROBE_AFTER, self._instance))
            db.execute("DELETE FROM slots WHERE instance = ? AND counts_until <= ?", (self._instance, now))
            self._renew(db, now, holder, used=1)
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

    def _kept(self, db: sqlite3.Connection, now: float, urgency: Urgency, holder: str) -> int:
        """Calls that others have reserved: for a push those who came before it, so that no two wait for each other."""
        if urgency is Urgency.INTERACTIVE:
            return 0
        meant = {"instance": self._instance, "now": now, "holder": holder}
        return int(db.execute(_KEPT, meant).fetchone()["kept"])

    def _renew(self, db: sqlite3.Connection, now: float, holder: str, used: int = 0) -> None:
        """A sign of life of a holder, who may have used up a call of its first reservation."""
        mine = (self._instance, holder)
        db.execute(
            "UPDATE reservations SET holds_until = ? WHERE instance = ? AND holder = ?", (now + LONGEST_CALL, *mine)
        )
        if used:
            db.execute(_USE_ONE, mine)

    def _free_at(self, db: sqlite3.Connection, now: float, calls: int, kept: int) -> float:
        """When so many calls beside the kept ones can be granted; not after `now` where that is at once."""
        over = self._count(db, now) + kept + calls - self._limit
        full = self._end_of(db, now, over) if over > 0 else 0.0
        return max(full, self._stop(db)["probe_at"] or 0.0)

    def _end_of(self, db: sqlite3.Connection, now: float, number: int) -> float:
        """When so many calls count no more; where fewer count, when reservations have ended at the latest."""
        ends = "SELECT counts_until FROM slots WHERE instance = ? AND counts_until > ? ORDER BY counts_until"
        found = db.execute(f"{ends} LIMIT 1 OFFSET ?", (self._instance, now, number - 1)).fetchone()
        if found is None:
            kept = "SELECT max(holds_until) AS last FROM reservations WHERE instance = ?"
            return float(db.execute(kept, (self._instance,)).fetchone()["last"] or now + LONGEST_CALL)
        return float(found["counts_until"])

    def _spent(self, free_at: float) -> BudgetSpent:
        until = datetime.fromtimestamp(free_at, UTC)
        return BudgetSpent(
            f"The {self._limit} calls an hour to {self._instance} are used up, or kept for a push under way.",
            f"Enough are free at {until.astimezone():%H:%M}: try again then, add --wait, or raise `hourly_calls`.",
            until=until,
        )
