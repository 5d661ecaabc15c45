"""Calls Celigo's API: JSON both ways, the bearer token joined to each call below the line where it could be seen."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from synctui.connectors.base import Tools
from synctui.connectors.celigo.options import CeligoConnection
from synctui.connectors.celigo.refusals import RateLimited, judge
from synctui.http.calls import Call, Effect, Reply, Timing
from synctui.http.client import HttpClient
from synctui.http.failures import budget_spent
from synctui.secret import Secret

JSON = {"Accept": "application/json"}
JSON_BODY = JSON | {"Content-Type": "application/json"}
SECONDS = 30.0
"""What the vendor's own client gives a call."""
WORK_SECONDS = 360.0
"""What it gives an export or import that runs while its caller waits."""


class Caller:
    """One token's way to its region."""

    def __init__(
        self,
        options: CeligoConnection,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises SettingsError for a URL that is neither https nor loopback. Sends nothing."""
        self.options = options
        self._tools = tools
        self._work_seconds = timing.deadline if timing else WORK_SECONDS
        self.http = HttpClient(
            options.base_url,
            gate=tools.gate,
            breakers=tools.breakers,
            judge=judge,
            transport=transport,
            timing=timing or Timing(deadline=SECONDS),
            on_call=tools.on_call,
        )

    async def get(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Read a document or list. Raises RemoteError, SettingsError."""
        call = Call(operation, path, Effect.READ, "GET", query or {}, headers=JSON, secret_headers=self._token())
        return await self._read(call)

    async def ask(self, operation: str, path: str, body: bytes) -> Reply:
        """Read by posting a question, which the far system may take minutes to answer. Raises as `get`."""
        return await self._read(self._posted(operation, path, body, Effect.READ))

    async def send(self, operation: str, path: str, body: bytes) -> Reply:
        """Post rows, once. Raises RemoteError as `Target.send` does."""
        return await self.http.call(self._posted(operation, path, body, Effect.SEND))

    async def _read(self, call: Call) -> Reply:
        while True:
            try:
                return await self.http.call(call)
            except RateLimited as error:
                spent = budget_spent(error.message, error.retry_after)
            if not await self._tools.gate.again(spent):
                raise spent

    def _posted(self, operation: str, path: str, body: bytes, effect: Effect) -> Call:
        return Call(
            operation,
            path,
            effect,
            content=body,
            headers=JSON_BODY,
            secret_headers=self._token(),
            deadline=self._work_seconds,
        )

    def _token(self) -> dict[str, Secret]:
        return {"Authorization": Secret(f"Bearer {self._tools.password().reveal()}")}
