"""Reads Celigo's own failure texts, which come in several shapes, and tells what each status means.

Shapes: developer.celigo.com, Errors (`{"errors": [{code, message, field}]}`); the vendor's command-line client also
takes `{message}`, `{error}`, `{code, message}` and plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synctui.errors import BadReply, Refused, SignInRefused, SyncError, Unreachable
from synctui.http.calls import Effect, Reply
from synctui.http.failures import budget_spent, status_failure

LONGEST = 200
"""Characters of a failure text that a message shows."""
OTHER_REGION = "Check the token: was it deleted, has it run out, or is it valid in the other region?"
CUSTOM_TOKEN = "A custom token works only with what it was made for: add this resource to it, or use another token."  # noqa: S105
LOOK_AT_IDS = "Check the ids and the body of the link in synctui.toml."


class RateLimited(Unreachable):
    """A read that was turned away because the account makes too many calls (429); it may be repeated."""


class NotThere(Refused):
    """Nothing answers at this path, or not to this method (404, 405)."""


def judge(reply: Reply) -> SyncError | None:
    """The failure that a reply tells of; None where the status says that there is none."""
    if reply.status < 400:
        return None
    where = f"“{reply.call.operation}” (HTTP {reply.status})"
    if reply.status == 401:
        return SignInRefused(f"{reply.host} refused the token for {where}.", OTHER_REGION)
    if reply.status == 403:
        return SignInRefused(f"{reply.host} does not allow this token {where}.", CUSTOM_TOKEN)
    if reply.status == 429:
        return _limited(reply, f"{reply.host} answered {where}: too many calls.")
    failure = status_failure(reply)
    if not isinstance(failure, Refused):
        return failure
    kind = NotThere if reply.status in (404, 405) else type(failure)
    return kind(f"{reply.host} refused {where}: {spoken(reply) or 'it does not say why.'}", LOOK_AT_IDS)


def spoken(reply: Reply) -> str:
    """What a failure's body says, as one sentence; empty where it says nothing to people."""
    try:
        texts = list(told(reply.json()))
    except BadReply:
        plain = reply.body.decode("utf-8", "replace")
        texts = [] if plain.lstrip()[:1] in ("<", "{", "[") else [plain]
    return sentence("; ".join(filter(None, texts)))


def told(data: Any) -> Iterator[str]:
    """The texts of an error, whatever its shape."""
    if isinstance(data, list):
        for entry in data:
            yield from told(entry)
    elif isinstance(data, Mapping):
        if data.get("errors"):
            yield from told(data["errors"])
        else:
            yield _entry(data)
    elif isinstance(data, str):
        yield " ".join(data.split())


def sentence(text: str) -> str:
    """The text on one line, cut where it is long, with a full stop."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        return f"{line[:LONGEST]}…."
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _entry(entry: Mapping[str, Any]) -> str:
    """One error: its message, else its code, and the field that it is about."""
    text = next((str(entry[name]) for name in ("message", "error", "code") if entry.get(name)), "")
    field = entry.get("field")
    return f"{' '.join(text.split())} ({field})" if field and text else " ".join(text.split())


def _limited(reply: Reply, message: str) -> SyncError:
    """A read waits and comes again; a send was turned away before its work and stays unsent."""
    if reply.call.effect is Effect.READ:
        return RateLimited(message, "Try again in a minute.", retry_after=reply.retry_after)
    return budget_spent(message, reply.retry_after)
