"""Apache Parquet, by the optional library pyarrow.

A column is text unless its type is known, and stays text too when one of its values does not fit that type: nothing
is dropped to make a column fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any, BinaryIO

from synctui.errors import UsageError
from synctui.files.table import Table
from synctui.records import Column, ColumnType, Value
from synctui.values import boolean_words, to_cell

BATCH = 10_000
"""Rows that are in memory at a time, and a row group of the file."""
MOST_WORDS = 2
"""Different values that a column of truth values can have."""


def require_pyarrow() -> None:
    """Raise UsageError where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet files need the library pyarrow, which is not installed.",
            "Install SyncTUI with it (pip install 'synctui[parquet]'), or use --to csv.",
        )


def write(file: BinaryIO, table: Table) -> list[str]:
    """Write the table, batch by batch."""
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    columns = _fitted(table)
    schema = arrow.schema([(column.name, _arrow_type(arrow, column.type)) for column in columns])
    rows = table.rows()
    with parquet.ParquetWriter(file, schema) as out:
        while batch := list(islice(rows, BATCH)):
            arrays = map(_values, columns, zip(*batch, strict=True))
            fields = zip(arrays, schema, strict=True)
            out.write_batch(arrow.record_batch([arrow.array(v, field.type) for v, field in fields], schema=schema))
    return _notices(table.columns, columns)


def _arrow_type(arrow: Any, type_: ColumnType) -> Any:
    match type_:
        case ColumnType.NUMBER:
            return arrow.float64()
        case ColumnType.DATE:
            return arrow.date32()
        case ColumnType.DATETIME:
            return arrow.timestamp("ms")  # the coarsest that the format has
        case ColumnType.BOOLEAN:
            return arrow.bool_()
    return arrow.string()


def _values(column: Column, values: Sequence[Value]) -> Sequence[Any]:
    """A batch's values of one column, as pyarrow takes them."""
    if column.type is ColumnType.TEXT:
        return values
    cells = (to_cell(value, column) for value in values)
    return [cell.date() if column.type is ColumnType.DATE and isinstance(cell, datetime) else cell for cell in cells]


def _fitted(table: Table) -> tuple[Column, ...]:
    """The columns, those as text that hold a value which does not fit their type."""
    watches = {
        place: _Watch(column) for place, column in enumerate(table.columns) if column.type is not ColumnType.TEXT
    }
    if watches:
        for row in table.rows():
            for place, watch in watches.items():
                watch.see(row[place])
    return tuple(watches[place].fitted if place in watches else column for place, column in enumerate(table.columns))


class _Watch:
    """Sees the values of a column that has a type."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._fits = True
        self._words: set[str] = set()
        """What stands for true and false; it is not looked at further where there are too many for that."""

    def see(self, value: Value) -> None:
        """Look at one value."""
        if not value or not self._fits:
            return
        if self._column.type is ColumnType.BOOLEAN:
            self._words.add(value)
            self._fits = len(self._words) <= MOST_WORDS
        else:
            self._fits = not isinstance(to_cell(value, self._column), str)

    @property
    def fitted(self) -> Column:
        """The column with its type, or as text."""
        column = replace(self._column, words=boolean_words(self._words))
        fits = self._fits and not any(isinstance(to_cell(word, column), str) for word in self._words)
        return column if fits else replace(column, type=ColumnType.TEXT)


def _notices(wanted: Sequence[Column], written: Sequence[Column]) -> list[str]:
    pairs = zip(wanted, written, strict=True)
    lost = [(before.name, before.type) for before, now in pairs if now.type is not before.type]
    return [f"{name!r} is text in the file: not every value of it is a {type_}." for name, type_ in lost]
