"""What goes to stdout and to stderr: text made safe, colours for those who want them, one line of progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, TextIO

import click

from synctui.errors import UsageError
from synctui.show import columns, show

Tone = Literal["", "good", "bad", "warn", "faint"]
"""A colour's meaning; the words say the same without it."""

STYLES: dict[Tone, dict[str, str | bool]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "warn": {"fg": "yellow"},
    "faint": {"dim": True},
}
SPARSE = 5.0
"""Seconds between two lines of progress where there is no terminal."""
WIDEST = 48
"""Columns that one cell of a table may take."""


def write(stream: TextIO, line: str, tone: Tone = "") -> None:
    """One line, made safe for a terminal. Nobody listening any more is no failure; raises UsageError for others."""
    text = show(line)
    try:
        click.echo(click.style(text, **STYLES[tone]) if tone and coloured(stream) else text, stream)  # type: ignore[arg-type]
    except BrokenPipeError:
        _hang_up(stream)
    except OSError as error:
        raise UsageError(f"The answer cannot be written: {error.strerror}.", "Write it somewhere else.") from None


def coloured(stream: TextIO) -> bool:
    """Whether colours may be sent there."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def somebody_answers() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def whole_terminal() -> bool:
    """Whether all three streams are a terminal's, as a screen needs."""
    return somebody_answers() and sys.stdout.isatty()


def never_fail_to_encode() -> None:
    """Let the streams show a sign for what their encoding cannot write."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def table(rows: Iterable[Sequence[str]], headers: Sequence[str] = ()) -> list[str]:
    """Aligned lines; the last column is as long as it is."""
    shown = [[show(cell, WIDEST) for cell in row[:-1]] + [show(row[-1])] for row in ([headers] if headers else [])]
    shown += [[show(cell, WIDEST) for cell in row[:-1]] + [show(row[-1])] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def _hang_up(stream: TextIO) -> None:
    """Let what is still written to this stream go nowhere, its last flush at the program's end included."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class Progress:
    """One line on stderr that is written anew on a terminal, and now and then a line of its own elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._stream = sys.stderr
        self._quiet = quiet
        self._alive = self._stream.isatty()
        self._written = time.monotonic()
        self._open = False

    def show(self, line: str) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if self._quiet or not (self._alive or now - self._written >= SPARSE):
            return
        self._written = now
        if not self._alive:
            write(self._stream, line)
            return
        self._raw(f"\r{show(line, 79)}\x1b[K")
        self._open = True

    def clear(self) -> None:
        """Take the line away before others are written."""
        if self._open:
            self._raw("\r\x1b[K")
        self._open = False

    def _raw(self, text: str) -> None:
        with suppress(OSError):
            click.echo(text, self._stream, nl=False, color=True)
