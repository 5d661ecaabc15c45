"""Answers and refusals as Celigo writes them: JSON, and an envelope of errors (developer.celigo.com, Errors)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from synctui.practice.celigo.exact_json import dumps

Document = Mapping[str, Any]


class Refusal(Exception):
    """A request that is turned down."""

    def __init__(self, status: int, code: str, message: str, field: str = "", retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message} | ({"field": field} if field else {})
        self.headers = {"retry-after": str(retry_after)} if retry_after else {}

    @property
    def response(self) -> Response:
        """The envelope."""
        return answer({"errors": [self.error]}, self.status, self.headers)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(dumps(value), status, dict(headers or {}), media_type="application/json; charset=utf-8")


def listed(entries: Sequence[Document], query: Mapping[str, str], url: str, most: int) -> Response:
    """A list by `limit` and `skip`: 204 where it is empty, a Link header while there is more."""
    skip, limit = _number(query, "skip", 0), min(_number(query, "limit", most), most)
    shown = entries[skip : skip + limit]
    if not shown:
        return Response(status_code=204)
    pages = {"next": skip + limit} if skip + limit < len(entries) else {}
    pages |= {"prev": max(skip - limit, 0)} if skip else {}
    links = ", ".join(f'<{url}?skip={place}&limit={limit}>; rel="{name}"' for name, place in pages.items())
    return answer(shown, headers={"link": links} if links else {})


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or (name == "limit" and int(text) == 0):
        raise Refusal(400, "invalid_query_params", f"{name} must be a whole number", name)
    return int(text)
