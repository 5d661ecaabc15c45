"""A table on its way into a file, too long to be held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from synctui.records import Column, Value


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows that can be read again and again."""

    columns: tuple[Column, ...]
    """TEXT where the type is not known from settings or metadata."""
    rows: Callable[[], Iterator[list[Value]]]
    """Every row, with one value for each column."""
