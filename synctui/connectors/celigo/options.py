"""What synctui.toml may say of a Celigo connection and of links that read its exports or write to its imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, field
from msgspec.structs import force_setattr

from synctui.links import Options, TargetOptions

REGIONS = {"na": "https://api.integrator.io", "eu": "https://api.eu.integrator.io"}
"""Region -> address; their tenants are isolated from each other (developer.celigo.com, API reference)."""

ResourceId = Annotated[str, Meta(pattern="^[0-9A-Za-z_-]*$", max_length=64)]
"""An `_id`: 24 hex digits as a rule, and never anything that could change a path."""


class CeligoConnection(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[connections.NAME]` with `kind = "celigo"`."""

    region: Literal["na", "eu"] = "na"
    url: str = ""
    """Address of the API in place of the region's; it may end in `/v1`."""
    token: str = ""

    def __post_init__(self) -> None:
        url = self.url if "://" in self.url or not self.url else f"https://{self.url}"
        force_setattr(self, "url", url.rstrip("/").removesuffix("/v1").rstrip("/"))

    @property
    def base_url(self) -> str:
        """Where all calls go: `https://api.integrator.io/v1`."""
        return f"{self.url or REGIONS[self.region]}/v1"


class CeligoSource(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.source]` on a Celigo connection: a saved export, or a virtual one on a saved connection."""

    export: ResourceId = ""
    """`_id` of a saved export."""
    via: ResourceId = ""
    """`_id` of the Celigo connection that a virtual export uses."""
    body: dict[str, Any] = field(default_factory=dict)
    """The virtual export itself."""
    page_size: Annotated[int, Meta(ge=1, le=1000)] | None = None
    """Records in one page of a virtual export; a saved one has its own."""
    paged: bool = True
    """False: the whole virtual export in one answer."""

    def __post_init__(self) -> None:
        _check_pair("export", self.export, self.via, self.body)
        if self.export and (self.page_size is not None or not self.paged):
            raise ValueError("`page_size` and `paged` belong to `via`: a saved export has its own pages")

    @property
    def object_name(self) -> str:
        """What the source reads, for the fingerprint."""
        return f"export {self.export}" if self.export else f"virtual export on {self.via}"


class CeligoTarget(TargetOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.target]` on a Celigo connection: a saved import, or a virtual one on a saved connection."""

    import_: ResourceId = field(default="", name="import")
    """`_id` of a saved import."""
    via: ResourceId = ""
    """`_id` of the Celigo connection that a virtual import uses."""
    body: dict[str, Any] = field(default_factory=dict)
    """The virtual import itself."""
    batch_rows: Annotated[int, Meta(ge=1)] = 50
    """Rows in one call: each of them is a call to the system behind Celigo, and all of them have 360 s."""

    def __post_init__(self) -> None:
        _check_pair("import", self.import_, self.via, self.body)
        if self.variables:
            raise ValueError("a Celigo import takes no `variables`")

    @property
    def object_name(self) -> str:
        """Where rows go, for the fingerprint."""
        return f"import {self.import_}" if self.import_ else f"virtual import on {self.via}"


def _check_pair(name: str, saved: str, via: str, body: Mapping[str, Any]) -> None:
    """Raises ValueError unless exactly one of both ways is described, and in full."""
    if bool(saved) == bool(via):
        raise ValueError(f"it needs either `{name}` or `via` with `body`")
    if bool(via) != bool(body):
        raise ValueError("`via` and `body` belong together")
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError("`body` holds something that JSON cannot carry: write dates as text") from None
