"""How the services answer where the vendors' documents leave room; changed while they run."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "error_style": ("empty200", "json200", "json4xx", "plain"),
    "limit_style": ("200", "403", "429"),
    "strict_variables": ("", "list", "envelope"),
    "sign_in_forms": ("any", "rsa", "hmac", "plain"),
    "refused_login": ("401", "empty", "null"),
    "expired": ("401", "empty"),
    "wrong_map": ("200", "204"),
    "error_rows": ("document", "row"),
    "bad_rows": ("document", "400", "413", "422"),
    "update_fields": ("strict", "lenient"),
    "update_status": ("mixed", "lower", "capitals"),
    "update_stores": ("as_sent", "tidied", "nothing"),
}


@dataclass(slots=True)
class Switches:
    """One choice per open question; the first of `CHOICES` is the default."""

    error_style: str = "empty200"
    """SmartSimple, a wrong apitoken, record id or endpoint: an empty 200, the text in JSON (200 or 400), or plain."""
    limit_style: str = "200"
    """SmartSimple, the status that comes with the text for a spent hour."""
    strict_variables: str = ""
    """eOne: the only body of variables that is bound; the other is ignored, and the map runs with its defaults."""
    sign_in_forms: str = "any"
    """eOne: which forms of the password GetToken takes."""
    refused_login: str = "401"
    """eOne: what GetToken answers to wrong credentials."""
    expired: str = "401"
    """eOne: what an invalid or expired token gets."""
    wrong_map: str = "200"
    """eOne: the status of the empty answer for an unknown map or another company's."""
    error_rows: str = "document"
    """eOne: does the Errors table list every row of a failed document, or the rows at fault."""
    bad_rows: str = "document"
    """eOne: rows at fault fail their document, or the whole call is turned down with this status and no word of why."""
    update_fields: str = "strict"
    """SmartSimple: a record with fields missing or to spare is refused, or its missing fields are blanked."""
    update_status: str = "mixed"
    """SmartSimple: how the status of an applied record is written: in capitals and lower case by turns, or in one."""

    update_stores: str = "as_sent"
    """SmartSimple: an applied record holds what was sent; or spaces around texts are cut and money is rounded to whole
    units; or, though the answer says that it was updated, its custom fields stay as they were."""

    def set(self, name: str, value: Any) -> None:
        """Change one. Raises ValueError for an unknown name or choice."""
        if name not in CHOICES or str(value) not in CHOICES[name]:
            raise ValueError(f"there is no switch {name} = {value}; there are {CHOICES}")
        setattr(self, name, str(value))

    def as_dict(self) -> dict[str, str]:
        """Name -> choice."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
