"""Turns SmartSimple's answers into records and counts.

Shapes: SmartSimple wiki, "SmartConnect - RESTful API", POST Response and Pagination.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synctui.connectors.smartsimple.refusals import empty_answer
from synctui.errors import BadReply
from synctui.http.calls import Reply
from synctui.http.json_text import write_json
from synctui.records import Raw, Record, Value

AGAIN = "Try again; if it stays, the instance's answer differs from the vendor's documentation."


@dataclass(frozen=True, slots=True)
class ListReply:
    """Records `first` to `first + len(records) - 1` of a list."""

    records: tuple[Record, ...]
    total: int
    """How many records the list holds in all (`allcount`)."""
    steady: bool = True
    """False: fewer or more records came than the total promises, so the list moved while it was read."""

    def __add__(self, other: ListReply) -> ListReply:
        steady = self.steady and other.steady and self.total == other.total
        return ListReply(self.records + other.records, other.total, steady)


def read_records(reply: Reply) -> tuple[tuple[Record, ...], dict[str, Any]]:
    """The `records` and the `message` of an answer. Raises BadReply."""
    if reply.blank:
        raise empty_answer(reply)
    data = reply.json()
    records = data.get("records") if isinstance(data, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadReply(f"{reply.name} holds no records.", AGAIN)
    message = data.get("message")
    return tuple(map(_record, records)), message if isinstance(message, dict) else {}


def read_list(reply: Reply, first: int, size: int) -> ListReply:
    """One span of a List answer, its counts checked against what was asked. Raises BadReply."""
    records, message = read_records(reply)
    total, count, came_from = (_count(reply, message, name) for name in ("allcount", "recordcount", "recordfrom"))
    if count != len(records):
        raise BadReply(f"{reply.name} says {count} records and holds {len(records)}.", AGAIN)
    if records and came_from != first:
        raise BadReply(f"{reply.name} begins with record {came_from} instead of {first}.", AGAIN)
    expected = max(0, min(size, total - first + 1))
    return ListReply(records, total, steady=count == expected)


def read_report(reply: Reply, first: int, size: int) -> ListReply:
    """One span of a report; without counts of its own the answer is taken as the whole report. Raises BadReply."""
    records, message = read_records(reply)
    if "allcount" in message:
        return read_list(reply, first, size)
    return ListReply(records, len(records))


def _count(reply: Reply, message: dict[str, Any], name: str) -> int:
    text = message.get(name)
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    raise BadReply(f"{reply.name} does not tell its {name}.", AGAIN)


def _record(fields: dict[str, Any]) -> Record:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, str) else Raw(write_json(value))
