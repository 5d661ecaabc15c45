"""Live workbooks for tests, in both ways to the model of Excel; skipped where xlwings is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import excel_model as model
import pytest

WAYS = ("excel_com", "excel_engine")
"""xlwings' real Windows module over a fake COM, and an xlwings engine of our own."""
NO_XLWINGS = "xlwings is not installed; it comes with the extra `excel`"


def live_book(way: str, book: model.Book) -> Any:
    """An xlwings book for a book of the model."""
    pytest.importorskip("xlwings", reason=NO_XLWINGS)
    if way == "excel_com":
        import fake_com

        return fake_com.live_book(book)
    import xlwings_engine

    return xlwings_engine.live_book(book)


@dataclass
class Typist:
    """Somebody who types into a cell, and the clock that runs meanwhile."""

    app: model.App
    stops_after: float = float("inf")
    """Seconds."""
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.stops_after:
            self.app.editing = False

    def patience(self) -> Any:
        """The wait for an Excel by this clock."""
        from xl_addin.excel.patience import Patience

        return Patience(lambda: self.now, self.sleep)


def live_workbook(way: str, book: model.Book | None = None, typist: Typist | None = None) -> Any:
    """The add-in's workbook over a book of the model, by default over a new one that was saved."""
    book = book or model.App().open()
    opened = live_book(way, book)
    from xl_addin.excel import ExcelWorkbook

    return ExcelWorkbook(opened, (typist or Typist(book.app)).patience())
