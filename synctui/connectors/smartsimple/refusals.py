"""Reads SmartSimple's own failure texts, which come with any status.

Texts: SmartSimple wiki, "SmartConnect - Error and Status Messages" and "SmartConnect - RESTful API" (Error Messages).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synctui.errors import BadReply, OutcomeUnknown, Refused, SignInRefused, SyncError
from synctui.http.calls import Effect, Reply
from synctui.http.failures import SETTLE, budget_spent

LIMIT = "reached the maximum limit"
LIMIT_ANSWER = "number of api calls within the hour"
BAD_TOKEN = "invalid api token"  # noqa: S105  # the vendor's sentence, no token
NO_RECORD = "recordset does not exist"
AT_THE_DOOR = (BAD_TOKEN, "invalid url: url should start with https", "invalid api request")
"""Said before anything is done."""
REFUSALS = (*AT_THE_DOOR, "encountered error while processing", NO_RECORD)
FAILURE_SIZE = 16 * 1024
"""Answers beyond this hold records: their texts are data."""
SIGN_IN_CAUSES = (
    "The vendor names three causes: a wrong user name or password; an account whose type is not “API User”; "
    "a wrong companyid."
)
EMPTY_CAUSES = (
    "The vendor names three causes: a wrong apitoken; a wrong recordid; a record type that is not the function's own."
)


class FunctionRefused(Refused):
    """The instance took the sign-in, and turned down the function or what it was asked for."""


def judge(reply: Reply) -> SyncError | None:
    """The failure that a reply tells of, whatever its status; None where it tells of none."""
    if reply.status == 401:
        return SignInRefused(f"{reply.host} refused the sign-in (HTTP 401).", SIGN_IN_CAUSES)
    if len(reply.body) > FAILURE_SIZE:
        return None
    for text in _said(reply):
        low = text.lower()
        if LIMIT_ANSWER in low and LIMIT in low:
            return budget_spent(f"{reply.host} says that its hourly API calls are used up.")
        if any(known in low for known in REFUSALS):
            return _refused(reply, low, text)
    return None


def empty_answer(reply: Reply) -> BadReply:
    """What an answer without a body means."""
    return BadReply(f"{reply.host} answered “{reply.call.operation}” with nothing at all.", EMPTY_CAUSES)


def _refused(reply: Reply, low: str, text: str) -> SyncError:
    said = " ".join(text.split())[:200]
    if reply.call.effect is Effect.SEND and not any(known in low for known in AT_THE_DOOR):
        # Updates are no transaction: records before the one that failed may have been written.
        return OutcomeUnknown(f"{reply.host} broke off “{reply.call.operation}”: {said}", SETTLE)
    hint = EMPTY_CAUSES if BAD_TOKEN in low else "Check the link's record, criteria, sortby and tokens in synctui.toml."
    return FunctionRefused(f"{reply.host} refused “{reply.call.operation}”: {said}", hint)


def _said(reply: Reply) -> Iterator[str]:
    """Texts that are the system's own words: `message`, `error`, or a body that is no object."""
    try:
        data = reply.json()
    except BadReply:
        yield reply.body.decode("utf-8", "replace")
        return
    if isinstance(data, dict):
        yield from _texts(data.get("message"))
        yield from _texts(data.get("error"))
    elif reply.call.effect is Effect.READ or isinstance(data, str):  # else a list of records, each with its status
        yield from _texts(data)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
