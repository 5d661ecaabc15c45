"""What a worksheet's rows say against what its passport remembers: changes, damage and problems, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from synctui.cells import Cell, CellError, Grid, SheetRow
from synctui.errors import WorksheetError
from synctui.json_types import JsonType, json_types
from synctui.records import Column, Key, Memory, Value, key_id
from synctui.rows.cell_reading import forbidden, new_value
from synctui.rows.damage import damaged, looks
from synctui.rows.row_ids import owners
from synctui.values import is_blank, number_text, plainly_same, same, text_of, to_wire

SYNC = "Sync"
ROW = "_row"
IN_DOUBT = "in doubt: run "
PLAIN = Column("")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after."""

    column: str
    """The worksheet's header."""
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Change:
    """What a push would do with one row."""

    kind: Literal["update", "create", "delete"]
    key: Key
    row: int | None
    """The worksheet's row number; None for a deleted row."""
    cells: tuple[CellChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """A cell that a spreadsheet program changed by itself."""

    key: Key
    row: int
    column: str
    was: Value
    now: Cell


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a row, a column or a cell from being sent."""

    row: int | None
    column: str
    message: str


@dataclass(slots=True)
class RowView:
    """One worksheet row, read in the light of the passport."""

    number: int
    """The worksheet's row number."""
    key: Key
    """All empty for a new record."""
    own_id: str
    """The id in its `_row` cell, if it has no key and the id is this row's own."""
    values: list[Value]
    """One wire value per column of the passport."""
    extra: dict[str, Value] = field(default_factory=dict)
    """Columns of the user's that feed the target: header -> wire text."""
    edits: list[CellChange] = field(default_factory=list)
    known: bool = False
    """The baseline has a record of this key."""
    gone: bool = False
    """The record vanished at the source."""
    accepted: bool = False
    """The target has accepted the row before."""
    blocked: bool = False
    """A problem keeps the row from being sent."""
    sync: str = ""
    """What its `Sync` cell says."""
    lost_key: Key = ()
    """The key that its emptied key cells held."""
    row_cell: str = ""
    """What its `_row` cell says."""
    user_content: bool = False
    """Holds something in a column of the user's."""
    damage: list[Damage] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Columns in which something of the user's stands that cannot be sent."""

    @property
    def row_id(self) -> str:
        """Its identity in passport and journal; empty for a new row that has no id yet."""
        return key_id(self.key) if any(self.key) else self.own_id

    @property
    def exists(self) -> bool:
        """Whether the other side has the row already, so that a push updates it."""
        return self.known or self.gone or self.accepted

    @property
    def in_doubt(self) -> str:
        """The run that its `Sync` cell names as in doubt, or empty text."""
        return self.sync.removeprefix(IN_DOUBT).strip() if self.sync.startswith(IN_DOUBT) else ""


@dataclass(slots=True)
class Changeset:
    """A worksheet against its passport."""

    rows: list[RowView] = field(default_factory=list)
    deleted: list[Key] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """Every change, in the worksheet's order, deleted rows last."""
        found = [
            Change("update" if row.exists else "create", row.key, row.number, tuple(row.edits))
            for row in self.rows
            if row.edits and not row.blocked
        ]
        return found + [Change("delete", key, None) for key in self.deleted]

    @property
    def damage(self) -> list[Damage]:
        """Every damaged cell, in the worksheet's order."""
        return [damage for row in self.rows for damage in row.damage]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the link's settings say of unusual cells."""

    new_keys: Literal["create", "refuse"] = "refuse"
    blanks: Callable[[str], str] = lambda _: "clear"
    """Header -> "clear" | "leave" | "refuse"."""
    feeding: Collection[str] = ()
    """Headers that feed the target; columns of the user's among them count."""


def detect(memory: Memory, grid: Grid, policy: Policy) -> Changeset:
    """Read every row against the passport. Raises WorksheetError where rows cannot be found by key."""
    return _Reader(memory, grid, policy).read()


class _Reader:
    def __init__(self, memory: Memory, grid: Grid, policy: Policy) -> None:
        self.memory, self.grid, self.policy = memory, grid, policy
        self.result = Changeset()
        self._types: dict[int, frozenset[JsonType]] = {}
        self.at: dict[str, int] = {}
        for position, header in enumerate(grid.headers):
            self.at.setdefault(header, position)
        titles = {column.title for column in memory.columns}
        self.columns = [(column, self.at.get(column.title)) for column in memory.columns]
        self.own = [p for h, p in self.at.items() if h and h not in titles and h not in (SYNC, ROW)]
        self.fed = [h for h in policy.feeding if h in self.at and h not in titles and h not in (SYNC, ROW)]
        self.key_columns = [next(c for c in memory.columns if c.name == name) for name in memory.key]

    def read(self) -> Changeset:
        self._check_headers()
        keys = self._keys()
        counts = Counter(key for key, _ in keys.values() if any(key))
        present = set(counts)
        fresh = ((self._text(row, ROW), row) for row in self.grid.rows if not any(keys[row.number][0]))
        self.owners = owners(((row_id, row) for row_id, row in fresh if row_id), self.memory.accepted, self._says)
        for row in self.grid.rows:
            key, was_damaged = keys[row.number]
            if not any(key) and self._is_empty(row):
                continue
            view = self._view(row, key, was_damaged, present)
            if counts[key] > 1:
                self._block(view, "", f"The key {_show_key(key)} stands in {counts[key]} rows; none of them is sent.")
            self.result.rows.append(view)
        self.result.deleted = [key for key in self.memory.baseline if key not in present]
        return self.result

    # -- headers and keys

    def _check_headers(self) -> None:
        for header, count in Counter(h.lower() for h in self.grid.headers if h).items():
            if count > 1:
                named = next(h for h in self.grid.headers if h.lower() == header)
                self._problem(None, named, f"The header {named!r} stands {count} times; give each column its own name.")
        for column, position in self.columns:
            if position is None:
                self._missing_column(column)

    def _missing_column(self, column: Column) -> None:
        known = {c.title for c in self.memory.columns} | {SYNC, ROW}
        nearest = get_close_matches(column.title, [h for h in self.grid.headers if h and h not in known], 1, 0.4)
        hint = f" The nearest header is {nearest[0]!r}: name it {column.title!r} again." if nearest else ""
        message = f"The column {column.title!r} is no longer in the worksheet.{hint}"
        if column.name in self.memory.key:
            raise WorksheetError(message, "Rows are found by it; put the header back.")
        self._problem(None, column.title, message)

    def _keys(self) -> dict[int, tuple[Key, bool]]:
        """Row number -> key, and whether a spreadsheet program had damaged its cells."""
        found = {
            row.number: tuple(self._key_text(row, column) for column in self.key_columns) for row in self.grid.rows
        }
        known = self.memory.baseline.keys() | self.memory.gone.keys()
        lost: dict[str, list[Key]] = {}
        for key in known - set(found.values()):
            for look in looks(key[0]):
                lost.setdefault(look, []).append(key)
        return {row.number: self._repaired_key(row, found[row.number], lost, known) for row in self.grid.rows}

    def _key_text(self, row: SheetRow, column: Column) -> str:
        cell = row.cells[self.at[column.title]]
        if isinstance(cell, bool | CellError) or cell is None:
            return "" if cell is None else str(getattr(cell, "code", cell))
        return number_text(cell) if isinstance(cell, int | float) else str(cell)

    def _repaired_key(
        self, row: SheetRow, key: Key, lost: dict[str, list[Key]], known: Collection[Key]
    ) -> tuple[Key, bool]:
        """The key that the row had before a spreadsheet program changed its cells, and whether one did."""
        if key in known or not any(key):
            return key, False
        like = {k for look in looks(row.cells[self.at[self.key_columns[0].title]]) for k in lost.get(look, ())}
        fits = [candidate for candidate in like if self._could_be(row, candidate)]
        return (fits[0], True) if len(fits) == 1 else (key, False)

    def _could_be(self, row: SheetRow, key: Key) -> bool:
        return all(
            same(text, row.cells[self.at[column.title]], column)
            or damaged(text, row.cells[self.at[column.title]], column)
            for text, column in zip(key, self.key_columns, strict=True)
        )

    # -- rows

    def _is_empty(self, row: SheetRow) -> bool:
        positions = [p for _, p in self.columns if p is not None] + [self.at[h] for h in self.fed]
        return all(is_blank(row.cells[p]) for p in positions)

    def _view(self, row: SheetRow, key: Key, was_damaged: bool, present: set[Key]) -> RowView:
        own_id = self._own_id(row, key)
        reference, known, gone = self._reference(key, own_id)
        view = RowView(row.number, key, own_id, reference, known=known, gone=gone, sync=self._text(row, SYNC))
        view.row_cell = self._text(row, ROW)
        if view.in_doubt and self._is_copy(view, present):
            view.sync = ""  # the original is in doubt; this row never left
        view.accepted = view.row_id in self.memory.accepted
        view.user_content = any(not is_blank(row.cells[p]) for p in self.own)
        self._check_identity(view, row, present)
        for index, (column, position) in enumerate(self.columns):
            is_key = column.name in self.memory.key
            if position is not None and not (is_key and known and not was_damaged):
                self._read_cell(view, index, column, row.cells[position], position in row.formulas)
        self._read_fed(view, row)
        if not row.in_table and row.formulas:
            self._block(view, "", "The row stands below the table and holds formulas; it is left alone.")
        return view

    def _own_id(self, row: SheetRow, key: Key) -> str:
        """The row's own id; one that was copied belongs to the original."""
        text = self._text(row, ROW)
        return "" if any(key) or text.startswith("key:") or self.owners.get(text) != row.number else text

    def _is_copy(self, view: RowView, present: set[Key]) -> bool:
        """Whether the row bears the id of another row."""
        text = view.row_cell
        original = self._keys_by_id.get(text)
        return not any(view.key) and bool(text) and not view.own_id and (original is None or original in present)

    def _says(self, row: SheetRow, header: str, value: Value) -> bool:
        column = next((column for column, _ in self.columns if column.title == header), PLAIN)
        return header not in self.at or same(value, row.cells[self.at[header]], column)

    def _check_identity(self, view: RowView, row: SheetRow, present: set[Key]) -> None:
        text = self._text(row, ROW)
        if not any(view.key):
            lost = self._keys_by_id.get(text)
            if lost is not None and lost not in present:
                view.lost_key = lost
                self._block(
                    view, self.memory.key[0], f"The key cell was emptied; it was {_show_key(lost)}. Put it back."
                )
        elif not all(view.key):
            self._block(view, self.memory.key[0], "Part of the key is blank; fill every key column.")
        elif not view.known and not view.gone and not self._expected(view):
            self._block(
                view,
                self.memory.key[0],
                f"The key {_show_key(view.key)} is unknown at the source. Empty it for a new record.",
            )

    def _expected(self, view: RowView) -> bool:
        return self.policy.new_keys == "create" or view.accepted

    def _reference(self, key: Key, own_id: str) -> tuple[list[Value], bool, bool]:
        """What the cells should say: the baseline, overlaid by what the target accepted."""
        known = key in self.memory.baseline
        base = self.memory.baseline.get(key) or self.memory.gone.get(key) or (None,) * len(self.columns)
        accepted = self.memory.accepted.get(key_id(key) if any(key) else own_id)
        values = list(base)
        for index, (column, _) in enumerate(self.columns):
            if accepted and column.title in accepted.values:
                values[index] = accepted.values[column.title]
        return values, known, key in self.memory.gone

    def _read_cell(self, view: RowView, index: int, column: Column, cell: Cell, formula: bool) -> None:
        reference = view.values[index]
        if plainly_same(reference, cell, column) or same(reference, cell, column):
            return
        if damaged(reference, cell, column, formula=formula):
            view.damage.append(Damage(view.key, view.number, column.title, reference, cell))
            return
        try:
            new = new_value(reference, cell, column, self._json_types(index))
        except ValueError as error:
            self._refuse(view, column, str(error))
            return
        blanks = self.policy.blanks(column.title)
        if new is reference or (reference and not new and blanks == "leave"):
            return
        reason = forbidden(reference, new, column, blanks, known=view.known or view.gone)
        if reason:
            self._refuse(view, column, reason)
            return
        view.values[index] = new
        view.edits.append(CellChange(column.title, reference, new))

    def _refuse(self, view: RowView, column: Column, reason: str) -> None:
        view.unread.add(column.title)
        self._block(view, column.title, reason)

    def _read_fed(self, view: RowView, row: SheetRow) -> None:
        accepted = self.memory.accepted.get(view.row_id)
        for header in self.fed:
            cell = row.cells[self.at[header]]
            old = accepted.values.get(header, "") if accepted else ""
            if isinstance(cell, CellError):
                self._block(view, header, f"The cell holds {cell.code or 'no result'}; mend the formula.")
                continue
            view.extra[header] = new = to_wire(cell, PLAIN)
            if new != text_of(old):
                view.edits.append(CellChange(header, old, new))

    # -- helpers

    def _json_types(self, index: int) -> frozenset[JsonType]:
        """The JSON types that the source gave in a column."""
        if index not in self._types:
            self._types[index] = json_types(values[index] for values in self.memory.baseline.values())
        return self._types[index]

    @cached_property
    def _keys_by_id(self) -> dict[str, Key]:
        return {key_id(key): key for key in self.memory.baseline}

    def _text(self, row: SheetRow, header: str) -> str:
        position = self.at.get(header)
        cell = row.cells[position] if position is not None else None
        return cell.strip() if isinstance(cell, str) else ""

    def _block(self, view: RowView, column: str, message: str) -> None:
        view.blocked = True
        self._problem(view.number, column, message)

    def _problem(self, row: int | None, column: str, message: str) -> None:
        self.result.problems.append(Problem(row, column, message))


def _show_key(key: Key) -> str:
    return " / ".join(key)


def policy_for(target: Any, source_issues_key: bool, feeding: Sequence[str]) -> Policy:
    """The policy that a link's target options (None: it has no target) describe."""
    new_keys: Literal["create", "refuse"] = "refuse" if source_issues_key else "create"
    blanks = getattr(target, "blanks", "clear")
    fed_by = getattr(target, "columns", {})
    by_column = {fed_by.get(name, name): rule for name, rule in blanks.items()} if isinstance(blanks, dict) else {}
    default = "clear" if isinstance(blanks, dict) else blanks
    return Policy(
        getattr(target, "new_keys", None) or new_keys, lambda header: by_column.get(header, default), tuple(feeding)
    )
