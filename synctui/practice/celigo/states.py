"""Paging states: signed, so that whoever edits one is found out, and valid for a while only.

The shape is that of the vendor's page on connections (`pagedExportState`): `issuedAt` in seconds and `sig` are new on
every page, `pageIndex` is the number of the next one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from synctui.practice.celigo.exact_json import dumps
from synctui.practice.celigo.replies import Refusal

KEY = b"practice"
SEARCH_ID = "WEBSERVICES_700001_03022026080000123456789_1a2b3c4d5e6f7"
CODE = "invalid_paged_export_state"
FIELD = "pagedExportState"


class States:
    """Issues states and reads them back."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def issue(self, export: str, following: int, size: int, total: int, *, done: bool, totals: bool) -> dict[str, Any]:
        """The state that asks for page `following` (1-based) of an export, which is known by its digest."""
        told = {"totalPages": -(-total // size), "totalRecords": total} if totals else {}
        fields = {
            "searchId": SEARCH_ID,
            "pageIndex": following,
            "pageSize": size,
            **told,
            "done": done,
            "issuedAt": int(self._clock().timestamp()),
        }
        return {**fields, "sig": _signature(fields, export)}

    def read(self, state: Any, export: str, seconds: float) -> int:
        """The number of the page that a state asks for. Raises Refusal for one that is forged, foreign or old."""
        if not isinstance(state, dict) or not isinstance(state.get("sig"), str):
            raise Refusal(422, CODE, "The paging state is not one.", FIELD)
        fields = {name: value for name, value in state.items() if name != "sig"}
        if not hmac.compare_digest(state["sig"].encode(), _signature(fields, export).encode()):
            raise Refusal(422, CODE, "The paging state was changed, or belongs to another export.", FIELD)
        if self._clock().timestamp() - int(fields["issuedAt"]) > seconds:
            raise Refusal(422, CODE, "The paging state has expired.", FIELD)
        return int(fields["pageIndex"])


def digest(export: Any) -> str:
    """What tells one export from another."""
    return hashlib.sha256(dumps(export, ordered=True).encode()).hexdigest()


def _signature(fields: Mapping[str, Any], export: str) -> str:
    return hmac.digest(KEY, f"{dumps(fields, ordered=True)}{export}".encode(), "sha256").hex()
