"""The quickest deflate there is on this machine: isal where it has a wheel, else the standard library's zlib."""

from __future__ import annotations

import importlib
import zlib
from contextlib import suppress
from typing import Any

_zlib: Any = zlib
with suppress(ImportError):
    _zlib = importlib.import_module("isal.isal_zlib")

DEFLATED = 8
"""The zip method of what `deflater` makes."""
_RAW = -15


def deflater() -> Any:
    """A compressor without a header, at the quickest level."""
    return _zlib.compressobj(1, DEFLATED, _RAW)


def inflater() -> Any:
    """A decompressor for data without a header."""
    return _zlib.decompressobj(_RAW)


def crc32(data: bytes, before: int) -> int:
    """The checksum of a zip entry, continued."""
    checksum: int = _zlib.crc32(data, before)
    return checksum


ERRORS: tuple[type[Exception], ...] = (zlib.error, getattr(_zlib, "error", zlib.error))
"""What a decompressor raises for broken data."""
