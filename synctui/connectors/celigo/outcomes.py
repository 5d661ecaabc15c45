"""What an import's answer says of each row that was sent: one result per record, in the order of the records.

docs.celigo.com and celigo/integrator-extension: `{statusCode, id, _json, errors, ignored, dataURI}`, of which any but
the first may be missing. Results that share an id are still different rows, so they are never paired by id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synctui.connectors.base import BatchReply, Outcome, Outgoing, RowReply
from synctui.connectors.celigo.refusals import sentence, told
from synctui.errors import BadReply, OutcomeUnknown
from synctui.http.calls import Reply

OFFLINE = frozenset({401, 403})
"""The connection behind the import went offline."""
LOOK = "Look at the records on the other side, then use `synctui settle`."
NOT_TOLD = "the answer does not tell what became of this row"


def settle_rows(rows: Sequence[Outgoing], reply: Reply) -> BatchReply:
    """One outcome per row. Raises OutcomeUnknown where results and rows cannot be paired."""
    results = _results(reply)
    if len(results) != len(rows):
        raise OutcomeUnknown(f"{reply.name} holds {len(results)} results for {len(rows)} rows.", LOOK)
    offline = next((result for result in results if _status(result) in OFFLINE), None)
    stop = "" if offline is None else f"the connection behind the import is offline: {_message(offline)}"
    return BatchReply(tuple(map(_row_reply, rows, results)), stop=stop.rstrip(": "))


def _results(reply: Reply) -> list[Mapping[str, Any]]:
    try:
        results = [] if reply.blank else reply.json()
    except BadReply as error:
        doubt = OutcomeUnknown(error.message, LOOK)
    else:
        if isinstance(results, list) and results and all(isinstance(result, dict) for result in results):
            return results
        doubt = OutcomeUnknown(f"{reply.name} holds no result per row.", LOOK)
    raise doubt


def _row_reply(row: Outgoing, result: Mapping[str, Any]) -> RowReply:
    """A row that is created under a key of its own keeps that key."""
    outcome, message = _verdict(result)
    needs_key = row.create and outcome is Outcome.ACCEPTED and not any(row.key)
    return RowReply(row.row_id, outcome, message, _id(result) if needs_key else "")


def _verdict(result: Mapping[str, Any]) -> tuple[Outcome, str]:
    status, message = _status(result), _message(result)
    if result.get("ignored") is True:
        return Outcome.SKIPPED, message or "ignored by the import"
    if 200 <= status < 300:
        return Outcome.ACCEPTED, message
    if status >= 400:
        return Outcome.REFUSED, message or f"refused with status {status}"
    return Outcome.IN_DOUBT, f"{NOT_TOLD}: {message}".rstrip(": ")


def _status(result: Mapping[str, Any]) -> int:
    """`statusCode`, a number or its text; 0 where there is none."""
    text = str(result.get("statusCode") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 0


def _message(result: Mapping[str, Any]) -> str:
    return sentence("; ".join(filter(None, told(result.get("errors") or []))))


def _id(result: Mapping[str, Any]) -> str:
    """The id that the far system gave: told by Celigo, else as the far system's own answer calls it."""
    answer = result.get("_json")
    own = answer if isinstance(answer, dict) else {}
    found = next((value for value in (result.get("id"), own.get("id"), own.get("_id")) if value), "")
    return str(found)
