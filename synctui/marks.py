"""Marks: what a push writes into the workbook before its first byte leaves and after the target has answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.cells import Cell
from synctui.changes import IN_DOUBT, PLAIN, ROW, SYNC, CellChange, Changeset, RowView
from synctui.errors import WorksheetError
from synctui.offload import Offload
from synctui.plan import PlannedRow
from synctui.records import Accepted, Memory, Outcome, Value, key_id
from synctui.states import refused_text, sync_text
from synctui.store.history import RunRow
from synctui.values import says_the_same, stand_in, to_cell
from synctui.worksheets.base import SheetPatch, Workbook
from synctui.worksheets.passport import Passport, to_lines


@dataclass(slots=True)
class SheetMarks:
    """Tells one link's worksheet and the workbook's passport what becomes of rows."""

    workbook: Workbook
    passport: Passport
    memory: Memory
    sheet: Changeset
    headers: Collection[str]
    """Row 1 as it stands."""
    offload: Offload
    resolved: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """Row number -> header -> the source's value, empty where the user chose `mine`; written before the push."""
    one_system: bool = False
    """Source and target are one account, so that the id of a created record is the source's key."""
    restores: bool = False
    """The run is an undo: cells that still hold what it took back get the old values."""

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        """Write row ids and `in doubt: run N`, and save. Raises WorksheetError."""
        self._check_columns()
        cells = self._resolved_cells()
        views = self._views()
        for row in rows:
            if row.row_id not in views:  # a row that an undo or a resumed run knows and the worksheet no longer has
                continue
            self.memory.in_doubt[row.row_id] = run_id
            own = cells.setdefault(views[row.row_id].number, {})
            own[SYNC] = f"{IN_DOUBT}{run_id}"
            if not any(row.key):
                own[ROW] = row.row_id
        await self._save(cells)

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        """Write what became of the rows, and save. Raises WorksheetError."""
        views = self._views()
        cells: dict[int, dict[str, Cell]] = {}
        for row in rows:
            self._remember(run_id, row)
            view = views.get(row.row_id)
            if view is not None:
                cells[view.number] = self._marks(view, row)
        await self._save(cells)

    def _views(self) -> dict[str, RowView]:
        return {view.row_id: view for view in self.sheet.rows if view.row_id}

    def _remember(self, run_id: str, row: RunRow) -> None:
        memory, row_id = self.memory, row.row_id
        if row.outcome is Outcome.IN_DOUBT:
            memory.in_doubt[row_id] = run_id
            return
        memory.in_doubt.pop(row_id, None)
        if row.outcome is Outcome.REFUSED:
            memory.refused[row_id] = row.message
        elif row.outcome in (Outcome.ACCEPTED, Outcome.SKIPPED):
            memory.refused.pop(row_id, None)
            memory.conflicts.pop(row_id, None)
            earlier = memory.accepted.pop(row_id, None)
            values = {**(earlier.values if earlier else {}), **row.after, **self._new_key(row)}
            name = key_id((row.new_key,)) if self._new_key(row) else row_id
            memory.accepted[name] = Accepted(run_id, values, left=row.outcome is Outcome.SKIPPED)

    def _new_key(self, row: RunRow) -> dict[str, str]:
        """The key cell of a created record: header -> the id that the target gave; empty where it gave none."""
        if not row.new_key or any(row.key) or len(self.memory.key) != 1 or not self.one_system:
            return {}
        return {column.title: row.new_key for column in self.memory.columns if column.name == self.memory.key[0]}

    def _marks(self, view: RowView, row: RunRow) -> dict[str, Cell]:
        if row.outcome is Outcome.REFUSED:
            return {SYNC: refused_text(row.message)}
        if view.sync == "push" or view.in_doubt:
            view.sync = ""
        left = [edit for edit in view.edits if self._is_left(edit, row)]
        marks = self._restored(view, row) if self.restores and row.outcome is Outcome.ACCEPTED else {}
        if new_key := self._new_key(row):
            view.key = (row.new_key,)
            marks.update({title: stand_in(text) for title, text in new_key.items()})
            marks[ROW] = stand_in(key_id(view.key))
        return marks | {SYNC: sync_text(view, self.memory, edited=bool(left)) or None}

    def _is_left(self, edit: CellChange, row: RunRow) -> bool:
        """Whether an edit is still to be sent after the run."""
        if row.outcome is Outcome.UNSENT or edit.column not in row.after:
            return True
        return self.restores and not says_the_same(edit.new, row.after[edit.column])

    def _restored(self, view: RowView, row: RunRow) -> dict[str, Cell]:
        """The cells that still hold what an undo took back, with the old values; what was edited since stays."""
        columns = {
            column.title: (column, value) for column, value in zip(self.memory.columns, view.values, strict=True)
        }
        columns |= {header: (PLAIN, value) for header, value in view.extra.items()}
        restored: dict[str, Cell] = {}
        for header, old in row.after.items():
            column, now = columns.get(header, (PLAIN, None))
            if header in columns and says_the_same(now, row.before.get(header)):
                restored[header] = to_cell(old, column)
        return restored

    async def keep_choices(self) -> None:
        """Write what the user chose for rows in conflict, where no push follows. Raises WorksheetError."""
        self._check_columns()
        await self._save(self._resolved_cells())

    def _check_columns(self) -> None:
        for header in (SYNC, ROW):
            if header not in self.headers:
                raise WorksheetError(
                    f"The column {header!r} is gone from {self.memory.link}, so a push cannot be marked there.",
                    "Pull: that puts it back.",
                )

    def _resolved_cells(self) -> dict[int, dict[str, Cell]]:
        """Cells of rows whose conflict the user settled, with what their `Sync` says from now on."""
        columns = {column.title: column for column in self.memory.columns}
        views = {view.number: view for view in self.sheet.rows}
        return {
            number: {title: to_cell(value, columns[title]) for title, value in values.items()}
            | {SYNC: sync_text(views[number], self.memory) or None}
            for number, values in self.resolved.items()
        }

    async def _save(self, cells: Mapping[int, Mapping[str, Cell]]) -> None:
        types = {column.title: column.type for column in self.memory.columns}
        present = {n: {h: c for h, c in own.items() if h in self.headers} for n, own in cells.items()}
        patch = SheetPatch(self.memory.link, present, types=types)
        lines = to_lines(self.passport)
        await self.offload(lambda: self.workbook.write([patch], lines))


def resolve(memory: Memory, rows: Iterable[RowView], choice: str) -> dict[int, dict[str, Value]]:
    """Settle conflicts by `mine` or `theirs`, as typed into a row's `Sync` cell or chosen for all (`choice`).

    Changes the rows and the memory; returns the cells that take the source's value: row number -> header -> value.
    """
    cells: dict[int, dict[str, Value]] = {}
    for row in rows:
        columns = memory.conflicts.get(row.row_id)
        side = row.sync if row.sync in ("mine", "theirs") else choice
        if not columns or side not in ("mine", "theirs"):
            continue
        cells[row.number] = _take_theirs(memory, row, columns) if side == "theirs" else {}
        del memory.conflicts[row.row_id]
        row.sync = ""
    return cells


def _take_theirs(memory: Memory, row: RowView, titles: Mapping[str, Value]) -> dict[str, Value]:
    taken = {}
    for index, column in enumerate(memory.columns):
        if column.title in titles:
            taken[column.title] = row.values[index] = memory.baseline[row.key][index]
    row.edits = [edit for edit in row.edits if edit.column not in titles]
    return taken
