"""Pull: a source's records into a link's worksheet, whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from ulid import ULID

from synctui.cells import Cell
from synctui.choices import offered
from synctui.connectors.base import Source
from synctui.errors import BadReply, WorksheetError
from synctui.links import Link
from synctui.offload import Offload
from synctui.pull.collecting import NO_RECORDS, Pulled
from synctui.push.conflicts import messages_of, resolve, settled_cells
from synctui.records import ABSENT, Column, Key, Memory, Record, Value, key_id
from synctui.rows.changes import ROW, SYNC, Changeset, Policy, RowView, detect
from synctui.rows.columns import columns_after, with_choices
from synctui.rows.help_texts import SYNC_HELP, header_help
from synctui.rows.merge import Merge, merge
from synctui.rows.recaption import recaptioned
from synctui.rows.states import OFFERED, SAVED, sync_text
from synctui.values import stand_in, text_of, to_cell
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch, Workbook
from synctui.worksheets.identity import belongs, linked
from synctui.worksheets.passport import Passport, from_lines, to_lines


@dataclass(frozen=True, slots=True)
class PagePulled:
    """Progress: one more page arrived."""

    pages: int
    rows: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Writing:
    """Progress: all records are here, the workbook is being written."""

    rows: int


@dataclass(frozen=True, slots=True)
class PullDone:
    """What a pull did."""

    pull_id: str
    rows: int
    """Rows in the worksheet that stand for a record."""
    added: int
    changed: int
    """Records that the source changed since the last pull."""
    removed: int
    """Records that are gone at the source."""
    conflicts: int
    """Rows in which both sides changed the same cell."""
    without_key: int
    """Records left out because their key is blank."""
    notices: tuple[str, ...] = ()


PullEvent = PagePulled | Writing | PullDone


async def run(
    link: Link, source: Source, workbook: Workbook, *, policy: Policy, replace: bool = False, offload: Offload
) -> AsyncIterator[PullEvent]:
    """Pull every page, merge, write once. Raises RemoteError, WorksheetError, LinkError; the file is then as it was."""
    refresh = _Refresh(link, workbook, policy, replace)
    refresh.prepare()
    pulled = refresh.begin()
    pages = source.pages()
    async with aclosing(pages):  # type: ignore[type-var]
        async for page in pages:
            if page.number == 1:  # a source that has to read again begins anew
                pulled = refresh.begin()
            pulled.take(page)
            yield PagePulled(page.number, len(pulled.records), page.total)
    yield Writing(len(pulled.records))
    done = await offload(lambda: refresh.write(pulled, source))
    yield done


class _Refresh:
    """One worksheet, before and after."""

    def __init__(self, link: Link, workbook: Workbook, policy: Policy, replace: bool) -> None:
        self.link, self.workbook, self.policy, self.replace = link, workbook, policy, replace
        self.passport = Passport()
        self.rename: dict[str, str] = {}
        self._issued: Collection[str] = ()
        """Columns whose values the source gives."""

    def prepare(self) -> None:
        """Find out, before a call is spent, whether the worksheet may be written."""
        lines = self.workbook.passport()
        exists = self.link.name in self.workbook.sheet_names()
        try:
            self.passport = from_lines(lines) if lines is not None else Passport()
            if exists:
                belongs(linked(self.passport, self.link.name), self.link, pulling=True)
        except WorksheetError:
            if not self.replace:
                raise
        if exists and self.replace:
            self.rename[self.link.name] = self._spare_name()
        if not exists or self.replace:
            self.passport.links.pop(self.link.name, None)

    def begin(self) -> Pulled:
        """An empty pile of records, for a worksheet that may have columns already."""
        memory = self.passport.links.get(self.link.name)
        return Pulled(self.link, [column.name for column in memory.columns] if memory else ())

    def _spare_name(self) -> str:
        taken = {name.lower() for name in self.workbook.sheet_names()}
        numbers = (f" (old {number})" if number > 1 else " (old)" for number in range(1, 1000))
        return next(n for s in numbers if (n := self.link.name[: 31 - len(s)] + s).lower() not in taken)

    def write(self, pulled: Pulled, source: Source) -> PullDone:
        """Merge and save."""
        memory = self.passport.links.get(self.link.name)
        before = memory or Memory(self.link.name, key=self.link.key)
        columns = self._columns(before, pulled, source)
        if not columns:
            raise BadReply(*NO_RECORDS)
        after = replace_memory(before, self.link, columns, pulled.records)
        self.passport.links[self.link.name] = after
        self._issued = source.id_columns
        done = self._update(before, after, pulled) if memory else self._create(after, pulled)
        return _with_notices(done, pulled, (*source.notices, *_nameless(self.link, after.columns)))

    def _columns(self, before: Memory, pulled: Pulled, source: Source) -> tuple[Column, ...]:
        link, records = self.link, pulled.records.values()
        columns = columns_after(before.columns, records, link.key, link.types, source.column_types())
        columns = with_choices(columns, link.key, source.column_options(), link.choices)
        return tuple(replace(c, read_only=link.one_system and source.read_only(c.name)) for c in columns)

    def _specs(self, columns: Iterable[Column]) -> tuple[ColumnSpec, ...]:
        return tuple(
            ColumnSpec(
                column.title,
                column.type,
                read_only=column.read_only,
                help=header_help(column, self.link, self._issued),
                choices=offered(column.choices),
            )
            for column in columns
        )

    def _create(self, after: Memory, pulled: Pulled) -> PullDone:
        specs = (_own_column(SYNC), *self._specs(after.columns), _own_column(ROW))
        rows = [
            [None, *(to_cell(record.get(c.name), c) for c in after.columns), stand_in(key_id(key))]
            for key, record in pulled.records.items()
        ]
        notices = self.workbook.write([NewSheet(self.link.name, specs, rows)], to_lines(self.passport), self.rename)
        return PullDone(after.pull_id, len(rows), len(rows), 0, 0, 0, 0, tuple(notices))

    def _update(self, before: Memory, after: Memory, pulled: Pulled) -> PullDone:
        grid = self.workbook.grid(self.link.name)
        sheet = detect(before, grid, self.policy)
        settled = resolve(before, sheet.rows, "stop")
        merged = merge(before, sheet, after.columns, pulled.records)
        vanished = merged.vanished
        if not self.workbook.removable(self.link.name):
            merged.gone |= {row.key: before.baseline.get(row.key) or before.gone[row.key] for row in vanished}
            vanished = []
        after.gone, after.conflicts, after.accepted = merged.gone, merged.conflicts, merged.accepted
        patch = self._patch(before, after, sheet, merged, pulled, {row.number for row in vanished})
        patch = _over(settled_cells(settled, after, sheet.rows), patch)
        patch = _fitted(_over(recaptioned(before.columns, after.columns, grid, sheet), patch), grid.headers)
        notices = self.workbook.write([patch], to_lines(self.passport), self.rename)
        return PullDone(
            after.pull_id,
            len(pulled.records),
            len(merged.append),
            len(merged.changed),
            len(vanished) + len(merged.gone.keys() - before.gone.keys()),
            len(merged.conflicts),
            0,
            tuple(notices),
        )

    def _patch(
        self, before: Memory, after: Memory, sheet: Changeset, merged: Merge, pulled: Pulled, remove: set[int]
    ) -> SheetPatch:
        by_title = {column.title: column for column in after.columns}
        cells: dict[int, dict[str, Cell]] = {
            number: {title: to_cell(value, by_title[title]) for title, value in changed.items()}
            for number, changed in merged.cells.items()
        }
        for row in sheet.rows:
            if row.number not in remove:
                for header, text in _own_cells(row, after, pulled).items():
                    cells.setdefault(row.number, {})[header] = text or None
        new = after.columns[len(before.columns) :]
        append = [self._appended(after, key, pulled.records[key]) for key in merged.append]
        types = {column.title: column.type for column in after.columns}
        choices = {column.title: offered(column.choices) for column in after.columns if column.choices}
        messages = messages_of(after, sheet.rows)
        return SheetPatch(
            self.link.name, cells, append, remove, self._specs(new), types, choices | {SYNC: OFFERED}, messages
        )

    def _appended(self, after: Memory, key: Key, record: Record) -> dict[str, Cell]:
        saved = after.accepted.get(key_id(key))
        values = {c.title: record.get(c.name) for c in after.columns} | (dict(saved.values) if saved else {})
        cells = {column.title: to_cell(values[column.title], column) for column in after.columns}
        return cells | {SYNC: SAVED if saved else None, ROW: stand_in(key_id(key))}


def _over(cells: Mapping[int, Mapping[str, Cell]], patch: SheetPatch) -> SheetPatch:
    """The patch, which also writes these cells where it has nothing else to write."""
    rows = [number for number in dict.fromkeys((*cells, *patch.cells)) if number not in patch.remove]
    return replace(patch, cells={n: {**cells.get(n, {}), **patch.cells.get(n, {})} for n in rows})


def _fitted(patch: SheetPatch, headers: Collection[str]) -> SheetPatch:
    """The patch without cells of columns that the user took out; our own columns are put back."""
    ours = tuple(_own_column(name) for name in (SYNC, ROW) if name not in headers)
    added = (*ours, *patch.add_columns)
    present = {*headers, *(column.header for column in added)}
    return replace(
        patch,
        cells={number: {h: c for h, c in cells.items() if h in present} for number, cells in patch.cells.items()},
        append=[{h: c for h, c in row.items() if h in present} for row in patch.append],
        add_columns=added,
        choices={header: offers for header, offers in patch.choices.items() if header in present},
    )


def _own_column(name: str) -> ColumnSpec:
    return ColumnSpec(SYNC, help=SYNC_HELP, choices=OFFERED) if name == SYNC else ColumnSpec(name, hidden=True)


def _own_cells(row: RowView, after: Memory, pulled: Pulled) -> dict[str, str]:
    """What our own columns say of a row, where it differs from what they say now."""
    if row.blocked:
        return {}
    record = pulled.records.get(row.key)
    theirs = {c.title: text_of(record.get(c.name)) for c in after.columns} if record and row.edits else {}
    edited = any(theirs.get(edit.column) != text_of(edit.new) for edit in row.edits)
    state = sync_text(row, after, edited=edited)
    own = {SYNC: state} if state != row.sync else {}
    identity = stand_in(row.row_id) or str(ULID())
    if identity != row.row_cell:
        own[ROW] = identity
    return own


def replace_memory(before: Memory, link: Link, columns: tuple[Column, ...], records: dict[Key, Record]) -> Memory:
    """The link's memory after a pull, before anything was merged."""
    names = [column.name for column in columns]
    baseline: dict[Key, tuple[Value, ...]] = {
        key: tuple(record.get(name, ABSENT) for name in names) for key, record in records.items()
    }
    return replace(
        before,
        pull_id=str(ULID()),
        fingerprint=link.fingerprint,
        columns=columns,
        key=link.key,
        baseline=baseline,
        refused=dict(before.refused),
        in_doubt=dict(before.in_doubt),
    )


def _nameless(link: Link, columns: Iterable[Column]) -> list[str]:
    """Options that the settings give to columns that are not there."""
    known = {column.title for column in columns}
    return [
        f"The link's options name {header!r}, which is no column." for header in link.choices if header not in known
    ]


def _with_notices(done: PullDone, pulled: Pulled, told: Iterable[str]) -> PullDone:
    notices = (*done.notices, *told, *pulled.left_out.notices())
    return replace(done, without_key=pulled.left_out.without_key, notices=notices)
