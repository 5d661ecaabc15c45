"""Writes compound files, the container of a VBA project, as [MS-CFB] version 3 describes them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Tree: TypeAlias = Mapping[str, "bytes | Tree"]
"""A storage: names of at most 31 characters -> the bytes of a stream, or a storage inside."""

SECTOR, MINI_SECTOR, CUTOFF = 512, 64, 4096
"""Bytes; a stream shorter than the cutoff lives in mini sectors, 2.2."""

FREE, END_OF_CHAIN, FAT_SECTOR, NO_STREAM = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
"""Marks in place of a sector's or a directory entry's number, 2.1 and 2.6.1."""

UNUSED, STORAGE, STREAM, ROOT = 0, 1, 2, 5
BLACK = 1
"""2.6.4 allows that every entry is black: the tree of siblings is then a plain binary search tree."""

HEADER_FAT = 109
"""FAT sectors that the header can name, 2.2: enough for 7 MB, more than any project of ours."""


@dataclass(slots=True)
class Entry:
    """One directory entry, 2.6.1."""

    name: str
    kind: int
    data: bytes = b""
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM
    start: int = 0
    """Its first sector or mini sector."""
    size: int = 0

    def packed(self) -> bytes:
        """Its 128 bytes; class id, state bits and times stay zero."""
        name = f"{self.name}\0".encode("utf-16-le") if self.name else b""
        head = struct.pack("<64sHBB3I", name, len(name), self.kind, BLACK, self.left, self.right, self.child)
        return head + bytes(36) + struct.pack("<IQ", self.start, self.size)


class Chains:
    """Sectors of one size and the table that says which one follows which, 2.3 and 2.4."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.table: list[int] = []

    def add(self, data: bytes) -> int:
        """Append `data` as one chain; returns its first sector."""
        if not data:
            return END_OF_CHAIN
        start, count = len(self.table), -(-len(data) // self.size)
        self.table += [*range(start + 1, start + count), END_OF_CHAIN]
        self.data += data.ljust(count * self.size, b"\0")
        return start


def compound_file(tree: Tree) -> bytes:
    """The bytes of a compound file that holds `tree`."""
    entries = [Entry("Root Entry", ROOT)]
    entries[0].child = _add_storage(entries, tree)
    sectors = Chains(SECTOR)
    mini_table = _place(entries, sectors)
    mini_start = sectors.add(mini_table)
    directory_start = sectors.add(_directory(entries))
    fat_sectors = _add_fat(sectors)
    header = _header(directory_start, mini_start, len(mini_table) // SECTOR, fat_sectors)
    return header + bytes(sectors.data)


def _add_storage(entries: list[Entry], tree: Tree) -> int:
    """Add what a storage holds; returns the topmost of its entries."""
    numbers = []
    for name, content in sorted(tree.items(), key=lambda item: _order(item[0])):
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(Entry(name, STREAM, content, size=len(content)))
        else:
            entries.append(Entry(name, STORAGE))
            entries[numbers[-1]].child = _add_storage(entries, content)
    return _search_tree(entries, numbers)


def _order(name: str) -> tuple[int, str]:
    """Shorter names come first, equally long ones by their upper case, 2.6.4."""
    return len(name.encode("utf-16-le")), name.upper()


def _search_tree(entries: list[Entry], numbers: Sequence[int]) -> int:
    """Tie sorted siblings into a balanced binary tree; returns its root."""
    if not numbers:
        return NO_STREAM
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.left = _search_tree(entries, numbers[:middle])
    entry.right = _search_tree(entries, numbers[middle + 1 :])
    return numbers[middle]


def _place(entries: Iterable[Entry], sectors: Chains) -> bytes:
    """Give every stream its sectors; the root entry's are the mini sectors. Returns the mini FAT, whole sectors."""
    root, *others = entries
    mini = Chains(MINI_SECTOR)
    for entry in others:
        if entry.kind == STREAM:
            entry.start = (mini if entry.size < CUTOFF else sectors).add(entry.data)
    root.start, root.size = sectors.add(bytes(mini.data)), len(mini.data)
    return _table(mini.table)


def _directory(entries: Sequence[Entry]) -> bytes:
    """The directory, filled up with unused entries to a whole sector, 2.6."""
    unused = [Entry("", UNUSED)] * (-len(entries) % (SECTOR // 128))
    return b"".join(entry.packed() for entry in [*entries, *unused])


def _table(numbers: Sequence[int]) -> bytes:
    """Sector numbers, filled up to whole sectors."""
    filled = [*numbers, *[FREE] * (-len(numbers) % (SECTOR // 4))]
    return struct.pack(f"<{len(filled)}I", *filled)


def _add_fat(sectors: Chains) -> range:
    """Append the FAT, whose own sectors stand in it too, 2.3; returns their numbers."""
    used, count = len(sectors.table), 1
    while used + count > count * (SECTOR // 4):
        count += 1
    sectors.data += _table([*sectors.table, *[FAT_SECTOR] * count])
    return range(used, used + count)


def _header(directory: int, mini_fat: int, mini_fat_sectors: int, fat: range) -> bytes:
    """The first 512 bytes, 2.2."""
    if len(fat) > HEADER_FAT:
        raise ValueError("a VBA project of more than 7 MB does not fit")
    mini_start = mini_fat if mini_fat_sectors else END_OF_CHAIN
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    counts = (0, len(fat), directory, 0, CUTOFF, mini_start, mini_fat_sectors, END_OF_CHAIN, 0)
    return head + struct.pack("<9I", *counts) + _table([*fat, *[FREE] * (HEADER_FAT - len(fat))])[:436]
