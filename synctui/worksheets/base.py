"""The Worksheet protocol: what the engine asks of a workbook, be it a file or a live Excel.

Whole blocks in, whole blocks out; a write lands whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from synctui.cells import Cell, CellError, Grid, SheetRow
from synctui.records import ColumnType

__all__ = ["Cell", "CellError", "ColumnSpec", "Grid", "Message", "NewSheet", "SheetPatch", "SheetRow", "Workbook"]


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads when they stand on a cell."""

    title: str
    """At most 32 characters are shown."""
    text: str
    """At most 255 characters are shown."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that we make in a worksheet."""

    header: str
    type: ColumnType = ColumnType.TEXT
    hidden: bool = False
    read_only: bool = False
    """Shaded, and what is typed there is turned away with a sentence; nothing is locked and there is no password."""
    help: str = ""
    """Input message of the header cell."""
    choices: tuple[str, ...] = ()
    """Captions that a drop-down offers in the column's cells; another text is warned of, not refused."""


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A worksheet to be made: table, headers and rows."""

    name: str
    """Name of the worksheet and of the link."""
    columns: tuple[ColumnSpec, ...]
    rows: Sequence[Sequence[Cell]]
    """Each as long as `columns`."""


@dataclass(frozen=True, slots=True)
class SheetPatch:
    """Changes to a worksheet that exists; what is not named stays as people left it."""

    name: str
    cells: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    """Row number (as read) -> header -> new cell."""
    append: Sequence[Mapping[str, Cell]] = ()
    """Rows put below the last one: header -> cell."""
    remove: Collection[int] = ()
    """Row numbers (as read) to be taken out; refused by `removable` where that would harm what is beside."""
    add_columns: Sequence[ColumnSpec] = ()
    """Columns added at the table's right end, before the hidden last column."""
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    """Header -> type, for the cells written."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Header -> what the column's drop-down offers from now on; drop-downs of the user's own stay."""
    messages: Mapping[int, Mapping[str, Message]] | None = None
    """Row number (as read) -> header -> input message of that cell. They take the place of all messages that were
    written so before; None leaves those."""


class Workbook(Protocol):
    """A workbook with linked worksheets. Every method raises WorksheetError with a remedy."""

    @property
    def name(self) -> str:
        """What the journal and the screens call it: a full path, or a live workbook's name."""

    def sheet_names(self) -> tuple[str, ...]:
        """All worksheets, in order."""

    def grid(self, sheet: str) -> Grid:
        """The worksheet as it stands, read in one go."""

    def cell(self, sheet: str, address: str) -> Cell:
        """One cell, such as `B2` (for variables)."""

    def passport(self) -> tuple[str, ...] | None:
        """Column A of the very hidden worksheet `_synctui`, top to bottom; None where there is none."""

    def removable(self, sheet: str) -> bool:
        """Whether rows can be taken out without harm to formulas, notes or drawings that know them by position."""

    def write(
        self,
        changes: Sequence[NewSheet | SheetPatch],
        passport: Sequence[str],
        rename: Mapping[str, str] | None = None,
        *,
        before_replace: Callable[[], None] | None = None,
    ) -> list[str]:
        """Make all changes and save, whole or not at all.

        `passport` becomes column A of `_synctui`. `rename` maps a worksheet's name to a new one before anything else
        (`pull --replace` keeps the old sheet beside). `before_replace` is called when the new file is complete and
        not yet in place; an exception from it leaves the old file. Returns notices for the user: charts and names
        that did not grow with the table, for instance.
        """
