"""The passport: what a workbook remembers of its links, as lines of text in the very hidden worksheet `_synctui`.

Line 1 names the format, line 2 holds a checksum, the rest is base64 of deflated JSON in pieces that fit a cell: no
spreadsheet program reads a number, a date or a formula into it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from ulid import ULID

from synctui.errors import WorksheetError
from synctui.records import Accepted, Choice, Column, ColumnType, Memory, Raw, Value

FORMAT = 1
TITLE = "SyncTUI passport, format "
PIECE = 30_000
MAX_INFLATED = 1 << 30
AGAIN = "Pull again, into a new worksheet with --replace if this one holds edits."


@dataclass(slots=True)
class Passport:
    """All that one workbook remembers."""

    id: str = field(default_factory=lambda: str(ULID()))
    """Names the workbook, wherever it is moved or copied."""
    links: dict[str, Memory] = field(default_factory=dict)


def to_lines(passport: Passport) -> list[str]:
    """The lines of column A of `_synctui`."""
    document = {"id": passport.id, "links": [_pack(memory) for memory in passport.links.values()]}
    text = base64.b64encode(zlib.compress(msgspec.json.encode(document), 6)).decode("ascii")
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    return [f"{TITLE}{FORMAT}", f"sha256 {_checksum(pieces)}", *pieces]


def from_lines(lines: Sequence[str]) -> Passport:
    """The passport that the lines hold. Raises WorksheetError when they were changed or come from a newer format."""
    if len(lines) < 3 or not lines[0].startswith(TITLE):
        raise WorksheetError("The workbook's passport is damaged.", AGAIN)
    if lines[0] != f"{TITLE}{FORMAT}":
        raise WorksheetError("The workbook's passport was written by a newer SyncTUI.", "Update SyncTUI.")
    if lines[1] != f"sha256 {_checksum(lines[2:])}":
        raise WorksheetError("The workbook's passport does not match its checksum.", AGAIN)
    try:
        return _unpack(_inflate("".join(lines[2:])))
    except (ValueError, KeyError, TypeError, RecursionError, zlib.error, msgspec.MsgspecError):
        raise WorksheetError("The workbook's passport cannot be read.", AGAIN) from None


def _checksum(pieces: Sequence[str]) -> str:
    return hashlib.sha256("".join(pieces).encode()).hexdigest()


def _inflate(text: str) -> bytes:
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    inflater = zlib.decompressobj()
    data = inflater.decompress(packed, MAX_INFLATED)
    if inflater.unconsumed_tail or not inflater.eof:
        raise ValueError("too large or cut")
    return data


def _pack(memory: Memory) -> dict[str, Any]:
    return {
        "link": memory.link,
        "pull_id": memory.pull_id,
        "fingerprint": memory.fingerprint,
        "columns": [_pack_column(column) for column in memory.columns],
        "key": memory.key,
        "baseline": [[key, [_pack_value(v) for v in values]] for key, values in memory.baseline.items()],
        "gone": [[key, [_pack_value(v) for v in values]] for key, values in memory.gone.items()],
        "accepted": {name: [a.run_id, _pack_values(a.values), a.left] for name, a in memory.accepted.items()},
        "refused": memory.refused,
        "in_doubt": memory.in_doubt,
        "conflicts": {name: _pack_values(cells) for name, cells in memory.conflicts.items()},
    }


def _pack_column(column: Column) -> list[Any]:
    plain = [column.name, column.type, column.header, column.words, column.read_only, column.fixed]
    return [*plain, [[c.code, c.caption, c.retired] for c in column.choices]] if column.choices else plain


def _pack_value(value: Value) -> Any:
    """Text as text, null as null, the exact JSON text of anything else in a list of one."""
    return [str(value)] if isinstance(value, Raw) else value


def _pack_values(values: Any) -> dict[str, Any]:
    return {name: _pack_value(value) for name, value in values.items()}


def _unpack(data: bytes) -> Passport:
    document = msgspec.json.decode(data)
    memories = [_unpack_memory(packed) for packed in document["links"]]
    return Passport(document["id"], {memory.link: memory for memory in memories})


def _unpack_memory(packed: dict[str, Any]) -> Memory:
    return Memory(
        link=packed["link"],
        pull_id=packed["pull_id"],
        fingerprint=packed["fingerprint"],
        columns=tuple(_unpack_column(*column) for column in packed["columns"]),
        key=tuple(packed["key"]),
        baseline={tuple(key): tuple(_unpack_value(v) for v in values) for key, values in packed["baseline"]},
        gone={tuple(key): tuple(_unpack_value(v) for v in values) for key, values in packed["gone"]},
        accepted={name: Accepted(run, _unpack_values(v), left) for name, (run, v, left) in packed["accepted"].items()},
        refused=packed["refused"],
        in_doubt=packed["in_doubt"],
        conflicts={name: _unpack_values(cells) for name, cells in packed["conflicts"].items()},
    )


def _unpack_column(
    name: str,
    type_: str,
    header: str,
    words: list[str],
    read_only: bool,
    fixed: bool,
    choices: Iterable[tuple[str, str, bool]] = (),
) -> Column:
    options = tuple(Choice(*choice) for choice in choices)
    return Column(name, ColumnType(type_), header, (words[0], words[1]), read_only, fixed, options)


def _unpack_value(packed: Any) -> Value:
    return Raw(packed[0]) if isinstance(packed, list) else packed


def _unpack_values(packed: dict[str, Any]) -> dict[str, Value]:
    return {name: _unpack_value(value) for name, value in packed.items()}
