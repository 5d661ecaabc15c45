"""What synctui.toml may say of a SmartSimple connection and of links that read from it or write to it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import force_setattr

from synctui.links import Options, TargetOptions

RecordType = Literal["report", "company", "user", "sysvar", "levelone", "leveltwo", "levelthree", "transactions"]
WritableType = Literal["company", "user", "sysvar", "levelone", "leveltwo", "levelthree", "transactions"]


class SmartSimpleConnection(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[connections.NAME]` with `kind = "smartsimple"`."""

    url: str
    """https address of the instance; never derived from the alias."""
    companyid: str
    """Root company id."""
    alias: str
    username: str
    """E-mail of an account of type API Access."""
    password: str = ""
    api_version: Literal[1, 2] = 1
    jsonrset: Literal["array", "records"] = "array"
    """Which of the two published shapes an update sends."""
    hourly_calls: Annotated[int, Meta(ge=1, le=1000)] = 800
    """This machine's share of the instance's 1000 calls in any 60 minutes."""
    parallel_pages: Annotated[int, Meta(ge=1, le=8)] = 4

    def __post_init__(self) -> None:
        force_setattr(self, "url", self.url.rstrip("/"))


class Criterion(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One condition; brackets live in `andor`."""

    field: str
    operator: Literal["=", ">", ">=", "<=", "<", "<>", "!=", "like", "not like", "isempty"]
    value: str | int | float
    andor: str = "and"


class SortBy(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One field to sort by."""

    field: str
    direction: Literal["asc", "desc"] = "asc"


class SmartSimpleSource(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.source]` on a SmartSimple connection."""

    record: RecordType
    apitoken: str
    """Token of the List (or Report) function."""
    criteria: tuple[Criterion, ...] = ()
    sortby: tuple[SortBy, ...] = ()
    page_size: Annotated[int, Meta(ge=1, le=10000)] = 500
    reportid: str = ""
    key_field: str = ""
    """The field that criteria can ask for by key."""
    get_apitoken: str = ""
    """Token of a Get function."""
    meta_apitoken: str = ""
    """Token of a Get Meta function."""

    def __post_init__(self) -> None:
        if (self.record == "report") != bool(self.reportid):
            raise ValueError('`reportid` belongs to record = "report", and to no other')

    @property
    def object_name(self) -> str:
        """What the source reads, for the fingerprint."""
        return f"{self.record} {self.reportid}".rstrip()


class SmartSimpleTarget(TargetOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.target]` on a SmartSimple connection."""

    record: WritableType
    apitoken: str
    """Token of the Update function."""
    fields: tuple[str, ...] = ()
    """The Update function's field list: every one is sent, and no other. Empty: the worksheet's columns."""
    marker: str = ""
    """A field that holds a new row's own id, by which a created record can be found again."""

    @property
    def object_name(self) -> str:
        """Where rows go, for the fingerprint."""
        return self.record
