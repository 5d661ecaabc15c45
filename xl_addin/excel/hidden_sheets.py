"""Our own worksheets that no menu brings back: the passport, and the options of drop-downs."""

from __future__ import annotations

from collections.abc import Sequence

import xlwings as xw

from synctui.worksheets.layout import LISTS_SHEET, PASSPORT_SHEET
from synctui.worksheets.references import Area
from xl_addin.excel.platforms import hide_deeply, is_visible
from xl_addin.excel.reading import Held, SheetImage, area_range, as_text, first_column
from xl_addin.excel.undoing import Undo
from xl_addin.excel.writing import CellBlocks

OURS = frozenset((PASSPORT_SHEET, LISTS_SHEET))


def find_sheet(book: xw.Book, name: str) -> xw.Sheet | None:
    """A worksheet by its name, which does not mind case."""
    return next((sheet for sheet in book.sheets if sheet.name.lower() == name.lower()), None)


def new_sheet(book: xw.Book, name: str, undo: Undo) -> xw.Sheet:
    """A worksheet behind those that people see; a hidden one at the end stays there, for Excel will not move it."""
    last = book.sheets[len(book.sheets) - 1]
    sheet = book.sheets.add(name, after=last) if is_visible(last) else book.sheets.add(name, before=last)
    undo(sheet.delete)
    return sheet


def _hidden_sheet(book: xw.Book, name: str, undo: Undo) -> xw.Sheet:
    sheet = find_sheet(book, name)
    if sheet is None:
        sheet = new_sheet(book, name, undo)
        sheet.cells.number_format = "@"
        hide_deeply(sheet)
    elif is_visible(sheet):
        hide_deeply(sheet)
    return sheet


def put_passport(book: xw.Book, lines: Sequence[str], undo: Undo) -> None:
    """Let column A of the passport's worksheet hold these lines and nothing below them."""
    sheet = _hidden_sheet(book, PASSPORT_SHEET, undo)
    image = SheetImage(sheet)
    length = max(len(lines), image.area.bottom)
    values = [*(line or None for line in lines), *[None] * (length - len(lines))]
    if values:
        CellBlocks(sheet, undo).change(1, 1, values, _held(image, 1, length))


def read_passport(book: xw.Book) -> tuple[str, ...] | None:
    """The passport's lines; None where there is none."""
    sheet = find_sheet(book, PASSPORT_SHEET)
    if sheet is None:
        return None
    lines = first_column(SheetImage(sheet))
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def options_range(book: xw.Book, sheet: str, header: str, options: Sequence[str], undo: Undo) -> xw.Range:
    """The cells that hold a drop-down's options, one column of the lists' worksheet for each column that has any."""
    lists = _hidden_sheet(book, LISTS_SHEET, undo)
    image = SheetImage(lists)
    title = f"{sheet}!{header}"
    titles = [as_text(cell) for cell in image.cells[0]]
    column = titles.index(title) + 1 if title in titles else len([text for text in titles if text]) + 1
    length = max(len(options) + 1, image.area.bottom)
    values = [title, *options, *[None] * (length - len(options) - 1)]
    CellBlocks(lists, undo).change(column, 1, values, _held(image, column, length))
    return area_range(lists, Area(column, 2, column, len(options) + 1))


def _held(image: SheetImage, column: int, length: int) -> list[Held]:
    return [image.held(row, column) for row in range(1, length + 1)]
