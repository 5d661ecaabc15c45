"""Sends rows to an Update function: one call per batch, over a connection of its own, never repeated.

SmartSimple wiki, "SmartConnect - RESTful API", Using Update Functions: formulas, workflows and status triggers run for
every record that is updated, be it changed or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from synctui.connectors.base import BatchReply, Evidence, Outgoing, Source, TargetColumn, TargetShape
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.jsonrset import RECORD_ID, check_rows, form_size, unchanged, write_jsonrset
from synctui.connectors.smartsimple.marker import check_marker, compared, markers
from synctui.connectors.smartsimple.meta import cached_meta
from synctui.connectors.smartsimple.options import SmartSimpleTarget
from synctui.connectors.smartsimple.outcomes import settle_rows
from synctui.connectors.smartsimple.source import SmartSimpleRecords
from synctui.errors import SettingsError
from synctui.records import Attempt, Record

DATES = ("date", "datetime")

SIDE_EFFECTS = "SmartSimple runs its formulas, workflows and status triggers once for each record that is sent."
"""SmartSimple wiki, "SmartConnect - RESTful API", Update Behaviour."""


class SmartSimpleFunction:
    """The target of one link."""

    def __init__(self, caller: Caller, options: SmartSimpleTarget) -> None:
        self._caller = caller
        self._options = options

    @property
    def name(self) -> str:
        """The function within its instance; it goes by a digest of the setting that holds its token."""
        connection, options = self._caller.options, self._options
        function = hashlib.sha256(options.apitoken.encode()).hexdigest()[:12]
        return f"smartsimple {connection.url} {connection.companyid} {options.record} {function}".lower()

    async def shape(self) -> TargetShape:
        """The id and the function's fields as the settings tell them: no call tells a function's field list.

        Raises SettingsError for a marker that an update would not write.
        """
        check_marker(self._options)
        fields = dict.fromkeys([RECORD_ID, *self._options.fields])
        return TargetShape(
            tuple(TargetColumn(name, key=name == RECORD_ID) for name in fields),
            any_column=not self._options.fields,
            marker=self._options.marker,
            whole_rows=True,
            unique_keys=True,
            notes=(SIDE_EFFECTS,),
        )

    async def mark(self) -> str:
        """Empty: SmartSimple numbers no updates."""
        return ""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Update or create these records with one call; each row holds every field's stored value.

        Raises as the protocol says: Refused for rows that must not leave, SettingsError for variables, which an update
        cannot carry; nothing has left then.
        """
        if variables:
            raise SettingsError("A SmartSimple update takes no variables.", "Leave --var and `variables` out.")
        check_rows(rows, self._options.fields)
        options = self._options
        token = self._caller.tools.secret(options.apitoken)
        reply = await self._caller.send("Update", options.record, token, {"jsonrset": self._jsonrset(rows)})
        return settle_rows(rows, reply)

    async def look(self, _attempt: Attempt, rows: Sequence[Outgoing], source: Source | None) -> Evidence:
        """New rows, looked for by their marker in the source's list. Raises RemoteError, SettingsError."""
        options = self._options
        creates = [row for row in rows if row.create]
        if not options.marker or not creates:
            return Evidence()
        if not isinstance(source, SmartSimpleRecords) or source.record != options.record:
            return Evidence((f"No list of {options.record} is the link's source, so the marker cannot be looked for.",))
        records = [record for some in markers(options.marker, creates) for record in await source.matching(some)]
        return compared(options.marker, creates, records)

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        """Bytes that these rows take in a request."""
        return form_size(self._jsonrset(rows))

    def unchanged(self, row: Outgoing, fresh: Record) -> bool:
        """Whether the row would write what the record holds anyway, and so only set its workflows off."""
        return unchanged(row, fresh, self._options.fields)

    def _jsonrset(self, rows: Sequence[Outgoing]) -> str:
        """Texts that look like midnight stay as they are in fields that Get Meta is known to call no dates."""
        known = cached_meta(self._caller, self._options.record)
        no_dates = {field.name for field in known if field.type and field.type.lower() not in DATES}
        return write_jsonrset(rows, self._options.fields, self._caller.options.jsonrset, no_dates)
