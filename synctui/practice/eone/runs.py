"""Runs of maps: rows grouped into documents, rules applied, good documents saved, and all of it remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from synctui.practice.eone.dataset import Table
from synctui.practice.eone.maps import Map, Values, required

FIRST_RUN = 81
DocumentKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One document applied at the target: what really happened, whatever the client was told."""

    number: int
    """1-based, over all maps."""
    time: datetime
    map_id: str
    map_key: str
    run_number: int
    document: DocumentKey
    """Values of the map's key columns."""
    rows: tuple[Values, ...]
    variables: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values, the time as ISO text."""
        return asdict(self) | {"time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class Document:
    """Rows with equal key columns, and what is wrong with each."""

    key: DocumentKey
    rows: tuple[Values, ...]
    messages: tuple[str, ...]
    """One per row, empty where it is good."""

    @property
    def failed(self) -> bool:
        """One row at fault fails the whole document."""
        return any(self.messages)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to."""

    map: Map
    number: int
    time: datetime
    documents: int
    failed: int
    columns: tuple[str, ...]
    """Source columns that were there."""
    errors: tuple[tuple[Values, str], ...]
    """Rows of failed documents, each with its message."""
    message: str
    """The last error."""

    @property
    def stored(self) -> bool:
        """Errors of the run can be read afterwards."""
        return self.map.stores_errors and bool(self.errors)


class Runs:
    """The target behind the maps: its store, its log of effects and its run history."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.effects: list[Effect] = []
        self.history: list[Run] = []
        """Oldest first, over all maps."""
        self.saved: dict[str, dict[DocumentKey, list[Values]]] = {}
        """MapKey -> document -> its rows as they stand at the target."""
        self._numbers: Counter[str] = Counter()

    def reset(self) -> None:
        """Back to an empty target."""
        self.effects.clear()
        self.history.clear()
        self.saved.clear()
        self._numbers.clear()

    def run(self, process: Map, table: Table, variables: Mapping[str, str], error_rows: str = "document") -> Run:
        """Run a map over rows. `error_rows`: "document" lists every row of a failed document, "row" those at fault."""
        number = FIRST_RUN + self._numbers[process.key]
        self._numbers[process.key] += 1
        documents = _documents(process, table)
        failed = [document for document in documents if document.failed]
        lost = next((name for name in process.mapped if table.rows and table.column(name) is None), "")
        if lost:
            failed = documents
        if not lost and not (process.stops_whole and failed):
            self._save(process, number, [document for document in documents if not document.failed], variables)
        errors = () if lost else tuple(row for document in failed for row in _errors(document, error_rows))
        run = Run(
            map=process,
            number=number,
            time=self._clock(),
            documents=len(documents),
            failed=len(failed),
            columns=tuple(name for name in process.columns if table.column(name) is not None),
            errors=errors,
            message=f"Column '{lost}' does not belong to table Table." if lost else errors[-1][1] if errors else "",
        )
        self.history.append(run)
        return run

    def of(self, process: Map) -> list[Run]:
        """The map's runs, newest first."""
        return [run for run in reversed(self.history) if run.map is process]

    def _save(self, process: Map, run_number: int, good: list[Document], variables: Mapping[str, str]) -> None:
        store = self.saved.setdefault(process.key, {})
        for document in good:
            before = [] if process.upserts else store.get(document.key, [])
            store[document.key] = [*before, *document.rows]
            self.effects.append(
                Effect(
                    number=len(self.effects) + 1,
                    time=self._clock(),
                    map_id=process.map_id,
                    map_key=process.key,
                    run_number=run_number,
                    document=document.key,
                    rows=document.rows,
                    variables=dict(variables),
                )
            )


def fails(process: Map, table: Table) -> bool:
    """Whether a row is at fault, so that its document would fail."""
    return any(document.failed for document in _documents(process, table))


def _documents(process: Map, table: Table) -> list[Document]:
    found = {name: table.column(name) for name in process.columns}
    grouped: dict[DocumentKey, list[Values]] = {}
    for row in table.rows:
        values = {name: row.get(column) for name, column in found.items() if column is not None}
        grouped.setdefault(tuple(values.get(name) or "" for name in process.keys), []).append(values)
    return [Document(key, tuple(rows), _messages(process, rows)) for key, rows in grouped.items()]


def _messages(process: Map, rows: list[Values]) -> tuple[str, ...]:
    rules = [*(required(name) for name in process.keys), *process.rules]
    return tuple("\r\n".join(filter(None, said)) for said in zip(*(rule(rows) for rule in rules), strict=True))


def _errors(document: Document, error_rows: str) -> list[tuple[Values, str]]:
    last = [message for message in document.messages if message][-1]
    pairs = zip(document.rows, document.messages, strict=True)
    return [(row, message or last) for row, message in pairs if message or error_rows == "document"]
