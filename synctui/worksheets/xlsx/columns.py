"""Where a worksheet's columns are before and after new ones came in."""

from __future__ import annotations

from collections.abc import Mapping

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.rows.changes import ROW
from synctui.worksheets.base import SheetPatch
from synctui.worksheets.references import letters, number_of
from synctui.worksheets.rules import check_columns


class Columns:
    """The columns of a patched worksheet: new ones stand at the table's right end, before the hidden last one."""

    def __init__(self, headers: Mapping[str, int], right: int, patch: SheetPatch) -> None:
        count = len(patch.add_columns)
        self.moves = right if count and headers.get(ROW) == right else 0
        """The column that moves to the right end; 0 for none."""
        self.first_new = self.moves or right + 1
        self.old_right = right
        self.right = right + count
        check_columns(patch.add_columns, self.right)
        self.added = {letters(self.first_new + i): spec for i, spec in enumerate(patch.add_columns)}
        """Letters -> column that comes in."""
        self.letters = {header: letters(position) for header, position in headers.items()}
        """Header -> letters after the change."""
        self.letters |= {spec.header: column for column, spec in self.added.items()}
        if self.moves:
            self.letters[ROW] = letters(self.right)
        self._sheet = patch.name

    def after(self, column: str) -> str:
        """Letters of a column after the change."""
        return letters(self.right) if self.moves and number_of(column) == self.moves else column

    def before(self, column: str) -> str:
        """Letters of a column before the change."""
        return letters(self.moves) if self.moves and number_of(column) == self.right else column

    def refuse_unknown(self, cells: Mapping[str, Cell]) -> None:
        """Raise WorksheetError for a header that is not there."""
        if cells.keys() <= self.letters.keys():
            return
        missing = next(header for header in cells if header not in self.letters)
        raise WorksheetError(
            f"The worksheet {self._sheet} has no column {missing!r} any more.",
            "Put the header back into row 1, or pull with --replace.",
        )

    def named(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """Letters -> value, from header -> value."""
        return {self.letters[header]: value for header, value in cells.items()}
