"""Writes rows as the `jsonrset` of an update: whole records of stored values, each under its id.

SmartSimple wiki, "SmartConnect - RESTful API", Message Body and Using Update Functions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal
from urllib.parse import quote_plus

from synctui.connectors.base import Outgoing
from synctui.errors import Refused
from synctui.records import Record, Value

RECORD_ID = "recordid"
NEW = "0"
"""The id that creates a record."""
Shape = Literal["array", "records"]
NOTHING_SENT = "Nothing of its batch was sent."
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00(?:\.0+)?")
_ID = re.compile(r"0*[1-9][0-9]*")


def stored(value: Value) -> str:
    """A value as an update wants it: null is empty text, and a date read back as midnight is YYYY-MM-DD again."""
    text = value or ""
    midnight = _MIDNIGHT.fullmatch(text)
    return midnight[1] if midnight else str(text)


def is_record_id(text: Value) -> bool:
    """Whether it is the id of a record that exists: `0`, in whatever writing, would create another one."""
    return _ID.fullmatch(text or "") is not None


def fields_of(row: Outgoing, fields: Sequence[str]) -> tuple[str, ...]:
    """The fields of a row that are sent: the function's own, else all that the row holds."""
    return tuple(name for name in fields or row.values if name != RECORD_ID)


def write_jsonrset(
    rows: Sequence[Outgoing], fields: Sequence[str], shape: Shape = "array", as_they_are: Collection[str] = ()
) -> str:
    """The rows in one of the two published shapes.

    Fields `as_they_are` are known to hold no dates. The text is ASCII, so that no charset on the way can spoil it.
    """
    records = [_record(row, fields, as_they_are) for row in rows]
    return json.dumps({"records": records} if shape == "records" else records, separators=(",", ":"))


def form_size(jsonrset: str) -> int:
    """Bytes of it in a form-encoded body."""
    return len(quote_plus(jsonrset))


def check_rows(rows: Sequence[Outgoing], fields: Sequence[str]) -> None:
    """Raises Refused for a row that could write to the wrong record, blank a field, or make a record by accident."""
    for row in rows:
        record_id = row.values.get(RECORD_ID) or ""
        if row.create and record_id:
            raise Refused(f"Record {record_id} cannot be created: SmartSimple gives records their ids.", NOTHING_SENT)
        if not row.create and not is_record_id(record_id):
            raise Refused(f"No record has the id {record_id!r}, so it cannot be updated.", NOTHING_SENT)
        missing = [field for field in fields if field not in row.values and field != RECORD_ID]
        if missing:
            raise Refused(f"A row lacks {', '.join(missing)}, which an update would blank.", NOTHING_SENT)
    ids = Counter(int(row.values[RECORD_ID] or 0) for row in rows if not row.create)
    twice = next((number for number, count in ids.items() if count > 1), None)
    if twice is not None:
        raise Refused(f"Record {twice} stands in two rows of one batch.", NOTHING_SENT)


def unchanged(row: Outgoing, fresh: Record, fields: Sequence[str] = ()) -> bool:
    """Whether the row would write what the record holds anyway, and so only set its workflows off."""
    return not row.create and all(
        name in fresh and stored(row.values.get(name)) == stored(fresh[name]) for name in fields_of(row, fields)
    )


def _record(row: Outgoing, fields: Sequence[str], as_they_are: Collection[str]) -> Mapping[str, str]:
    record_id = NEW if row.create else row.values.get(RECORD_ID) or ""
    values = {
        name: str(row.values.get(name) or "") if name in as_they_are else stored(row.values.get(name))
        for name in fields_of(row, fields)
    }
    return {RECORD_ID: str(record_id), **values}
