"""What a worksheet holds: cells, rows, the grid of a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that stands in a cell (`#N/A`), or a formula without a stored result (empty code)."""

    code: str = ""


Cell = None | str | int | float | bool | datetime | CellError
"""A cell's value as a person sees it; a datetime where the cell's number format is a date, time or both."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row below the headers."""

    number: int
    """The worksheet's own row number, 1-based."""
    cells: tuple[Cell, ...]
    """One cell per header."""
    formulas: frozenset[int] = frozenset()
    """Positions in `cells` that hold a formula."""
    in_table: bool = True
    """False for rows that stand below the table's end."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What a link's worksheet holds now."""

    headers: tuple[str, ...]
    """Row 1 from column A on; empty text where a header is blank."""
    rows: tuple[SheetRow, ...]
    """Rows with at least one non-blank cell, top to bottom."""
