"""A diskcache disk that runs nothing and touches nothing outside, whatever stands in the cache's database.

diskcache up to 5.6.3 unpickles keys and values and follows file names that it finds in its database
(CVE-2025-69872), its JSONDisk included. Here keys and values are JSON in the database itself: pickles and file names
are refused, and inflation is bounded.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from diskcache import JSONDisk
from diskcache.core import MODE_RAW

MOST_BYTES = 64 * 2**20


class GuardedDisk(JSONDisk):  # type: ignore[misc]  # diskcache has no types
    """JSON in the database only. What is refused is a ValueError."""

    def get(self, key: Any, raw: Any) -> Any:
        """The key in a database row."""
        if not raw:
            raise ValueError("pickled key refused")
        return inflate(key)

    def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> Any:
        """The value in a database row."""
        if mode != MODE_RAW or filename is not None or read:
            raise ValueError("pickled value or file refused")
        return inflate(value)

    def remove(self, file_path: Any) -> None:
        """No file is ever ours to remove."""


def inflate(data: Any) -> Any:
    """The JSON value in deflated bytes, of bounded size."""
    stream = zlib.decompressobj()
    text = stream.decompress(bytes(data), MOST_BYTES)
    if not stream.eof:
        raise ValueError("cache entry too large or cut")
    return json.loads(text)
