"""A worksheet's columns: which there are, what type each has, what its header says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from synctui.records import Choice, Column, ColumnType, Record, Value
from synctui.rows.changes import ROW, SYNC
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


def with_choices(
    columns: Iterable[Column],
    key: Collection[str],
    told: Mapping[str, Sequence[Choice]],
    given: Mapping[str, Sequence[Choice]],
) -> tuple[Column, ...]:
    """The columns with their options: those `given` by the settings (by header) win over those `told` by metadata.

    Captions are texts, so such a column is one. Key columns have none: rows are found by what stands there.
    """
    return tuple(
        column if column.name in key else _offering(column, given.get(column.title) or told.get(column.name) or ())
        for column in columns
    )


def _offering(column: Column, choices: Sequence[Choice]) -> Column:
    return replace(column, choices=tuple(choices), type=ColumnType.TEXT if choices else column.type)


def known_type(name: str, is_key: bool, types: Mapping[str, ColumnType], told: Mapping[str, str]) -> ColumnType | None:
    """The type that settings, or else metadata, give a column; None where neither does."""
    return types.get(name) or (ColumnType(told[name]) if name in told and not is_key else None)


def _typed(
    column: Column,
    records: Iterable[Record],
    is_key: bool,
    types: Mapping[str, ColumnType],
    told: Mapping[str, str],
) -> Column:
    values: list[Value] = [record.get(column.name) for record in records]
    has_values = any(values)
    given = known_type(column.name, is_key, types, told)
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
