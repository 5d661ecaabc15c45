"""What nobody expected: kept in a file without anybody's data, told in one sentence, never as a page of locals."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.app import App

from synctui.errors import SyncError
from synctui.show import show


class Guarded(App[None]):
    """An app that ends without a word at a fault, and keeps it for whoever started the app."""

    fault: BaseException | None = None

    def _handle_exception(self, error: Exception) -> None:
        """Keep the first fault; a worker's stands inside Textual's own."""
        self.fault = self.fault or getattr(error, "error", error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without Textual's own page: it prints the locals of every frame, rows and tokens among them."""
        self._close_messages_no_wait()


def told(error: BaseException) -> str:
    """Keep a fault in a crash file; the sentence that says so."""
    from synctui import crash

    what = f"A fault in SyncTUI ended the dashboard ({type(error).__name__})."
    try:
        return show(f"{what} Please report it with the file {crash.keep(error, 'dashboard')}.")
    except (SyncError, OSError):
        return f"{what} It could not even be noted in a file."


def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep a fault of a task that nobody waits for; asyncio would print it over the screen."""
    error = context.get("exception")
    if error is not None:
        with suppress(OSError, SyncError):
            told(error)
