"""Sends rows to a map: one run per batch, over a connection of its own, never repeated.

The vendor's REST API reference: RunMapDataTableWithErrors, RunMapDataTable, RunMapXml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.connectors.base import BatchReply, Evidence, Outgoing, Source, TargetColumn, TargetShape
from synctui.connectors.eone.looking import look_into_history
from synctui.connectors.eone.maps import Maps
from synctui.connectors.eone.options import EoneTarget
from synctui.connectors.eone.outcomes import settle_rows
from synctui.connectors.eone.replies import RunResult, read_run
from synctui.connectors.eone.service import Service
from synctui.connectors.eone.tables import envelope_body, flat_body, run_map_xml_body, table_rows
from synctui.errors import BadReply, LinkError, OutcomeUnknown, Refused, SettingsError, SyncError, Unreachable
from synctui.http.calls import Call, Effect, Reply
from synctui.records import Attempt

XML = {"Content-Type": "text/xml; charset=utf-8", "Accept": "application/json"}
TABLE_BYTES = len("<Table></Table>")


class EoneMap:
    """The target of one link."""

    def __init__(self, service: Service, maps: Maps, options: EoneTarget) -> None:
        self._service = service
        self._maps = maps
        self._options = options
        self._key = ""
        self._columns: tuple[TargetColumn, ...] = ()

    @property
    def name(self) -> str:
        """The map as the settings name it, within its company."""
        connection = self._service.options
        return f"eone {connection.url} {connection.company} {self._options.map}".lower()

    async def shape(self) -> TargetShape:
        """The map's columns, read fresh; its key columns group rows into documents. Raises RemoteError."""
        self._key = await self._maps.key(self._options.map)
        columns = await self._maps.columns(self._key)
        self._columns = tuple(TargetColumn(column.name, column.key, column.mapped) for column in columns)
        return TargetShape(
            self._columns, groups=True, every_column=True, xml_text=True, calls_before=1, calls_per_batch=3
        )

    async def mark(self) -> str:
        """Number of the newest run; empty before the first. Raises RemoteError."""
        history = await self._maps.history(await self._map_key())
        return str(history[0].number) if history else ""

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Run the map once with these rows.

        Raises as the protocol says, and SettingsError where the settings forbid it; nothing has left then.
        """
        columns, call = await self._prepared(rows, variables)
        result = self._trusted(await self._service.signed(call))
        names_rows = self._options.call != "RunMapDataTable"
        return settle_rows(rows, columns, result, partial=self._options.partial, names_rows=names_rows)

    async def look(self, attempt: Attempt, rows: Sequence[Outgoing], _source: Source | None) -> Evidence:
        """What the map's run history shows of these rows. Raises RemoteError, SettingsError."""
        return await look_into_history(self._maps, await self._map_key(), self._options, attempt, rows)

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        """Bytes that these rows take in a request; about twice that in RunMapXml, which escapes them again."""
        columns = self._sent_columns(rows)
        size = len(table_rows([row.values for row in rows], columns).encode())
        return 2 * size if self._options.call == "RunMapXml" else size

    async def _prepared(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> tuple[tuple[str, ...], Call]:
        """The columns and the request. The fresh look at the map renews a token and catches a map that has gone."""
        try:
            await self.shape()
            columns = self._sent_columns(rows)
            return columns, self._call(self._body(rows, columns, variables))
        except BadReply as error:
            nothing_left: SyncError = Unreachable(error.message, error.hint)
        except LinkError as error:
            nothing_left = Refused(error.message, error.hint)
        raise nothing_left

    async def _map_key(self) -> str:
        self._key = self._key or await self._maps.key(self._options.map)
        return self._key

    def _sent_columns(self, rows: Sequence[Outgoing]) -> tuple[str, ...]:
        """Every mapped column, and what else the rows hold, spelt as the map spells it."""
        mapped = [column.name for column in self._columns if column.mapped]
        return tuple(dict.fromkeys([*mapped, *(name for row in rows for name in row.values)]))

    def _body(self, rows: Sequence[Outgoing], columns: Sequence[str], variables: Mapping[str, str]) -> bytes:
        table = table_rows([row.values for row in rows], columns)
        if self._options.call == "RunMapXml":
            return run_map_xml_body(table, variables)
        if self._service.options.rows_body == "envelope":
            return envelope_body(table, variables)
        self._refuse_flat(variables)
        return flat_body(table)

    def _refuse_flat(self, variables: Mapping[str, str]) -> None:
        """Raise SettingsError for variables that a flat body of rows has no place for."""
        flat = self._service.options.rows_body == "flat" and self._options.call != "RunMapXml"
        if flat and variables:
            hint = 'Set rows_body = "envelope" on the connection.'
            raise SettingsError("The flat body of rows carries no variables.", hint)

    def _call(self, body: bytes) -> Call:
        return Call(
            f"run map {self._options.map}",
            f"/{self._options.call}",
            Effect.SEND,
            query={"mapKey": self._key},
            content=body,
            headers=XML,
            deadline=self._service.run_seconds,
        )

    def _trusted(self, reply: Reply) -> RunResult:
        """The run's result. Raises OutcomeUnknown for an answer that makes no sense, or is another map's."""
        try:
            result = read_run(reply)
        except BadReply as error:
            doubt = OutcomeUnknown(error.message, error.hint)
        else:
            if result.map_key.lower() in {"", self._key.lower()}:
                return result
            doubt = OutcomeUnknown("The answer speaks of another map.", "Look at the map's run history.")
        raise doubt
