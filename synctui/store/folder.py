"""Folders and files that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path

from synctui.errors import StoreError


def private_folder(path: Path) -> Path:
    """Make sure that `path` is a folder of this user, closed to others (mode 0700). Raises StoreError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_symlink() or not is_mine(path):
            raise StoreError(
                f"The folder {path} is a link or belongs to somebody else.",
                "Set SYNCTUI_HOME to a folder of your own.",
            )
        path.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"The folder {path} cannot be used: {error.strerror}.", "Check its rights, or set SYNCTUI_HOME."
        ) from error
    return path


def is_mine(path: Path) -> bool:
    """Whether this user owns `path`; where the system knows no owners, yes."""
    return not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
