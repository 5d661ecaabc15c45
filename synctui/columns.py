"""A worksheet's columns: which there are, what type each has, what its header says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from synctui.changes import ROW, SYNC
from synctui.records import Column, ColumnType, Record, Value
from synctui.values import boolean_words, infer, stand_in

MAX_HEADER = 255


def columns_after(
    known: Sequence[Column],
    records: Collection[Record],
    key: Collection[str],
    types: Mapping[str, ColumnType],
    told: Mapping[str, str],
) -> tuple[Column, ...]:
    """The columns of a link after a pull: those it had, in their order, then what is new.

    `types` come from the settings and win, `told` from the source's metadata; the rest is found out from the values.
    A type is fixed by the first pull that has values and stays.
    """
    names = dict.fromkeys(column.name for column in known)
    for record in records:
        if record.keys() - names.keys():
            names.update(dict.fromkeys(record))
    taken = {SYNC.lower(), ROW.lower()} | {column.title.lower() for column in known}
    by_name = {column.name: column for column in known}
    result = []
    for name in names:
        column = by_name.get(name) or Column(name, header=_header(name, taken))
        result.append(column if column.fixed else _typed(column, records, name in key, types, told))
    return tuple(result)


def _typed(
    column: Column,
    records: Iterable[Record],
    is_key: bool,
    types: Mapping[str, ColumnType],
    told: Mapping[str, str],
) -> Column:
    values: list[Value] = [record.get(column.name) for record in records]
    has_values = any(values)
    given = types.get(column.name) or (ColumnType(told[column.name]) if column.name in told and not is_key else None)
    type_ = given or infer(column.name, values, is_key=is_key) or ColumnType.TEXT
    words = boolean_words(values) if type_ is ColumnType.BOOLEAN else column.words
    return replace(column, type=type_, words=words, fixed=has_values)


def _header(name: str, taken: set[str]) -> str:
    """A header that a table allows and that no other column has, ignoring case."""
    plain = stand_in(re.sub(r"\s+", " ", name)).strip()[:MAX_HEADER] or "Column"
    header, number = plain, 2
    while header.lower() in taken:
        header = f"{plain[: MAX_HEADER - 8]} ({number})"
        number += 1
    taken.add(header.lower())
    return "" if header == name else header
