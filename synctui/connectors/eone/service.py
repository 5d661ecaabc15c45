"""Calls of one eOne company: the token joins each call, and is renewed once when it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from synctui.connectors.base import Tools
from synctui.connectors.eone.options import EoneConnection
from synctui.connectors.eone.sign_in import SignIn
from synctui.errors import BadReply, Refused, SignInRefused
from synctui.http.calls import Call, Effect, Reply, Timing
from synctui.http.client import HttpClient
from synctui.secret import Secret

JSON = {"Accept": "application/json"}
RUN_SECONDS = 300.0
"""Runs are answered when they end, and the vendor's load balancer gives them 230 s."""
EMPTY_CAUSES = "Check that the API Url is correct and that the user has access to this map."


class Service:
    """The API of one company."""

    def __init__(
        self,
        options: EoneConnection,
        tools: Tools,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        def client(url: str) -> HttpClient:
            return HttpClient(
                url,
                gate=tools.gate,
                breakers=tools.breakers,
                transport=transport,
                timing=timing,
                on_call=tools.on_call,
            )

        self.options = options
        self.tools = tools
        self.http = client(options.url)
        self._login = client(options.login_url)
        self.sign_in = SignIn(options, tools, self.http, self._login)
        self.run_seconds = timing.deadline if timing else RUN_SECONDS

    async def read(self, call: Call) -> Reply:
        """A read whose answer holds something. Raises RemoteError, SettingsError.

        An empty answer is how the service refuses a token as well as a map: the token is checked, and renewed once.
        """
        reply = await self.signed(call)
        if not reply.blank:
            return reply
        token = await self.sign_in.token()
        if not await self.sign_in.valid(token):
            await self.sign_in.renew(token)
            reply = await self.signed(call)
        if reply.blank:
            raise Refused(f"{reply.host} answered “{call.operation}” with nothing at all.", EMPTY_CAUSES)
        return reply

    async def rows(self, call: Call) -> list[dict[str, Any]]:
        """A read whose answer is a list of objects. Raises RemoteError, SettingsError."""
        reply = await self.read(call)
        data = reply.json()
        if isinstance(data, list) and all(isinstance(entry, dict) for entry in data):
            return data
        raise BadReply(f"{reply.name} is not the list that was asked for.", EMPTY_CAUSES)

    async def signed(self, call: Call) -> Reply:
        """Make a call with the token; where it is refused, which is without effect, once more with a new one."""
        token = await self.sign_in.token()
        try:
            return await self.http.call(_with_token(call, token))
        except SignInRefused:
            await self.sign_in.renew(token)
        return await self.http.call(_with_token(call, await self.sign_in.token()))

    async def close(self) -> None:
        """Let go of sockets."""
        await self.http.close()
        await self._login.close()


def _with_token(call: Call, token: Secret) -> Call:
    return replace(call, secret_query={**call.secret_query, "token": token})


def asking(operation: str, path: str, method: str = "POST", **query: str) -> Call:
    """A read that answers in JSON."""
    return Call(operation, path, Effect.READ, method=method, query=query, headers=JSON)


def text_of(entry: Mapping[str, Any], name: str) -> str:
    """A field of an answer as text, found whatever the case of its name; empty where it is absent or null."""
    for key, value in entry.items():
        if key.lower() == name.lower():
            return "" if value is None else str(value)
    return ""
