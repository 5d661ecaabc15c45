"""What connector tests hand in: tools that keep everything in memory, and servers written as functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from synctui.connectors import kind
from synctui.connectors.base import Tools
from synctui.http.calls import CallDone, Timing
from synctui.http.gate import Gate, OpenGate
from synctui.links import ConnectionSettings
from synctui.secret import Secret

FIXTURES = Path(__file__).parents[1] / "fixtures"
QUICK = Timing(connect=0.3, deadline=0.3, attempts=2, total=1.0, pause=0.001)
Handler = Callable[[httpx.Request], httpx.Response]


class MemoryTokens:
    """Tokens as a keyring would keep them."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Secret, datetime | None]] = {}

    def get(self, name: str) -> Secret | None:
        found = self.kept.get(name)
        return None if found is None or (found[1] and found[1] <= datetime.now(found[1].tzinfo)) else found[0]

    def put(self, name: str, token: Secret, expires: datetime | None) -> None:
        self.kept[name] = (token, expires)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


class MemoryCache(dict[str, Any]):
    """A metadata cache; JSON values only, as the real one."""

    def put(self, name: str, value: Any) -> None:
        self[name] = msgspec.json.decode(msgspec.json.encode(value))


def tools(
    *, gate: Gate | None = None, password: str = "pa&s+w%rd", on_call: Callable[[CallDone], None] | None = None
) -> Tools:
    return Tools(
        gate=gate or OpenGate(),
        tokens=MemoryTokens(),
        metadata=MemoryCache(),
        password=lambda: Secret(password),
        secret=lambda setting: Secret(setting.removeprefix("env:")),
        on_call=on_call,
    )


def settings(kind_name: str, options: dict[str, Any]) -> ConnectionSettings:
    declared = kind(kind_name)
    return ConnectionSettings("test", declared, msgspec.convert(options, declared.connection))


def fixture(name: str) -> str:
    return (FIXTURES / name).read_text(encoding="utf-8")
