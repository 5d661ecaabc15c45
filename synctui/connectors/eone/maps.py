"""What a company's maps are: their list, columns and run history.

The vendor's REST API reference: GetMapList, GetMapColumns, GetMappedMapColumns, GetHistoryForProcess,
GetErrorsForProcessRun.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from synctui.connectors.eone.service import Service, asking, text_of
from synctui.errors import BadReply, SettingsError

MAP_KEY = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class MapInfo:
    """A map as the list shows it."""

    key: str
    """MapKey, a GUID."""
    id: str
    """MapId, a name."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MapColumn:
    """A column of a map's data source."""

    name: str
    key: bool
    """`IsRequired`: it is among the columns that group rows into documents."""
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class PastRun:
    """One entry of a map's history."""

    number: int
    date: str
    """As the service writes it, without a zone."""
    documents: int
    failed: int
    errors_saved: bool


class Maps:
    """Looks maps up in one company."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cache_name = f"eone maps {service.options.url} {service.options.company}"

    async def all(self) -> tuple[MapInfo, ...]:
        """Every map but the real-time ones, which the service does not list. Raises RemoteError."""
        listed = await self._service.rows(asking("list of maps", "/GetMapList"))
        rows = [[text_of(entry, name) for name in ("MapKey", "MapId", "MapDescription")] for entry in listed]
        self._service.tools.metadata.put(self._cache_name, rows)
        return tuple(MapInfo(*row) for row in rows)

    async def key(self, name: str) -> str:
        """The MapKey for a MapId; a MapKey stays as it is. Raises RemoteError, and SettingsError for none or two."""
        if MAP_KEY.fullmatch(name):
            return name
        known = _only_key(name, self._cached())
        if known:
            return known
        maps = await self.all()
        return _only_key(name, maps) or _unknown(name, maps)

    async def columns(self, key: str) -> tuple[MapColumn, ...]:
        """The columns of a map's data source, read fresh. Raises RemoteError."""
        every = await self._columns(key, "/GetMapColumns")
        mapped = {text_of(entry, "ColumnName").lower() for entry in await self._columns(key, "/GetMappedMapColumns")}
        names = ((text_of(entry, "ColumnName"), entry) for entry in every)
        return tuple(
            MapColumn(name, text_of(entry, "IsRequired").lower() == "true", name.lower() in mapped)
            for name, entry in names
        )

    async def source_columns(self, key: str) -> tuple[str, ...]:
        """Names of the columns of a map's data source. Raises RemoteError."""
        return tuple(text_of(entry, "ColumnName") for entry in await self._columns(key, "/GetMapColumns"))

    async def history(self, key: str) -> tuple[PastRun, ...]:
        """The newest ten runs, newest first. Raises RemoteError."""
        listed = await self._service.rows(asking("run history", "/GetHistoryForProcess", "GET", processId=key))
        runs = [_past_run(entry) for entry in listed]
        return tuple(sorted(runs, key=lambda run: run.number, reverse=True))

    async def errors_of_run(self, key: str, number: int) -> tuple[Mapping[str, str], ...]:
        """The failed rows that a run saved: the first 1000 per tenant, with EONERUNERRORS. Raises RemoteError."""
        call = asking("errors of a run", "/GetErrorsForProcessRun", "GET", processId=key, runNumber=str(number))
        reply = await self._service.read(call)
        data = reply.json()
        tenants = data.get("runTenants") if isinstance(data, dict) else None
        if not isinstance(tenants, list):
            raise BadReply(f"{reply.name} holds no errors of a run.", "Check that the map saves its errors.")
        return tuple(_texts(row) for tenant in tenants for row in _data_rows(tenant))

    async def _columns(self, key: str, path: str) -> list[dict[str, Any]]:
        listed = await self._service.rows(asking("columns of the map", path, mapKey=key))
        if all(text_of(entry, "ColumnName") for entry in listed):
            return listed
        raise BadReply("The service listed a column without a name.", "Look at the map's data source.")

    def _cached(self) -> tuple[MapInfo, ...]:
        rows = self._service.tools.metadata.get(self._cache_name)
        try:
            return tuple(MapInfo(*map(str, row)) for row in rows or ())
        except TypeError:
            return ()


def _only_key(name: str, known: Sequence[MapInfo]) -> str:
    exact = [entry.key for entry in known if entry.id == name]
    found = exact or [entry.key for entry in known if entry.id.lower() == name.lower()]
    if len(found) > 1:
        raise SettingsError(f"{len(found)} maps bear the MapId {name!r}.", f"Use a MapKey: {', '.join(found)}.")
    return found[0] if found else ""


def _unknown(name: str, known: Sequence[MapInfo]) -> str:
    near = get_close_matches(name.lower(), [entry.id.lower() for entry in known], 3, 0.5)
    nearest = ", ".join(entry.id for entry in known if entry.id.lower() in near)
    hint = f"The nearest is {nearest}." if nearest else "See `synctui maps`; a real-time map is found by MapKey only."
    raise SettingsError(f"There is no map {name!r}.", hint)


def _past_run(entry: Mapping[str, Any]) -> PastRun:
    number, documents, failed = (_whole(text_of(entry, n)) for n in ("RunNumber", "RecordCount", "ErrorCount"))
    return PastRun(number, text_of(entry, "RunDate"), documents, failed, text_of(entry, "ErrorsSaved") == "True")


def _whole(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise BadReply("The run history holds a number that is none.", "Try again.")


def _data_rows(tenant: Any) -> list[dict[str, Any]]:
    data = tenant.get("errorData") if isinstance(tenant, dict) else None
    rows = data.get("dataRows") if isinstance(data, dict) else None
    return [row for row in rows or () if isinstance(row, dict)]


def _texts(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}
