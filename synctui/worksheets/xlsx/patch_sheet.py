"""Changing a worksheet that exists: the cells, rows and columns named; all else stays as it is written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from xml.sax.saxutils import escape

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.rows.changes import ROW, SYNC
from synctui.worksheets.base import SheetPatch
from synctui.worksheets.layout import SAMPLE_ROWS, width
from synctui.worksheets.references import Area, letters, number_of
from synctui.worksheets.xlsx.columns import Columns
from synctui.worksheets.xlsx.encoding import CellStyles
from synctui.worksheets.xlsx.kept_formulas import KeptFormulas
from synctui.worksheets.xlsx.lists import Lists
from synctui.worksheets.xlsx.new_sheet import ColumnStyles
from synctui.worksheets.xlsx.rewriting import RowRewriter
from synctui.worksheets.xlsx.rows import RawRow, SheetXml
from synctui.worksheets.xlsx.sheet_help import patch_help
from synctui.worksheets.xlsx.shell import Shell
from synctui.worksheets.xlsx.survey import place_rows, refuse_crowded, survey
from synctui.worksheets.xlsx.tables import Table

_BATCH = 200
"""Rows that are packed in one go."""


class SheetPatcher:
    """One worksheet being changed: what can be refused is refused at once, the rows stream when the file is written."""

    def __init__(
        self, xml: SheetXml, table: Table | None, headers: Mapping[str, int], patch: SheetPatch, styles: CellStyles,
        lists: Lists,
    ) -> None:  # fmt: skip
        self._xml, self._table, self._patch = xml, table, patch
        right = table.area.right if table else max(headers.values(), default=0)
        self._found = survey(xml, table, right)
        self._columns = Columns(headers, right, patch)
        if patch.add_columns:
            refuse_crowded(xml, right + 1, self._columns.right)
        self._gone = frozenset(patch.remove)
        self._removed = sorted(self._gone)
        self._bottom = self._moved(self._found.bottom + 1) - 1
        below = [self._moved(row) for row in self._found.below if row not in self._gone]
        self._place = place_rows(self._found, len(patch.append), self._bottom, below, patch.name)
        for cells in chain(patch.cells.values(), patch.append):
            self._columns.refuse_unknown(cells)
        self._shell = Shell(xml.head, xml.tail)
        looks = ColumnStyles(styles.styles)
        self._added_styles = {column: looks.cell(spec) for column, spec in self._columns.added.items()}
        filled = {letters(column): escape(text) for column, text in table.calculated().items()} if table else {}
        own = {SYNC, ROW}
        anything_new = bool(patch.append or patch.remove or any(not own.issuperset(c) for c in patch.cells.values()))
        self._rewriter = RowRewriter(
            self._columns, self._found, styles, self._style_of_column, patch.types, filled, KeptFormulas(anything_new)
        )
        self._change_surroundings()
        self._shell.validations.reach_down(self._bottom)
        patch_help(self._shell.validations, patch, self._columns, lists, self._moved)

    @property
    def notices(self) -> list[str]:
        """What the user is to be told."""
        return [self._place.notice] if self._place.notice else []

    @property
    def grown(self) -> int | None:
        """The table's last row of data before new rows made it longer; None where they did not."""
        return self._found.bottom if self._place.bottom > self._bottom else None

    @property
    def holds_formulas(self) -> bool:
        """Whether the worksheet has formulas, before or after the change."""
        return self._found.has_formulas or bool(self._patch.append and self._table and self._table.calculated())

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the changed part."""
        before, behind = self._shell.parts()
        yield before
        rows = self._rows()
        while batch := list(islice(rows, _BATCH)):
            yield "".join(batch).encode()
        yield behind

    def _moved(self, row: int) -> int:
        """A row's number after the removals."""
        return row - bisect_left(self._removed, row) if self._removed else row

    def _moved_area(self, area: Area) -> Area | None:
        top, bottom = self._moved(area.top), self._moved(area.bottom + 1) - 1
        return area.rows(top, bottom) if top <= bottom else None

    def _style_of_column(self, column: str) -> int:
        if column in self._added_styles:
            return self._added_styles[column]
        return self._shell.column_style(number_of(self._columns.before(column)))

    def _change_surroundings(self) -> None:
        place, columns = self._place, self._columns
        if self._removed:
            self._shell.move_areas(self._moved_area)
        elif place.bottom > self._found.bottom:
            self._shell.grow_areas(self._found.bottom, place.bottom)
        if columns.added:
            looks = [(width(spec, self._sample(spec.header)), self._added_styles[column])
                     for column, spec in columns.added.items()]  # fmt: skip
            self._shell.insert_columns(columns.first_new, columns.old_right, looks)
        last_new = place.first + len(self._patch.append) - 1
        self._shell.declare(Area(1, 1, columns.right, max(self._moved(self._found.last), place.bottom, last_new)))
        if self._table:
            self._change_table(self._table)

    def _change_table(self, table: Table) -> None:
        columns = self._columns
        if columns.added:
            table.add_columns([spec.header for spec in columns.added.values()], before_last=bool(columns.moves))
        bottom = max(self._place.bottom, table.area.top + 1)
        table.resize(bottom, columns.right, filled=bool(self._patch.append))

    def _sample(self, header: str) -> list[Cell]:
        rows = [*islice(self._patch.cells.values(), SAMPLE_ROWS), *self._patch.append[:SAMPLE_ROWS]]
        return [row.get(header) for row in rows]

    def _rows(self) -> Iterator[str]:
        """All rows in order: those that were there, and the new ones where they belong."""
        new = enumerate(self._patch.append, self._place.first)
        waiting = next(new, None)
        left = self._patch.cells.keys() - self._gone
        for row in self._xml.rows():
            left.discard(row.number)
            if row.number in self._gone:
                continue
            number = self._number_after(row.number)
            while waiting and waiting[0] < number:
                yield self._rewriter.new(*waiting)
                waiting = next(new, None)
            cells: Mapping[str, Cell] = self._patch.cells.get(row.number, {})
            if waiting and waiting[0] == number:
                cells = waiting[1]
                waiting = next(new, None)
            yield self._row(row, number, cells)
        while waiting:
            yield self._rewriter.new(*waiting)
            waiting = next(new, None)
        if left:
            raise WorksheetError(f"The worksheet {self._patch.name} has no row {min(left)}.", "Read it again.")

    def _number_after(self, row: int) -> int:
        """A row's number after the change; the totals stay right below the data."""
        found = self._found
        if found.bottom < row <= found.bottom + found.totals:
            return self._place.bottom + row - found.bottom
        return self._moved(row)

    def _row(self, row: RawRow, number: int, cells: Mapping[str, Cell]) -> str:
        """A row that was there; `cells` are its new ones, by header."""
        new = self._columns.named(cells) if cells else {}
        added = self._columns.added
        if added and row.number <= self._found.bottom + self._found.totals:
            for column, spec in added.items():
                new.setdefault(column, spec.header if row.number == 1 else None)
        return self._rewriter.changed(row, number, new) if new else self._rewriter.kept(row, number)
