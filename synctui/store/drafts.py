"""What a push hands to the journal: what the user confirmed, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from synctui.records import Key, Proof, Value
from synctui.store.states import State


@dataclass(frozen=True, slots=True)
class Hold:
    """The right to write about a target: its lock, and the epoch that came with it."""

    target: str
    epoch: int


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row as the user confirmed it."""

    row_id: str
    key: Key
    op: Literal["create", "update"]
    sheet_row: int
    document: int
    payload: Mapping[str, Value]
    """Target column -> wire text."""
    before: Mapping[str, Value] = field(default_factory=dict)
    after: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A push as the user confirmed it."""

    link: str
    source: str
    connection: str
    target: str
    environment: str
    workbook: str
    rows: tuple[DraftRow, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Target column -> the worksheet's header that fed it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one row goes, and why."""

    row_id: str
    state: State
    message: str = ""
    evidence: str = ""
    new_key: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading an accepted row again showed."""

    row_id: str
    proof: Proof
    message: str = ""
    """What is said of the row from now on."""
    kept: Mapping[str, Value] = field(default_factory=dict)
    """Worksheet column -> what the target holds instead of what was sent."""
