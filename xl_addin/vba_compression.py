"""Compression of VBA source and of the `dir` stream, as [MS-OVBA] 2.4.1 describes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

CHUNK = 4096
"""Bytes of text in one chunk, 2.4.1.1.3; only the last one may hold fewer."""

SHORTEST = 3
"""A copy token stands for at least so many bytes, 2.4.1.3.19.2."""

SIGNATURE = b"\x01"
COMPRESSED, RAW = 0xB000, 0x3000
"""Flag and signature bits of a chunk's header, 2.4.1.1.5."""


def compress(text: bytes) -> bytes:
    """A CompressedContainer, 2.4.1.1.1.

    A chunk that compression would make longer than 4,096 bytes is stored raw and filled up with zeros, as 2.4.1.3.10
    asks; that never happens to source text.
    """
    chunks = (text[start : start + CHUNK] for start in range(0, len(text), CHUNK))
    return SIGNATURE + b"".join(map(_packed, chunks))


def _packed(chunk: bytes) -> bytes:
    """One CompressedChunk: its header holds its own length less three, 2.4.1.3.12."""
    body = b"".join(_token_sequences(chunk))
    if len(body) > CHUNK:
        return struct.pack("<H", RAW | (CHUNK - 1)) + chunk.ljust(CHUNK, b"\0")
    return struct.pack("<H", COMPRESSED | (len(body) - 1)) + body


def _token_sequences(chunk: bytes) -> Iterator[bytes]:
    """Eight tokens each after a byte of flags that tells which of them are copies, 2.4.1.1.7."""
    position = 0
    while position < len(chunk):
        flags, tokens = 0, b""
        for bit in range(8):
            copied, token = _token(chunk, position)
            flags |= bool(copied) << bit
            tokens += token
            position += copied or len(token)
        yield bytes([flags]) + tokens


def _token(chunk: bytes, position: int) -> tuple[int, bytes]:
    """How many bytes the token copies (0: it is a literal, or the chunk has ended) and the token."""
    offset_bits = max(4, (position - 1).bit_length())  # 2.4.1.3.19.1: the further in, the more bits an offset takes
    longest = min((0xFFFF >> offset_bits) + SHORTEST, len(chunk) - position)
    offset, length = _longest_match(chunk, position, longest)
    if not length:
        return 0, chunk[position : position + 1]
    return length, struct.pack("<H", (offset - 1) << (16 - offset_bits) | (length - SHORTEST))


def _longest_match(chunk: bytes, position: int, longest: int) -> tuple[int, int]:
    """How far back the longest text equal to what follows begins, and its length; it may run into what follows."""
    offset = length = 0
    for size in range(SHORTEST, longest + 1):
        found = chunk.rfind(chunk[position : position + size], 0, position + size - 1)
        if found < 0:
            break
        offset, length = position - found, size
    return offset, length
