"""What the answer to an update says of each row that was sent.

SmartSimple wiki, "SmartConnect - RESTful API", POST Response: each record's `recordid` and a `status`, which is
"Updated Successfully" in one place and "updated successfully" in another. No document says that the answer keeps the
order of what was sent, so rows with an id are matched by it, and new ones only where their order shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from synctui.connectors.base import BatchReply, Outgoing, RowReply
from synctui.connectors.smartsimple.jsonrset import RECORD_ID, is_record_id
from synctui.connectors.smartsimple.refusals import empty_answer
from synctui.errors import BadReply, OutcomeUnknown
from synctui.http.calls import Reply
from synctui.records import Outcome

UPDATED = "updated successfully"
LOOK = "Look at the records in SmartSimple, then use `synctui settle`."
NOT_NAMED = "the answer does not name this record"
NO_STATUS = "the answer gives this record no status"
NO_ID = "it was created, but the answer does not tell its id: pull again to see it"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an answer says of one record."""

    record_id: str
    status: str

    @property
    def updated(self) -> bool:
        """Whether the record was written."""
        return self.status.lower() == UPDATED


def settle_rows(rows: Sequence[Outgoing], reply: Reply) -> BatchReply:
    """One outcome per row. Raises OutcomeUnknown where the answer does not fit what was sent."""
    entries = read_entries(reply)
    if len(entries) != len(rows):
        raise OutcomeUnknown(f"The answer tells of {len(entries)} records instead of the {len(rows)} sent.", LOOK)
    by_id = _by_id(rows, entries)
    told = {row_id: _of_update(row_id, entry) for row_id, entry in by_id.items()}
    told |= _of_creates([row for row in rows if row.create], _left(entries, by_id), trusted=_in_order(rows, entries))
    doubt = {row.row_id: RowReply(row.row_id, Outcome.IN_DOUBT, NOT_NAMED) for row in rows}
    return BatchReply(tuple((doubt | told).values()))


def read_entries(reply: Reply) -> list[Entry]:
    """The records of an answer, in an envelope or bare. Raises OutcomeUnknown."""
    try:
        if reply.blank:
            raise empty_answer(reply)
        data = reply.json()
    except BadReply as error:
        doubt = OutcomeUnknown(error.message, f"{LOOK} {error.hint}")
    else:
        listed = data.get("records") if isinstance(data, dict) else data
        if isinstance(listed, list) and all(isinstance(entry, dict) for entry in listed):
            return [Entry(_text(entry, RECORD_ID), " ".join(_text(entry, "status").split())) for entry in listed]
        doubt = OutcomeUnknown(f"{reply.name} tells of no records.", LOOK)
    raise doubt


def _by_id(rows: Sequence[Outgoing], entries: Sequence[Entry]) -> dict[str, Entry]:
    """Row id -> the one entry with the record's id."""
    times = Counter(_number(entry.record_id) for entry in entries)
    found = {_number(entry.record_id): entry for entry in entries}
    ids = {row.row_id: _number(row.values.get(RECORD_ID) or "") for row in rows if not row.create}
    return {row_id: found[number] for row_id, number in ids.items() if times[number] == 1}


def _left(entries: Sequence[Entry], by_id: Mapping[str, Entry]) -> list[Entry]:
    taken = {id(entry) for entry in by_id.values()}
    return [entry for entry in entries if id(entry) not in taken]


def _in_order(rows: Sequence[Outgoing], entries: Sequence[Entry]) -> bool:
    """Whether nothing shows that the answer has another order than the rows: ids are given in ascending order."""
    pairs = list(zip(rows, entries, strict=True))
    new = [int(entry.record_id) for row, entry in pairs if row.create and is_record_id(entry.record_id)]
    kept = all(row.create or _number(row.values[RECORD_ID] or "") == _number(e.record_id) for row, e in pairs)
    return kept and all(first < second for first, second in pairwise(new))


def _of_creates(creates: Sequence[Outgoing], left: Sequence[Entry], *, trusted: bool) -> dict[str, RowReply]:
    if len(left) != len(creates):
        return {}
    if trusted or len(creates) == 1:
        return {row.row_id: _of_create(row.row_id, entry) for row, entry in zip(creates, left, strict=True)}
    told = ", ".join(f"{entry.record_id} {entry.status}".strip() for entry in left[:20])
    message = f"the answer does not tell which of these is which row: {told}"
    return {row.row_id: RowReply(row.row_id, Outcome.IN_DOUBT, message) for row in creates}


def _of_update(row_id: str, entry: Entry) -> RowReply:
    if entry.updated:
        return RowReply(row_id, Outcome.ACCEPTED)
    return _refused(row_id, entry)


def _of_create(row_id: str, entry: Entry) -> RowReply:
    """A status that is not known, and yet an id: the record may well be there."""
    has_id = is_record_id(entry.record_id)
    if entry.updated:
        return RowReply(row_id, Outcome.ACCEPTED, "" if has_id else NO_ID, entry.record_id if has_id else "")
    if has_id and entry.status:
        return RowReply(row_id, Outcome.IN_DOUBT, f"record {entry.record_id}: {entry.status[:200]}")
    return _refused(row_id, entry)


def _refused(row_id: str, entry: Entry) -> RowReply:
    if not entry.status:
        return RowReply(row_id, Outcome.IN_DOUBT, NO_STATUS)
    return RowReply(row_id, Outcome.REFUSED, entry.status[:200])


def _number(record_id: str) -> str:
    """An id as it is compared."""
    return record_id.lstrip("0")


def _text(entry: Mapping[str, Any], name: str) -> str:
    """A field as text, found whatever the case of its name; empty where it is absent or null."""
    value = next((value for key, value in entry.items() if key.lower() == name), None)
    return value.strip() if isinstance(value, str) else ""
