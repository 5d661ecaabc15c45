"""Every exception of SyncTUI, grouped by what the user does next.

SyncError
├── SettingsError            fix synctui.toml
├── LinkError                fix the worksheet or the link
├── ConflictsFound           look at the conflicts, then choose
├── RowsInDoubt              settle an earlier run first
├── RemoteError              the other side
│   ├── Unreachable          nothing was sent, or a read got no answer
│   │   └── TimedOut         a read got no answer in time
│   ├── SignInRefused        credentials, user type or company are wrong
│   ├── BudgetSpent          the hourly calls are used up until a known time
│   ├── Refused              the request was understood and turned down, without effect
│   │   └── ContentRefused   ... because of what it holds: part of it may pass
│   ├── BadReply             an answer that makes no sense
│   └── OutcomeUnknown       a send whose effect cannot be told
├── WorksheetError           the workbook cannot be used
└── StoreError               the journal, the call budget or the cache cannot be used
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class SyncError(Exception):
    """A failure with one sentence for the user (`message`) and what to do about it (`hint`)."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class SettingsError(SyncError):
    """A setting is missing, unknown or wrong: fix synctui.toml."""


class UsageError(SyncError):
    """The command cannot be done as it was asked for."""


class LinkError(SyncError):
    """The worksheet and the link's target do not fit: fix the sheet or the link."""


class ConflictsFound(SyncError):
    """Both sides changed the same cells; nothing was sent."""

    exit_code = 4


class RowsInDoubt(SyncError):
    """An earlier run left rows whose fate is unknown; nothing is sent to its target before `settle`."""

    exit_code = 6


class RemoteError(SyncError):
    """The other side could not do what was asked."""

    exit_code = 3


class Unreachable(RemoteError):
    """No connection was made, or a read got no answer: the request had no effect.

    `retry_after` are the seconds that the other side asked us to wait, where it did.
    """

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class TimedOut(Unreachable):
    """A read got no answer in time."""


class SignInRefused(RemoteError):
    """The other side refused the credentials; the request had no effect."""


class BudgetSpent(RemoteError):
    """The instance's hourly calls are used up; `until` is when the next one is free (aware, UTC)."""

    exit_code = 5

    def __init__(self, message: str, hint: str = "", *, until: datetime) -> None:
        super().__init__(message, hint)
        self.until = until


class Refused(RemoteError):
    """The request was turned down whole, without effect (400, 404, 405, 413, 415, 422, a vendor's refusal)."""


class ContentRefused(Refused):
    """A request was turned down whole, without effect, for what it holds (400, 413, 415, 422): part of it may pass."""


class BadReply(RemoteError):
    """An answer to a read that makes no sense: empty, cut, HTML, too large, or not what was asked for."""


class OutcomeUnknown(RemoteError):
    """A send that may have had an effect and got no answer that can be trusted."""


class WorksheetError(SyncError):
    """The workbook is damaged, locked, encrypted, not linked or not a workbook."""

    exit_code = 7


class StoreError(SyncError):
    """The journal, the call budget or the cache cannot be read or written."""
