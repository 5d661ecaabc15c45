"""A small file put in place whole: written beside, made durable, then renamed."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from synctui.errors import UsageError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, or leave what was there as it was. Raises UsageError."""
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another file or folder.") from None
