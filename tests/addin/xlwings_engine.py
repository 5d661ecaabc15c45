"""An xlwings engine of our own over the model of Excel: no COM, as on macOS, and no licence key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import excel_model as model
import xlwings as xw
from fake_com import parsed
from xlwings import base_classes as base

from synctui.worksheets.references import Area, letters

CALCULATION = {-4105: "automatic", -4135: "manual"}


class Engine:
    name = "model"
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps()

    @staticmethod
    def clean_value_data(rows: Any, moment: Any, empty: Any, number: Any, err_to_str: bool) -> Any:
        def clean(value: Any) -> Any:
            if isinstance(value, model.Fault):
                return value.code if err_to_str else None
            return empty if value in (None, "") else value

        return [[clean(value) for value in row] for row in rows]

    @staticmethod
    def prepare_xl_data_element(value: Any, _: Any) -> Any:
        return value


class Apps(base.Apps):
    def __init__(self) -> None:
        self.known: list[App] = []

    def __iter__(self) -> Iterator[App]:
        return iter(self.known)

    def __getitem__(self, pid: int) -> App:
        return self.known[pid]

    def add(self, xl: int) -> App:
        """The program that a window belongs to; windows are numbered from 1."""
        return next(app for app in self.known if app.pid == xl - 1)


class App(base.App):
    pid: Any = None
    engine: Any = None

    def __init__(self, app: model.App, pid: int) -> None:
        self.app, self.pid, self.engine = app, pid, ENGINE

    def activate(self, steal_focus: bool | None = None) -> None:
        self.app.check_free()

    books = property(lambda self: Books(self))
    status_bar = property(lambda self: self._get("StatusBar"), lambda self, v: self._set("StatusBar", v))
    screen_updating = property(lambda self: self._get("ScreenUpdating"), lambda self, v: self._set("ScreenUpdating", v))
    display_alerts = property(lambda self: self._get("DisplayAlerts"), lambda self, v: self._set("DisplayAlerts", v))
    enable_events = property(lambda self: self._get("EnableEvents"), lambda self, v: self._set("EnableEvents", v))
    calculation = property(
        lambda self: CALCULATION[self._get("Calculation")],
        lambda self, v: self._set("Calculation", next(number for number, word in CALCULATION.items() if word == v)),
    )

    def _get(self, name: str) -> Any:
        self.app.check_free()
        return self.app.modes[name]

    def _set(self, name: str, value: Any) -> None:
        self.app.check_free()
        self.app.modes[name] = value

    def alert(self, prompt: str, title: str, buttons: Any, mode: Any, callback: Any) -> str:
        self.app.boxes.append((title, prompt))
        return str(self.app.answers.pop(0)) if self.app.answers else "ok"


class Books(base.Books):
    def __init__(self, app: App) -> None:
        self.owner = app

    active = property(lambda self: Book(self.owner, self.owner.app.active))

    def __call__(self, key: Any) -> Book:
        return Book(self.owner, next(book for book in self.owner.app.books if book.name == key))

    def __iter__(self) -> Iterator[Book]:
        return iter([Book(self.owner, book) for book in self.owner.app.books])


class Book(base.Book):
    app: Any = None

    def __init__(self, app: App, book: model.Book) -> None:
        self.app, self.book = app, book

    name = property(lambda self: self.book.name)
    fullname = property(lambda self: self.book.full_name)
    sheets = property(lambda self: Sheets(self))
    names = property(lambda self: Names(self))

    def save(self, path: Any = None, password: Any = None) -> None:
        self.book.save()

    def activate(self) -> None:
        self.app.app.active = self.book


class Names(base.Names):
    def __init__(self, book: Book) -> None:
        self.book = book

    def __len__(self) -> int:
        return len(self.book.book.names)

    def __call__(self, position: int) -> Name:
        return Name(*list(self.book.book.names.items())[position - 1])

    def __iter__(self) -> Iterator[Name]:
        return iter([Name(*item) for item in self.book.book.names.items()])


class Name(base.Name):
    name: Any = None
    refers_to: Any = None

    def __init__(self, name: str, refers_to: str) -> None:
        self.name, self.refers_to = name, refers_to


class Sheets(base.Sheets):
    def __init__(self, book: Book) -> None:
        self.owner = book

    active = property(lambda self: Sheet(self.owner, self.owner.book.active))

    def __call__(self, key: Any) -> Sheet:
        return Sheet(self.owner, self.owner.book.sheet(key))

    def __len__(self) -> int:
        return len(self.owner.book.sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self.owner, sheet) for sheet in self.owner.book.sheets])

    def add(self, before: Any = None, after: Any = None, name: str | None = None) -> Sheet:
        book = self.owner.book
        follows = after and book.sheets.index(after.sheet) + 1
        behind = before.sheet if before else book.sheets[follows] if follows < len(book.sheets) else None
        made = book.add(behind)
        if behind is None:
            book.sheets.remove(made)
            book.sheets.append(made)
        if name:
            book.rename(made, name)
        return Sheet(self.owner, made)


class Sheet(base.Sheet):
    book: Any = None

    def __init__(self, book: Book, sheet: model.Sheet) -> None:
        self.book, self.sheet = book, sheet

    name = property(lambda self: self.sheet.name, lambda self, name: self.sheet.book.rename(self.sheet, name))
    index = property(lambda self: self.sheet.book.sheets.index(self.sheet) + 1)
    cells = property(lambda self: Range(self, Area(1, 1, model.COLUMNS, model.ROWS)))
    used_range = property(lambda self: Range(self, self.sheet.used()))
    tables = property(lambda self: Tables(self))
    shapes = property(lambda self: self.sheet.shapes)

    def _set_visible(self, value: int) -> None:
        self.sheet.visible = value
        if self.sheet.book.active is self.sheet:
            self.sheet.book.active = self.sheet.book.sheets[0]

    visible = property(lambda self: self.sheet.visible, _set_visible)

    def range(self, first: Any, last: Any = None) -> Range:
        start = _area(first)
        end = _area(last) if last is not None else start
        return Range(self, Area(min(start.left, end.left), min(start.top, end.top), max(start.right, end.right),
                                max(start.bottom, end.bottom)))  # fmt: skip

    def activate(self) -> None:
        self.sheet.book.show(self.sheet)

    def delete(self) -> None:
        self.sheet.book.delete(self.sheet)


def _area(place: Any) -> Area:
    if isinstance(place, str):
        return parsed(place)
    if isinstance(place, Range):
        return place.area
    row, column, *shape = place
    height, width = shape or (1, 1)
    return Area(column, row, column + width - 1, row + height - 1)


class Range(base.Range):
    has_array = None
    max_cells_per_read = None
    max_cells_per_write = None
    api: Any = True
    sheet: Any = None
    row_height: Any = 15.0

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet, self.area, self.cells = sheet, area, sheet.sheet

    row = property(lambda self: self.area.top)
    column = property(lambda self: self.area.left)
    shape = property(lambda self: (self.area.bottom - self.area.top + 1, self.area.right - self.area.left + 1))

    def __len__(self) -> int:
        return model.size(self.area)

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            row, column = (part + 1 for part in divmod(row - 1, self.shape[1]))
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return Range(self.sheet, Area(left, top, left, top))

    def _all(self, read: Any) -> Any:
        self.cells.book.app.check_free()
        rows = [[read(row, column) for column in range(self.area.left, self.area.right + 1)]
                for row in range(self.area.top, self.area.bottom + 1)]  # fmt: skip
        return rows[0][0] if len(self) == 1 else rows

    def _put(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            self.cells.type_array(self.area, value)
        else:
            for row, column in model.places(self.area):
                self.cells.type(row, column, value)

    def _value(self, row: int, column: int) -> Any:
        value = self.cells.shown(row, column)
        return datetime(*value.timetuple()[:6], value.microsecond) if isinstance(value, datetime) else value

    raw_value = property(lambda self: self._all(self._value), _put)
    formula = property(lambda self: self._all(self.cells.edited), _put)

    def _format(self) -> str | None:
        codes = self.cells.formats_in(self.area)
        return codes.pop() if len(codes) == 1 else None

    number_format = property(_format, lambda self, code: self.cells.set_format(self.area, code))

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    def get_address(self, *_: Any) -> str:
        area = self.area
        first, last = f"${letters(area.left)}${area.top}", f"${letters(area.right)}${area.bottom}"
        return first if first == last else f"{first}:{last}"

    def _set_width(self, value: float) -> None:
        self.cells.widths[self.area.left] = value

    column_width = property(lambda self: self.cells.widths.get(self.area.left, 8.43), _set_width)

    def _hide(self, value: bool) -> None:
        columns = range(self.area.left, self.area.right + 1)
        self.cells.hidden_columns.update(columns) if value else self.cells.hidden_columns.difference_update(columns)

    column_hidden = property(None, _hide)

    def _paint(self, value: Any) -> None:
        for place in model.places(self.area):
            self.cells.grounds[place] = value

    color = property(lambda self: self.cells.grounds.get((self.area.top, self.area.left)), _paint)

    def clear_contents(self) -> None:
        self.cells.clear(self.area)

    def delete(self, shift: Any = None) -> None:
        if self.area.right == model.COLUMNS:
            self.cells.delete_rows(self.area.top, self.area.bottom)
        else:
            self.cells.shift_columns(self.area, -1)

    def insert(self, shift: Any = None, copy_origin: Any = None) -> None:
        if self.area.right == model.COLUMNS:
            self.cells.insert_rows(self.area.top, self.area.bottom)
        else:
            self.cells.shift_columns(self.area, 1)

    def get_special_cells(self, cell_type: str, _: Any = None) -> list[Range]:
        assert cell_type == "visible"
        return [Range(self.sheet, self.area.rows(row, row)) for row in range(self.area.top, self.area.bottom + 1)
                if row not in self.cells.filtered]  # fmt: skip

    data_validation = property(lambda self: Validation(self))


class Validation(base.DataValidation):
    def __init__(self, cells: Range) -> None:
        self.cells = cells

    def _rule(self) -> dict[str, Any]:
        return self.cells.cells.uniform_rule(self.cells.area) or {}

    type = property(lambda self: self._rule().get("type", "none"))
    source = property(lambda self: self._rule().get("source"))
    error_title = property(lambda self: self._rule().get("title", ""))

    def set_list(self, source: Range, in_cell_dropdown: bool) -> None:
        rule = {"type": "list", "source": f"={source.sheet.name}!{source.address}"}
        self.cells.cells.put_rule(self.cells.area, rule)

    def delete(self) -> None:
        self.cells.cells.drop_rules(self.cells.area)


class Tables(base.Tables):
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __len__(self) -> int:
        return len(self.sheet.sheet.tables)

    def __iter__(self) -> Iterator[Table]:
        return iter([Table(self.sheet, table) for table in self.sheet.sheet.tables])

    def add(self, *, source: Any, name: str, table_style_name: str, **_: Any) -> Table:
        made = model.Table(name, source.impl.area, style=table_style_name)
        self.sheet.sheet.tables.append(made)
        return Table(self.sheet, made)


class Table(base.Table):
    def __init__(self, sheet: Sheet, table: model.Table) -> None:
        self.sheet, self.table = sheet, table

    name = property(lambda self: self.table.name)
    range = property(lambda self: Range(self.sheet, self.table.area))
    columns = property(lambda self: TableColumns(self))
    show_totals = property(
        lambda self: self.table.totals, lambda self, wanted: self.sheet.sheet.show_totals(self.table, wanted)
    )

    def resize(self, cells: Any) -> None:
        self.sheet.sheet.resize(self.table, cells.impl.area)


class TableColumns(base.TableColumns):
    def __init__(self, table: Table) -> None:
        self.owner = table

    def __len__(self) -> int:
        return int(self.owner.range.shape[1])

    def __iter__(self) -> Iterator[TableColumn]:
        return iter([TableColumn(self.owner, position) for position in range(1, len(self) + 1)])

    def add(self, name: str, index: int) -> TableColumn:
        self.owner.sheet.sheet.add_column(self.owner.table, index, name)
        return TableColumn(self.owner, index)

    def __call__(self, position: int) -> TableColumn:
        return TableColumn(self.owner, position)


class TableColumn(base.TableColumn):
    def __init__(self, table: Table, position: int) -> None:
        self.owner, self.position = table, position

    @property
    def name(self) -> str:
        area = self.owner.table.area
        return self.owner.sheet.sheet.edited(area.top, area.left + self.position - 1)

    def delete(self) -> None:
        self.owner.sheet.sheet.delete_column(self.owner.table, self.position)


ENGINE = Engine()
xw.engines.add(xw.Engine(impl=ENGINE))


def live_book(book: model.Book) -> xw.Book:
    """An xlwings book of this engine for a book of the model."""
    xw.engines["model"].activate()
    made = App(book.app, len(ENGINE.apps.known))
    ENGINE.apps.known.insert(0, made)
    return xw.App(impl=made).books[book.name]
