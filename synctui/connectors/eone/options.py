"""What synctui.toml may say of an eOne SmartConnect connection and of links that read from or write to its maps."""

from __future__ import annotations

from typing import Literal

from msgspec import field
from msgspec.structs import force_setattr

from synctui.links import Options, TargetOptions

RunCall = Literal["RunMapDataTableWithErrors", "RunMapDataTable", "RunMapXml"]
VariablesBody = Literal["list", "envelope"]


class EoneConnection(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[connections.NAME]` with `kind = "eone"`."""

    url: str
    """The company's API Url; a missing scheme means https."""
    company: str
    """Customer Id."""
    username: str
    """E-mail of the user."""
    password: str = ""
    password_form: Literal["rsa", "hmac", "plain"] = "rsa"  # noqa: S105  # a form, no password
    """How the password travels; there is no silent fall-back."""
    login_url: str = "https://login.smartconnect.com"
    """Where the public key for the RSA form comes from."""
    run_variables: VariablesBody = "list"
    """Body of RunMapWithVariables: two shapes are documented, and the wrong one is ignored without a word."""
    data_variables: VariablesBody = "envelope"
    """Body of GetAllDataWithVariables."""
    rows_body: Literal["envelope", "flat"] = "envelope"
    """Body of RunMapDataTable and RunMapDataTableWithErrors; only the envelope carries variables."""

    def __post_init__(self) -> None:
        for name in ("url", "login_url"):
            url = getattr(self, name)
            force_setattr(self, name, (url if "://" in url else f"https://{url}").rstrip("/"))


class EoneSource(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.source]` on an eOne connection."""

    map: str
    """MapId or MapKey of the map whose data source is read."""
    variables: dict[str, str] = field(default_factory=dict)
    """Sent with the read; they take effect where the map's query names them."""

    @property
    def object_name(self) -> str:
        """What the source reads, for the fingerprint."""
        return self.map


class EoneTarget(TargetOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[links.NAME.target]` on an eOne connection."""

    map: str
    """MapId or MapKey."""
    partial: bool | None = None
    """Whether the map saves its good documents when others fail; without it such documents are in doubt."""
    call: RunCall = "RunMapDataTableWithErrors"

    @property
    def object_name(self) -> str:
        """Where rows go, for the fingerprint."""
        return self.map
