"""Opens connections, each with its secret, its call budget, its tokens and its metadata cache."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synctui.connectors import connect
from synctui.connectors.base import Connection, Tools
from synctui.costs import Cost
from synctui.errors import SettingsError
from synctui.http.breaker import Breakers
from synctui.http.calls import CallDone
from synctui.http.gate import Gate, OpenGate, Patience, Urgency
from synctui.links import ConnectionSettings
from synctui.planning.plan import Plan
from synctui.push.pace import AtOnce, BudgetPace, Pace
from synctui.settings import Settings, connection_secret, find_secret
from synctui.store.budget import Budget
from synctui.store.budget_gate import BudgetGate
from synctui.store.metadata import AccountMetadata, MetadataCache
from synctui.store.tokens import KeyringTokens, read_keyring


class Connections:
    """All connections of one settings file, opened on first use: one for each urgency, with all else in common."""

    def __init__(
        self, settings: Settings, home: Path, on_call: Callable[[CallDone], None], patience: Patience | None = None
    ) -> None:
        """With `patience`, pulls and pushes wait where the call budget is spent."""
        self._settings, self._home, self._on_call, self._patience = settings, home, on_call, patience
        self._urgency = Urgency.INTERACTIVE
        self._open: dict[tuple[str, Urgency], Connection] = {}
        self._gates: dict[tuple[str, Urgency], BudgetGate] = {}
        self._budgets: dict[str, Budget] = {}
        self._tokens, self._breakers = KeyringTokens(), Breakers()
        self.cache = MetadataCache(home)

    def at(self, urgency: Urgency) -> Connections:
        """The same connections, for calls of this urgency."""
        others = copy.copy(self)
        others._urgency = urgency
        return others

    def get(self, settings: ConnectionSettings) -> Connection:
        """A connection; nothing is sent yet."""
        place = settings.name, self._urgency
        if place not in self._open:
            self._open[place] = connect(settings, self._tools(settings))
        return self._open[place]

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

    def gate(self, settings: ConnectionSettings) -> BudgetGate | None:
        """The way to a connection's budget; None where its system sets no limit."""
        budget, place = self.budget(settings), (settings.name, self._urgency)
        if budget is None:
            return None
        if place not in self._gates:
            self._gates[place] = BudgetGate(budget, self._urgency, self._waiting)
        return self._gates[place]

    def pace(self, plan: Plan) -> Pace:
        """When a push by this plan may send its batches."""
        gate = self.gate(self._settings.connection(plan.connection))
        return AtOnce(self._waiting) if gate is None else BudgetPace(gate, plan)

    def cost(self, settings: ConnectionSettings, calls: int | None) -> Cost | None:
        """What so many calls would cost a connection's budget; None where its system sets no limit."""
        budget = self.budget(settings)
        return budget.cost(calls, self._urgency) if budget else None

    def metadata(self, settings: ConnectionSettings) -> AccountMetadata:
        """What is cached of a connection's account."""
        return self.cache.of(_account(settings))

    @property
    def _waiting(self) -> Patience | None:
        return None if self._urgency is Urgency.INTERACTIVE else self._patience

    def _tools(self, settings: ConnectionSettings) -> Tools:
        gate: Gate = self.gate(settings) or OpenGate(self._waiting)
        return Tools(
            gate=gate,
            tokens=self._tokens,
            metadata=self.metadata(settings),
            password=lambda: connection_secret(settings, read_keyring),
            secret=lambda setting: find_secret(setting, read_keyring),
            on_call=self._on_call,
            breakers=self._breakers,
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
