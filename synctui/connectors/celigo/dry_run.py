"""What an import would send to the system behind it, found out without sending.

The vendor's page on connections: `/connections/{id}/import/map` evaluates only the mapping step. Its answer is not
printed there: a list of mapped records is expected, plain, or in `data` or `mappedObject` with errors beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synctui.connectors.base import DryRun, Outgoing, RowPreview
from synctui.connectors.celigo.refusals import sentence, told
from synctui.errors import BadReply
from synctui.http.calls import Reply
from synctui.http.json_text import write_json

WRAPPERS = frozenset({"data", "mappedObject", "errors"})
MAPPED_ONLY = "Celigo mapped these rows; its hooks, and the checks of the system behind it, were not run."
SAVED = "Celigo has no dry run for a saved import: the rows are shown as they are sent to it."
UNMAPPED = "The import has no field mapping of the older kind that could be shown."


def read_mapped(reply: Reply, rows: Sequence[Outgoing]) -> tuple[RowPreview, ...]:
    """The mapped records, paired with the rows by position. Raises BadReply where their numbers differ."""
    entries = [] if reply.blank else reply.json()
    if not isinstance(entries, list) or len(entries) != len(rows):
        raise BadReply(f"{reply.name} does not hold one record per row.", "Nothing was sent.")
    return tuple(_preview(row.row_id, entry) for row, entry in zip(rows, entries, strict=True))


def describe_saved(document: Mapping[str, Any], rows: Sequence[tuple[Outgoing, Mapping[str, Any]]]) -> DryRun:
    """Rows as a saved import receives them, with its mapping in words."""
    previews = tuple(RowPreview(row.row_id, write_json(record)) for row, record in rows)
    return DryRun(previews, (SAVED, *(_mapping_lines(document) or [UNMAPPED])))


def _preview(row_id: str, entry: Any) -> RowPreview:
    if not _is_wrapper(entry):
        return RowPreview(row_id, write_json(entry))
    record = entry.get("mappedObject") or entry.get("data")
    errors = tuple(sentence(text) for text in told(entry.get("errors") or []) if text)
    return RowPreview(row_id, write_json(record) if record is not None else "", errors)


def _is_wrapper(entry: Any) -> bool:
    """Whether a mapped record stands inside an object of Celigo's own rather than by itself."""
    if not isinstance(entry, dict) or not entry or not entry.keys() <= WRAPPERS:
        return False
    inner = entry.get("mappedObject", entry.get("data"))
    return isinstance(entry.get("errors"), list) or isinstance(inner, dict)


def _mapping_lines(document: Mapping[str, Any]) -> list[str]:
    """One line per field: `email <- Email`."""
    mapping = document.get("mapping")
    if not isinstance(mapping, dict):
        return []
    lines = [_line("", field) for field in _entries(mapping, "fields")]
    for part in _entries(mapping, "lists"):
        lines += [_line(f"{part.get('generate', '')}[].", field) for field in _entries(part, "fields")]
    return lines


def _entries(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = part.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _line(prefix: str, field: Mapping[str, Any]) -> str:
    """A field of the system behind the import, and what fills it."""
    fixed = field.get("hardCodedValue")
    source = str(field.get("extract") or "") if fixed is None else f"always {write_json(fixed)}"
    lookup = f", looked up in {field['lookupName']}" if field.get("lookupName") else ""
    return f"{prefix}{field.get('generate', '')} <- {source}{lookup}"
