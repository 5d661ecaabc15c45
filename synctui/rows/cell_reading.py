"""What an edited cell says: the value that it stands for, or a sentence on why it cannot be sent."""

from __future__ import annotations

from synctui.cells import Cell, CellError
from synctui.json_types import JsonType, retyped
from synctui.records import Column, Value
from synctui.values import shown_whole, text_of, to_cell, to_wire


def new_value(was: Value, cell: Cell, column: Column, types: frozenset[JsonType]) -> Value:
    """The value that an edited cell stands for; `was` itself where that says the same.

    `types` are the JSON types of the column. Raises ValueError, with a sentence, where it stands for none.
    """
    if isinstance(cell, CellError):
        what = f"the error {cell.code}" if cell.code else "a formula without a stored result"
        raise ValueError(f"The cell holds {what}; mend it or type a value.")
    if not shown_whole(was):
        raise ValueError("The cell cannot hold the whole value and is read-only; undo the edit.")
    text = to_wire(cell, column)
    if text == text_of(was):
        return was
    try:
        return retyped(text, was, types)
    except ValueError as error:
        raise ValueError(f"{error}. Mend the cell.") from None


def forbidden(was: Value, new: Value, column: Column, blanks: str, *, known: bool) -> str:
    """Why an edit may not be sent, as a sentence; empty where it may.

    `blanks` says what an emptied cell means; `known`: the source has the record already.
    """
    if column.read_only and known:
        stood = to_cell(was, column) if column.choices else was
        undo = f"write {stood} again" if was else "empty the cell again"
        return f"The source takes no changes of this column; {undo}."
    if was and not new and blanks == "refuse":
        return "The cell was emptied, which this link does not allow; fill it again."
    return ""
