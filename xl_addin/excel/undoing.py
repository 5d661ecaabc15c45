"""Excel as it was before: after a failure its contents, and always its modes and what is in front."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import xlwings as xw

from xl_addin.excel.platforms import bring_forward

_LOG = logging.getLogger(__name__)


class Undo:
    """What a write has done so far, taken back in reverse order if it fails midway."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []

    def __call__(self, step: Callable[[], object]) -> None:
        """Remember how the next change is taken back."""
        self._steps.append(step)

    def back(self) -> None:
        """Take back all that can be; a step that fails does not keep the others."""
        while self._steps:
            step = self._steps.pop()
            try:
                step()
            except Exception:
                _LOG.exception("a change in Excel could not be taken back")


@contextmanager
def undisturbed(book: xw.Book) -> Iterator[None]:
    """No repainting, no recalculation, no question, no macro of the workbook; then all as it was."""
    app = book.app
    front, shown = app.books.active, book.sheets.active
    modes = (app.screen_updating, app.display_alerts, app.enable_events, app.calculation)
    try:
        app.screen_updating, app.display_alerts, app.enable_events = False, False, False
        app.calculation = "manual"
        yield
    finally:
        _each(
            lambda: _show(book, shown),
            lambda: bring_forward(front, front) if app.books.active != front else None,
            lambda: setattr(app, "calculation", modes[3]),
            lambda: setattr(app, "enable_events", modes[2]),
            lambda: setattr(app, "display_alerts", modes[1]),
            lambda: setattr(app, "screen_updating", modes[0]),
        )


@contextmanager
def taken_back_on_failure(book: xw.Book) -> Iterator[Undo]:
    """Changes within are taken back when an exception, of any kind, ends them."""
    undo = Undo()
    try:
        yield undo
    except BaseException:
        with suppress(Exception), undisturbed(book):
            undo.back()
        raise


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
