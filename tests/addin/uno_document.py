"""Runs under a Python that has LibreOffice's `uno`: does to a document what a person does, and prints what was seen.

Reads {"pipe", "path", "steps": [[step, arguments ...], ...]} from stdin; the document stays open from one call to the
next, until a step closes it.
"""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.table import TableSortField  # type: ignore[import-not-found]
from office_basic import connected


def main() -> None:
    order = json.load(sys.stdin)
    document = Document(connected(order["pipe"]), order["path"])
    print(json.dumps([getattr(document, step)(*arguments) for step, *arguments in order["steps"]]))


class Document:
    """A workbook with the worksheet of one link, in a LibreOffice that runs."""

    def __init__(self, desktop: Any, path: str) -> None:
        self.desktop, self.address = desktop, Path(path).as_uri()
        self.document: Any = next((found for found in self._opened() if found.getURL() == self.address), None)

    def _opened(self) -> Any:
        documents = self.desktop.getComponents().createEnumeration()
        while documents.hasMoreElements():
            yield documents.nextElement()

    @property
    def sheet(self) -> Any:
        return self.document.getSheets().getByName("Awards")

    def open(self) -> None:
        self.document = self.desktop.loadComponentFromURL(self.address, "_blank", 0, ())
        assert self.document is not None, "LibreOffice did not open it"

    def page(self, path: str) -> None:
        """Write what people see, conditional formats included, as HTML."""
        self.document.storeToURL(Path(path).as_uri(), (PropertyValue(Name="FilterName", Value="HTML (StarCalc)"),))

    def store(self) -> None:
        self.document.store()

    def close(self) -> None:
        self.document.close(True)

    def type(self, row: int, header: str, text: str) -> None:
        """As typed into the cell: LibreOffice makes of it what it likes."""
        self.cell(row, header).FormulaLocal = text

    def make_general(self, row: int, header: str) -> None:
        """Take the format of text off a cell."""
        self.cell(row, header).NumberFormat = 0

    def insert_row(self, row: int) -> None:
        self.sheet.getRows().insertByIndex(row - 1, 1)

    def delete_row(self, row: int) -> None:
        self.sheet.getRows().removeByIndex(row - 1, 1)

    def sort(self, header: str) -> None:
        """All rows below the headers, by one column, descending."""
        field = TableSortField()
        field.Field, field.IsAscending = self.headers.index(header), False
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        options = {"SortFields": fields, "ContainsHeader": True}
        self._used().sort(tuple(PropertyValue(Name=name, Value=value) for name, value in options.items()))

    def shown(self, header: str) -> list[str]:
        """What people read in a column, top to bottom."""
        column = self.headers.index(header)
        bottom = self._used().getRangeAddress().EndRow
        return [self.sheet.getCellByPosition(column, row).getString() for row in range(1, bottom + 1)]

    def cell(self, row: int, header: str) -> Any:
        return self.sheet.getCellByPosition(self.headers.index(header), row - 1)

    @cached_property
    def headers(self) -> list[str]:
        end = self._used().getRangeAddress().EndColumn
        return list(self.sheet.getCellRangeByPosition(0, 0, end, 0).getDataArray()[0])

    def _used(self) -> Any:
        cursor = self.sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        return self.sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)


if __name__ == "__main__":
    main()
