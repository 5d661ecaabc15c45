"""Rows and columns of a worksheet that come in, go out, or are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import xlwings as xw

from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec
from synctui.worksheets.layout import NUMBER_FORMATS, width
from synctui.worksheets.references import Area
from xl_addin.excel.reading import Held, area_range, place_of, table_at_top
from xl_addin.excel.undoing import Undo
from xl_addin.excel.writing import CellBlocks


def hidden_rows(sheet: xw.Sheet, area: Area) -> frozenset[int]:
    """Rows of an area that a filter, or a person, has hidden; the headers above it are taken to be visible."""
    if area.bottom < 2:
        return frozenset()
    column = area_range(sheet, Area(area.left, 1, area.left, area.bottom))
    visible: set[int] = set()
    for piece in column.get_special_cells("visible"):  # type: ignore[union-attr]
        visible.update(range(piece.row, piece.row + piece.shape[0]))
    return frozenset(range(2, area.bottom + 1)) - visible


def runs(numbers: Iterable[int], single: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """Ranges of numbers that follow each other, ascending; those in `single` stand alone."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1 and number not in single and found[-1][1] not in single:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def remove_rows(
    sheet: xw.Sheet,
    numbers: Iterable[int],
    held: Callable[[int], Mapping[int, Held]],
    blocks: CellBlocks,
    undo: Undo,
    hidden: frozenset[int],
) -> None:
    """Take out whole rows, from the bottom up; of many at once Excel would keep those that a filter hides.

    `held` gives for a row what each of its columns holds.
    """
    for top, bottom in reversed(runs(numbers, hidden)):
        sheet.range(f"{top}:{bottom}").delete("up")
        undo(partial(_put_back, sheet, top, bottom, held, blocks))


def _put_back(
    sheet: xw.Sheet, top: int, bottom: int, held: Callable[[int], Mapping[int, Held]], blocks: CellBlocks
) -> None:
    sheet.range(f"{top}:{bottom}").insert("down")
    for row in range(top, bottom + 1):
        for column, old in held(row).items():
            blocks.restore(column, row, [old])


def resize_table(sheet: xw.Sheet, bottom: int, undo: Undo) -> None:
    """Let the table's data end at another row; its row of totals moves along."""
    table = table_at_top(sheet)
    if table is None:
        return
    place = place_of(table)
    undo(partial(_resize, sheet, place.bottom))
    _resize(sheet, bottom)


def _resize(sheet: xw.Sheet, bottom: int) -> None:
    table = table_at_top(sheet)
    if table is None:
        return
    place = place_of(table)
    if place.totals:
        table.show_totals = False
    table.resize(area_range(sheet, place.area.rows(place.area.top, bottom)))
    if place.totals:
        table.show_totals = True


def add_columns(sheet: xw.Sheet, at: int, columns: Sequence[ColumnSpec], place: Area, undo: Undo) -> None:
    """Put new columns in at a position, within the table where there is one."""
    for position, column in enumerate(columns, at):
        table = table_at_top(sheet)
        if table:
            undo(partial(_drop_columns, sheet, position - place.left, len(table.columns)))
            table.columns.add(column.header, position - place.left + 1)
        else:
            area_range(sheet, Area(position, 1, position, place.bottom)).insert("right")
            undo(partial(area_range(sheet, Area(position, 1, position, place.bottom)).delete, "left"))
            sheet.range((1, position)).number_format = "@"
            sheet.range((1, position)).value = column.header
        _dress(sheet, position, column, place.bottom)


def _drop_columns(sheet: xw.Sheet, index: int, count: int) -> None:
    """Take out what a table has more than so many columns, from one on; none where Excel did not make it."""
    table = table_at_top(sheet)
    if table and len(table.columns) > count:
        table.columns[index].delete()


def _dress(sheet: xw.Sheet, position: int, column: ColumnSpec, bottom: int) -> None:
    """Format and width of a new column; its neighbour's, which Excel gives it, say nothing of its values."""
    if bottom > 1:
        cells = area_range(sheet, Area(position, 2, position, bottom))
        cells.number_format = number_format(column.type)
    header = sheet.range((1, position))
    header.column_width = width(column, ())
    header.columns.hidden = column.hidden


def number_format(type_: ColumnType) -> str:
    """The number format of a column's cells."""
    return NUMBER_FORMATS.get(type_, "General")
