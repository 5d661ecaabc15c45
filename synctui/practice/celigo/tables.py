"""The systems behind Celigo's connections: tables that exports read and imports write, and a log of the writes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from synctui.practice.celigo.exact_json import dumps
from synctui.practice.celigo.people import CONTACT_COUNT, TIERS, Record, contacts, orders

Clock = Callable[[], datetime]
HEARTBEAT_ID = "5a149b1d3c0a4e2f90817ab6"


@dataclass(frozen=True, slots=True)
class Effect:
    """One record that a system took: what really happened, whatever the client was told."""

    number: int
    """1-based, over all tables."""
    time: datetime
    table: str
    operation: str
    """`create` or `update`."""
    id: str
    before: Record | None
    after: Record
    by: str
    """`_id` of the saved import, or of the connection of a virtual one."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values, the time as ISO text."""
        return asdict(self) | {"time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class Written:
    """What a system answers to one record."""

    status: int
    id: str = ""
    answer: Record | None = None
    message: str = ""
    """Why it refused the record, or what it did to it."""


@dataclass(slots=True)
class Table:
    """Records by id."""

    path: str
    seeds: Callable[[], list[Record]] = list
    first: int | None = None
    """How many of its seeds it begins with; None: all."""
    required: tuple[str, ...] = ()
    only: str = ""
    """The id of the only record that there is: it is written without naming it."""
    rows: dict[str, Record] = field(default_factory=dict)

    def reset(self) -> None:
        """Back to the first day."""
        self.rows = {record["id"]: dict(record) for record in _first_day(self.seeds)[: self.first]}


@cache
def _first_day(seeds: Callable[[], list[Record]]) -> tuple[Record, ...]:
    """What a table begins with, made once: a write puts a new record into the table, and changes none."""
    return tuple(seeds())


class Tables:
    """All tables of one region, by path."""

    def __init__(self, clock: Clock, tables: Mapping[str, Table]) -> None:
        self._clock = clock
        self.by_path = tables
        self.effects: list[Effect] = []
        self.reset()

    def reset(self) -> None:
        """Back to the first day, with an empty log."""
        self.effects.clear()
        for table in self.by_path.values():
            table.reset()

    def records(self, path: str) -> list[Record] | None:
        """The records at a path; None where there is no such table."""
        table = self.by_path.get(path)
        return None if table is None else list(table.rows.values())

    def write(self, method: str, uri: str, record: Record, by: str) -> Written:
        """Create or update a record by HTTP method and path, as `POST /contacts` and `PUT /contacts/500001`."""
        path, id_ = self._found(uri.partition("?")[0])
        table = self.by_path.get(path)
        if table is None:
            return Written(404, message=f"no such resource: {uri}")
        if table.only:
            return self._save(table, table.only, stamped(record, table.only, self._clock()), by)
        missing = [name for name in table.required if not record.get(name) and (method != "PATCH" or name in record)]
        if missing:
            return Written(422, message=dumps({"error": f"{missing[0]} required"}))
        if not id_:
            new = str(max((int(known) for known in table.rows if known.isdecimal()), default=0) + 1)
            return self._save(table, new, {**record, "id": new}, by)
        if id_ not in table.rows:
            return Written(404, message=dumps({"error": f"no record {id_}"}))
        base = table.rows[id_] if method == "PATCH" else {}
        return self._save(table, id_, {**base, **record, "id": id_}, by)

    def has(self, uri: str) -> bool:
        """Whether the record that a path names is there."""
        path, id_ = self._found(uri.partition("?")[0])
        return path in self.by_path and id_ in self.by_path[path].rows

    def _found(self, uri: str) -> tuple[str, str]:
        if uri in self.by_path:
            return uri, ""
        path, _, id_ = uri.rpartition("/")
        return path, id_

    def _save(self, table: Table, id_: str, record: Record, by: str) -> Written:
        before = table.rows.get(id_)
        table.rows[id_] = record
        operation = "create" if before is None and not table.only else "update"
        effect = Effect(
            len(self.effects) + 1, self._clock(), table.path, operation, id_, before, copy.deepcopy(record), by
        )
        self.effects.append(effect)
        return Written(201 if operation == "create" else 200, id_, record, _remark(record))


def na_tables(clock: Clock, people: int = CONTACT_COUNT) -> Tables:
    """The tables of the region `na`, with so many contacts at first."""
    tables = (
        Table("/contacts", contacts, people, required=("name", "email")),
        Table("/orders", orders, required=("number",)),
        Table("/members", required=("email",)),
        Table("/nobody"),
        Table("/system/v1/heartbeat", only=HEARTBEAT_ID),
    )
    return Tables(clock, {table.path: table for table in tables})


def eu_tables(clock: Clock) -> Tables:
    """The tables of the region `eu`: its tenant is another one, and new."""
    return Tables(clock, {"/contacts": Table("/contacts", required=("name",))})


def stamped(record: Record, id_: str, now: datetime) -> Record:
    """A record with the stamps of a document database, its epoch milliseconds as a date."""
    dated = {name: _as_date(value) if name == "timestamp" else value for name, value in record.items()}
    return {"_id": id_, "lastModified": _iso(now), "createdAt": "2017-11-21T21:37:10.497Z", **dated, "__v": 0}


def _as_date(value: Any) -> Any:
    text = str(value)
    return _iso(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))) if text.isdecimal() else value


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _remark(record: Record) -> str:
    """What the CRM says of a record that it takes all the same."""
    tier = record.get("tier")
    return "" if tier in (None, *TIERS) else f"tier {tier} is not in the list; it was saved as it came"
