"""Making a worksheet with a table, and the very hidden worksheet of the passport."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from synctui.cells import Cell
from synctui.records import ColumnType
from synctui.rows.changes import SYNC
from synctui.worksheets.base import ColumnSpec, NewSheet
from synctui.worksheets.layout import (
    HEADER_GROUND,
    NUMBER_FORMATS,
    READ_ONLY_GROUND,
    ROW_HEIGHT,
    SAMPLE_ROWS,
    STATE_LOOKS,
    width,
)
from synctui.worksheets.references import Area, letters
from synctui.worksheets.rules import MAX_ROWS, check_sheet
from synctui.worksheets.xlsx.contents import TYPE, Package
from synctui.worksheets.xlsx.encoding import CellStyles, CellWriter
from synctui.worksheets.xlsx.lists import Lists
from synctui.worksheets.xlsx.markup import element
from synctui.worksheets.xlsx.sheet_help import column_help
from synctui.worksheets.xlsx.styles import Styles
from synctui.worksheets.xlsx.tables import TABLE_TYPE, new_table, table_name, taken_names
from synctui.worksheets.xlsx.texts import xml_text
from synctui.worksheets.xlsx.validations import validations_xml

SHEET_TYPE = f"{TYPE}worksheet+xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BATCH = 500
_ONE_PAGE_WIDE = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_FROZEN = (
    '<sheetViews><sheetView{selected} workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
)


class ColumnStyles:
    """The styles of the columns that we make."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def cell(self, column: ColumnSpec) -> int:
        """The style of a column's cells; texts break their lines inside a row that stays one line high."""
        code = NUMBER_FORMATS.get(column.type)
        style = self._styles.derived(0, self._styles.format_id(code)) if code else 0
        style = self._styles.aligned(style, wrap=column.type is ColumnType.TEXT)
        return self._styles.shaded(style, READ_ONLY_GROUND) if column.read_only and not column.hidden else style

    def header(self) -> int:
        """The style of headers."""
        text = self._styles.derived(0, self._styles.format_id("@"))
        return self._styles.shaded(self._styles.bold(text), HEADER_GROUND)


class SheetMaker:
    """Adds worksheets to a package; several in one go get different names and numbers."""

    def __init__(self, package: Package, styles: CellStyles, lists: Lists) -> None:
        self._package = package
        self._styles = styles
        self._lists = lists
        self._names, self._tables = taken_names(package)

    def add(self, sheet: NewSheet, *, selected: bool) -> None:
        """Add a worksheet with its table. Raises WorksheetError for a name or a size that Excel does not allow."""
        check_sheet(sheet)
        package, area = self._package, Area(1, 1, len(sheet.columns), max(2, len(sheet.rows) + 1))
        self._tables += 1
        name = table_name(sheet.name, self._names)
        self._names.add(name)
        table = new_table(package.space, self._tables, name, area, [column.header for column in sheet.columns])
        table_part = package.add("tables/table{}.xml", TABLE_TYPE, lambda: [table])
        part = package.add("worksheets/sheet{}.xml", SHEET_TYPE, list)
        relation = package.relate(part, "table", table_part)
        held = [
            validation
            for position, column in enumerate(sheet.columns, 1)
            for validation in column_help(sheet.name, column, position, self._lists)
        ]
        writer = _SheetWriter(package, sheet, self._styles, area, relation, validations_xml(held))
        package.put(part, lambda: writer.chunks(selected=selected))
        package.new_sheet_entry(sheet.name, package.relate(package.workbook_part, "worksheet", part))


class _SheetWriter:
    """One worksheet on its way into the file."""

    def __init__(
        self, package: Package, sheet: NewSheet, styles: CellStyles, area: Area, table: str, validations: str
    ) -> None:
        self._package = package
        self._sheet = sheet
        self._styles = styles
        self._area = area
        self._table = table
        self._validations = validations
        looks = ColumnStyles(styles.styles)
        self._cell_styles = [looks.cell(column) for column in sheet.columns]
        self._header_style = looks.header()
        self._states = [
            (look.word, styles.styles.conditional(look.letters, look.ground, look.sign)) for look in STATE_LOOKS
        ]
        self._writers = [CellWriter(i, style, styles) for i, style in enumerate(self._cell_styles, 1)]

    def chunks(self, *, selected: bool) -> Iterator[bytes]:
        """The bytes of the part."""
        space, relations = self._package.space, self._package.relation_space
        view = _FROZEN.format(selected=' tabSelected="1"' if selected else "")
        yield (
            f'{_DECLARATION}<worksheet xmlns="{space}" xmlns:r="{relations}">{_ONE_PAGE_WIDE}'
            f'<dimension ref="{self._area}"/>{view}<sheetFormatPr defaultRowHeight="15"/>'
            f"{self._columns()}<sheetData>{self._headers()}"
        ).encode()
        yield from self._rows()
        yield f"</sheetData>{self._conditions()}{self._validations}{self._end()}</worksheet>".encode()

    def _columns(self) -> str:
        sample = list(islice(self._sheet.rows, SAMPLE_ROWS))
        written = []
        for position, (column, style) in enumerate(zip(self._sheet.columns, self._cell_styles, strict=True)):
            wide = width(column, [row[position] for row in sample])
            written.append(column_element(position + 1, wide, style, hidden=column.hidden))
        return element("cols", None, "".join(written))

    def _headers(self) -> str:
        cells = (
            CellWriter(i, self._header_style, self._styles)(1, column.header)
            for i, column in enumerate(self._sheet.columns, 1)
        )
        return f'<row r="1">{"".join(cells)}</row>'

    def _rows(self) -> Iterator[bytes]:
        batch: list[str] = []
        for number, row in enumerate(self._sheet.rows, 2):
            batch.append(row_xml(number, self._writers, row))
            if len(batch) == _BATCH:
                yield "".join(batch).encode()
                batch.clear()
        yield "".join(batch).encode()

    def _conditions(self) -> str:
        position = next((i for i, column in enumerate(self._sheet.columns, 1) if column.header == SYNC), None)
        return conditions(letters(position), self._states) if position else ""

    def _end(self) -> str:
        """Page set-up (landscape, one page wide), no green corners on texts that look like numbers, and the table."""
        whole = self._area.rows(2, MAX_ROWS)
        margins = '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        ignored = element("ignoredError", {"sqref": whole, "numberStoredAsText": 1})
        page = '<pageSetup orientation="landscape" fitToHeight="0"/>'
        table = f'<tablePart r:id="{self._table}"/>'
        return margins + page + element("ignoredErrors", None, ignored) + element("tableParts", {"count": 1}, table)


def row_xml(number: int, writers: Sequence[CellWriter], row: Sequence[Cell]) -> str:
    """A row's XML."""
    cells = "".join([writer[type(value)](number, value) for writer, value in zip(writers, row, strict=True)])
    return f'<row r="{number}" {ROW_HEIGHT}>{cells}</row>'


def column_element(position: int, wide: float, style: int, *, hidden: bool) -> str:
    """The element that gives a column its width and the style of cells that are not there yet."""
    attributes = {"min": position, "max": position, "width": wide, "style": style or None}
    return element("col", attributes | {"hidden": 1 if hidden else None, "customWidth": 1})


def conditions(column: str, states: Iterable[tuple[str, int]]) -> str:
    """Colours and signs of the `Sync` column, by how its text begins."""
    rules = (
        f'<cfRule type="beginsWith" dxfId="{style}" priority="{priority}" operator="beginsWith" text="{word}">'
        f'<formula>LEFT({column}2,LEN("{word}"))="{word}"</formula></cfRule>'
        for priority, (word, style) in enumerate(states, 1)
    )
    return element("conditionalFormatting", {"sqref": f"{column}2:{column}{MAX_ROWS}"}, "".join(rules))


def passport_xml(space: str, lines: Sequence[str]) -> Iterator[bytes]:
    """The passport's worksheet: one text cell in column A for each line."""
    yield f'{_DECLARATION}<worksheet xmlns="{space}"><sheetData>'.encode()
    for number, line in enumerate(lines, 1):
        cell = f'<c r="A{number}" t="inlineStr"><is><t xml:space="preserve">{xml_text(line)}</t></is></c>'
        yield f'<row r="{number}">{cell if line else ""}</row>'.encode()
    yield b"</sheetData></worksheet>"
