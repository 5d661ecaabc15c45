"""Servers written as functions, and what a Celigo connector is handed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from synctui.connectors.base import Outgoing, Tools
from synctui.connectors.celigo import KIND, Celigo, CeligoConnection, CeligoSource, CeligoTarget
from synctui.connectors.celigo.source import CeligoExport
from synctui.connectors.celigo.target import CeligoImport
from synctui.http.calls import CallDone, Timing
from synctui.http.gate import OpenGate
from synctui.links import ConnectionSettings
from synctui.records import Page, Value
from synctui.secret import Secret

FIXTURES = Path(__file__).parents[2] / "fixtures" / "celigo"
TOKEN = "my_api_token"
QUICK = Timing(connect=0.3, deadline=0.3, attempts=2, total=1.5, pause=0.001)
EXPORT = {"export": "64b0c1d2e3f405162738495a"}
IMPORT = {"import": "64b0c1d2e3f405162738495b"}
VIA = "64b0c1d2e3f4051627384901"


class Nothing:
    """A keyring and a cache that are never asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


class Server:
    """Answers one request after the other, and remembers them; the last answer is repeated."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


def tools(on_call: Callable[[CallDone], None] | None = None) -> Tools:
    nothing: Any = Nothing()
    return Tools(OpenGate(), nothing, nothing, lambda: Secret(TOKEN), Secret, on_call)


def opened(server: Any, timing: Timing = QUICK, **connection: Any) -> Celigo:
    options = msgspec.convert(connection, CeligoConnection)
    settings = ConnectionSettings("crm", KIND, options)
    return Celigo(settings, tools(), transport=httpx.MockTransport(server), timing=timing)


def source(server: Any, link: dict[str, Any] | None = None, **connection: Any) -> CeligoExport:
    return opened(server, **connection).source(msgspec.convert(link or EXPORT, CeligoSource))


def target(server: Any, link: dict[str, Any] | None = None, **connection: Any) -> CeligoImport:
    return opened(server, **connection).target(msgspec.convert(link or IMPORT, CeligoTarget))


async def pull(export: CeligoExport) -> list[Page]:
    return [page async for page in export.pages()]


def rows(*values: dict[str, Value], create: bool = False) -> list[Outgoing]:
    return [Outgoing(f"key:{number}", given, number, create) for number, given in enumerate(values, 1)]


def printed(name: str) -> str:
    """A request or reply of the vendor's pages, as its text."""
    return (FIXTURES / name).read_text(encoding="utf-8")


def reply(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, text=text, headers={"content-type": "application/json; charset=utf-8"})


def state(index: int, **more: Any) -> dict[str, Any]:
    """A paging state as the vendor prints it."""
    return {"searchId": "W", "pageIndex": index, "done": False, "issuedAt": 1512010880 + index, "sig": "ab" * 32} | more
