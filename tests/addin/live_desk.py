"""A live workbook with one link's worksheet, and what a person could miss of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import excel_model as model
import pytest
from live_excel import Typist, live_workbook

from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, SheetPatch

COLUMNS = (
    ColumnSpec("Sync"), ColumnSpec("Key"), ColumnSpec("N", ColumnType.NUMBER), ColumnSpec("Type", choices=("a", "b")),
    ColumnSpec("_row", hidden=True),
)  # fmt: skip
ROWS: list[list[Any]] = [[None, f"0{i}", i, "a", f"id{i}"] for i in range(6)]

EVERYTHING = SheetPatch(
    "Awards",
    {2: {"Key": "=changed"}, 4: {"Sync": "edited"}},
    [{"Key": "new"}],
    [3, 6],
    add_columns=[ColumnSpec("More")],
)
"""A change of every kind."""


@dataclass
class Desk:
    """A live workbook with one link's worksheet, and the model behind it."""

    book: model.Book
    workbook: Any
    way: str
    typist: Typist

    @property
    def sheet(self) -> model.Sheet:
        return self.book.sheet("Awards")

    @property
    def table(self) -> model.Table:
        return self.sheet.tables[0]

    def column(self, position: int) -> list[Any]:
        return [row.cells[position] for row in self.workbook.grid("Awards").rows]

    def state(self) -> Any:
        """All that a person could miss."""
        sheets = [(sheet.name, sheet.visible, {place: content for place, content in sheet.cells.items()
                                              if content != model.EMPTY},
                   sorted(sheet.hidden_columns), sorted(sheet.filtered), [(t.name, t.area) for t in sheet.tables],
                   sheet.selection)
                  for sheet in self.book.sheets]  # fmt: skip
        return sheets, self.book.active.name, dict(self.book.app.modes)


def new_desk(way: str) -> Desk:
    book = model.App().open()
    typist = Typist(book.app)
    return Desk(book, live_workbook(way, book, typist), way, typist)


def refused(use: Callable[[], object]) -> WorksheetError:
    with pytest.raises(WorksheetError) as caught:
        use()
    assert caught.value.hint
    return caught.value


def com_desk() -> Desk:
    return new_desk("excel_com")
