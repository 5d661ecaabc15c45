"""What every button has at hand: the spreadsheet, the link that is meant, and one way to end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from synctui import crash
from synctui.errors import SyncError, UsageError
from synctui.exit_codes import INTERRUPTED
from synctui.session import Session
from synctui.settings import Settings
from xl_addin import dialogs, without_excel
from xl_addin.front import Spreadsheet
from xl_addin.progress import Progress

Tell = Callable[[str, str], None]


class Declined(Exception):
    """The user cancelled a dialog or said no: nothing is wrong, and nothing more is to be told."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One button at work."""

    front: Spreadsheet
    title: str
    """The button's label, which heads its dialogs."""

    def tell(self, text: str, title: str = "") -> None:
        """Show a text; where Excel cannot, the system does: what became of a push must be told."""
        heading = f"SyncTUI: {dialogs.line(title or self.title)}"
        try:
            self.front.tell(heading, text)
        except Exception:
            without_excel.tell(heading, text)

    def confirm(self, title: str, text: str) -> None:
        """Go on only where the user says yes. Raises Declined."""
        if not self.front.ask(f"SyncTUI: {dialogs.line(title)}", text):
            raise Declined

    def answer(self, prompt: str) -> str:
        """What the user types. Raises Declined where they cancel."""
        typed = self.front.input(f"SyncTUI: {self.title}", prompt)
        if typed is None:
            raise Declined
        return typed.strip()

    def ask_for(self, variable: str, question: str) -> str:
        """A variable's value. Raises Declined."""
        return self.answer(dialogs.line(f"{question} ({variable})"))

    def progress(self) -> Progress:
        """The status bar, for `with`."""
        return Progress(self.front)

    # -- work

    def run(self, work: Callable[[Desk, Session, str], Awaitable[int]]) -> int:
        """Do work on the link that the user means; everything stays on the thread that Excel called."""
        return asyncio.run(self._run(work))

    async def _run(self, work: Callable[[Desk, Session, str], Awaitable[int]]) -> int:
        async with Session.open() as session:
            link = self._link(session.settings)
            with _alone(session, self.front.workbook.name):
                return await work(self, session, link)

    def _link(self, settings: Settings) -> str:
        """The active worksheet's link, else the only one, else the one that the user names."""
        links = tuple(settings.links)
        if self.front.sheet in links:
            return self.front.sheet
        if not links:
            raise UsageError("The settings have no link.", f"Add a [links.NAME] to {settings.path}.")
        if len(links) == 1:
            return links[0]
        return settings.link(self.answer(dialogs.which_link(links))).name


@contextmanager
def _alone(session: Session, workbook: str) -> Iterator[None]:
    """Keep two buttons from writing one workbook at once. Raises UsageError."""
    with session.journal.locks.acquire(f"workbook {workbook}") as got:
        if not got:
            raise UsageError("SyncTUI is at work in this workbook already.", "Wait until the status bar is free again.")
        yield


def guard(title: str, tell: Tell, work: Callable[[], int]) -> int:
    """The exit code of some work; a failure becomes a sentence with its remedy, whatever it is."""
    try:
        return work()
    except (Declined, KeyboardInterrupt):
        return INTERRUPTED
    except SyncError as error:
        return _failed(title, tell, error)
    except Exception as error:
        return _failed(title, tell, crash.fault(error, f"xl_addin {title}", "the action"))


def _failed(title: str, tell: Tell, error: SyncError) -> int:
    with suppress(Exception):  # nobody is left to be told, and the exit code still says it
        tell(title, dialogs.error_text(error))
    return error.exit_code
