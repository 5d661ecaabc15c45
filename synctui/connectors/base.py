"""What the engine asks of a system: the Source and Target protocols, and what a kind of connection declares."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from synctui.errors import SyncError
from synctui.http.breaker import Breakers
from synctui.http.calls import CallDone
from synctui.http.gate import Gate
from synctui.records import Attempt as Attempt
from synctui.records import Choice, Key, Page, Record, Value
from synctui.records import Outcome as Outcome
from synctui.secret import Secret


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """A column that a target takes."""

    name: str
    key: bool = False
    """Rows with equal values in all key columns form one document (eOne), or the record's id."""
    mapped: bool = True
    """False: the target knows it but does nothing with it."""


@dataclass(frozen=True, slots=True)
class TargetShape:
    """What a target takes, read before a plan is made."""

    columns: tuple[TargetColumn, ...]
    groups: bool = False
    """Rows with equal keys form one document that succeeds or fails as a whole."""
    every_column: bool = False
    """Every mapped column must stand in every row, empty where the worksheet has none."""
    xml_text: bool = False
    """Values travel in XML: characters that XML 1.0 cannot carry are a problem."""
    any_column: bool = False
    """The target does not tell its columns: any column of the worksheet goes under its own name."""
    typed: bool = False
    """Values keep the JSON types of their columns: an edited text is to be retyped (`json_types`)."""
    unique_keys: bool = False
    """Rows of one call are applied at the same time: two rows of one key never travel together."""
    notes: tuple[str, ...] = ()
    """What the user should know of every push there."""
    calls_before: int = 0
    """Calls that a push costs whatever it sends."""
    calls_per_batch: int = 1
    marker: str = ""
    """The column that holds a new row's own id, by which a created record can be found again."""
    whole_rows: bool = False
    """Every column must hold its stored value: untouched ones come from a fresh read just before sending."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row on its way to a target."""

    row_id: str
    values: Mapping[str, Value]
    """Target column -> wire text."""
    document: int
    """Rows of one document share this number."""
    create: bool = False
    key: Key = ()
    """The record's key; all empty for a new record."""
    replaces: Mapping[str, Value] = field(default_factory=dict)
    """Target columns that the user edited -> what the edit replaces."""


@dataclass(frozen=True, slots=True)
class RowReply:
    """What a target's answer says of one row."""

    row_id: str
    outcome: Outcome
    message: str = ""
    new_key: str = ""
    """The id that the target gave to a created record."""


@dataclass(frozen=True, slots=True)
class BatchReply:
    """A target's answer to one call, normalised: exactly one entry per row sent."""

    rows: tuple[RowReply, ...]
    run_number: str = ""
    """The target's own number of the run, where it has one."""
    stop: str = ""
    """Why nothing more may be sent, where the answer says so."""


@dataclass(frozen=True, slots=True)
class RowPreview:
    """What a target would receive of one row, found out without an effect."""

    row_id: str
    record: str
    """JSON text of the record as the target would receive it; empty where it would receive none."""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a push would bring to a target that can tell, in the order of the rows."""

    rows: tuple[RowPreview, ...]
    notes: tuple[str, ...] = ()
    """What the user should know of it, such as what it cannot show."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `synctui check` says of one connection."""

    ok: bool
    detail: str
    """One sentence: what was proven, or what failed and its remedy."""
    expires: datetime | None = None
    """When the sign-in's token ends (aware, UTC)."""
    columns: tuple[str, ...] = ()
    """Columns of the record that was read, where one was."""
    error: SyncError | None = None
    """What failed."""


class Source(Protocol):
    """A query on a connection that yields records."""

    def pages(self) -> AsyncIterator[Page]:
        """All pages of one pull, in order. Raises RemoteError. Closing the iterator stops the work.

        Where the source moved while it was read, it is read again once: a page numbered 1 that is not the first page
        makes everything yielded before it void.
        """

    @property
    def id_columns(self) -> tuple[str, ...]:
        """Columns whose values the source itself issues (recordid, id)."""

    @property
    def notices(self) -> Sequence[str]:
        """What the user should know of the last pull, such as a list that moved while it was read."""

    async def probe(self) -> CheckResult:
        """Read as little as proves that the query works. Raises RemoteError."""

    def column_types(self) -> Mapping[str, str]:
        """Column name -> type, as far as metadata tells."""

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        """Column name -> its options, as far as metadata tells; after `pages`, as they were at that pull."""

    def read_only(self, column: str) -> bool:
        """Whether writing to the column is known to be refused."""

    @property
    def rereadable(self) -> bool:
        """Whether records can be asked for by their keys."""

    async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
        """These records as they are now; those that are gone are absent, and where it is not `rereadable`, all are.

        Raises RemoteError, and SettingsError for keys by which the link's options do not allow it.
        """


class Target(Protocol):
    """Where edited rows go."""

    @property
    def name(self) -> str:
        """What is locked and barred while rows are in doubt: one map, import or function of one account."""

    async def shape(self) -> TargetShape:
        """What the target takes, read fresh. Raises RemoteError."""

    async def mark(self) -> str:
        """Evidence before a batch: the newest run number, or empty text where the target has none."""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Send one batch, once, over a connection of its own.

        Raises Unreachable, SignInRefused, BudgetSpent when the batch provably never left; Refused when it was turned
        down whole without effect; OutcomeUnknown for everything else.
        """

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        """Bytes that these rows take in a request."""


class Connection(Protocol):
    """A signed-in account on one system."""

    async def check(self) -> CheckResult:
        """Sign in and read something harmless. Raises RemoteError."""

    def source(self, query: Any) -> Source:
        """A source by the link's `[source]` options."""

    def target(self, options: Any) -> Target:
        """A target by the link's `[target]` options."""

    async def close(self) -> None:
        """Let go of sockets."""


class Tokens(Protocol):
    """Where tokens that a sign-in returned are kept: the OS keyring or memory, never a file."""

    def get(self, name: str) -> Secret | None:
        """The token kept under this name, if it has not expired."""

    def put(self, name: str, token: Secret, expires: datetime | None) -> None:
        """Keep a token until `expires` (aware, UTC)."""

    def drop(self, name: str) -> None:
        """Forget a token that was refused."""


class Metadata(Protocol):
    """A cache of what changes seldom (map lists, columns): losing it costs time only."""

    def get(self, name: str) -> Any | None:
        """A JSON value kept under this name, or None."""

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value."""


@runtime_checkable
class DryRunTarget(Protocol):
    """A target that can tell what it would receive."""

    async def dry_run(self, rows: Sequence[Outgoing]) -> DryRun:
        """What the other side would get of these rows; changes nothing. Raises RemoteError."""


class Fate(StrEnum):
    """What a look at a target shows of one row whose answer was lost."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    """It arrived and was turned down."""
    ABSENT = "absent"
    """Nothing of it is there, so far."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one row."""

    fate: Fate
    message: str = ""
    new_key: str = ""
    """The id of the record that it became."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a look at the other side shows of one request."""

    sentences: tuple[str, ...] = ()
    """For people."""
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """Row id -> what was found; rows that could not be looked for are absent."""
    proof: bool = False
    """By the target's own settings nothing else can explain what was found."""

    def __or__(self, more: Evidence) -> Evidence:
        """Both together; of a row that both speak of, what this one found."""
        return Evidence(
            self.sentences + more.sentences, {**more.findings, **self.findings}, proof=self.proof or more.proof
        )


@runtime_checkable
class EvidentTarget(Protocol):
    """A target that can be asked what became of a request whose answer was lost."""

    async def look(self, attempt: Attempt, rows: Sequence[Outgoing], source: Source | None, /) -> Evidence:
        """What is to be seen of these rows; `source` is the link's, where it reads the same account.

        Changes nothing. Raises RemoteError, and SettingsError where a setting keeps it from looking.
        """


@dataclass(frozen=True, slots=True)
class Tools:
    """What a connector is handed."""

    gate: Gate
    tokens: Tokens
    metadata: Metadata
    password: Callable[[], Secret]
    """The connection's own secret, looked up on first use. Raises SettingsError."""
    secret: Callable[[str], Secret]
    """The secret that a setting such as `env:NAME` points to. Raises SettingsError."""
    on_call: Callable[[CallDone], None] | None = None
    """Told of every attempt that has ended, for screens that show where the time goes."""
    breakers: Breakers = field(default_factory=Breakers)
    """What is known of instances in trouble."""
