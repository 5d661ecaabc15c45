"""A user's account in one eOne SmartConnect company."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from synctui.connectors.base import CheckResult, Tools
from synctui.connectors.eone.maps import MapColumn, MapInfo, Maps, PastRun
from synctui.connectors.eone.options import EoneSource, EoneTarget
from synctui.connectors.eone.replies import RunResult, read_run
from synctui.connectors.eone.service import JSON, Service
from synctui.connectors.eone.sign_in import expiry
from synctui.connectors.eone.source import EoneRecords
from synctui.connectors.eone.tables import variables_envelope, variables_list
from synctui.connectors.eone.target import EoneMap
from synctui.errors import BadReply, OutcomeUnknown
from synctui.http.calls import Call, Effect, Timing
from synctui.links import ConnectionSettings


class Eone:
    """Opens sources and targets, lists maps and runs them."""

    def __init__(
        self,
        settings: ConnectionSettings,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises SettingsError for a URL that is neither https nor loopback. Sends nothing."""
        self._service = Service(settings.options, tools, transport, timing)
        self._maps = Maps(self._service)

    async def check(self) -> CheckResult:
        """Sign in and list the maps. Raises RemoteError, SettingsError."""
        maps = await self._maps.all()
        expires = expiry(await self._service.sign_in.token())
        return CheckResult(True, f"Signed in at {self._service.http.host}: {len(maps)} maps.", expires)

    async def maps(self) -> tuple[MapInfo, ...]:
        """The company's maps, read fresh. Raises RemoteError."""
        return await self._maps.all()

    async def columns(self, name: str) -> tuple[MapColumn, ...]:
        """The columns of a map by MapId or MapKey, read fresh. Raises RemoteError, SettingsError."""
        return await self._maps.columns(await self._maps.key(name))

    async def history(self, name: str) -> tuple[PastRun, ...]:
        """A map's newest ten runs, newest first. Raises RemoteError, SettingsError."""
        return await self._maps.history(await self._maps.key(name))

    async def errors_of_run(self, name: str, number: int) -> tuple[Mapping[str, str], ...]:
        """The failed rows that a run of a map saved, with EONERUNERRORS. Raises RemoteError, SettingsError."""
        return await self._maps.errors_of_run(await self._maps.key(name), number)

    async def run(self, name: str, variables: Mapping[str, str]) -> RunResult:
        """Run a map now with its own data source, once.

        Raises SettingsError, and RemoteError as `Target.send` does: OutcomeUnknown where the run may have happened.
        """
        call = self._run_call(await self._maps.key(name), name, variables)
        reply = await self._service.signed(call)
        try:
            return read_run(reply)
        except BadReply as error:
            doubt = OutcomeUnknown(error.message, error.hint)
        raise doubt

    def source(self, query: EoneSource) -> EoneRecords:
        """The source of one link."""
        return EoneRecords(self._service, self._maps, query)

    def target(self, options: EoneTarget) -> EoneMap:
        """The target of one link."""
        return EoneMap(self._service, self._maps, options)

    async def close(self) -> None:
        """Let go of sockets."""
        await self._service.close()

    def _run_call(self, key: str, name: str, variables: Mapping[str, str]) -> Call:
        shape = variables_list if self._service.options.run_variables == "list" else variables_envelope
        return Call(
            f"run map {name}",
            "/RunMapWithVariables" if variables else "/runmap",
            Effect.SEND,
            query={"mapKey": key},
            content=shape(variables) if variables else b"",
            headers=JSON | ({"Content-Type": "application/json"} if variables else {}),
            deadline=self._service.run_seconds,
        )
