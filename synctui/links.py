"""Links and connections as the settings describe them, and what a kind of connection declares of its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from synctui.choices import parse
from synctui.records import Choice, ColumnType

Blanks = Literal["clear", "leave", "refuse"]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every table of options in synctui.toml: unknown keys are errors, and no repr shows a secret."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return [(name, "***" if value and name.endswith(("password", "token")) else value) for name, value in shown]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class TargetOptions(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every kind of target understands, beside its own options."""

    columns: dict[str, str] = {}
    """Target column -> worksheet column; empty: equal names pair."""
    variables: dict[str, str] = {}
    batch_rows: Annotated[int, msgspec.Meta(ge=1)] = 100
    """Rows in one call; also bounded by 1 MB."""
    upsert: bool = False
    """Sending a row twice is harmless on this target."""
    exclusive: bool = False
    """Nobody else runs this map, so its run history is proof."""
    formats: dict[str, str] = {}
    """Target column or variable -> how it wants dates and numbers."""
    new_keys: Literal["create", "refuse"] | None = None
    """What a key that the source never gave means."""
    blanks: Blanks | dict[str, Blanks] = "clear"
    """What an emptied cell means, for all columns or per target column; a worksheet's header will do too."""
    options: dict[str, str] = {}
    """Worksheet column -> `code=caption;...`; wins over metadata."""
    settle_minutes: float = 15
    """How long a run may take before its absence is evidence."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of connection declares."""

    name: str
    connection: type[Options]
    source: type[Options] | None
    target: type[TargetOptions] | None
    connect: Callable[..., Any]
    """`connect(ConnectionSettings, Tools) -> Connection`; sends nothing."""
    secret: Literal["password", "token"]
    """The setting that holds the connection's secret."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """A named account on one system."""

    name: str
    kind: Kind
    options: Any
    """An instance of `kind.connection`."""
    environment: str = ""
    """Free text such as "production", shown in plans and screens."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A link's source or target: a connection and its options."""

    connection: ConnectionSettings
    options: Any
    """An instance of the kind's `source` or `target` options."""


@dataclass(frozen=True, slots=True)
class Link:
    """One worksheet tied to one source and at most one target."""

    name: str
    key: tuple[str, ...]
    """Key columns, by the source's names."""
    source: Endpoint
    target: Endpoint | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)

    @property
    def one_system(self) -> bool:
        """Whether source and target are one account: what the source refuses to have written is then read-only."""
        return self.target is not None and self.target.connection.name == self.source.connection.name

    @property
    def choices(self) -> Mapping[str, tuple[Choice, ...]]:
        """Worksheet column -> the options that the settings give it."""
        options: TargetOptions | None = self.target.options if self.target else None
        return {header: parse(text) for header, text in options.options.items()} if options else {}

    @property
    def fingerprint(self) -> dict[str, str]:
        """What must agree between a passport and the settings before a push: no secret, no user name."""
        answer = {f"source {k}": v for k, v in describe(self.source).items()}
        if self.target is not None:
            answer |= {f"target {k}": v for k, v in describe(self.target).items()}
        return answer


def describe(endpoint: Endpoint) -> dict[str, str]:
    """The parts of an endpoint that tell one environment from another: kind, url, company, environment, object."""
    options = endpoint.connection.options
    told = {
        "kind": endpoint.connection.kind.name,
        "url": getattr(options, "url", "") or getattr(options, "region", ""),
        "company": getattr(options, "companyid", "") or getattr(options, "company", ""),
        "environment": endpoint.connection.environment,
        "object": endpoint.options.object_name,
    }
    return {name: str(value) for name, value in told.items() if value}
