"""Reads the data source of a map: all its rows in one answer.

The vendor's REST API reference: GetAllData, GetAllDataWithVariables.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from synctui.connectors.base import CheckResult
from synctui.connectors.eone.maps import Maps
from synctui.connectors.eone.options import EoneSource
from synctui.connectors.eone.service import Service
from synctui.connectors.eone.tables import variables_envelope, variables_list
from synctui.connectors.eone.xml_in import parse_xml, rows_of
from synctui.http.calls import Call, Effect, Reply
from synctui.http.json_text import parse_json
from synctui.records import Choice, Key, Page, Record

ACCEPT = {"Accept": "application/xml"}
REAL_TIME = "The map gave no rows: a map with a real-time data source gives none by this way."


class EoneRecords:
    """The source of one link."""

    id_columns: tuple[str, ...] = ()

    def __init__(self, service: Service, maps: Maps, options: EoneSource) -> None:
        self._service = service
        self._maps = maps
        self._options = options
        self.notices: list[str] = []
        """What the user should know of the last pull."""

    def read_only(self, _column: str) -> bool:
        """Nothing is known of it."""
        return False

    def column_types(self) -> Mapping[str, str]:
        """None: every value is text."""
        return {}

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        """None: nothing is known of them."""
        return {}

    rereadable = False

    async def read_again(self, _keys: Sequence[Key], /) -> Mapping[Key, Record]:
        """None: a data source gives all its rows or none."""
        return {}

    async def pages(self) -> AsyncGenerator[Page, None]:
        """All rows as one page. Raises RemoteError, SettingsError."""
        self.notices.clear()
        key = await self._maps.key(self._options.map)
        columns = await self._maps.source_columns(key)
        records = read_data(await self._service.read(self._call(key)), columns)
        if not records:
            self.notices.append(REAL_TIME)
        yield Page(records, 1, len(records))

    async def probe(self) -> CheckResult:
        """Read the map's columns, which proves the map and the right to it. Raises RemoteError, SettingsError."""
        columns = await self._maps.source_columns(await self._maps.key(self._options.map))
        return CheckResult(True, f"{self._options.map}: {len(columns)} columns.")

    def _call(self, key: str) -> Call:
        variables = self._options.variables
        shape = variables_envelope if self._service.options.data_variables == "envelope" else variables_list
        return Call(
            f"data of {self._options.map}",
            "/GetAllDataWithVariables" if variables else "/GetAllData",
            Effect.READ,
            query={"mapKey": key},
            content=shape(variables) if variables else b"",
            headers=ACCEPT | ({"Content-Type": "application/json"} if variables else {}),
            deadline=self._service.run_seconds,
        )


def read_data(reply: Reply, columns: Sequence[str]) -> tuple[Record, ...]:
    """The rows of a GetAllData answer: XML within an XML (or JSON) string, every column in every record.

    Names are matched to `columns` whatever their case; a column beyond them is kept. Raises BadReply.
    """
    text = reply.text.strip()
    if text.startswith('"'):
        inner = str(parse_json(text, reply.name))
    else:
        outer = parse_xml(text, reply.name)
        inner = text if outer.children else outer.text
    if not inner.strip():
        return ()
    spelling = {name.lower(): name for name in columns}
    table = rows_of(parse_xml(inner, reply.name))
    rows = [{spelling.get(name.lower(), name): text for name, text in row.items()} for row in table]
    every = dict.fromkeys([*columns, *(name for row in rows for name in row)], "")
    return tuple(every | row for row in rows)
