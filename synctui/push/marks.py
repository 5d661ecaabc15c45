"""Marks: what a push writes into the workbook before its first byte leaves and after the target has answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.offload import Offload
from synctui.planning.plan import PlannedRow
from synctui.push.conflicts import messages_of, settled_cells
from synctui.push.read_back import kept_as_before
from synctui.records import Accepted, Memory, Outcome, Proof, Value, key_id
from synctui.rows.changes import IN_DOUBT, PLAIN, ROW, SYNC, CellChange, Changeset, RowView
from synctui.rows.states import refused_text, sync_text
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
        cells = settled_cells(self.resolved, self.memory, self.sheet.rows)
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
        self._correct_baseline(row)
        if row.outcome is Outcome.REFUSED:
            memory.refused[row_id] = row.message
        elif row.outcome in (Outcome.ACCEPTED, Outcome.SKIPPED):
            memory.refused.pop(row_id, None)
            memory.conflicts.pop(row_id, None)
            earlier = memory.accepted.pop(row_id, None)
            values = {**(earlier.values if earlier else {}), **row.after, **row.kept, **self._new_key(row)}
            name = key_id((row.new_key,)) if self._new_key(row) else row_id
            if row.proof is Proof.NOT_SAVED:
                memory.refused[name] = row.message
            memory.accepted[name] = Accepted(run_id, values, left=row.outcome is Outcome.SKIPPED)

    def _correct_baseline(self, row: RunRow) -> None:
        """What the target kept is what the source says now."""
        base = self.memory.baseline.get(row.key)
        if base is not None and row.kept:
            values = zip(self.memory.columns, base, strict=True)
            self.memory.baseline[row.key] = tuple(row.kept.get(column.title, value) for column, value in values)

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
        marks |= self._kept(view, row)
        if new_key := self._new_key(row):
            view.key = (row.new_key,)
            marks.update({title: stand_in(text) for title, text in new_key.items()})
            marks[ROW] = stand_in(key_id(view.key))
        return marks | {SYNC: sync_text(view, self.memory, edited=bool(left)) or None}

    def _is_left(self, edit: CellChange, row: RunRow) -> bool:
        """Whether an edit is still to be sent after the run."""
        if row.outcome is Outcome.UNSENT or edit.column not in row.after or edit.column in _lost(row):
            return True
        return self.restores and not says_the_same(edit.new, row.after[edit.column])

    def _restored(self, view: RowView, row: RunRow) -> dict[str, Cell]:
        """The cells that still hold what an undo took back, with the old values; what was edited since stays."""
        return self._replaced(view, row.before, row.after)

    def _kept(self, view: RowView, row: RunRow) -> dict[str, Cell]:
        """The cells of which the target saved something else, with that; what it did not save at all stays an edit."""
        lost = _lost(row)
        return self._replaced(view, row.after, {header: v for header, v in row.kept.items() if header not in lost})

    def _replaced(self, view: RowView, old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Cell]:
        """The cells that still hold the old values, with the new ones."""
        columns = {
            column.title: (column, value) for column, value in zip(self.memory.columns, view.values, strict=True)
        }
        columns |= {header: (PLAIN, value) for header, value in view.extra.items()}
        replaced: dict[str, Cell] = {}
        for header, value in new.items():
            column, now = columns.get(header, (PLAIN, None))
            if header in columns and says_the_same(now, old.get(header)):
                replaced[header] = to_cell(value, column)
        return replaced

    async def keep_choices(self) -> None:
        """Write what the user chose for rows in conflict, where no push follows. Raises WorksheetError."""
        self._check_columns()
        await self._save(settled_cells(self.resolved, self.memory, self.sheet.rows))

    async def keep_findings(self) -> None:
        """Write what a second look at the source found: conflicts, records that are gone. Raises WorksheetError."""
        self._check_columns()
        memory = self.memory
        rows = [view for view in self.sheet.rows if view.row_id in memory.conflicts or view.key in memory.gone]
        found: dict[int, dict[str, Cell]] = {view.number: {SYNC: sync_text(view, memory) or None} for view in rows}
        await self._save(found | settled_cells(self.resolved, self.memory, self.sheet.rows))

    async def states(self) -> int:
        """Write the states of rows whose `Sync` cell says something else; returns how many. Raises WorksheetError."""
        self._check_columns()
        told = {view.number: sync_text(view, self.memory) for view in self.sheet.rows}
        stale = {view.number for view in self.sheet.rows if view.sync != told[view.number]}
        if stale:
            await self._save({number: {SYNC: told[number] or None} for number in stale})
        return len(stale)

    def _check_columns(self) -> None:
        for header in (SYNC, ROW):
            if header not in self.headers:
                raise WorksheetError(
                    f"The column {header!r} is gone from {self.memory.link}, so a push cannot be marked there.",
                    "Pull: that puts it back.",
                )

    async def _save(self, cells: Mapping[int, Mapping[str, Cell]]) -> None:
        types = {column.title: column.type for column in self.memory.columns}
        present = {n: {h: c for h, c in own.items() if h in self.headers} for n, own in cells.items()}
        patch = SheetPatch(self.memory.link, present, types=types, messages=messages_of(self.memory, self.sheet.rows))
        lines = to_lines(self.passport)
        await self.offload(lambda: self.workbook.write([patch], lines))


def _lost(row: RunRow) -> frozenset[str]:
    """Columns that the target did not save."""
    return kept_as_before(row.before, row.kept)
