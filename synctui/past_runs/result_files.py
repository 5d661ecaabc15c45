"""A run as three lists that a spreadsheet program opens: what was accepted, refused, and what is in doubt."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from synctui.errors import UsageError
from synctui.files import csv_file
from synctui.files.table import Table
from synctui.files.whole import write_whole
from synctui.records import Column, Outcome, Value
from synctui.store.history import RunRow

LISTED = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT)
OWN = ("row", "key", "op", "outcome", "message", "new_key")
"""Columns before those of the target; `row` is the worksheet's row number when the plan was made."""


def write_results(folder: Path, rows: Sequence[RunRow]) -> list[Path]:
    """Write `accepted.csv`, `refused.csv` and `in_doubt.csv`, each with its header even where it has no row.

    Raises UsageError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}.", "Name another folder.") from None
    return [_written(folder / f"{outcome}.csv", [row for row in rows if row.outcome is outcome]) for outcome in LISTED]


def _written(path: Path, rows: Sequence[RunRow]) -> Path:
    sent = list(dict.fromkeys(name for row in rows for name in row.payload))
    columns = tuple(Column(name) for name in (*OWN, *sent))
    data = io.BytesIO()
    csv_file.write(data, Table(columns, lambda: _lines(rows, sent)))
    write_whole(path, data.getvalue())
    return path


def _lines(rows: Iterable[RunRow], sent: Sequence[str]) -> Iterator[list[Value]]:
    for row in rows:
        own = [str(row.sheet_row), " / ".join(row.key), row.op, row.outcome, row.message, row.new_key]
        yield [*own, *(row.payload.get(name) for name in sent)]
