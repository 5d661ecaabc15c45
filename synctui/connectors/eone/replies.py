"""Reads what a run answered: one value, whatever the spelling.

The vendor's REST API reference, RunMapResponse and its Errors table. Counts are documents, not rows.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synctui.connectors.eone.service import text_of
from synctui.connectors.eone.xml_in import parse_xml, rows_of
from synctui.errors import BadReply
from synctui.http.calls import Reply

ERROR_COLUMN = "EONERUNERRORS"
SUCCEEDED = frozenset({"0", "successful", "success", "succeeded"})
FAILED = frozenset({"1", "failed", "failure", "error", "unsuccessful"})
UNTRUSTED = "Look at the map's run history before anything is sent again."


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One line of the Errors table: a row as the map read it, and why it failed."""

    values: Mapping[str, str]
    """Column name -> text."""
    message: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run said of itself."""

    succeeded: bool
    run_number: str
    documents: int
    """Documents in the source."""
    failed: int
    """Documents that failed."""
    message: str
    """The last error or warning of the run."""
    errors: tuple[ErrorRow, ...]
    map_key: str = ""


def read_run(reply: Reply) -> RunResult:
    """The answer of any call that runs a map. Raises BadReply for everything that is not one whole answer."""
    if reply.blank:
        raise BadReply(f"{reply.host} answered “{reply.call.operation}” with nothing at all.", UNTRUSTED)
    data = reply.json()
    if not isinstance(data, dict) or not text_of(data, "Status"):
        raise BadReply(f"{reply.name} is not the result of a run.", UNTRUSTED)
    documents, failed = (_count(reply, data, name) for name in ("RecordCount", "ErrorCount"))
    return RunResult(
        succeeded=_succeeded(reply, text_of(data, "Status"), failed),
        run_number=text_of(data, "RunNumber"),
        documents=documents,
        failed=failed,
        message=one_line(text_of(data, "ErrorMessage")),
        errors=_error_rows(reply, text_of(data, "Errors")),
        map_key=text_of(data, "MapKey"),
    )


def one_line(text: str) -> str:
    """A message without the line ends that the service puts into it."""
    return " ".join(text.split())


def _succeeded(reply: Reply, status: str, failed: int) -> bool:
    word = status.strip().lower()
    if word in {"true", "false"}:
        # The vendor calls Status a boolean without saying which is which; the count does.
        return failed == 0
    if word in SUCCEEDED or word in FAILED:
        return word in SUCCEEDED
    raise BadReply(f"{reply.name} has a Status that means nothing.", UNTRUSTED)


def _count(reply: Reply, data: Mapping[str, Any], name: str) -> int:
    text = text_of(data, name)
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    raise BadReply(f"{reply.name} does not tell its {name}.", UNTRUSTED)


def _error_rows(reply: Reply, table: str) -> tuple[ErrorRow, ...]:
    """The table comes as XML, and at times with its markup escaped once more."""
    if not table.strip():
        return ()
    try:
        root = parse_xml(table, reply.name)
    except BadReply:
        root = parse_xml(html.unescape(table), reply.name)
    return tuple(_error_row(row) for row in rows_of(root))


def _error_row(row: Mapping[str, str]) -> ErrorRow:
    values = {name: text for name, text in row.items() if name.upper() != ERROR_COLUMN}
    return ErrorRow(values, one_line(text_of(row, ERROR_COLUMN)))
