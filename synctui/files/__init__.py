"""Records as files that other programs read: each kind writes one table to an open file."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Literal

from synctui.files.table import Table

FileKind = Literal["csv", "parquet"]
"""A kind of file, which is the ending of its name too."""
Write = Callable[[BinaryIO, Table], list[str]]
"""Writes a table, and gives notices for the user."""


def writer(kind: FileKind) -> Write:
    """What writes files of a kind. Raises UsageError where something is not installed that it needs."""
    if kind == "csv":
        from synctui.files.csv_file import write

        return write
    from synctui.files import parquet_file

    parquet_file.require_pyarrow()
    return parquet_file.write
