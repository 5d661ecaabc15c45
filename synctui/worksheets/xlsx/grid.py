"""A worksheet's rows as values: the grid of a link, and one cell of any worksheet."""

from __future__ import annotations

from synctui.cells import Cell, Grid, SheetRow
from synctui.worksheets.references import letters, number_of
from synctui.worksheets.xlsx.decoding import Decoders, formula_result
from synctui.worksheets.xlsx.limits import MAX_CELLS, Damaged
from synctui.worksheets.xlsx.rows import RawCell, RawRow, SheetXml, is_truth_value
from synctui.worksheets.xlsx.tables import Table

_NO_FORMULAS: frozenset[int] = frozenset()


def read_grid(xml: SheetXml, decoders: Decoders, table: Table | None) -> Grid:
    """Headers from row 1, then every row with a cell that is not blank; totals are left out. Raises Damaged."""
    headers: tuple[str, ...] = ()
    columns: dict[str, int] = {}
    rows: list[SheetRow] = []
    bottom = table.bottom if table else 0
    end = table.area.bottom if table else 0
    count = 0
    for row in xml.rows():
        if row.number == 1:
            headers = _headers(row, decoders)
            columns = {letters(position): position - 1 for position in range(1, len(headers) + 1)}
        elif columns and not bottom < row.number <= end:
            read = _read_row(row, columns, decoders, in_table=not table or row.number <= bottom)
            count += len(headers)
            if count > MAX_CELLS:
                raise Damaged(f"the worksheet has more than {MAX_CELLS:,} cells")
            if read:
                rows.append(read)
    return Grid(headers, tuple(rows))


def read_headers(xml: SheetXml, decoders: Decoders) -> dict[str, int]:
    """Header -> 1-based column; of equal headers the first counts."""
    row = next((row for row in xml.rows() if row.number == 1), None)
    headers = _headers(row, decoders) if row else ()
    return {header: position for position, header in reversed(list(enumerate(headers, 1))) if header}


def _headers(row: RawRow, decoders: Decoders) -> tuple[str, ...]:
    """The texts of row 1 up to the last that is not blank."""
    found = {}
    for column, attributes, _, content, _ in row.cells():
        cell = decoders[attributes](content)
        if cell is not None and cell != "":
            found[number_of(column)] = _shown(cell)
    return tuple(found.get(position, "") for position in range(1, max(found, default=0) + 1))


def _shown(cell: Cell) -> str:
    return str(cell).upper() if isinstance(cell, bool) else str(cell)


def _read_row(row: RawRow, columns: dict[str, int], decoders: Decoders, *, in_table: bool) -> SheetRow | None:
    """A row's values; None where all are blank."""
    cells: list[Cell]
    found, formulas = row.cells(), _NO_FORMULAS
    written, attributes, kept, contents, _ = zip(*found, strict=True) if found else ((),) * 5
    if written == tuple(columns) and not any(kept):
        cells = [read(content) for read, content in zip(decoders.of_row(attributes), contents, strict=True)]
    else:
        cells, formulas = _read_cells(found, columns, decoders)
    for cell in cells:
        if cell is not None and cell != "":
            return SheetRow(row.number, tuple(cells), formulas, in_table)
    return None


def _read_cells(found: list[RawCell], columns: dict[str, int], decoders: Decoders) -> tuple[list[Cell], frozenset[int]]:
    """A row with gaps, formulas or cells beyond the headers: its values, and the positions of formulas."""
    cells: list[Cell] = [None] * len(columns)
    formulas = set()
    for column, attributes, formula, content, _ in found:
        if column in columns:
            cell = decoders[attributes](content)
            if formula and not is_truth_value(formula):
                formulas.add(columns[column])
                cell = formula_result(cell)
            cells[columns[column]] = cell
    return cells, frozenset(formulas) if formulas else _NO_FORMULAS


def read_cell(xml: SheetXml, decoders: Decoders, column: int, number: int) -> Cell:
    """One cell; blank where it is not written. Raises Damaged."""
    row = next((row for row in xml.rows() if row.number >= number), None)
    if row is None or row.number > number:
        return None
    cells = _read_row(row, {letters(column): 0}, decoders, in_table=True)
    return cells.cells[0] if cells else None


def first_column(xml: SheetXml, decoders: Decoders) -> tuple[str, ...]:
    """Column A as texts, top to bottom, without a gap."""
    lines: list[str] = []
    for row in xml.rows():
        read = _read_row(row, {"A": 0}, decoders, in_table=True)
        lines += [""] * (row.number - 1 - len(lines))
        lines.append(_shown(read.cells[0]) if read else "")
    return tuple(lines)
