"""SmartSimple's Update imitated: records in, one status for each out, and workflows that run for every one applied.

Updates are no transaction: a record that is refused does not keep the others of its call from being applied.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from synctui.practice.data import Row, Tables
from synctui.practice.fields import FIELDS, Field
from synctui.practice.switches import Switches
from synctui.practice.update_rules import (
    MANDATORY,
    NEW,
    NO_RECORD,
    NOT_UPDATABLE,
    STATUS_FIELDS,
    STATUSES,
    Listed,
    Wanted,
    record_id_of,
    understand,
)

DONE = ("Updated Successfully", "updated successfully")
"""The vendor's page writes it both ways."""
LAST_UPDATED = "sf_Last Updated"


@dataclass(frozen=True, slots=True)
class RecordEffect:
    """One record that an update applied: what really happened, whatever the client was told."""

    number: int
    """1-based, over all types."""
    time: datetime
    record: str
    """Its type."""
    record_id: str
    created: bool
    values: Mapping[str, str]
    """Field name -> text as it was applied."""
    changed: tuple[str, ...]
    """Fields that hold another value now; where there are none, only the workflows ran."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values, the time as ISO text."""
        return asdict(self) | {"time": self.time.isoformat()}


class Updates:
    """Applies updates to the tables and remembers them."""

    def __init__(self, tables: Tables, switches: Switches, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._switches = switches
        self._clock = clock
        self.effects: list[RecordEffect] = []
        """Oldest first. Formulas, workflows and status triggers ran once for each, be anything changed or not."""

    @property
    def idle(self) -> int:
        """Updates that changed nothing and still ran the workflows."""
        return sum(not effect.changed and not effect.created for effect in self.effects)

    def reset(self) -> None:
        """Forget what was applied."""
        self.effects.clear()

    def apply(self, record: str, listed: Listed, items: Sequence[Any]) -> list[dict[str, str]]:
        """Apply records one after the other; answers `recordid` and `status` of each, in their order."""
        return [self._answer(record, listed, item, place) for place, item in enumerate(items)]

    def _answer(self, record: str, listed: Listed, item: Any, place: int) -> dict[str, str]:
        wanted = self._wanted(record, listed, item)
        if wanted.refusal:
            return {"recordid": wanted.record_id, "status": wanted.refusal}
        return {"recordid": self._apply(record, wanted), "status": self._done(place)}

    def _wanted(self, record: str, listed: Listed, item: Any) -> Wanted:
        rows = self._tables.by_type[record]
        record_id = record_id_of(item)
        if record_id not in (*rows, "", NEW):
            return Wanted(record_id, {}, NO_RECORD)
        lenient = self._switches.update_fields == "lenient"
        return understand(record, listed, item, rows.get(record_id, {}), lenient=lenient)

    def _apply(self, record: str, wanted: Wanted) -> str:
        """The record's id; a new one for a new record."""
        values = _stored(record, wanted, self._switches.update_stores)
        if wanted.creates:
            before: Mapping[str, str | None] = {}
            [record_id] = self._tables.change(record, add=[_born(record, self._stamp()) | values])
        else:
            record_id = wanted.record_id
            before = dict(self._tables.by_type[record][record_id])
            self._tables.change(record, edit={record_id: values | _only_known(record, {LAST_UPDATED: self._stamp()})})
        changed = tuple(name for name, value in values.items() if (before.get(name) or "") != (value or ""))
        self.effects.append(
            RecordEffect(
                len(self.effects) + 1, self._clock(), record, record_id, wanted.creates, dict(wanted.values), changed
            )
        )
        return record_id

    def _stamp(self) -> str:
        return self._clock().strftime("%Y-%m-%d %H:%M:%S")

    def _done(self, place: int) -> str:
        style = self._switches.update_status
        return DONE[place % 2] if style == "mixed" else DONE[style == "lower"]


def read_jsonrset(text: str) -> tuple[str, list[Any]]:
    """The shape (`array` or `records`) and its records. Raises ValueError for what is neither."""
    data = json.loads(text)
    if isinstance(data, list):
        return "array", data
    if isinstance(data, dict) and isinstance(data.get("records"), list):
        return "records", data["records"]
    raise ValueError("the jsonrset is neither an array nor an object with records")


def shape_of(text: str) -> str:
    """The shape of a jsonrset; empty for one that makes no sense."""
    try:
        return read_jsonrset(text)[0]
    except ValueError:
        return ""


def _stored(record: str, wanted: Wanted, stores: str) -> Row:
    """Field -> what the table holds of it from now on: a date reads back with a time, a blank custom field is null."""
    fields = {field.name: field for field in FIELDS[record]}
    fixed = NOT_UPDATABLE[record].difference(MANDATORY[record] if wanted.creates else ())
    values: Row = {
        name: _as_stored(fields[name], _tidied(fields[name], text) if stores == "tidied" else text)
        for name, text in wanted.values.items()
        if name not in fixed and name not in STATUS_FIELDS and not (stores == "nothing" and fields[name].number)
    }
    status = next((wanted.values[name] for name in STATUS_FIELDS if wanted.values.get(name)), "")
    return values | (_status(record, status) if status else {})


def _tidied(field: Field, text: str) -> str:
    """What an instance makes of a text that it finds untidy."""
    return str(round(Decimal(text))) if field.kind == "money" and text else text.strip()


def _as_stored(field: Field, text: str) -> str | None:
    if not text:
        return None if field.number else ""
    return f"{text} 00:00:00" if field.kind == "date" else text


def _status(record: str, status_id: str) -> Row:
    return dict(zip(STATUS_FIELDS, (STATUSES[record][status_id], status_id), strict=True))


def _born(record: str, stamp: str) -> Row:
    """What a new record has before its own values: the first status, and when it was made."""
    status = _status(record, next(iter(STATUSES[record]))) if record in STATUSES else {}
    return status | _only_known(record, {"sf_Created Date": stamp, LAST_UPDATED: stamp})


def _only_known(record: str, values: Row) -> Row:
    names = {field.name for field in FIELDS[record]}
    return {name: value for name, value in values.items() if name in names}
