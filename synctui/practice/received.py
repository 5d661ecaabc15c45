"""What the practice services received, kept for those who check what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

CREDENTIALS = frozenset({"password", "username", "apitoken", "token", "email"})


@dataclass(frozen=True, slots=True)
class Received:
    """One call that reached a service."""

    service: str
    """`smartsimple`, `eone` or `login`."""
    operation: str
    """The operation's place in the list of faults, such as `eone.run`."""
    time: datetime
    method: str = "POST"
    path: str = ""
    """As it was sent, without the query."""
    call: str = ""
    """eOne's method, such as `RunMapDataTableWithErrors`; SmartSimple's action."""
    function: str = ""
    """The SmartSimple function's caption, or the eOne map's MapId; empty when it is unknown."""
    shape: str = ""
    """Of pushed rows: `flat`, `envelope`, `dataset` or `xml`; of variables alone: `list` or `envelope`.
    Of a jsonrset: `array` or `records`."""
    rows: tuple[Mapping[str, str | None], ...] = ()
    """Pushed rows as they were understood: column -> text, None for NULL."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables as they were understood."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Form or query parameters, credentials masked."""
    body_bytes: int = 0
    fault: str = ""
    """The fault that the call met."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values, the time as ISO text."""
        return asdict(self) | {"time": self.time.isoformat()}


def masked(parameters: Mapping[str, str]) -> dict[str, str]:
    """Parameters without the values of credentials."""
    return {name: "***" if name.lower() in CREDENTIALS else value for name, value in parameters.items()}
