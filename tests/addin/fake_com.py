"""xlwings' own module for Windows over a fake COM: the model of Excel behind the names of its object model."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import types
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import excel_model as model

from synctui.worksheets.references import Area, letters, number_of

ERROR_BASE = -2_146_828_288


class CDispatch:
    """What pywin32 calls an object of another program."""


class TimeType(datetime):
    """What pywin32 calls a moment."""


def real_windows_module() -> Any:
    """xlwings' `_xlwindows`, loaded against stand-ins for pywin32."""
    if "xlwings._xlwindows" in sys.modules:
        return sys.modules["xlwings._xlwindows"]
    import xlwings as xw

    for name, contents in _stand_ins().items():
        module = types.ModuleType(name)
        module.__dict__.update(contents)
        sys.modules[name] = module
    sys.modules["win32com"].client = sys.modules["win32com.client"]  # type: ignore[attr-defined]
    folder = Path.cwd()
    windows = {"oledll": mock.MagicMock(), "windll": mock.MagicMock(), "PyDLL": mock.MagicMock()}
    with mock.patch.multiple(ctypes, create=True, **windows):
        from xlwings import _xlwindows  # type: ignore[attr-defined]
    os.chdir(folder)
    atexit.unregister(_xlwindows.cleanup)
    _xlwindows.get_xl_app_from_hwnd = lambda handle: _application(_xlwindows, handle)
    xw.engines.add(xw.Engine(impl=_xlwindows.engine))
    return _xlwindows


def _stand_ins() -> dict[str, dict[str, Any]]:
    error = model.ExcelError
    dynamic = types.SimpleNamespace(CDispatch=CDispatch)
    client = {"CDispatch": CDispatch, "CoClassBaseClass": type("CoClassBaseClass", (), {}), "dynamic": dynamic,
              "DispatchBaseClass": type("DispatchBaseClass", (), {}), "Dispatch": None, "DispatchEx": None}  # fmt: skip
    return {
        "pywintypes": {"com_error": error, "error": error, "TimeType": TimeType},
        "win32api": {"MessageBox": _message_box},
        "win32con": {"MB_OK": 0, "MB_OKCANCEL": 1, "MB_YESNOCANCEL": 3, "MB_YESNO": 4,
                     "MB_ICONWARNING": 48, "MB_ICONINFORMATION": 64},
        "win32gui": {"FindWindowEx": lambda *_: 1},
        "win32process": {"GetWindowThreadProcessId": lambda hwnd: (0, hwnd)},
        "win32timezone": {"TimeZoneInfo": types.SimpleNamespace(utc=lambda: UTC)},
        "pythoncom": {"ole_error": error, "com_error": error, "__file__": "", "CoInitialize": lambda: None,
                      "DISPATCH_PROPERTYGET": 2, "DISPATCH_PROPERTYPUT": 4},
        "win32com": {},
        "win32com.client": client,
        "win32com.client.dynamic": {"CDispatch": CDispatch},
    }  # fmt: skip


_APPS: dict[int, model.App] = {}
"""Window handle -> program."""


def _message_box(hwnd: int, text: str, title: str, style: int) -> int:
    app = _APPS[hwnd]
    app.boxes.append((title, text))
    return app.answers.pop(0) if app.answers else 1 if style in (0, 1) else 6


def live_book(book: model.Book) -> Any:
    """An xlwings book, by way of the real Windows module, for a book of the model."""
    import xlwings as xw

    windows = real_windows_module()
    handle = next((handle for handle, app in _APPS.items() if app is book.app), len(_APPS) + 1)
    _APPS[handle] = book.app
    xw.engines["excel"].activate()
    return xw.App(impl=windows.App(xl=_application(windows, handle))).books[book.name]


def _application(windows: Any, handle: int) -> Any:
    """The program that a window belongs to."""
    return windows.COMRetryObjectWrapper(Application(_APPS[handle], handle))


class _UnknownNames:
    def GetIDsOfNames(self, _: int, name: str) -> int:
        raise model.ExcelError(-2147352570, f"Unknown name: {name}.")


class Com(CDispatch):
    """One object; a busy Excel rejects every look at it."""

    _oleobj_ = _UnknownNames()

    def __getattribute__(self, name: str) -> Any:
        if name[0].isupper():
            object.__getattribute__(self, "app").check_free()
        return object.__getattribute__(self, name)


def bare(argument: Any) -> Any:
    """What xlwings' retry wrapper holds."""
    return getattr(argument, "_inner", argument)


class Application(Com):
    def __init__(self, app: model.App, handle: int) -> None:
        self.app = app
        self.Hwnd = handle

    def __getattr__(self, name: str) -> Any:
        if name in object.__getattribute__(self, "app").modes:
            return self.app.modes[name]
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("app", "Hwnd"):
            object.__setattr__(self, name, value)
        else:
            self.app.check_free()
            self.app.modes[name] = value

    @property
    def Application(self) -> Application:
        return self

    @property
    def Workbooks(self) -> Workbooks:
        return Workbooks(self)

    @property
    def ActiveWorkbook(self) -> Workbook:
        assert self.app.active
        return Workbook(self, self.app.active)

    def InputBox(self, **arguments: Any) -> Any:
        self.app.boxes.append((arguments["Title"], arguments["Prompt"]))
        return self.app.answers.pop(0)

    def Intersect(self, one: Any, other: Any) -> Any:
        areas = [part for a in bare(one).areas for b in bare(other).areas if (part := model.shared(a, b))]
        return Cells(bare(other).owner, *areas) if areas else None


class Workbooks(Com):
    def __init__(self, application: Application) -> None:
        self.Application = application
        self.app = application.app

    def __call__(self, name: Any) -> Workbook:
        book = next((book for book in self.app.books if book.name.lower() == str(name).lower()), None)
        if book is None:
            raise model.Refusal("Subscript out of range")
        return Workbook(self.Application, book)

    def __iter__(self) -> Iterator[Workbook]:
        return iter([Workbook(self.Application, book) for book in self.app.books])


class Workbook(Com):
    FileFormat = 51

    def __init__(self, application: Application, book: model.Book) -> None:
        self.Application = application
        self.app = application.app
        self.book = book
        self.Names = Names(self)

    Name = property(lambda self: self.book.name)
    FullName = property(lambda self: self.book.full_name)
    Path = property(lambda self: str(self.book.path or ""))
    Date1904 = property(lambda self: self.book.date1904)
    ReadOnly = property(lambda self: self.book.read_only)
    Worksheets = property(lambda self: Worksheets(self))
    ActiveSheet = property(lambda self: Worksheet(self, self.book.active))

    def Save(self) -> None:
        self.book.save()

    def Activate(self) -> None:
        self.app.active = self.book

    def Windows(self, _: int) -> Window:
        return Window(self)


class Window(Com):
    def __init__(self, book: Workbook) -> None:
        self.app, self.book = book.app, book.book
        self.SplitColumn = self.SplitRow = 0

    def _freeze(self, wanted: bool) -> None:
        self.book.active.frozen_rows = self.SplitRow if wanted else 0

    FreezePanes = property(None, _freeze)


class Names(Com):
    def __init__(self, book: Workbook) -> None:
        self.app, self.book = book.app, book.book

    Count = property(lambda self: len(self.book.names))

    def __iter__(self) -> Iterator[Any]:
        for name, text in self.book.names.items():
            yield Name(self.app, name, text)

    def __call__(self, position: int) -> Any:
        return list(self)[position - 1]


class Name(Com):
    def __init__(self, app: model.App, name: str, text: str) -> None:
        self.app, self.Name, self.RefersTo = app, name, text


class Worksheets(Com):
    def __init__(self, book: Workbook) -> None:
        self.app, self.Parent = book.app, book

    Count = property(lambda self: len(self.Parent.book.sheets))

    def __iter__(self) -> Iterator[Worksheet]:
        return iter([Worksheet(self.Parent, sheet) for sheet in self.Parent.book.sheets])

    def __call__(self, key: Any) -> Worksheet:
        try:
            return Worksheet(self.Parent, self.Parent.book.sheet(key))
        except (StopIteration, IndexError):
            raise model.Refusal("Subscript out of range") from None

    def Add(self, Before: Any = None) -> Worksheet:
        book = self.Parent.book
        return Worksheet(self.Parent, book.add(bare(Before).sheet if Before else book.active))


class Worksheet(Com):
    def __init__(self, book: Workbook, sheet: model.Sheet) -> None:
        self.app, self.Parent, self.sheet = book.app, book, sheet

    Application = property(lambda self: self.Parent.Application)
    Name = property(lambda self: self.sheet.name, lambda self, name: self.sheet.book.rename(self.sheet, name))
    Index = property(lambda self: self.sheet.book.sheets.index(self.sheet) + 1)
    Cells = property(lambda self: Cells(self, Area(1, 1, model.COLUMNS, model.ROWS)))
    UsedRange = property(lambda self: Cells(self, self.sheet.used()))
    ListObjects = property(lambda self: ListObjects(self))

    @property
    def Shapes(self) -> Counted:
        return Counted(self.app, len(self.sheet.shapes))

    def _set_visible(self, value: int) -> None:
        if value != -1 and [sheet for sheet in self.sheet.book.sheets if sheet.visible == -1] == [self.sheet]:
            raise model.Refusal("Unable to set the Visible property of the Worksheet class")
        self.sheet.visible = int(value)
        if value != -1 and self.sheet.book.active is self.sheet:
            self.sheet.book.active = next(sheet for sheet in self.sheet.book.sheets if sheet.visible == -1)

    Visible = property(lambda self: self.sheet.visible, _set_visible)

    def Range(self, first: Any, last: Any = None) -> Cells:
        start = parsed(first) if isinstance(first, str) else bare(first).areas[0]
        end = start if last is None else bare(last).areas[0]
        return Cells(self, Area(min(start.left, end.left), min(start.top, end.top), max(start.right, end.right),
                                max(start.bottom, end.bottom)))  # fmt: skip

    def Activate(self) -> None:
        self.sheet.book.show(self.sheet)

    def Delete(self) -> None:
        self.sheet.book.delete(self.sheet)

    def Move(self, Before: Any) -> None:
        if self.sheet.visible == 2:
            raise model.Refusal("Move method of Worksheet class failed")
        self.sheet.book.move(self.sheet, bare(Before).sheet)


class Counted(Com):
    def __init__(self, app: model.App, count: int) -> None:
        self.app, self.Count = app, count


def parsed(text: str) -> Area:
    """An address: cells, whole columns, or whole rows."""
    first, _, last = text.replace("$", "").partition(":")
    if first.isdigit():
        return Area(1, int(first), model.COLUMNS, int(last or first))
    if first.isalpha():
        return Area(number_of(first), 1, number_of(last or first), model.ROWS)
    return Area.parse(text.replace("$", ""))


class Cells(Com):
    """A range."""

    def __init__(self, sheet: Worksheet, *areas: Area) -> None:
        self.app, self.owner, self.areas, self.sheet = sheet.app, sheet, areas, sheet.sheet
        self.area = areas[0]

    Worksheet = property(lambda self: self.owner)
    Application = property(lambda self: self.owner.Application)
    Row = property(lambda self: self.area.top)
    Column = property(lambda self: self.area.left)
    Rows = property(lambda self: Counted(self.app, self.area.bottom - self.area.top + 1))
    Columns = property(lambda self: Counted(self.app, self.area.right - self.area.left + 1))
    Count = property(lambda self: sum(map(model.size, self.areas)))
    CountLarge = Count
    Cells = property(lambda self: self)
    HasArray = False
    EntireColumn = property(lambda self: EntireColumn(self))
    Interior = property(lambda self: Interior(self))
    Validation = property(lambda self: Validation(self))
    FormatConditions = property(lambda self: FormatConditions(self))

    @property
    def Areas(self) -> list[Cells]:
        return [Cells(self.owner, area) for area in self.areas]

    def __call__(self, row: int, column: int | None = None) -> Cells:
        if column is None:
            down, right = divmod(row - 1, self.area.right - self.area.left + 1)
            row, column = down + 1, right + 1
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return Cells(self.owner, Area(left, top, left, top))

    def _all(self, read: Any) -> Any:
        rows = tuple(tuple(read(row, column) for column in range(self.area.left, self.area.right + 1))
                     for row in range(self.area.top, self.area.bottom + 1))  # fmt: skip
        return rows[0][0] if self.Count == 1 else rows

    def _value(self, row: int, column: int) -> Any:
        value = self.sheet.shown(row, column)
        if isinstance(value, model.Fault):
            return ERROR_BASE + model.ERROR_NUMBERS[value.code]
        if isinstance(value, datetime):
            return TimeType(*value.timetuple()[:6], value.microsecond, UTC)
        if isinstance(value, float) and "$" in self.sheet.format_of(row, column):
            return round(Decimal(value), 4)
        return value

    def _put(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            if self.Count == 1:
                value = [[value[0][0]]]
            self.sheet.type_array(self.area, value)
            return
        for row, column in model.places(self.area):
            self.sheet.type(row, column, value)

    Value = property(lambda self: self._all(self._value), _put)
    Formula = property(lambda self: self._all(self.sheet.edited), _put)

    @property
    def NumberFormat(self) -> str | None:
        codes = self.sheet.formats_in(self.area)
        return codes.pop() if len(codes) == 1 else None

    @NumberFormat.setter
    def NumberFormat(self, code: str) -> None:
        self.sheet.set_format(self.area, code)

    @property
    def Address(self) -> str:
        return self.GetAddress()

    def GetAddress(self, *_: Any) -> str:
        area = self.area
        first, last = f"${letters(area.left)}${area.top}", f"${letters(area.right)}${area.bottom}"
        return first if first == last else f"{first}:{last}"

    def _set_width(self, value: float) -> None:
        self.sheet.widths[self.area.left] = value

    ColumnWidth = property(lambda self: self.sheet.widths.get(self.area.left, 8.43), _set_width)
    RowHeight = 15.0

    def Select(self) -> None:
        self.sheet.selection = self.area

    def ClearContents(self) -> None:
        self.sheet.clear(self.area)

    def Delete(self, Shift: Any = None) -> None:
        if self.area.right == model.COLUMNS:
            self.sheet.delete_rows(self.area.top, self.area.bottom)
        else:
            self.sheet.shift_columns(self.area, -1)

    def Insert(self, Shift: Any = None, CopyOrigin: Any = None) -> None:
        if self.area.right == model.COLUMNS:
            self.sheet.insert_rows(self.area.top, self.area.bottom)
        else:
            self.sheet.shift_columns(self.area, 1)

    def SpecialCells(self, Type: int) -> Cells:
        if Type == 12:
            strips = [self.area.rows(row, row) for row in range(self.area.top, self.area.bottom + 1)
                      if row not in self.sheet.filtered]  # fmt: skip
        else:
            strips = [area for area, _ in self.sheet.rules]
        if not strips:
            raise model.Refusal("No cells were found.")
        return Cells(self.owner, *strips)


class EntireColumn(Com):
    def __init__(self, cells: Cells) -> None:
        self.app, self.cells = cells.app, cells

    def _hide(self, value: bool) -> None:
        columns = range(self.cells.area.left, self.cells.area.right + 1)
        hidden = self.cells.sheet.hidden_columns
        hidden.update(columns) if value else hidden.difference_update(columns)

    Hidden = property(None, _hide)


class Interior(Com):
    ColorIndex = 0

    def __init__(self, cells: Cells) -> None:
        self.app, self.cells = cells.app, cells

    def _paint(self, value: int) -> None:
        for place in model.places(self.cells.area):
            self.cells.sheet.grounds[place] = value

    Color = property(lambda self: self.cells.sheet.grounds.get((self.cells.area.top, self.cells.area.left), 0), _paint)


class Validation(Com):
    """The rule of cells; to look at one that is not there, or that cells do not share, is an error."""

    _NAMES = ("Type", "AlertStyle", "Formula1", "ErrorTitle", "ErrorMessage", "InputTitle", "InputMessage",
              "ShowError", "ShowInput", "IgnoreBlank", "InCellDropdown")  # fmt: skip

    def __init__(self, cells: Cells) -> None:
        object.__setattr__(self, "app", cells.app)
        object.__setattr__(self, "cells", cells)

    def __getattr__(self, name: str) -> Any:
        if name not in Validation._NAMES:
            raise AttributeError(name)
        return self._rule()[name]

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self._NAMES
        self.cells.sheet.put_rule(self.cells.area, {**self._rule(), name: value})

    def _rule(self) -> dict[str, Any]:
        rule = self.cells.sheet.uniform_rule(self.cells.area)
        if rule is None:
            raise model.Refusal("Application-defined or object-defined error")
        return rule

    def Add(self, **rule: Any) -> None:
        if self.cells.sheet.rules_in(self.cells.area):
            raise model.Refusal("Application-defined or object-defined error")
        fresh = dict.fromkeys(self._NAMES, "") | {"ShowError": True, "ShowInput": True, "IgnoreBlank": True}
        self.cells.sheet.put_rule(self.cells.area, fresh | rule)

    def Delete(self) -> None:
        self.cells.sheet.drop_rules(self.cells.area)


class FormatConditions(Com):
    def __init__(self, cells: Cells) -> None:
        self.app, self.cells = cells.app, cells

    def Add(self, **rule: Any) -> FormatCondition:
        made = FormatCondition(self.app, rule)
        self.cells.sheet.conditions.append((self.cells.area, rule))
        return made


class FormatCondition(Com):
    def __init__(self, app: model.App, rule: dict[str, Any]) -> None:
        self.app, self.rule = app, rule
        self.Font, self.Interior = Looks(app), Looks(app)
        rule["looks"] = self


class Looks(Com):
    def __init__(self, app: model.App) -> None:
        self.app, self.Color = app, 0


class ListObjects(Com):
    def __init__(self, sheet: Worksheet) -> None:
        self.app, self.owner = sheet.app, sheet

    Count = property(lambda self: len(self.owner.sheet.tables))

    def __iter__(self) -> Iterator[ListObject]:
        return iter([ListObject(self.owner, table) for table in self.owner.sheet.tables])

    def __call__(self, key: Any) -> ListObject:
        return list(self)[key - 1]

    def Add(self, **arguments: Any) -> ListObject:
        area = bare(arguments["Source"]).area
        sheet = self.owner.sheet
        table = model.Table(f"Table{len(sheet.tables) + 1}", area, style=arguments["TableStyleName"])
        sheet.tables.append(table)
        return ListObject(self.owner, table)


class ListObject(Com):
    def __init__(self, sheet: Worksheet, table: model.Table) -> None:
        self.app, self.Parent, self.table = sheet.app, sheet, table

    Range = property(lambda self: Cells(self.Parent, self.table.area))
    ListColumns = property(lambda self: ListColumns(self))
    ShowTotals = property(
        lambda self: self.table.totals, lambda self, wanted: self.Parent.sheet.show_totals(self.table, wanted)
    )

    def _rename(self, name: str) -> None:
        self.table.name = name

    Name = property(lambda self: self.table.name, _rename)

    def Resize(self, cells: Any) -> None:
        self.Parent.sheet.resize(self.table, bare(cells).area)


class ListColumns(Com):
    def __init__(self, table: ListObject) -> None:
        self.app, self.owner = table.app, table

    Count = property(lambda self: self.owner.table.area.right - self.owner.table.area.left + 1)

    def __iter__(self) -> Iterator[ListColumn]:
        return iter([ListColumn(self.owner, position) for position in range(1, self.Count + 1)])

    def Add(self, Position: int) -> ListColumn:
        self.owner.Parent.sheet.add_column(self.owner.table, Position, f"Column{Position}")
        return ListColumn(self.owner, Position)

    def Item(self, position: int) -> ListColumn:
        return ListColumn(self.owner, position)

    def __call__(self, position: int) -> ListColumn:
        return self.Item(position)


class ListColumn(Com):
    def __init__(self, table: ListObject, position: int) -> None:
        self.app, self.owner, self.position = table.app, table, position

    def _rename(self, name: str) -> None:
        area = self.owner.table.area
        self.owner.Parent.sheet.type(area.top, area.left + self.position - 1, name)

    def _name(self) -> str:
        area = self.owner.table.area
        return self.owner.Parent.sheet.edited(area.top, area.left + self.position - 1)

    Name = property(_name, _rename)

    def Delete(self) -> None:
        self.owner.Parent.sheet.delete_column(self.owner.table, self.position)
