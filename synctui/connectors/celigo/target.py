"""Sends rows to an import: one call per batch, over a connection of its own, never repeated.

docs.celigo.com: `/imports/{id}/invoke` takes an array of records; the vendor's page on connections:
`/connections/{id}/import`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from synctui.connectors.base import BatchReply, DryRun, Outgoing, RowPreview, TargetShape
from synctui.connectors.celigo.caller import Caller
from synctui.connectors.celigo.dry_run import MAPPED_ONLY, describe_saved, read_mapped
from synctui.connectors.celigo.flattening import rebuild
from synctui.connectors.celigo.options import CeligoTarget
from synctui.connectors.celigo.outcomes import settle_rows
from synctui.connectors.celigo.resources import read_document
from synctui.errors import Refused, SettingsError
from synctui.http.json_text import write_json

SHAPE = TargetShape((), any_column=True, typed=True, unique_keys=True)


class CeligoImport:
    """The target of one link."""

    def __init__(self, caller: Caller, options: CeligoTarget) -> None:
        self._caller = caller
        self._options = options

    @property
    def name(self) -> str:
        """The import as the settings name it, within its region."""
        return f"celigo {self._caller.options.base_url} {self._options.object_name}".lower()

    async def shape(self) -> TargetShape:
        """Any column, in its JSON type: an import does not tell what its mapping makes of a record."""
        return SHAPE

    async def mark(self) -> str:
        """Empty: Celigo keeps no run of an import that was called."""
        return ""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Call the import once with these rows.

        Raises as the protocol says, and SettingsError for variables, which it cannot carry; nothing has left then.
        """
        if variables:
            raise SettingsError("A Celigo import takes no variables.", "Leave --var and `variables` out.")
        return settle_rows(rows, await self._caller.send(self._options.object_name, self._path(), self._body(rows)))

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        """Bytes that these rows take in a request."""
        return sum(len(json.dumps(row.values, ensure_ascii=False).encode("utf-8", "replace")) for row in rows)

    async def dry_run(self, rows: Sequence[Outgoing]) -> DryRun:
        """What the system behind the import would receive, as far as Celigo tells. Raises RemoteError."""
        if not self._options.via:
            document = await read_document(self._caller, "imports", self._options.import_)
            return describe_saved(document, [(row, record_of(row)) for row in rows])
        size = self._options.batch_rows
        parts = [await self._mapped(rows[start : start + size]) for start in range(0, len(rows), size)]
        return DryRun(tuple(row for part in parts for row in part), (MAPPED_ONLY,))

    async def _mapped(self, rows: Sequence[Outgoing]) -> tuple[RowPreview, ...]:
        path = f"{self._path()}/map"
        return read_mapped(await self._caller.ask("mapping of the import", path, self._body(rows)), rows)

    def _path(self) -> str:
        options = self._options
        return f"/connections/{options.via}/import" if options.via else f"/imports/{options.import_}/invoke"

    def _body(self, rows: Sequence[Outgoing]) -> bytes:
        records = f"[{','.join(write_json(record_of(row)) for row in rows)}]"
        if self._options.via:
            return f'{{"import":{json.dumps(self._options.body, ensure_ascii=False)},"data":{records}}}'.encode()
        return records.encode()


def record_of(row: Outgoing) -> dict[str, Any]:
    """The whole record of a row; a new one has no nulls, since its blank cells never held anything. Raises Refused."""
    values = {name: value for name, value in row.values.items() if value is not None or not row.create}
    try:
        return rebuild(values)
    except ValueError as error:
        conflict = Refused(f"A row cannot be sent: {error}.", "Nothing of its batch was sent.")
    raise conflict
