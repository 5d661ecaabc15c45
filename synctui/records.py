"""What travels between the layers: columns, records, pages, and what a workbook remembers of a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Raw(str):
    """The exact JSON text of a remote value that is no string: `5`, `true`, `1.10`, `["a"]`."""

    __slots__ = ()


Value = str | None
"""A remote value: its text (a `Raw` where the wire had no string), or None for null."""

ABSENT = Raw("")
"""Stands for a column that a record does not have, where that is told apart from null: no JSON text at all."""

Key = tuple[str, ...]
"""A record's key: the text of each key column, in the link's order."""

Record = Mapping[str, Value]
"""Column name -> value, in the order of the source."""


class ColumnType(StrEnum):
    """How a column's values stand in cells."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a column: the code that travels and the caption that people see."""

    code: str
    caption: str
    retired: bool = False
    """No longer offered, but still shown where a record holds it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A record's column."""

    name: str
    """As the source calls it."""
    type: ColumnType = ColumnType.TEXT
    header: str = ""
    """As the worksheet shows it; unique ignoring case. Empty: the same as `name`."""
    words: tuple[str, str] = ("true", "false")
    """A boolean column's own words for true and false."""
    read_only: bool = False
    """The source is known to refuse writes to it."""
    fixed: bool = False
    """True once a pull with values has decided the type; it never changes after that."""
    choices: tuple[Choice, ...] = ()
    """The column's options, where they are known: the worksheet shows captions, the wire has codes."""

    @property
    def title(self) -> str:
        """The header text in row 1."""
        return self.header or self.name


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a source."""

    records: tuple[Record, ...]
    number: int
    """1-based position in the pull."""
    total: int | None = None
    """How many records the source says it has in all; None where it does not tell."""


class Outcome(StrEnum):
    """What became of one row; the same words in the journal, `--json` and on screens."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    UNSENT = "unsent"
    SKIPPED = "skipped"


class Proof(StrEnum):
    """What reading an accepted row again showed."""

    UNREAD = ""
    """It was not read again, or cannot be."""
    SAVED = "saved"
    DIFFERENT = "saved differently"
    """Something else is there than what was sent, and than what was there before."""
    NOT_SAVED = "not saved"
    """What was there before is there still, or the record is not to be found."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the journal knows of one request that carried rows."""

    number: int
    baseline: str
    """The target's newest run before it; empty where it had none, or numbers none."""
    sent_at: datetime
    deadline: datetime
    """When its answer was given up."""
    row_ids: tuple[str, ...]
    documents: int
    """How many documents its rows form."""
    learned: bool = False
    """Answered runs of the same link have shown that the target counts documents as we do."""
    ghost: datetime | None = None
    """The newest deadline of earlier requests to the target that were settled unseen: they may take effect late."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a target last accepted of one row, where that differs from the baseline."""

    run_id: str
    values: Mapping[str, Value]
    """Worksheet column -> wire value."""
    left: bool = False
    """The user decided to leave the row alone after a doubt: nothing was accepted, and nothing is sent again."""


@dataclass(slots=True)
class Memory:
    """What the passport remembers of one link: everything that a row's state follows from."""

    link: str
    pull_id: str = ""
    fingerprint: dict[str, str] = field(default_factory=dict)
    """kind, url, company, source, target, environment: no secret, no user name."""
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    """Names of the key columns."""
    baseline: dict[Key, tuple[Value, ...]] = field(default_factory=dict)
    """Key -> values in the order of `columns`, as the source said at the pull."""
    gone: dict[Key, tuple[Value, ...]] = field(default_factory=dict)
    """Last known values of records that vanished at the source while their rows hold something of the user's."""
    accepted: dict[str, Accepted] = field(default_factory=dict)
    """Row id -> what the target last accepted."""
    refused: dict[str, str] = field(default_factory=dict)
    """Row id -> the message with which the target last refused it."""
    in_doubt: dict[str, str] = field(default_factory=dict)
    """Row id -> the run that left it in doubt."""
    conflicts: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Row id -> column -> what the worksheet's side was based on, while both sides differ."""


def key_id(key: Key) -> str:
    """The identity of a row with a key, in passport, journal and `_row` cell."""
    return "key:" + "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in key)
