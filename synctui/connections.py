"""Opens connections, each with its secret, its call budget, its tokens and its metadata cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from synctui.connectors import connect
from synctui.connectors.base import Connection, Tools
from synctui.errors import SettingsError
from synctui.http.calls import CallDone
from synctui.http.gate import Gate, OpenGate
from synctui.links import ConnectionSettings
from synctui.settings import Settings, connection_secret, find_secret
from synctui.store.budget import Budget
from synctui.store.metadata import MetadataCache
from synctui.store.tokens import KeyringTokens, read_keyring


class Connections:
    """All connections of one settings file, opened on first use."""

    def __init__(self, settings: Settings, home: Path, on_call: Callable[[CallDone], None]) -> None:
        self._settings, self._home, self._on_call = settings, home, on_call
        self._open: dict[str, Connection] = {}
        self._budgets: dict[str, Budget] = {}
        self.cache = MetadataCache(home)

    def get(self, settings: ConnectionSettings) -> Connection:
        """A connection; nothing is sent yet."""
        if settings.name not in self._open:
            self._open[settings.name] = connect(settings, self._tools(settings))
        return self._open[settings.name]

    def of_kind(self, settings: ConnectionSettings, kind: str) -> Any:
        """A connection with all that its kind can do. Raises SettingsError for one of another kind."""
        if settings.kind.name != kind:
            own = settings.kind.name
            raise SettingsError(f"The connection {settings.name!r} is of kind {own}.", f"Name one of kind {kind}.")
        return self.get(settings)

    def budget(self, settings: ConnectionSettings) -> Budget | None:
        """The ledger of calls of a connection's instance; None where its system sets no limit."""
        limit = getattr(settings.options, "hourly_calls", None)
        if limit is None:
            return None
        if settings.name not in self._budgets:
            self._budgets[settings.name] = Budget(self._home, settings.options.url, limit)
        return self._budgets[settings.name]

    def _tools(self, settings: ConnectionSettings) -> Tools:
        gate: Gate = self.budget(settings) or OpenGate()
        return Tools(
            gate=gate,
            tokens=KeyringTokens(),
            metadata=self.cache.of(_account(settings)),
            password=lambda: connection_secret(settings, read_keyring),
            secret=lambda setting: find_secret(setting, read_keyring),
            on_call=self._on_call,
        )

    async def close(self) -> None:
        """Let go of all sockets and files."""
        for connection in self._open.values():
            await connection.close()
        for budget in self._budgets.values():
            budget.close()
        self.cache.close()


def _account(settings: ConnectionSettings) -> str:
    """Names an account in the cache: what one user of one instance sees, another may not."""
    options = settings.options
    parts = (settings.kind.name, *(getattr(options, name, "") for name in ("url", "companyid", "company", "username")))
    return " ".join(part for part in parts if part)
