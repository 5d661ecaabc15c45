"""One push at a time per target: locks of the operating system, which only their holder's end frees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, SoftFileLock, Timeout

from synctui.errors import StoreError
from synctui.store.folder import private_folder

PATIENCE = 0.5
"""Seconds: longer than `held` keeps a lock to look at it, shorter than a person notices."""


class Locks:
    """Locks by target name, shared by all processes of this user through files in `folder`."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder, self._patience = folder, patience

    @contextmanager
    def acquire(self, target: str) -> Iterator[bool]:
        """Hold the target's lock; yields False where another push has it. Raises StoreError."""
        lock = self._lock(target)
        try:
            yield self._try(lock, self._patience)
        finally:
            lock.release()

    def held(self, target: str) -> bool:
        """Whether a push to this target is under way now, in any process. Raises StoreError."""
        lock = self._lock(target)
        try:
            return not self._try(lock, 0)
        finally:
            lock.release()

    def _lock(self, target: str) -> FileLock:
        name = hashlib.sha256(target.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        # A task may be finished by another thread of the same process: the lock belongs to the process.
        return FileLock(private_folder(self._folder) / f"{name}.lock", mode=0o600, thread_local=False)

    def _try(self, lock: FileLock, patience: float) -> bool:
        try:
            lock.acquire(timeout=patience, poll_interval=0.02)
        except Timeout:
            return False
        except OSError as error:
            raise StoreError(f"The lock folder {self._folder} cannot be used: {error.strerror}.") from error
        if isinstance(lock, SoftFileLock):  # filelock's stand-in where flock is missing; it survives a crash
            raise StoreError(
                f"The file system of {self._folder} has no locks.", "Set SYNCTUI_HOME to a folder on a local disk."
            )
        return True
