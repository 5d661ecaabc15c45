r"""Nested JSON records as flat rows of values, and back.

`{"address": {"city": "Fargo"}}` is the column `address.city`. A dot that belongs to a name is written `\.`, a backslash
`\\`. Lists, and objects that are empty or lie deeper than `MAX_DEPTH`, stand as their JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from synctui.http.json_text import write_json
from synctui.records import Raw, Value

MAX_DEPTH = 8
"""Levels of objects that become columns."""
EMPTY = "{}"
_PIECE = re.compile(r"\\[\\.]|[^\\.]+|\.|\\", re.DOTALL)

Path = tuple[str, ...]


def flatten(record: Mapping[str, Any]) -> dict[str, Value]:
    """A parsed record (numbers as `Raw`) as column -> value, in the record's order."""
    found: dict[str, Value] = {}
    _flatten(record, "", 1, found)
    return found


def rebuild(values: Mapping[str, Value]) -> dict[str, Any]:
    """The record whose columns these are; a column that is `ABSENT` is left out.

    Where a row fills `address.city`, an `address` that is null or empty gives way. Raises ValueError where it holds
    anything else.
    """
    leaves = {_path(name): value for name, value in values.items() if not _absent(value)}
    filled = {path[:end] for path, value in leaves.items() if value is not None for end in range(1, len(path))}
    record: dict[str, Any] = {}
    for path, value in leaves.items():
        if path in filled:
            _check_gives_way(path, value)
        elif value is not None or not _below_a_value(path, leaves, filled):
            _put(record, path, value)
    return record


def _flatten(fields: Mapping[str, Any], prefix: str, depth: int, found: dict[str, Value]) -> None:
    for name, value in fields.items():
        column = prefix + _escaped(name)
        if isinstance(value, dict) and value and depth < MAX_DEPTH:
            _flatten(value, f"{column}.", depth + 1, found)
        else:
            found[column] = value if value is None or isinstance(value, str) else Raw(write_json(value))


@lru_cache(maxsize=8192)
def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(".", "\\.")


@lru_cache(maxsize=8192)
def _path(column: str) -> Path:
    """The names that lead to a column; a backslash before anything but a dot or backslash is just that."""
    names = [""]
    for piece in _PIECE.findall(column):
        if piece == ".":
            names.append("")
        else:
            names[-1] += piece[1] if piece in ("\\\\", "\\.") else piece
    return tuple(names)


def _absent(value: Value) -> bool:
    return isinstance(value, Raw) and not value


def _below_a_value(path: Path, leaves: Mapping[Path, Value], filled: set[Path]) -> bool:
    """Whether an object that the path leads through stands as a value of its own."""
    return any(path[:end] in leaves and path[:end] not in filled for end in range(1, len(path)))


def _check_gives_way(path: Path, value: Value) -> None:
    if value is not None and value.strip() not in ("", EMPTY):
        name = ".".join(map(_escaped, path))
        raise ValueError(f"{name} holds a value of its own, so nothing below it can be filled; empty one of them")


def _put(record: dict[str, Any], path: Path, value: Value) -> None:
    for name in path[:-1]:
        record = record.setdefault(name, {})
    record[path[-1]] = value
