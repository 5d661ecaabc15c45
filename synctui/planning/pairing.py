"""Which worksheet column feeds which target column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from synctui.connectors.base import TargetColumn, TargetShape
from synctui.errors import LinkError
from synctui.records import Column
from synctui.rows.changes import ROW, SYNC


@dataclass(frozen=True, slots=True)
class Pairing:
    """Target columns in the target's order, and what feeds them."""

    headers: Mapping[str, str | None]
    """Target column -> worksheet header; None: sent empty."""
    warnings: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """What the user must agree to."""

    @property
    def feeding(self) -> tuple[str, ...]:
        """Worksheet headers that feed the target."""
        return tuple(dict.fromkeys(header for header in self.headers.values() if header))


def pair(shape: TargetShape, columns: Mapping[str, str], headers: Sequence[str], known: Sequence[Column]) -> Pairing:
    """Pair a target's columns with a worksheet's.

    `columns` are the link's own pairs, where there are none equal names pair; `known` are the columns that the source
    gave. Raises LinkError, with the nearest name, for a column that one side does not have, for a header that stands
    twice, and for a key column of the target that nothing feeds.
    """
    usable = [header for header in headers if header and header not in (SYNC, ROW)]
    if shape.any_column:
        return _any(columns, usable, known)
    named = _named(shape, columns, usable, [c.title for c in known]) if columns else _equal(shape, usable, known)
    for twice in {h for h in named.values() if headers.count(h) > 1}:
        raise LinkError(f"The header {twice!r} stands twice in the worksheet.", "Give each column its own name.")
    pairs: dict[str, str | None] = {}
    asks = [
        f"{target} will be sent empty: the worksheet has no column {header!r}. {_nearest(header, usable)}"
        for target, header in columns.items()
        if target not in named
    ]
    warnings = []
    for column in shape.columns:
        header = named.get(column.name)
        if header is None and column.key:
            hint = f'Name the worksheet column in the link: columns = {{ "{column.name}" = "..." }}.'
            raise LinkError(f"Nothing feeds {column.name!r}, a key column of the target.", hint)
        if header is None and column.mapped and shape.every_column:
            warnings.append(f"{column.name} is mapped in the target but nothing feeds it: it is sent empty.")
            pairs[column.name] = None
        elif header is not None:
            pairs[column.name] = header
            if not column.mapped and not column.key:
                warnings.append(f"{column.name} is not mapped in the target: what is sent there has no effect.")
    if not any(pairs.values()):
        raise LinkError("No worksheet column feeds the target.", "Name the pairs in the link: columns = { ... }.")
    return Pairing(pairs, tuple(warnings), tuple(asks))


def _named(
    shape: TargetShape, columns: Mapping[str, str], usable: Sequence[str], known: Sequence[str]
) -> dict[str, str]:
    names = [column.name for column in shape.columns]
    for target, header in columns.items():
        if target not in names:
            raise LinkError(f"The target has no column {target!r}.", _nearest(target, names))
        if header not in usable and header in known:
            spare = [name for name in usable if name not in known]
            raise LinkError(f"The worksheet has no column {header!r}, which feeds {target!r}.", _nearest(header, spare))
    return {target: header for target, header in columns.items() if header in usable}


def _any(columns: Mapping[str, str], usable: Sequence[str], known: Sequence[Column]) -> Pairing:
    """Whole records under their own names, less what the source is known to refuse, where no pairs are named."""
    for target, header in columns.items():
        if header not in usable:
            raise LinkError(
                f"The worksheet has no column {header!r}, which feeds {target!r}.", _nearest(header, usable)
            )
    if columns:
        return Pairing(dict(columns))
    left_out = [column.title for column in known if column.read_only]
    warnings = (f"Read-only at the source, not sent: {', '.join(left_out)}.",) if left_out else ()
    return Pairing({column.name: column.title for column in known if not column.read_only}, warnings)


def _equal(shape: TargetShape, usable: Sequence[str], known: Sequence[Column]) -> dict[str, str]:
    by_name = {header.lower(): header for header in reversed(usable)}
    by_name |= {column.name.lower(): column.title for column in known if column.title in usable}
    found = {column.name: _same_name(column, usable, by_name) for column in shape.columns}
    return {name: header for name, header in found.items() if header}


def _same_name(column: TargetColumn, usable: Sequence[str], by_name: Mapping[str, str]) -> str | None:
    return column.name if column.name in usable else by_name.get(column.name.lower())


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.4) or get_close_matches(name.lower(), [k.lower() for k in known], 1, 0.4)
    if not known:
        return "Put the column back, or name another one in the link's columns."
    if not near:
        return f"There are: {', '.join(known[:12])}."
    return f"The nearest is {next(k for k in known if k.lower() == near[0].lower())!r}."
