"""A token's account in one region of Celigo."""

from __future__ import annotations

import re

import httpx

from synctui.connectors.base import CheckResult, Tools
from synctui.connectors.celigo.caller import Caller
from synctui.connectors.celigo.options import CeligoSource, CeligoTarget
from synctui.connectors.celigo.refusals import NotThere, spoken
from synctui.connectors.celigo.resources import Resource, list_resources
from synctui.connectors.celigo.source import CeligoExport
from synctui.connectors.celigo.target import CeligoImport
from synctui.errors import BadReply, Refused, SettingsError
from synctui.http.calls import Reply, Timing
from synctui.links import ConnectionSettings

RESOURCE_ID = re.compile("[0-9A-Za-z_-]{1,64}")
"""Never anything that could change a path."""


class Celigo:
    """Opens sources and targets, lists what links can name."""

    def __init__(
        self,
        settings: ConnectionSettings,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises SettingsError for a URL that is neither https nor loopback. Sends nothing."""
        self._caller = Caller(settings.options, tools, transport, timing)

    async def check(self) -> CheckResult:
        """Ask whose token it is. Raises RemoteError, SettingsError."""
        reply = await self._caller.get("check of the token", "/tokenInfo")
        told = reply.json()
        if not isinstance(told, dict) or not told.get("_userId"):
            raise BadReply(f"{reply.name} does not tell whose token it is.", "Check the region or url in synctui.toml.")
        scope = "" if told.get("scope") in (None, "*") else ", a custom token"
        return CheckResult(True, f"signed in at {self._caller.http.host}{scope}")

    async def connections(self) -> tuple[Resource, ...]:
        """The account's connections. Raises RemoteError."""
        return await list_resources(self._caller, "connections")

    async def exports(self) -> tuple[Resource, ...]:
        """The account's saved exports. Raises RemoteError."""
        return await list_resources(self._caller, "exports")

    async def imports(self) -> tuple[Resource, ...]:
        """The account's saved imports. Raises RemoteError."""
        return await list_resources(self._caller, "imports")

    async def ping(self, connection: str) -> CheckResult:
        """Whether Celigo reaches the system behind a connection; a failure of that is an answer. Raises RemoteError.

        The vendor's page gives GET, its own client posts: the second is tried where the first is not there.
        Raises SettingsError for what can be no id.
        """
        if not RESOURCE_ID.fullmatch(connection):
            raise SettingsError(f"{connection!r} is not the id of a connection.", "List them; ids stand in front.")
        try:
            return _pinged(await self._ping(connection))
        except NotThere:
            raise
        except Refused as error:
            return CheckResult(False, error.message, error=error)

    def source(self, query: CeligoSource) -> CeligoExport:
        """The source of one link."""
        return CeligoExport(self._caller, query)

    def target(self, options: CeligoTarget) -> CeligoImport:
        """The target of one link."""
        return CeligoImport(self._caller, options)

    async def close(self) -> None:
        """Let go of sockets."""
        await self._caller.http.close()

    async def _ping(self, connection: str) -> Reply:
        operation, path = f"ping of {connection}", f"/connections/{connection}/ping"
        try:
            return await self._caller.get(operation, path)
        except NotThere:
            return await self._caller.ask(operation, path, b"{}")


def _pinged(reply: Reply) -> CheckResult:
    """Success has no errors, and a code of 200 if any: a failed ping may come with HTTP 200 as well."""
    told = {} if reply.blank else reply.json()
    if isinstance(told, dict) and not told.get("errors") and str(told.get("code", 200)) == "200":
        return CheckResult(True, "the connection answers")
    failed = Refused(f"The system behind the connection does not answer: {spoken(reply)}", "Look at it in Celigo.")
    return CheckResult(False, failed.message, error=failed)
