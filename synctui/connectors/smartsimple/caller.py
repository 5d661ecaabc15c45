"""Posts to SmartSimple's endpoints: form fields with the credentials among them, JSON inside the fields.

SmartSimple wiki, "SmartConnect - RESTful API", Posting Endpoints and Message Body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx

from synctui.connectors.base import Tools
from synctui.connectors.smartsimple.options import SmartSimpleConnection
from synctui.connectors.smartsimple.refusals import judge
from synctui.http.calls import Call, Effect, Reply, Timing
from synctui.http.client import HttpClient
from synctui.secret import Secret

WRITE_SECONDS = 300.0
"""Formulas, workflows and status triggers run for every record before an update is answered."""


class Caller:
    """One account's way to its instance."""

    def __init__(
        self,
        options: SmartSimpleConnection,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.options = options
        self.tools = tools
        self._write_seconds = timing.deadline if timing else WRITE_SECONDS
        self.http = HttpClient(
            options.url,
            gate=tools.gate,
            breakers=tools.breakers,
            judge=judge,
            transport=transport,
            timing=timing,
            on_call=tools.on_call,
        )

    async def ask(self, action: str, record: str, apitoken: Secret, fields: Mapping[str, str]) -> Reply:
        """Read through the function that `apitoken` names. Raises RemoteError, SettingsError."""
        return await self.http.call(self._call(action, record, apitoken, fields, Effect.READ))

    async def send(self, action: str, record: str, apitoken: Secret, fields: Mapping[str, str]) -> Reply:
        """Write through the function that `apitoken` names: once, over a connection of its own. Raises RemoteError."""
        call = self._call(action, record, apitoken, fields, Effect.SEND)
        return await self.http.call(replace(call, deadline=self._write_seconds))

    def _call(self, action: str, record: str, apitoken: Secret, fields: Mapping[str, str], effect: Effect) -> Call:
        form = {**fields, **self._credentials(), "apitoken": apitoken}
        path = f"/API/{self.options.api_version}/{record}/"
        return Call(f"{action} {record}", path, effect, form=form)

    def _credentials(self) -> dict[str, str | Secret]:
        options = self.options
        return {
            "username": options.username,
            "password": self.tools.password(),
            "companyid": options.companyid,
            "alias": options.alias,
        }
