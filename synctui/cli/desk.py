"""What every command has at hand: its settings, the two streams, and one way to end."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from synctui.cli.interrupts import Interrupts, is_interrupt, pass_over_interrupts
from synctui.cli.terminal import Progress, Tone, write
from synctui.errors import BudgetSpent, SyncError, WorksheetError
from synctui.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from synctui.http.calls import CallDone
    from synctui.session import Session
    from synctui.worksheets.base import Workbook

T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """One command at work."""

    command: str
    """As it was called, without its arguments: `synctui pull`."""
    config: str | None = None
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    interrupted_hint: str = ""
    """What an interruption means for this command, in one sentence."""
    nothing_done: Mapping[str, Any] = field(default_factory=dict)
    """What the answer of this command holds beside the error where nothing was done."""
    wait: bool = False
    """Wait where the call budget is spent."""
    _progress: Progress | None = None

    # -- stdout: data

    def answer(self, document: dict[str, Any], *lines: str) -> None:
        """The answer: one JSON document, or these lines for people."""
        if self.as_json:
            write(sys.stdout, json.dumps(document).replace("\x7f", "\\u007f"))
            return
        for line in lines:
            write(sys.stdout, line)

    def story(self, *lines: str) -> None:
        """What a person reads as the command's data, and a script does not."""
        for line in lines:
            write(sys.stderr if self.as_json else sys.stdout, line)

    # -- stderr: narration

    def tell(self, *lines: str, tone: Tone = "") -> None:
        """Narrate, unless the user wants quiet."""
        if not self.quiet:
            self.warn(*lines, tone=tone)

    def warn(self, *lines: str, tone: Tone = "warn") -> None:
        """Say what must be heard."""
        if self._progress is not None:
            self._progress.clear()
        for line in lines:
            with suppress(SyncError):  # narration that cannot be written must not stop the work
                write(sys.stderr, line, tone)

    def progress(self) -> Progress:
        """A line that tells how far it is."""
        self._progress = Progress(quiet=self.quiet)
        return self._progress

    def again(self, *arguments: str) -> str:
        """A synctui command that the user may copy."""
        config = ("--config", self.config) if self.config else ()
        return shlex.join(["synctui", *arguments, *config])

    # -- work

    def session(self) -> Session:
        """The user's settings and state, for `async with`. Raises SettingsError."""
        from synctui.session import Session

        session = Session.open(self.config)
        if self.verbose:
            session.on_call = self._show_call
        if self.wait:
            from synctui.cli.waiting import Waiting

            session.patience = Waiting(self.tell)
        return session

    def workbook(self, path: str) -> Workbook:
        """A workbook file, made by the first write where there is none. Raises WorksheetError."""
        from synctui.session import open_file

        if not Path(path).absolute().parent.is_dir():
            raise WorksheetError(f"There is no folder {Path(path).parent}.", "Make it, or correct --workbook.")
        return open_file(path)

    def old_workbook(self, path: str) -> Workbook:
        """A workbook file that must be there. Raises WorksheetError."""
        if not Path(path).exists():
            raise WorksheetError(f"There is no file {path}.", "Correct --workbook, or pull to create it.")
        return self.workbook(path)

    def run(self, work: Callable[[Interrupts], Coroutine[Any, Any, T]]) -> T:
        """Do async work that Ctrl-C ends; the work may ask to be stopped gently instead."""
        import asyncio

        with Interrupts() as interrupts:
            try:
                with asyncio.Runner() as runner:
                    runner.get_loop().set_exception_handler(pass_over_interrupts)
                    return interrupts.run(runner, work(interrupts))
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None
            except BaseExceptionGroup as group:
                if is_interrupt(group):
                    raise KeyboardInterrupt from None
                raise

    def _show_call(self, call: CallDone) -> None:
        self.warn(f"{call.seconds:8.3f} s  {call.status or 'none':>4}  {call.operation}", tone="faint")

    # -- the end

    def guard(self, work: Callable[[], int]) -> int:
        """The exit code of some work, whatever becomes of it."""
        try:
            return work()
        except SyncError as error:
            return self.fail(error)
        except (KeyboardInterrupt, click.Abort):
            return self.stopped("Interrupted.")
        except Exception as error:
            return self.fail(self.fault(error))

    def fail(self, error: SyncError) -> int:
        """Tell what failed and what to do about it; returns the exit code."""
        return self._refuse(error.message, error.hint, error.exit_code, **details_of(error))

    def stopped(self, why: str) -> int:
        """Tell that the user stopped the command; returns the exit code."""
        return self._refuse(why, self.interrupted_hint, INTERRUPTED)

    def _refuse(self, message: str, hint: str, exit_code: int, **more: str) -> int:
        with suppress(SyncError):  # stdout itself may be what failed
            told = {"message": message, "hint": hint, "exit_code": exit_code, **more}
            self.answer({**self.nothing_done, "error": told})
        self.warn(f"synctui: {message}", tone="bad")
        if hint:
            self.warn(f"         {hint}", tone="")
        return exit_code

    def fault(self, error: Exception) -> SyncError:
        """A fault of ours in one sentence, and kept in a file."""
        from synctui import crash

        return crash.fault(error, self.command)


def error_document(error: SyncError) -> dict[str, Any]:
    """An error inside an answer."""
    return {"message": error.message, "hint": error.hint, "exit_code": error.exit_code, **details_of(error)}


def details_of(error: SyncError) -> dict[str, str]:
    """What scripts may want to know of an error beside its sentence."""
    until = {"until": error.until.isoformat()} if isinstance(error, BudgetSpent) else {}
    return {"kind": type(error).__name__, **until}
