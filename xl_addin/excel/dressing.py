"""What our worksheets tell and turn away: input messages, drop-downs, read-only columns, colours of states.

Written through Excel's COM object model; on macOS, whose scripting has no setting for input messages and for colours by
a text's beginning, worksheets go without and the `Sync` column's words remain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import xlwings as xw

from synctui.worksheets.base import ColumnSpec, Message
from synctui.worksheets.layout import (
    OURS,
    STATE_LOOKS,
    choice_warning,
    read_only_refusal,
    shown_message,
)
from synctui.worksheets.references import Area
from xl_addin.excel.platforms import has_com
from xl_addin.excel.reading import area_range

NO_MESSAGES = "On macOS SyncTUI writes no input messages; the Sync column says what there is to know."
_INPUT_ONLY, _LIST, _CUSTOM = 0, 3, 7
"""XlDVType: xlValidateInputOnly, xlValidateList, xlValidateCustom."""
_STOP, _WARNING = 1, 2
"""XlDVAlertStyle."""
_TEXT_STRING, _BEGINS_WITH = 9, 2
"""XlFormatConditionType.xlTextString and XlContainsOperator.xlBeginsWith: rules that no cell's position enters."""
_NEVER = "=1=0"
"""False, in words that Excel speaks in every language."""


class Dressing:
    """Rules of one worksheet. Rules of the user's own are known by their error title, and stay."""

    def __init__(self, sheet: xw.Sheet) -> None:
        self._sheet = sheet
        self._com = has_com(sheet.book)

    def help(self, position: int, column: ColumnSpec) -> None:
        """Show a column's help to whom stands on its header."""
        if column.help:
            self._tell(self._sheet.range((1, position)), Message(column.header, column.help))

    def read_only(self, cells: xw.Range, header: str) -> None:
        """Turn away what is typed into cells."""
        if self._com and self._ours_or_none(cells):
            self._rule(cells, read_only_refusal(header), Type=_CUSTOM, AlertStyle=_STOP, Formula1=_NEVER)
            cells.api.Validation.IgnoreBlank = False

    def choices(self, cells: xw.Range, header: str, options: xw.Range | None) -> None:
        """Offer the texts of other cells in a drop-down, or nothing any more; a user's own rule in the column stays."""
        pieces = list(_uniform(cells))
        if not all(map(self._ours_or_none, pieces)):
            return
        for piece in pieces:
            if options is None:
                self._drop_list(piece)
            elif self._com:
                source = "='{}'!{}".format(options.sheet.name.replace("'", "''"), options.address)
                self._rule(piece, choice_warning(header), Type=_LIST, AlertStyle=_WARNING, Formula1=source)
            else:
                piece.data_validation.set_list(options)

    @staticmethod
    def _drop_list(cells: xw.Range) -> None:
        if cells.data_validation.type == "list":
            cells.data_validation.delete()

    def colours(self, cells: xw.Range) -> None:
        """Give states a sign and colours by how their text begins."""
        if not self._com:
            return
        for look in STATE_LOOKS:
            rule = cells.api.FormatConditions.Add(Type=_TEXT_STRING, String=look.word, TextOperator=_BEGINS_WITH)
            rule.Font.Color = colour(look.letters)
            rule.Interior.Color = colour(look.ground)
            rule.NumberFormat = f'"{look.sign} "@'

    def messages(self, area: Area, told: Mapping[tuple[int, int], Message]) -> list[str]:
        """Put input messages on cells, (row, column) -> message, in the place of all that were in an area."""
        if not self._com:
            return [NO_MESSAGES] if told else []
        for column in range(area.left, area.right + 1):
            for cells in _uniform(area_range(self._sheet, Area(column, area.top, column, area.bottom))):
                self._untell(cells)
        for place, message in told.items():
            self._tell(self._sheet.range(place), message)
        return []

    @staticmethod
    def _untell(cells: xw.Range) -> None:
        told = cells.data_validation
        if told.type == "none" or told.error_title != OURS or not told.input_message:
            return
        rule = cells.api.Validation
        if rule.Type == _INPUT_ONLY:
            rule.Delete()
        else:
            rule.InputTitle, rule.InputMessage = "", ""

    def _tell(self, cell: xw.Range, message: Message) -> None:
        if not self._com or not self._ours_or_none(cell):
            return
        rule: Any = cell.api.Validation
        if cell.data_validation.type == "none":
            rule.Add(Type=_INPUT_ONLY)
            rule.ErrorTitle = OURS
        shown = shown_message(message)
        rule.InputTitle, rule.InputMessage = shown.title, shown.text
        rule.ShowInput = True

    @staticmethod
    def _ours_or_none(cells: xw.Range) -> bool:
        rule = cells.data_validation
        return rule.type == "none" or rule.error_title == OURS

    @staticmethod
    def _rule(cells: xw.Range, sentence: str, **rule: object) -> None:
        """Put a rule of ours on cells; the message that they had stays."""
        told = cells.data_validation
        message = (told.input_title or "", told.input_message or "") if told.type != "none" else ("", "")
        validation: Any = cells.api.Validation
        validation.Delete()
        validation.Add(**rule)
        validation.ErrorTitle, validation.ErrorMessage, validation.ShowError = OURS, sentence, True
        validation.InputTitle, validation.InputMessage = message


def _uniform(cells: xw.Range) -> Iterator[xw.Range]:
    """Stretches of a column's cells that have one rule and one message, or none at all."""
    if cells.data_validation.type in ("mixed_criteria", "inconsistent") and len(cells) > 1:
        half = len(cells) // 2
        yield from _uniform(cells[:half, 0])
        yield from _uniform(cells[half:, 0])
    else:
        yield cells


def colour(argb: str) -> int:
    """Excel's number of a colour written as ARGB: red in the lowest byte."""
    red, green, blue = (int(argb[start : start + 2], 16) for start in (2, 4, 6))
    return red + green * 256 + blue * 65_536


def rgb(argb: str) -> tuple[int, int, int]:
    """A colour written as ARGB in the form that xlwings takes."""
    return int(argb[2:4], 16), int(argb[4:6], 16), int(argb[6:8], 16)
