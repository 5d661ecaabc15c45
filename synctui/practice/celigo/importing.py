"""Runs imports: maps each record, sends it to the system behind the connection, and answers one result per record.

celigo/integrator-extension and the vendor's page on connections: successes hold `statusCode`, `id` and `_json` only.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.practice.celigo.mapping import Mapped, Mapper
from synctui.practice.celigo.people import Record
from synctui.practice.celigo.replies import Refusal
from synctui.practice.celigo.switches import CeligoSwitches
from synctui.practice.celigo.tables import Tables, Written
from synctui.practice.celigo.templates import extracted, rendered

OFFLINE = {"code": "connection_offline", "message": "The connection is offline.", "source": "connection"}
FILE_WRITTEN = {"_raw": "File written successfully"}
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What an import asks of the system behind it for one record."""

    method: str
    uri: str
    creates: bool


class Importer:
    """The imports of one region."""

    def __init__(self, tables: Tables, switches: CeligoSwitches) -> None:
        self._tables, self._switches = tables, switches

    def run(self, document: Document, records: Sequence[Record], by: str, *, offline: bool) -> list[Record]:
        """Apply every record; the results stand in the order of the records whatever order they were applied in."""
        order = list(range(len(records)))
        if self._switches.shuffled:
            random.Random(len(records)).shuffle(order)  # noqa: S311  # the same at every start
        results = {place: self._one(document, records[place], by, offline=offline) for place in order}
        listed = [results[place] for place in sorted(results)]
        changed = {"short": listed[:-1], "long": listed + listed[-1:]}
        return changed.get(self._switches.results, listed)

    def mapped(self, document: Document, records: Sequence[Record]) -> list[Any]:
        """`/import/map`: only the mapping step, in one of the shapes that its answer may have."""
        mapper = Mapper.of(document)
        return [self._shown(mapper.run(record, creates=self._creates(document, record))) for record in records]

    def _one(self, document: Document, record: Record, by: str, *, offline: bool) -> Record:
        if offline:
            return _failed(403, [OFFLINE])
        request = self._request(document, record)
        mapped = Mapper.of(document).run(record, creates=request.creates if request else True)
        if mapped.errors:
            return _failed(422, mapped.errors)
        if request is None:
            return {"statusCode": 200, "_json": FILE_WRITTEN}
        if self._is_ignored(document, request):
            return {"statusCode": 200, "errors": [], "ignored": True, "_json": None, "dataURI": ""}
        return _result(self._tables.write(request.method, request.uri, mapped.record, by))

    def _request(self, document: Document, record: Record) -> Request | None:
        """The URI is filled from the record before it is mapped; None for an import that writes files."""
        if document.get("ftp"):
            return None
        config = document.get("http") or document.get("rest") or {}
        uris, methods = _several(config.get("relativeURI")), _several(config.get("method"))
        if not uris or len(uris) != len(methods):
            raise Refusal(422, "missing_required_field", "relativeURI and method are needed.", "http.relativeURI")
        place = self._place(config, record, len(uris))
        uri = rendered(uris[place], record)
        return Request(methods[place], uri, not self._tables.has(uri))

    def _place(self, config: Document, record: Record, count: int) -> int:
        """Of an upsert, which of the parallel requests: UPDATE where the record names an existing one, else CREATE."""
        if count == 1:
            return 0
        exists = extracted(str(config.get("existingExtract", "")), record) not in (None, "")
        return _several(config.get("requestType")).index("UPDATE" if exists else "CREATE")

    def _creates(self, document: Document, record: Record) -> bool:
        request = self._request(document, record)
        return request is None or request.creates

    def _is_ignored(self, document: Document, request: Request) -> bool:
        names_one = request.uri not in self._tables.by_path
        if document.get("ignoreMissing"):
            return names_one and request.creates
        return bool(document.get("ignoreExisting")) and not request.creates

    def _shown(self, mapped: Mapped) -> Any:
        record = mapped.record if not mapped.errors else None
        if self._switches.mapped == "plain" and not mapped.errors:
            return record
        name = "mappedObject" if self._switches.mapped == "mappedObject" else "data"
        return {name: record} | ({"errors": mapped.errors} if mapped.errors or name == "data" else {})


def _several(value: Any) -> list[str]:
    """A text of 2015 or an array of today."""
    return [value] if isinstance(value, str) else list(value or [])


def _result(written: Written) -> Record:
    if written.status >= 400:
        error = {"code": str(written.status), "message": written.message, "source": "application"}
        return _failed(written.status, [error])
    result: Record = {"statusCode": written.status, "id": written.id, "_json": written.answer}
    if written.message:
        result["errors"] = [{"code": "saved_with_remark", "message": written.message, "source": "application"}]
    return result


def _failed(status: int, errors: list[Record]) -> Record:
    return {"statusCode": status, "errors": errors, "ignored": False, "_json": None, "dataURI": ""}
