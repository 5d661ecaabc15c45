"""Turns an export's answer into records and the state that asks for its next page.

Shapes: the vendor's page on connections (`/export/pages`), its command-line client (`/exports/{id}/invoke`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synctui.connectors.celigo.flattening import flatten
from synctui.connectors.celigo.refusals import spoken
from synctui.errors import BadReply, Refused
from synctui.http.calls import Reply
from synctui.http.json_text import write_json
from synctui.records import Record

STATE = "pagedExportState"
NEW_EVERY_TIME = frozenset({"issuedAt", "sig"})
"""Parts of a state that change even where it leads nowhere new."""
AGAIN = "Try again; if it stays, run the export in Celigo's preview and compare."
_GAP = re.compile(r"[\s{,]*")
_COLON = re.compile(r"\s*:\s*")
_SCANNER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class ExportPage:
    """One answer of an export."""

    records: tuple[Record, ...] = ()
    state: str = ""
    """Exact JSON text of the paging state; empty where there is none."""
    cursor: str = ""
    """What of the state tells one page from another."""
    done: bool = False
    """The state says that nothing follows."""
    total: int | None = None
    """How many records the state promises in all, where it does."""
    said: str = ""
    """Errors that came beside the records."""


def read_page(reply: Reply) -> ExportPage:
    """One answer; 204 holds no records. Raises BadReply, and Refused for errors in place of records."""
    if reply.status == 204:
        return ExportPage()
    if reply.blank:
        raise BadReply(f"{reply.host} answered “{reply.call.operation}” with nothing at all.", AGAIN)
    answer = reply.json()
    data = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(answer, dict) and data is None and answer.get("errors"):
        raise Refused(f"{reply.host} could not do “{reply.call.operation}”: {spoken(reply)}", AGAIN)
    if not isinstance(data, list):
        raise BadReply(f"{reply.name} holds no data.", AGAIN)
    said = spoken(reply) if answer.get("errors") else ""
    return _with_state(_records(reply, data), reply.text, answer.get(STATE), said)


def member_text(text: str, wanted: str) -> str:
    """The exact text of a member of the object that a valid JSON text holds; empty where it has none."""
    at = _after(_GAP, text, 0)
    while text.startswith('"', at):
        name, at = _SCANNER.raw_decode(text, at)
        start = _after(_COLON, text, at)
        _, end = _SCANNER.raw_decode(text, start)
        if name == wanted:
            return text[start:end]
        at = _after(_GAP, text, end)
    return ""


def _with_state(records: tuple[Record, ...], text: str, state: Any, said: str) -> ExportPage:
    if not state:
        return ExportPage(records, said=said)
    told: Mapping[str, Any] = state if isinstance(state, dict) else {}
    cursor = {name: value for name, value in told.items() if name not in NEW_EVERY_TIME} or state
    total = str(told.get("totalRecords"))
    return ExportPage(
        records,
        member_text(text, STATE),
        write_json(cursor),
        told.get("done") is True,
        int(total) if total.isascii() and total.isdigit() and len(total) < 12 else None,
        said,
    )


def _records(reply: Reply, data: list[Any]) -> tuple[Record, ...]:
    if not all(isinstance(record, dict) for record in data):
        hint = "Turn grouping off in the export (`skipGrouping`): a group of records cannot become one row."
        raise BadReply(f"{reply.name} holds something that is no record.", hint)
    try:
        return tuple(map(flatten, data))
    except RecursionError:
        too_deep = BadReply(f"{reply.name} holds a record that is nested too deeply.", AGAIN)
    raise too_deep


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
