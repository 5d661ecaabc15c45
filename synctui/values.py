"""The one place that knows how a remote value, a worksheet cell and a wire text correspond."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from synctui.cells import Cell, CellError
from synctui.choices import code_of, offered, shown
from synctui.records import Column, ColumnType, Raw, Value

MAX_TEXT = 32_767
"""Characters that a cell holds (Excel's limit)."""
MAX_DIGITS = 15
"""Digits that a spreadsheet's number keeps."""
MAX_NAMED = 8
"""Options that a sentence names."""
FIRST_DATE = datetime(1900, 3, 1)
"""Earlier days count differently from one spreadsheet program to the next."""

MIDNIGHT = " 00:00:00"
"""What a system adds to a date where its field has no time."""

_SHORTEST = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_CODE_NAME = re.compile(
    r"(?:number|code|zip|phone|account)$|(?:^|[^a-z])(?:id|no)$|(?-i:(?<=[a-z])(?:ID|Id|No)$)", re.IGNORECASE
)
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_EPOCH = datetime(1899, 12, 30)


def infer(name: str, values: Iterable[Value], *, is_key: bool = False) -> ColumnType | None:
    """The type that every value of a column has, found with care; None while there is no value to tell from."""
    present = [value for value in values if value]
    if not present:
        return None
    if is_key:
        return ColumnType.TEXT
    if all(isinstance(value, Raw) for value in present):
        return _infer_json(present)
    if all(_date_of(value, _DATE) for value in present):
        return ColumnType.DATE
    if all(_date_of(value, _DATETIME) for value in present):
        return ColumnType.DATETIME
    if not _CODE_NAME.search(name) and all(_is_shortest_number(value) for value in present):
        return ColumnType.NUMBER
    return ColumnType.TEXT


def _infer_json(values: list[str]) -> ColumnType:
    if all(value in ("true", "false") for value in values):
        return ColumnType.BOOLEAN
    return ColumnType.NUMBER if all(_NUMBER.fullmatch(value) for value in values) else ColumnType.TEXT


def boolean_words(values: Iterable[Value]) -> tuple[str, str]:
    """A column's own words for true and false, by what its values say."""
    seen = {value for value in values if value}
    for pair in (("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("1", "0"), ("Yes", "No"), ("yes", "no"),
                 ("YES", "NO"), ("Y", "N"), ("y", "n"), ("On", "Off"), ("on", "off")):  # fmt: skip
        if seen and seen <= set(pair):
            return pair
    return ("true", "false")


def to_cell(value: Value, column: Column) -> Cell:
    """The cell that shows a value; text where the value does not fit the column's type."""
    if not value:
        return None
    if column.choices:
        return stand_in(shown(column.choices, value))
    typed = _typed(value, column)
    return stand_in(value) if typed is None else typed


def _typed(value: str, column: Column) -> Cell:
    match column.type:
        case ColumnType.NUMBER:
            return _number(value)
        case ColumnType.DATE:
            return _date_of(value.removesuffix(MIDNIGHT), _DATE)
        case ColumnType.DATETIME:
            return _date_of(value, _DATETIME) or _date_of(value, _DATE)
        case ColumnType.BOOLEAN if value in column.words:
            return value == column.words[0]
    return None


def same(value: Value, cell: Cell, column: Column) -> bool:
    """Whether a cell still says what the value says, whatever a spreadsheet program did to its looks."""
    written = to_cell(value, column)
    if written is None or cell is None or cell == "":
        return (written is None) == (cell is None or cell == "")
    if isinstance(cell, CellError):
        return False
    if isinstance(written, bool):
        return _same_boolean(written, cell, column)
    if isinstance(written, datetime):
        return _same_moment(written, cell, column)
    if isinstance(written, int | float):
        return _same_number(written, cell)
    return isinstance(cell, str) and (plainly_same(value, cell, column) or newlines(cell) == newlines(str(written)))


def plainly_same(value: Value, cell: Cell, column: Column) -> bool:
    """Whether a cell is, at a glance, just what we wrote for a value: true for most cells, and quick to tell."""
    if cell is None or not value:
        return not value and cell is None
    if isinstance(cell, str):
        return cell == (shown(column.choices, value) if column.choices else value)
    type_ = column.type
    if isinstance(cell, datetime):
        if type_ is ColumnType.DATE:
            day = str(cell)
            return day.endswith(MIDNIGHT) and day.removesuffix(MIDNIGHT) == value.removesuffix(MIDNIGHT)
        return type_ is ColumnType.DATETIME and str(cell) == value
    if type_ is not ColumnType.NUMBER or isinstance(cell, bool | CellError):
        return False
    try:
        return float(value) == cell
    except ValueError:
        return False


def _same_boolean(written: bool, cell: Cell, column: Column) -> bool:
    if isinstance(cell, str):
        truth = {column.words[0].lower(): True, column.words[1].lower(): False, "true": True, "false": False}
        return truth.get(cell.strip().lower()) is written
    return cell == int(written)


def _same_moment(written: datetime, cell: Cell, column: Column) -> bool:
    if isinstance(cell, str):
        return cell.strip().removesuffix(MIDNIGHT) == wire_date(written, column.type).removesuffix(MIDNIGHT)
    moment = cell if isinstance(cell, datetime) else from_serial(cell)
    return moment is not None and abs(moment - written) < timedelta(milliseconds=500)


def _same_number(written: int | float, cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip()) is not None and number_text(float(cell)) == number_text(written)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return cell == written or number_text(cell) == number_text(written)


def to_wire(cell: Cell, column: Column) -> str:
    """The wire text of an edited cell: an option's code, whatever caption the cell shows.

    Raises ValueError, with a sentence, for an error cell, for a text that is none of the column's options, and for
    what is no number or no date in a column of such.
    """
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        raise ValueError(f"the cell holds the error {cell.code or 'no result'}")
    text = _plain_text(cell, column)
    if column.choices:
        return _option(text, column)
    if column.type in _FITTING:
        return _fitting(text, column.type)
    return text


def _plain_text(cell: str | float | datetime, column: Column) -> str:
    if isinstance(cell, str):
        return _text_to_wire(cell, column)
    if isinstance(cell, bool):
        return column.words[0 if cell else 1]
    if not isinstance(cell, datetime) and column.type in (ColumnType.DATE, ColumnType.DATETIME):
        cell = from_serial(cell) or cell
    if isinstance(cell, datetime):
        return wire_date(cell, column.type)
    if column.type is ColumnType.BOOLEAN and cell in (0, 1):
        return column.words[1 - int(cell)]
    return number_text(cell)


def _text_to_wire(cell: str, column: Column) -> str:
    if column.type is ColumnType.BOOLEAN:
        by_word = {"true": column.words[0], "false": column.words[1]} | {word.lower(): word for word in column.words}
        return by_word.get(cell.strip().lower(), cell)
    return cell


def _option(text: str, column: Column) -> str:
    code = code_of(column.choices, text)
    if code is None:
        captions = offered(column.choices)
        more = f" and {len(captions) - MAX_NAMED} more" if len(captions) > MAX_NAMED else ""
        named = ", ".join(captions[:MAX_NAMED])
        raise ValueError(f"{text} is no option of this column; choose one of: {named}{more}.")
    return code


def _is_moment(text: str) -> bool:
    if not _DATE.fullmatch(text) and not _DATETIME.fullmatch(text):
        return False
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


_FITTING: Mapping[ColumnType, tuple[Callable[[str], object], str]] = {
    ColumnType.NUMBER: (_NUMBER.fullmatch, "a number; write it as 1234.5"),
    ColumnType.DATE: (_is_moment, "a date; write it as 2026-11-22"),
    ColumnType.DATETIME: (_is_moment, "a date and time; write it as 2026-11-22 14:30:00"),
}
"""Type of a column -> what tells whether an edited text fits it, and the form that does."""


def _fitting(text: str, type_: ColumnType) -> str:
    fits, form = _FITTING[type_]
    plain = text.strip()
    if plain and not fits(plain):
        raise ValueError(f"{plain} is not {form}.")
    return plain


def wire_date(moment: datetime, type_: ColumnType) -> str:
    """`YYYY-MM-DD`, with ` HH:MM:SS` where the column has times or the moment is not midnight in an untyped one."""
    moment = _round_to_second(moment)
    midnight = not (moment.hour or moment.minute or moment.second)
    if type_ is ColumnType.DATE or (midnight and type_ is not ColumnType.DATETIME):
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _round_to_second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def number_text(number: int | float) -> str:
    """The shortest decimal writing of a number, of at most 15 digits as a spreadsheet keeps them."""
    exact = Decimal(f"{float(number):.15g}")
    return format(exact.normalize(), "f") if exact else "0"


def from_serial(cell: Cell) -> datetime | None:
    """The moment that a date's serial number means in the 1900 system; None where it means none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 <= cell < 2_958_466:
        return None
    return _round_to_second(_EPOCH + timedelta(days=cell))


def stand_in(text: str) -> str:
    """A text that a cell can hold: characters that it cannot are shown by visible signs, too long a text is cut."""
    shown = _UNSHOWABLE.sub(_sign, text)
    if 2 * len(shown) <= MAX_TEXT:
        return shown
    units = shown.encode("utf-16-le")  # as Excel counts: characters beyond U+FFFF are two
    return shown if len(units) <= 2 * MAX_TEXT else units[: 2 * MAX_TEXT - 2].decode("utf-16-le", "ignore") + "…"


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def shown_whole(value: Value) -> bool:
    """Whether a cell can hold the value exactly; where not, the cell is read-only."""
    return not value or stand_in(value) == value


def xml_problem(text: str) -> str:
    """The first character that XML 1.0 cannot carry, as `U+000B`, or empty text."""
    found = _UNSHOWABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def newlines(text: str) -> str:
    """The text with every line break as a line feed, which is what spreadsheet programs keep."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(value: Value) -> str:
    """A value as people read it: null and empty text are both blank."""
    return value or ""


def says_the_same(one: Value, other: Value) -> bool:
    """Whether two wire texts say the same: null is empty text, a date is that day's midnight."""
    return text_of(one).removesuffix(MIDNIGHT) == text_of(other).removesuffix(MIDNIGHT)


def key_of(values: Iterable[Value]) -> tuple[str, ...]:
    """A record's key: plain texts, whatever JSON type they had."""
    return tuple(str(text_of(value)) for value in values)


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or cell == ""


def _number(value: str) -> int | float | None:
    if not _NUMBER.fullmatch(value) or _digits(value) > MAX_DIGITS:
        return None
    number = float(value)
    if abs(number) >= 1e300 or (number and abs(number) < 1e-300):
        return None
    return int(value) if value.lstrip("-").isdigit() else number


def _digits(value: str) -> int:
    mantissa = re.split("[eE]", value.lstrip("-"))[0].replace(".", "")
    return len(mantissa.lstrip("0").rstrip("0")) if "." in value else len(mantissa.lstrip("0"))


def _is_shortest_number(value: str) -> bool:
    return _SHORTEST.fullmatch(value) is not None and value != "-0" and _digits(value) <= MAX_DIGITS


def _date_of(value: str, form: re.Pattern[str]) -> datetime | None:
    if not form.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment >= FIRST_DATE else None
