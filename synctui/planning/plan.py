"""A plan: every row that a push would send, checked against the target, with nothing sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from synctui.connectors.base import Outgoing
from synctui.records import Key, Value


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of a plan."""

    outgoing: Outgoing
    """What the target will receive."""
    key: Key
    """The record's key; all empty for a new record."""
    op: Literal["create", "update"]
    sheet_row: int
    """The worksheet's row number when the plan was made."""
    before: Mapping[str, Value] = field(default_factory=dict)
    """Worksheet column -> what the edited cells replace."""
    after: Mapping[str, Value] = field(default_factory=dict)
    """Worksheet column -> what the edited cells hold; becomes the row's accepted values."""

    @property
    def row_id(self) -> str:
        """The row's identity in passport and journal."""
        return self.outgoing.row_id


@dataclass(frozen=True, slots=True)
class Plan:
    """One push, decided."""

    link: str
    source: str
    """Name of the source's connection."""
    target: str
    """`Target.name`: what is locked while the push runs."""
    connection: str
    """Name of the target's connection in the settings."""
    environment: str
    workbook: str
    """Full path, or a live workbook's name."""
    batches: tuple[tuple[PlannedRow, ...], ...]
    """Rows by call; a document never stands in two of them."""
    variables: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """Why the user must confirm: creates, emptied cells, many rows, sent before."""
    sums: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Number column -> its sum before and after."""
    documents: int = 0
    groups: bool = False
    """Rows travel as documents, and every batch is a run of a map."""
    calls: int = 0
    """Calls that sending costs."""
    calls_to_look: int = 0
    """Calls that were made to read the rows again, so that others' changes are seen."""
    calls_per_batch: int = 1
    rereads: bool = False
    """Rows are read again just before they are sent, which costs calls too."""
    bisect: bool = False
    """A batch that is refused whole is sent again in halves until the bad row stands alone."""
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Target column -> the worksheet's header that feeds it; None where nothing does."""

    @property
    def cost(self) -> int:
        """Calls that the push costs in all."""
        return self.calls + self.calls_to_look

    @property
    def rows(self) -> tuple[PlannedRow, ...]:
        """All rows in the order in which they are sent."""
        return tuple(row for batch in self.batches for row in batch)
