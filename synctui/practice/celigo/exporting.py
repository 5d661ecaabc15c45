"""Runs exports over the tables: all at once, or page by page with a signed state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synctui.practice.celigo.exact_json import dumps
from synctui.practice.celigo.people import Record
from synctui.practice.celigo.replies import Refusal
from synctui.practice.celigo.states import States, digest
from synctui.practice.celigo.switches import CeligoSwitches
from synctui.practice.celigo.tables import Tables

PAGE_SIZE = 20
LARGEST_PAGE = 1_000
PAGE_BYTES = 5_000_000
SEARCHES = {"131298": "/contacts", "131299": "/orders", "131300": "/nobody"}
"""NetSuite saved search -> the table that it searches."""


class Exporter:
    """The exports of one region."""

    def __init__(self, tables: Tables, states: States, switches: CeligoSwitches) -> None:
        self._tables, self._states, self._switches = tables, states, switches

    def whole(self, export: Mapping[str, Any]) -> dict[str, Any]:
        """`/connections/{id}/export`: every record in one answer. Raises Refusal."""
        return {"data": _fitting(self._records(export))}

    def page(self, export: Mapping[str, Any], state: Any, *, end: str) -> dict[str, Any]:
        """One page; `end` is the sign of the last one where the switch does not say. Raises Refusal."""
        size = page_size(export)
        name = digest(export)
        number = 1 if state is None else self._states.read(state, name, self._switches.state_seconds)
        records = self._records(export)
        shown = _fitting(records[(number - 1) * size : number * size])
        answer: dict[str, Any] = {"data": shown, "dataURIs": [None] * len(shown)}
        following, end = number + 1, self._switches.end or end
        last = number * size >= len(records)
        if self._switches.circle:
            following, last = 2, False
        if last and end == "missing":
            return answer
        if last and not shown and end == "empty":
            return {**answer, "pagedExportState": state}
        done = last and end == "done"
        totals = self._switches.totals
        issued = self._states.issue(name, following, size, len(records), done=done, totals=totals)
        return {**answer, "pagedExportState": issued}

    def _records(self, export: Mapping[str, Any]) -> list[Record]:
        path = table_path(export)
        records = self._tables.records(path)
        if records is None:
            raise Refusal(422, "404", f"The system behind the connection knows no {path or 'such export'}.")
        return records


def page_size(export: Mapping[str, Any]) -> int:
    """The records of one page. Raises Refusal."""
    text = str(export.get("pageSize") or PAGE_SIZE)
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise Refusal(422, "invalid_field", f"pageSize must be a whole number up to {LARGEST_PAGE}.", "pageSize")
    return int(text)


def table_path(export: Mapping[str, Any]) -> str:
    """Which table an export reads: its relative URI, or the saved search of NetSuite."""
    for adaptor in ("http", "rest"):
        uri = (export.get(adaptor) or {}).get("relativeURI")
        if uri:
            return str(uri[0] if isinstance(uri, list) else uri).partition("?")[0]
    searches = (export.get("netsuite") or {}).get("searches") or [{}]
    return SEARCHES.get(str(searches[0].get("savedSearchId")), "")


def _fitting(records: list[Record]) -> list[Record]:
    if len(dumps(records).encode()) > PAGE_BYTES:
        raise Refusal(422, "page_too_large", "One page of exported data exceeds 5 MB.", "pageSize")
    return records
