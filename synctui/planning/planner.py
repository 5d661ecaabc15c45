"""Planning: which rows a push would send, in which batches, and what must be asked first. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from ulid import ULID

from synctui import formats
from synctui.cells import Grid
from synctui.connectors.base import Outgoing, Target, TargetShape
from synctui.errors import ConflictsFound, LinkError
from synctui.links import Endpoint, Link, TargetOptions
from synctui.planning.batches import Batches, asks_of, calls_of, into_batches
from synctui.planning.halving import cost_of_halves
from synctui.planning.pairing import Pairing
from synctui.planning.plan import Plan, PlannedRow
from synctui.records import ColumnType, Memory, Value
from synctui.rows.changes import Changeset, Problem, RowView
from synctui.values import text_of, xml_problem
from synctui.wording import count, rows_named

CHOOSE = "Choose mine or theirs in the Sync cell of each, or push with --conflicts mine or theirs."
"""The remedy of rows in conflict."""


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What the user asked of a push."""

    rows: Literal["edited", "all"] = "edited"
    only_failed: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    conflicts: Literal["mine", "theirs", "stop"] = "stop"
    dry_run: bool = False
    bisect: bool = False
    """Send a batch that is refused whole again in halves, until the bad row stands alone."""
    proof: bool = True
    """Read accepted rows again, where that can be done."""


@dataclass
class Planner:
    """Everything that a plan is made of."""

    link: Link
    target: Target
    shape: TargetShape
    pairing: Pairing
    memory: Memory
    grid: Grid
    sheet: Changeset
    workbook: str
    options: PushOptions
    sent_before: Callable[[str], str]
    """Row id -> the run in which this target accepted it, or empty text."""
    failed: Collection[str] = ()
    """Row ids whose last outcome is refused."""
    reads_back: bool = False
    """Accepted rows are read again after the push, which costs calls."""
    problems: list[Problem] = field(default_factory=list)
    unusable: list[RowView] = field(default_factory=list)
    chosen: Collection[int] = ()
    """Numbers of the rows that are sent for their own sake, not along with their document."""

    def plan(self, variables: Mapping[str, str]) -> Plan:
        """The plan. Raises ConflictsFound where a row to be sent is in conflict or gone at the source."""
        documents = self.travelling()
        self._stop_for_conflicts([row for rows in documents for row in rows])
        planned = [
            [self._planned(row, number, row.number in self.chosen) for row in rows]
            for number, rows in enumerate(documents, 1)
        ]
        batches = into_batches(planned, self.target, self._target_options.batch_rows)
        rows = [row for batch in batches for row in batch]
        return Plan(
            link=self.link.name,
            source=self.link.source.connection.name,
            target=self.target.name,
            connection=self._endpoint.connection.name,
            environment=self._endpoint.connection.environment,
            workbook=self.workbook,
            batches=batches,
            variables=variables,
            warnings=(*self._warnings(planned), *self._cost_of_halves(batches)),
            asks=tuple(self._asks(rows)),
            sums=self._sums({row.sheet_row for row in rows}),
            documents=len(planned),
            groups=self.shape.groups,
            calls=calls_of(batches, self.shape, read_back=self.reads_back),
            calls_per_batch=self.shape.calls_per_batch,
            rereads=self.shape.whole_rows,
            bisect=self.options.bisect,
            columns=dict(self.pairing.headers),
        )

    # -- which rows

    def travelling(self) -> list[list[RowView]]:
        """The rows that would be sent, by document, whatever conflicts there are."""
        usable = [row for row in self.sheet.rows if self._usable(row)]
        numbers = {row.number for row in usable}
        self.unusable = [row for row in self.sheet.rows if row.number not in numbers]
        self.chosen = {row.number for row in usable if self._chosen(row)}
        return self._documents(usable, self.chosen)

    @property
    def _endpoint(self) -> Endpoint:
        if self.link.target is None:
            raise LinkError(f"{self.link.name} has no target.", "Add [links.NAME.target] to push.")
        return self.link.target

    @property
    def _target_options(self) -> TargetOptions:
        options: TargetOptions = self._endpoint.options
        return options

    def _usable(self, row: RowView) -> bool:
        if row.blocked or row.in_doubt or row.row_id in self.memory.in_doubt:
            return False
        found = self._flaw(row)
        if found and self._chosen(row):
            self._problem(row, *found)
        return not found

    def _flaw(self, row: RowView) -> tuple[str, str] | None:
        """What keeps the row from this target: header and sentence."""
        for column in self.shape.columns:
            header = self.pairing.headers.get(column.name)
            needed = column.key and (self.shape.groups or row.exists)  # another key is the target's to give
            if needed and header and not self._value(row, header):
                return header, f"{column.name} is a key column of the target and must not be blank."
        for header in self.pairing.feeding if self.shape.xml_text else ():
            bad = xml_problem(text_of(self._value(row, header)))
            if bad:
                return header, f"The cell holds the character {bad}, which cannot be sent; take it out."
        return None

    def _problem(self, row: RowView, header: str, message: str) -> None:
        address = f"{_letters(self.grid.headers.index(header))}{row.number}"
        self.problems.append(Problem(row.number, header, f"{address}: {message}"))

    def _chosen(self, row: RowView) -> bool:
        if self.options.only_failed:
            return row.row_id in self.failed
        return self.options.rows == "all" or row.sync == "push" or self._has_news(row)

    def _has_news(self, row: RowView) -> bool:
        """Something of the row is still to be told or decided: an edit, or a conflict about what was accepted."""
        told = {edit.column for edit in row.edits}.union(self.memory.conflicts.get(row.row_id, ()))
        return not told.isdisjoint(self.pairing.feeding)

    def _stop_for_conflicts(self, rows: Sequence[RowView]) -> None:
        gone = [row for row in rows if row.gone]
        open_ = [row for row in rows if self.memory.conflicts.get(row.row_id)]
        if gone:
            where = _row_list(gone)
            raise ConflictsFound(
                f"{where} gone at the source; nothing was sent.",
                "Delete the rows; to create one anew, copy it into a new row and leave the key empty.",
            )
        if open_ and self.options.conflicts == "stop":
            raise ConflictsFound(
                f"{_row_list(open_)} in conflict: the source changed the same cells; nothing was sent.",
                CHOOSE,
            )

    # -- documents and batches

    def _documents(self, rows: Sequence[RowView], chosen: Collection[int]) -> list[list[RowView]]:
        """Rows that travel, grouped into documents in the worksheet's order; an edited row takes its document along."""
        if not self.shape.groups:
            return [[row] for row in rows if row.number in chosen]
        keys = [header for c in self.shape.columns if c.key and (header := self.pairing.headers.get(c.name))]
        documents: dict[tuple[str, ...], list[RowView]] = {}
        for row in rows:
            documents.setdefault(tuple(text_of(self._value(row, header)) for header in keys), []).append(row)
        stuck = self._stuck_documents(keys)
        return [
            document
            for key, document in documents.items()
            if any(row.number in chosen for row in document) and not self._is_stuck(key, document, stuck)
        ]

    def _stuck_documents(self, keys: Sequence[str]) -> dict[tuple[str, ...], RowView]:
        """Documents with a row that cannot be sent: key -> that row."""
        return {tuple(text_of(self._value(row, header)) for header in keys): row for row in self.unusable}

    def _is_stuck(
        self, key: tuple[str, ...], document: Sequence[RowView], stuck: Mapping[tuple[str, ...], RowView]
    ) -> bool:
        if key not in stuck:
            return False
        reason = f"Row {stuck[key].number} belongs to the same document and cannot be sent, so this row waits."
        self.problems.extend(Problem(row.number, "", reason) for row in document)
        return True

    def _planned(self, row: RowView, document: int, chosen: bool) -> PlannedRow:
        if not row.row_id:
            row.own_id = str(ULID())
        edits = [edit for edit in row.edits if chosen]
        op: Literal["create", "update"] = "update" if row.exists else "create"
        old = {edit.column: edit.old for edit in edits}
        replaces = {name: old[header] for name, header in self.pairing.headers.items() if header in old}
        return PlannedRow(
            Outgoing(row.row_id, self._payload(row) | self._marker(row), document, op == "create", row.key, replaces),
            row.key,
            op,
            row.number,
            old,
            {edit.column: edit.new for edit in edits},
        )

    def _payload(self, row: RowView) -> dict[str, Value]:
        patterns = self._target_options.formats
        values: dict[str, Value] = {}
        for name, header in self.pairing.headers.items():
            value = self._value(row, header) if header else ""
            values[name] = formats.apply(patterns[name], text_of(value)) if name in patterns else value
        return values

    def _marker(self, row: RowView) -> dict[str, Value]:
        """A new row's own id, where the target has a field for it. Raises LinkError where an update would blank it."""
        marker = self.shape.marker
        if marker and not row.exists:
            return {marker: row.row_id}
        if marker in {column.name for column in self.shape.columns} and marker not in self.pairing.headers:
            raise LinkError(
                f"No worksheet column feeds the marker {marker!r}, so an update would blank it.",
                "Add it to the field list of the source's List function, and pull.",
            )
        return {}

    def _value(self, row: RowView, header: str) -> Value:
        index = self._positions.get(header)
        return row.extra.get(header, "") if index is None else row.values[index]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {column.title: index for index, column in enumerate(self.memory.columns)}

    # -- what the user must know

    def _asks(self, rows: Sequence[PlannedRow]) -> list[str]:
        asks = [*(self.pairing.asks if rows else ()), *asks_of(rows)]
        return asks + ([] if self._target_options.upsert else self._sent_before(rows))

    def _sent_before(self, rows: Sequence[PlannedRow]) -> list[str]:
        runs: dict[str, list[int]] = {}
        for row in rows:
            accepted = self.memory.accepted.get(row.row_id)
            run = self.sent_before(row.row_id) or (accepted.run_id if accepted else "")
            if run:
                runs.setdefault(run, []).append(row.sheet_row)
        return [f"{rows_named(numbers)} sent before in run {run}" for run, numbers in runs.items()]

    def _warnings(self, documents: Sequence[list[PlannedRow]]) -> list[str]:
        warnings = [*(self.shape.notes if documents else ()), *self.pairing.warnings]
        largest = max(map(len, documents), default=0)
        if largest > self._target_options.batch_rows:
            warnings.append(f"A document of {count(largest, 'row')} is larger than batch_rows and travels alone.")
        for row in self.sheet.rows:
            unsent = [edit.column for edit in row.edits if edit.column not in self.pairing.feeding]
            if unsent and not row.blocked:
                warnings.append(f"Row {row.number}: {', '.join(unsent)} feeds nothing in the target and is not sent.")
        if self.sheet.damage:
            warnings.append(
                f"{count(len(self.sheet.damage), 'cell')} changed by the spreadsheet, not by you: not sent."
            )
        if self.sheet.deleted:
            warnings.append(
                f"{count(len(self.sheet.deleted), 'row')} deleted from the worksheet: no record is deleted."
            )
        return warnings

    def _cost_of_halves(self, batches: Batches) -> list[str]:
        cost = cost_of_halves(batches, self.shape) if self.options.bisect else ""
        return [cost] if cost else []

    def _sums(self, sent: Collection[int]) -> dict[str, tuple[str, str]]:
        rows = [row for row in self.sheet.rows if row.number in sent]
        sums = {}
        for index, column in enumerate(self.memory.columns):
            if column.type is ColumnType.NUMBER and column.title in self.pairing.feeding and rows:
                after = sum((_decimal(row.values[index]) for row in rows), Decimal())
                before = sum((_decimal(_before(row, column.title, row.values[index])) for row in rows), Decimal())
                sums[column.title] = (_plain(before), _plain(after))
        return sums


def _before(row: RowView, header: str, now: Value) -> Value:
    if not row.exists:
        return ""
    return next((edit.old for edit in row.edits if edit.column == header), now)


def _decimal(value: Value) -> Decimal:
    try:
        number = Decimal(value or "0")
    except ArithmeticError:
        return Decimal()
    return number if number.is_finite() else Decimal()


def _plain(number: Decimal) -> str:
    """The shortest writing, without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _letters(position: int) -> str:
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _row_list(rows: Sequence[RowView]) -> str:
    return f"{rows_named([row.number for row in rows])} {'is' if len(rows) == 1 else 'are'}"
