"""Writing a zip file: parts copied as they are packed, and parts deflated as they are made."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import BinaryIO

from synctui.worksheets.xlsx.archive import Archive, Entry
from synctui.worksheets.xlsx.deflate import DEFLATED, crc32, deflater
from synctui.worksheets.xlsx.limits import Damaged

_UTF8 = 0x800
_HAS_DESCRIPTOR = 0x8
_FIRST_OF_1980 = 0x21
_LARGEST = 0xFFFFFFFE


class Packer:
    """A zip file in the making; `finish` writes its directory. Raises Damaged beyond 4 GB."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []

    def copy(self, archive: Archive, name: str) -> None:
        """Take a part over as it is packed."""
        old = archive.entries[name]
        offset = self._file.tell()
        self._file.write(_local_header(old))
        for piece in archive.packed(name):
            self._file.write(piece)
        self._add(old, offset, old.crc, old.packed, old.size)

    def add(self, name: str, chunks: Iterable[bytes], like: Entry | None = None) -> None:
        """Deflate a part as its bytes come; `like` is the part it replaces."""
        plain = Entry(name, name.encode(), _UTF8, DEFLATED, 0, _FIRST_OF_1980, 0, 0, 0, 0, 0)
        entry = _deflated(like) if like else plain
        offset = self._file.tell()
        self._file.write(_local_header(entry))
        deflate = deflater()
        crc, size, packed = 0, 0, 0
        for chunk in chunks:
            crc, size = crc32(chunk, crc), size + len(chunk)
            packed += self._file.write(deflate.compress(chunk))
        packed += self._file.write(deflate.flush())
        self._add(entry, offset, crc, packed, size)
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(_local_header(self._entries[-1]))
        self._file.seek(end)

    def finish(self) -> None:
        """Write the directory."""
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(_central_header(entry))
        size, count = self._file.tell() - start, len(self._entries)
        _refuse_large(start + size)
        self._file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0))

    def _add(self, like: Entry, offset: int, crc: int, packed: int, size: int) -> None:
        _refuse_large(max(offset, packed, size))
        entry = Entry(
            like.name,
            like.raw_name,
            like.flags & ~_HAS_DESCRIPTOR,
            like.method,
            like.time,
            like.date,
            crc,
            packed,
            size,
            like.attributes,
            offset,
        )
        self._entries.append(entry)


def _deflated(like: Entry) -> Entry:
    return Entry(
        like.name, like.raw_name, like.flags & _UTF8, DEFLATED, like.time, like.date, 0, 0, 0, like.attributes, 0
    )


def _refuse_large(number: int) -> None:
    if number > _LARGEST:
        raise Damaged("it would be larger than 4 GB")


def _local_header(entry: Entry) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, *_common(entry), len(entry.raw_name), 0) + entry.raw_name


def _central_header(entry: Entry) -> bytes:
    sizes = (len(entry.raw_name), 0, 0, 0, 0, entry.attributes, entry.offset)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *_common(entry), *sizes) + entry.raw_name


def _common(entry: Entry) -> tuple[int, ...]:
    flags = entry.flags & ~_HAS_DESCRIPTOR
    return flags, entry.method, entry.time, entry.date, entry.crc, entry.packed, entry.size
