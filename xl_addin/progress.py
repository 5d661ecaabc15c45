"""The status bar while an action runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from synctui.show import show
from xl_addin.front import Spreadsheet

OFTEN = 0.2
"""Seconds between two lines: each one waits for Excel, and a batch settles a hundred rows at once."""
WIDEST = 200
"""Columns; Excel shows no more than about 255 characters."""


class Progress:
    """One line that tells how far it is; goes away with its `with`."""

    def __init__(self, front: Spreadsheet, clock: Callable[[], float] = time.monotonic) -> None:
        self._front, self._clock = front, clock
        self._written = float("-inf")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._write(None)

    def show(self, line: str) -> None:
        """Say how far it is, unless something was said just now."""
        now = self._clock()
        if line and now - self._written >= OFTEN:
            self._written = now
            self._write(show(f"SyncTUI: {line}", WIDEST))

    def _write(self, text: str | None) -> None:
        with suppress(Exception):  # Excel is busy or gone: a push under way must not end for that
            self._front.status(text)
