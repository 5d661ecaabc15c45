"""Makes one call to a target, once, and tells what became of its rows: only what is certain is told as certain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synctui.connectors.base import BatchReply, Outgoing, RowReply, Target
from synctui.errors import (
    BudgetSpent,
    ContentRefused,
    OutcomeUnknown,
    Refused,
    SettingsError,
    SignInRefused,
    SyncError,
    Unreachable,
)
from synctui.records import Outcome

PARTING = 1.0
"""Seconds for a call that was given up to let go of its socket."""

_NOT_SENT = (Unreachable, SignInRefused, BudgetSpent, SettingsError)
"""What a target raises only while nothing of a batch has left, or was turned away at the door."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one call."""

    reply: BatchReply
    """Exactly one entry per row, whatever happened."""
    error: BaseException | None = None
    """What forbids the next call, to be raised once the reply is journalled."""
    refusal: str = ""
    """Why the whole batch was turned down; empty where it was not."""
    divisible: bool = False
    """It was turned down for what it holds, so that part of it may pass."""


async def send_once(
    target: Target,
    rows: Sequence[Outgoing],
    variables: Mapping[str, str],
    *,
    stop: asyncio.Event,
    deadline: float,
    grace: float,
) -> Sent:
    """Send one batch and wait for its answer, at most `deadline` seconds.

    Once `stop` is set or the task is cancelled, the answer has `grace` seconds left, and counts if it comes. Nothing
    is raised, not even a cancel: `Sent.error` tells of it.
    """
    call = asyncio.create_task(target.send(rows, variables))
    call.add_done_callback(_look_at)
    try:
        cancelled = await _wait(call, stop, deadline, grace)
    except asyncio.CancelledError as error:  # a second one: no more patience
        cancelled = error
    finally:
        call.cancel()
    try:
        await asyncio.wait({call}, timeout=PARTING)
    except asyncio.CancelledError as error:
        cancelled = error
    return _told(call, rows, cancelled)


async def _wait(
    call: asyncio.Task[BatchReply], stop: asyncio.Event, deadline: float, grace: float
) -> asyncio.CancelledError | None:
    """Wait without ever touching the call; tells of a cancel that came meanwhile."""
    stopped = asyncio.create_task(stop.wait())
    cancelled = None
    try:
        await asyncio.wait({call, stopped}, timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
        impatient = stopped.done()
    except asyncio.CancelledError as error:
        cancelled, impatient = error, True
    finally:
        stopped.cancel()
    if impatient:
        await asyncio.wait({call}, timeout=grace)
    return cancelled


def _told(call: asyncio.Task[BatchReply], rows: Sequence[Outgoing], cancelled: asyncio.CancelledError | None) -> Sent:
    if not call.done() or call.cancelled():
        why = "stopped by the user before the answer came" if cancelled else "no answer came in time"
        return Sent(_whole(rows, Outcome.IN_DOUBT, why), cancelled)
    try:
        return Sent(_checked(rows, call.result()), cancelled)
    except _NOT_SENT as error:
        return Sent(_whole(rows, Outcome.UNSENT, error.message), cancelled or error)
    except Refused as error:
        divisible = isinstance(error, ContentRefused)
        return Sent(_whole(rows, Outcome.REFUSED, error.message), cancelled, error.message, divisible)
    except SyncError as error:
        return Sent(_whole(rows, Outcome.IN_DOUBT, error.message), cancelled)
    except Exception as error:  # a fault of ours while an answer was read tells nothing about the rows
        why = f"unexpected {type(error).__name__} while the answer was read"
        return Sent(_whole(rows, Outcome.IN_DOUBT, why), cancelled)


def _checked(rows: Sequence[Outgoing], reply: BatchReply) -> BatchReply:
    if sorted(row.row_id for row in rows) != sorted(row.row_id for row in reply.rows):
        raise OutcomeUnknown("the answer is not about exactly the rows that were sent")
    return reply


def _whole(rows: Sequence[Outgoing], outcome: Outcome, message: str) -> BatchReply:
    return BatchReply(tuple(RowReply(row.row_id, outcome, message) for row in rows))


def _look_at(call: asyncio.Task[BatchReply]) -> None:
    """Have a call that was given up not be reported as an exception that nobody looked at."""
    if not call.cancelled():
        call.exception()
