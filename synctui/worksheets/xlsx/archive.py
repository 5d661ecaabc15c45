"""A zip file read with distrust: sizes, counts and checksums are verified, nothing is believed.

The layout is that of PKWARE's APPNOTE; of zip64 only the fields that tools write into small files are understood.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from synctui.worksheets.xlsx.deflate import DEFLATED, crc32, inflater
from synctui.worksheets.xlsx.limits import (
    MAX_DIRECTORY,
    MAX_INFLATED,
    MAX_PARTS,
    MAX_RATIO,
    RATIO_FLOOR,
    Damaged,
)

CHUNK = 1 << 18
STORED = 0
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_ZIP64_END = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_FULL = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of the package as the zip directory tells of it."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    """Bytes in the file."""
    size: int
    """Bytes when inflated."""
    attributes: int
    offset: int
    """Where its local header begins."""


class Archive:
    """The parts of a zip file, in the order of its directory. Raises Damaged."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = file.seek(0, 2)
        self.entries = {entry.name: entry for entry in self._directory()}

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, inflated, in pieces of at most `CHUNK` bytes."""
        entry = self._entry(name)
        if entry.size > MAX_INFLATED or (entry.size > RATIO_FLOOR and entry.size > MAX_RATIO * entry.packed):
            raise Damaged(f"{name} would unpack to {entry.size:,} bytes")
        checksum, total = 0, 0
        for piece in self._inflated(entry):
            checksum, total = crc32(piece, checksum), total + len(piece)
            if total > entry.size:
                break
            yield piece
        if total != entry.size or checksum != entry.crc:
            raise Damaged(f"{name} is cut or changed")

    def read(self, name: str, limit: int) -> bytes:
        """A part as a whole, of at most `limit` bytes."""
        if self._entry(name).size > limit:
            raise Damaged(f"{name} is larger than {limit:,} bytes")
        return b"".join(self.chunks(name))

    def packed(self, name: str) -> Iterator[bytes]:
        """A part's bytes as they stand in the file."""
        entry = self._entry(name)
        position, left = self._data_offset(entry), entry.packed
        while left:
            piece = self._at(position, min(left, CHUNK))
            position, left = position + len(piece), left - len(piece)
            yield piece

    def _entry(self, name: str) -> Entry:
        if name not in self.entries:
            raise Damaged(f"{name} is missing")
        return self.entries[name]

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        if entry.method == STORED:
            yield from self.packed(entry.name)
            return
        if entry.method != DEFLATED:
            raise Damaged(f"{entry.name} is packed in an unknown way")
        inflate = inflater()
        for piece in self.packed(entry.name):
            while piece and not inflate.eof:
                yield inflate.decompress(piece, CHUNK)
                piece = inflate.unconsumed_tail
        while not inflate.eof:
            rest = inflate.decompress(b"", CHUNK)
            if not rest:
                break
            yield rest

    def _at(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        data = self._file.read(length)
        if len(data) != length:
            raise Damaged("the file is cut")
        return data

    def _data_offset(self, entry: Entry) -> int:
        header = _LOCAL.unpack(self._at(entry.offset, _LOCAL.size))
        if header[0] != b"PK\3\4":
            raise Damaged(f"{entry.name} is not where the directory says")
        return entry.offset + _LOCAL.size + int(header[9]) + int(header[10])

    def _directory(self) -> Iterator[Entry]:
        count, size, offset = self._end()
        if size > MAX_DIRECTORY or count > MAX_PARTS:
            raise Damaged("it has too many parts or is too large")
        data, position, seen = self._at(offset, size), 0, set[str]()
        while position < size:
            entry, position = _central_entry(data, position)
            if entry.name.lower() in seen or len(seen) >= MAX_PARTS:
                raise Damaged(f"the part {entry.name} is there twice or one of too many")
            seen.add(entry.name.lower())
            yield entry

    def _end(self) -> tuple[int, int, int]:
        """How many entries the directory has, its length and its place."""
        tail_length = min(self._length, _END.size + 0xFFFF)
        tail = self._at(self._length - tail_length, tail_length)
        found = tail.rfind(b"PK\5\6", 0, max(0, len(tail) - _END.size + 4))
        if found < 0:
            raise Damaged("it is not a workbook, or its end is missing")
        field = _END.unpack_from(tail, found)
        if field[4] == 0xFFFF or _FULL in field[5:7]:
            return self._zip64_end(self._length - tail_length + found)
        return field[4], field[5], field[6]

    def _zip64_end(self, end: int) -> tuple[int, int, int]:
        """The same where it stands in the zip64 record, which a locator before the end points to."""
        if end < _LOCATOR.size:
            raise Damaged("its end is broken")
        mark, _, place, _ = _LOCATOR.unpack(self._at(end - _LOCATOR.size, _LOCATOR.size))
        if mark != b"PK\6\7" or place > end:
            raise Damaged("its end is broken")
        record = _ZIP64_END.unpack(self._at(place, _ZIP64_END.size))
        return record[7], record[8], record[9]


def _central_entry(data: bytes, position: int) -> tuple[Entry, int]:
    if len(data) - position < _CENTRAL.size or data[position : position + 4] != b"PK\1\2":
        raise Damaged("its directory is broken")
    field = _CENTRAL.unpack_from(data, position)
    flags, method, time, date, crc, packed, size, name_length, extra_length, comment_length = field[3:13]
    attributes, offset = field[15], field[16]
    if flags & _ENCRYPTED:
        raise Damaged("its parts are encrypted")
    start = position + _CENTRAL.size
    raw_name = data[start : start + name_length]
    extra = data[start + name_length : start + name_length + extra_length]
    size, packed, offset = _zip64(extra, size, packed, offset)
    name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437")
    entry = Entry(name, raw_name, flags, method, time, date, crc, packed, size, attributes, offset)
    return entry, start + name_length + extra_length + comment_length


def _zip64(extra: bytes, *fields: int) -> tuple[int, ...]:
    """Size, packed size and offset, where full ones stand in the zip64 extra field, in this order."""
    if _FULL not in fields:
        return fields
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == 1:
            numbers = iter(struct.unpack_from(f"<{length // 8}Q", extra, position + 4))
            return tuple(next(numbers, _FULL) if field == _FULL else field for field in fields)
        position += 4 + length
    return fields
