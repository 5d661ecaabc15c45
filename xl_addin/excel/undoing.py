"""Excel as it was before: after a failure its contents, and always its modes and what is in front."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xlwings as xw

from synctui.errors import SyncError, WorksheetError
from xl_addin.excel.failures import is_busy, is_gone, worksheet_error
from xl_addin.excel.patience import Patience
from xl_addin.excel.platforms import bring_forward

_LOG = logging.getLogger(__name__)


class Undo:
    """What a write has done so far, taken back in reverse order if it fails midway."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []

    def __call__(self, step: Callable[[], object]) -> None:
        """Remember how the next change is taken back."""
        self._steps.append(step)

    def __bool__(self) -> bool:
        return bool(self._steps)

    def back(self) -> None:
        """Take back all that can be; a step that fails does not keep the others, and is raised in the end."""
        _each(*reversed(self._steps))


class Surroundings:
    """What an Excel was like before a write: its modes, and what is in front."""

    def __init__(self, book: xw.Book) -> None:
        self.book, self.name = book, book.name
        app = book.app
        self._front, self._shown = app.books.active, book.sheets.active
        self._modes = (app.screen_updating, app.display_alerts, app.enable_events, app.calculation)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """No repainting, no recalculation, no question, no macro of the workbook; then all as it was."""
        app = self.book.app
        try:
            app.screen_updating, app.display_alerts, app.enable_events = False, False, False
            app.calculation = "manual"
            yield
        finally:
            self._restore()

    def _restore(self) -> None:
        app, front, modes = self.book.app, self._front, self._modes
        _each(
            lambda: _show(self.book, self._shown),
            lambda: bring_forward(front, front) if app.books.active != front else None,
            lambda: setattr(app, "calculation", modes[3]),
            lambda: setattr(app, "enable_events", modes[2]),
            lambda: setattr(app, "display_alerts", modes[1]),
            lambda: setattr(app, "screen_updating", modes[0]),
        )


@contextmanager
def taken_back_on_failure(before: Surroundings, patience: Patience) -> Iterator[Undo]:
    """Changes within are taken back when an exception, of any kind, ends them.

    Raises WorksheetError, in place of that exception, where the workbook is left half changed.
    """
    undo = Undo()
    try:
        yield undo
    except BaseException as error:
        try:
            _take_back(undo, before, patience)
        except Exception as obstacle:
            _LOG.exception("changes in Excel could not be taken back")
            if undo and not is_gone(obstacle):
                raise _half_changed(before.name, error) from error
        raise


def _take_back(undo: Undo, before: Surroundings, patience: Patience) -> None:
    patience.anew()
    _wait_until_free(lambda: before.book.app.screen_updating, patience)
    with before.undisturbed():
        undo.back()


def _wait_until_free(look: Callable[[], object], patience: Patience) -> None:
    """Look until Excel answers, for not every way to it waits by itself. Raises its failure when patience ends."""
    attempts = 1
    while True:
        try:
            look()
            return
        except Exception as error:
            if not is_busy(error) or not attempts < patience:
                raise
            attempts += 1


def _half_changed(name: str, error: BaseException) -> WorksheetError:
    cause = error if isinstance(error, SyncError) else worksheet_error(error)
    return WorksheetError(
        f"{cause.message} What was begun could not be taken back: {name} is half changed in Excel.",
        f"Finish editing the cell (press Enter), close Excel without saving {name}, then open it again.",
    )


@contextmanager
def without_macros(book: xw.Book) -> Iterator[None]:
    """No macro of the workbook and no question while it is saved."""
    app = book.app
    events, alerts = app.enable_events, app.display_alerts
    try:
        app.enable_events, app.display_alerts = False, False
        yield
    finally:
        _each(lambda: setattr(app, "enable_events", events), lambda: setattr(app, "display_alerts", alerts))


def _show(book: xw.Book, sheet: xw.Sheet) -> None:
    if book.sheets.active.name != sheet.name:
        bring_forward(sheet, book)


def _each(*steps: Callable[[], object]) -> None:
    """Do every step; the first failure is raised when all have been tried."""
    failure: Exception | None = None
    for step in steps:
        try:
            step()
        except Exception as error:
            failure = failure or error
    if failure:
        raise failure
