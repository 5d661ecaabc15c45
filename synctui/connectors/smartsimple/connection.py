"""An account on a SmartSimple instance."""

from __future__ import annotations

import httpx

from synctui.connectors.base import CheckResult, Tools
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.options import SmartSimpleSource, SmartSimpleTarget
from synctui.connectors.smartsimple.refusals import FunctionRefused
from synctui.connectors.smartsimple.source import SmartSimpleRecords
from synctui.connectors.smartsimple.target import SmartSimpleFunction
from synctui.http.calls import Timing
from synctui.links import ConnectionSettings
from synctui.secret import Secret


class SmartSimple:
    """Opens sources and targets."""

    def __init__(
        self,
        settings: ConnectionSettings,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises SettingsError for a URL that is neither https nor loopback. Sends nothing."""
        self._parallel_pages: int = settings.options.parallel_pages
        self._caller = Caller(settings.options, tools, transport, timing)

    async def check(self) -> CheckResult:
        """Post without naming a function: only a wrong sign-in is answered with 401. Raises RemoteError."""
        detail = f"Signed in at {self._caller.http.host}."
        try:
            reply = await self._caller.ask("sign-in check", "levelone", Secret(""), {})
        except FunctionRefused:
            return CheckResult(True, detail)
        if not reply.blank:
            reply.json()
        return CheckResult(True, detail)

    def source(self, query: SmartSimpleSource) -> SmartSimpleRecords:
        """The source of one link."""
        return SmartSimpleRecords(self._caller, query, self._parallel_pages)

    def target(self, options: SmartSimpleTarget) -> SmartSimpleFunction:
        """The Update function that one link writes to."""
        return SmartSimpleFunction(self._caller, options)

    async def close(self) -> None:
        """Let go of sockets."""
        await self._caller.http.close()
