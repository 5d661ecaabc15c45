"""Rows of a patched worksheet: changed cell by cell, renumbered, or made new in the looks of the last one."""

from __future__ import annotations

import re
from collections.abc import Callable, KeysView, Mapping
from dataclasses import dataclass
from operator import itemgetter

from synctui.cells import Cell
from synctui.records import ColumnType
from synctui.rows.changes import ROW, SYNC
from synctui.worksheets.references import number_of
from synctui.worksheets.xlsx.columns import Columns
from synctui.worksheets.xlsx.decoding import attributes_of, style_of
from synctui.worksheets.xlsx.encoding import CellStyles, CellWriter
from synctui.worksheets.xlsx.kept_formulas import KeptFormulas
from synctui.worksheets.xlsx.markup import element
from synctui.worksheets.xlsx.rows import RawRow, WrittenCell, same_cells
from synctui.worksheets.xlsx.styles import Shows
from synctui.worksheets.xlsx.survey import Survey

_CELL_PLACE = re.compile(r'(<c r="[A-Z]+)[0-9]+"')
_ROW_NUMBER = re.compile(r"""\sr\s*=\s*["']([0-9]+)""")
_SPANS = re.compile(r"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_MOST_FORMS = 8
"""Forms of rows that are remembered; telling whether a row has one of them takes time for each."""


class RowRewriter:
    """Writes the rows of one worksheet."""

    def __init__(
        self,
        columns: Columns,
        found: Survey,
        styles: CellStyles,
        style_of_column: Callable[[str], int],
        types: Mapping[str, ColumnType],
        filled: Mapping[str, str],
        formulas: KeptFormulas,
    ) -> None:
        self._columns = columns
        self._found = found
        self._styles = styles
        self._style_of_column = style_of_column
        self._types = types
        self._filled = filled
        self._formulas = formulas
        self._own = frozenset(columns.letters[header] for header in (SYNC, ROW) if header in columns.letters)
        self._writers = _Writers(styles)
        self._forms: list[_Form] = []
        self._new_cells: dict[str, Callable[[int, Cell], str]] = {}

    def kept(self, row: RawRow, number: int) -> str:
        """A row whose values stay, at a number."""
        if "<f" in row.body and (self._formulas.anything_new or self._formulas.orphaned):
            return self.changed(row, number, {})
        if number == row.number:
            return f"<row{row.attributes}>{row.body}</row>"
        if _CELL_PLACE.search(row.body) is None and row.body:
            return self.changed(row, number, {})
        body = _CELL_PLACE.sub(lambda place: f'{place[1]}{number}"', row.body)
        return f"<row{_renumbered(row, number)}>{body}</row>"

    def changed(self, row: RawRow, number: int, cells: dict[str, Cell]) -> str:
        """A row with some cells (letters -> value) changed or added; the others stay as they are written.

        A row of which all is new, in a form that came before, is written without a look at its cells one by one.
        `cells` is used up.
        """
        for form in self._forms:
            if form.columns == cells.keys() and form.cells.fullmatch(row.body):
                return f"<row{_renumbered(row, number)}>{form.filled(number, cells)}</row>"
        found = row.written_cells()
        if len(self._forms) < _MOST_FORMS and not self._columns.moves:
            self._learn(found, cells)
        return self._partly_new(row, found, number, cells)

    def _learn(self, found: list[WrittenCell], cells: Mapping[str, Cell]) -> None:
        """Remember the form of a row if it has exactly the new cells and no formula: the next rows will be alike."""
        alike = len(found) == len(cells) and sorted(cell[1] for cell in found) == sorted(cells)
        if alike and not any(formula for _, _, _, formula, _ in found):
            writers = {cell[1]: self._writers[cell[1], cell[2]] for cell in found}
            self._forms.append(_Form(same_cells(found), writers))

    def _partly_new(self, row: RawRow, found: list[WrittenCell], number: int, cells: dict[str, Cell]) -> str:
        """Any row, cell by cell: some may stay, come in, or move. What is written is taken out of `cells`."""
        fresh = not self._own.issuperset(cells)
        stays, writers = number == row.number and not self._columns.moves, self._writers
        columns: list[str] = []
        written: list[str] = []
        for cell in found:
            xml, column, attributes, formula, _ = cell
            place = column if stays else self._columns.after(column)
            if place in cells:
                if formula:
                    self._formulas.overwritten(cell, row.number)
                value = cells.pop(place)
                xml = writers[place, attributes][type(value)](number, value)
            else:
                if formula:
                    xml = self._formulas.kept(cell, row.number, fresh=fresh)
                if not stays:
                    xml = _CELL_PLACE.sub(f'<c r="{place}{number}"', xml, count=1)
            columns.append(place)
            written.append(xml)
        wider = bool(cells or self._columns.moves)
        if wider:
            columns += cells
            written += [self._missing(column, row.number)(number, value) for column, value in cells.items()]
            written = [xml for _, xml in sorted(zip(map(number_of, columns), written, strict=True), key=itemgetter(0))]
        return f"<row{_renumbered(row, number, wider=wider)}>{''.join(written)}</row>"

    def new(self, number: int, cells: Mapping[str, Cell]) -> str:
        """A new row, by header; formulas that the table fills its columns with are filled in."""
        writers = self._new_cells or self._make_new_cells()
        body = "".join([write(number, cells.get(header)) for header, write in writers.items()])
        return f'<row r="{number}"{self._found.model_height}>{body}</row>'

    def _make_new_cells(self) -> dict[str, Callable[[int, Cell], str]]:
        by_column = sorted(self._columns.letters.items(), key=lambda item: number_of(item[1]))
        self._new_cells = {header: self._new_cell(header, column) for header, column in by_column}
        return self._new_cells

    def _new_cell(self, header: str, column: str) -> Callable[[int, Cell], str]:
        style = self._usual_style(column)
        if self._types.get(header) is ColumnType.TEXT:
            style = self._styles.fitting(style, Shows.TEXT)
        writer = self._writer(column, style)
        if column not in self._filled:
            return writer
        content = element("f", None, self._filled[column])
        return lambda row, value: (
            f'<c r="{column}{row}" s="{style}">{content}</c>' if value is None else writer(row, value)
        )

    def _missing(self, column: str, row: int) -> CellWriter:
        """The writer of a cell that was not there."""
        if row > 1:
            return self._writer(column, self._usual_style(column))
        styles = self._found.header_styles
        return self._writer(column, styles.get(column, next(iter(styles.values()), 0)))

    def _usual_style(self, column: str) -> int:
        """The style that new cells of a column get: that of the last row of data, else of the column."""
        style = self._found.model_styles.get(self._columns.before(column))
        if style is None or column in self._columns.added:
            return self._style_of_column(column)
        return style

    def _writer(self, column: str, style: int) -> CellWriter:
        return self._writers[column, f' s="{style}"']


@dataclass(frozen=True, slots=True)
class _Form:
    """What rows have in common that differ only in what their cells hold: mostly all rows of a table do."""

    cells: re.Pattern[str]
    """Matches the cells of such a row, none of them with a formula."""
    writers: Mapping[str, CellWriter]
    """Letters of a column -> what writes its cell anew, in the order of the cells."""

    @property
    def columns(self) -> KeysView[str]:
        """The letters of the row's columns."""
        return self.writers.keys()

    def filled(self, number: int, cells: Mapping[str, Cell]) -> str:
        """The XML of such a row's cells when all of them are new."""
        values = [cells[column] for column in self.writers]
        return "".join(
            [writer[type(value)](number, value) for writer, value in zip(self.writers.values(), values, strict=True)]
        )


class _Writers(dict[tuple[str, str], CellWriter]):
    """Letters of a column and attributes of a cell -> what writes such a cell anew."""

    def __init__(self, styles: CellStyles) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, key: tuple[str, str]) -> CellWriter:
        column, attributes = key
        writer = self[key] = CellWriter(number_of(column), style_of(attributes_of(attributes)), self._styles)
        return writer


def _renumbered(row: RawRow, number: int, *, wider: bool = False) -> str:
    """A row's attributes at another number; a wider row loses the hint which columns it spans."""
    if number == row.number and not wider:
        return row.attributes
    attributes = _SPANS.sub("", row.attributes) if wider else row.attributes
    found = _ROW_NUMBER.search(attributes)
    if not found:
        return f' r="{number}"{attributes}'
    return f"{attributes[: found.start(1)]}{number}{attributes[found.end(1) :]}"
