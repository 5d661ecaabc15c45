"""The one place where failures of the network and HTTP statuses become errors of ours.

A read that fails had no effect. A send is sorted by what is known of its effect: provably none (Unreachable,
SignInRefused, BudgetSpent, Refused) or in doubt (OutcomeUnknown).
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import httpx

from synctui.errors import (
    BadReply,
    BudgetSpent,
    ContentRefused,
    OutcomeUnknown,
    Refused,
    SignInRefused,
    SyncError,
    TimedOut,
    Unreachable,
)
from synctui.http.calls import NOT_THE_SYSTEM, Call, Effect, Reply

NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Failures before the first byte of a request."""
NO_EFFECT = frozenset({400, 404, 405, 413, 415, 422})
"""Statuses with which a send was turned down whole."""
FOR_ITS_CONTENT = frozenset({400, 413, 415, 422})
"""Those of them that speak of the body, not of the address: a smaller body may pass."""
SETTLE = "Do not send it again by hand: look on the other side, then use `synctui settle`."
AGAIN = "Check your network and the url in synctui.toml, then try again."


def network_failure(call: Call, host: str, error: Exception) -> SyncError:
    """What an exception below HTTP means for this call."""
    if isinstance(error, SyncError):
        return _of_ours(call, error)
    if isinstance(error, NEVER_LEFT):
        return Unreachable(f"{host} cannot be reached: {_cause(error)}.", AGAIN)
    if call.effect is Effect.SEND:
        return OutcomeUnknown(f"The answer to “{call.operation}” was lost: {_cause(error)}.", SETTLE)
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return TimedOut(f"{host} did not answer “{call.operation}” in time.", "Try again, or ask for less at once.")
    return Unreachable(f"The connection to {host} broke during “{call.operation}”.", AGAIN)


def status_failure(reply: Reply) -> SyncError | None:
    """What an HTTP status means for this call; None for 200 to 299."""
    call, status = reply.call, reply.status
    said = f"{reply.host} answered “{call.operation}” with HTTP {status}"
    if 200 <= status < 300:
        return None
    if status in {401, 403}:
        return SignInRefused(f"{said}: the sign-in was refused.", "Check user, password and rights.")
    if status == 429:
        return budget_spent(f"{said}: too many calls.", reply.retry_after)
    if 300 <= status < 400:
        return _redirected(call, said)
    if call.effect is Effect.SEND and status not in NO_EFFECT:
        return OutcomeUnknown(f"{said}; whether it had an effect cannot be told.", SETTLE)
    if status == 408 or status >= 500:
        return Unreachable(f"{said}.", "The other side has trouble: try again later.", retry_after=reply.retry_after)
    kind = ContentRefused if call.effect is Effect.SEND and status in FOR_ITS_CONTENT else Refused
    return kind(f"{said}.", "Check the url and the link's settings in synctui.toml.")


def budget_spent(message: str, seconds: float | None = None) -> BudgetSpent:
    """The vendor's own limit answer; without a time of its own it is asked again a minute later."""
    until = datetime.now(UTC) + timedelta(seconds=60 if seconds is None else seconds)
    return BudgetSpent(message, f"Try again after {until:%H:%M} UTC.", until=until)


def _redirected(call: Call, said: str) -> SyncError:
    message = f"{said}: it points to another address, which is not followed."
    return (Refused if call.effect is Effect.SEND else BadReply)(message, NOT_THE_SYSTEM)


def _of_ours(call: Call, error: SyncError) -> SyncError:
    if call.effect is Effect.SEND and isinstance(error, BadReply):
        return OutcomeUnknown(f"The answer to “{call.operation}” cannot be trusted. {error.message}", SETTLE)
    return error


def _cause(error: Exception) -> str:
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return "no answer in time"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused"
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return "its address is not valid"
    text = str(error).lower()
    if isinstance(error, ssl.SSLError) or "ssl" in text or "certificate" in text:
        return "its certificate is not trusted here"
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "name resolution" in text:
        return "no such host"
    return "the connection was refused" if isinstance(error, httpx.ConnectError) else "the connection broke"
