"""What an account holds: connections, exports and imports, as far as choosing one needs it.

developer.celigo.com, Pagination: an empty list is 204, further pages are named by the Link header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from synctui.connectors.celigo.caller import Caller
from synctui.errors import BadReply
from synctui.http.calls import Reply

Kind = Literal["connections", "exports", "imports"]
_NEXT = re.compile(r"<([^>]*)>(?:\s*;\s*[^,;]+)*?\s*;\s*rel=\"?next\"?")
AGAIN = "Try again; if it stays, show this to whoever runs the Celigo account."


@dataclass(frozen=True, slots=True)
class Resource:
    """A connection, export or import."""

    id: str
    name: str
    type: str
    """Of a connection its `type`, else the `adaptorType`."""
    connection: str = ""
    """The connection that an export or import uses."""
    offline: bool = False
    """A connection that Celigo could not reach."""


async def list_resources(caller: Caller, kind: Kind) -> tuple[Resource, ...]:
    """All of them, page by page. Raises RemoteError."""
    found: list[Resource] = []
    asked: set[str] = set()
    query: dict[str, str] | None = {}
    while query is not None:
        reply = await caller.get(f"list of {kind}", f"/{kind}", query)
        found.extend(_listed(reply))
        asked.add(str(query))
        query = next_query(reply.link)
        if str(query) in asked:
            raise BadReply(f"{reply.name} names a next page that was read before.", AGAIN)
    return tuple(found)


async def read_resource(caller: Caller, kind: Kind, id_: str) -> Resource:
    """One by its id. Raises RemoteError."""
    return _resource(await read_document(caller, kind, id_))


async def read_document(caller: Caller, kind: Kind, id_: str) -> Mapping[str, Any]:
    """The whole document; numbers as `Raw`, secrets masked by Celigo. Raises RemoteError."""
    reply = await caller.get(f"{kind.removesuffix('s')} {id_}", f"/{kind}/{id_}")
    document = reply.json()
    if not isinstance(document, dict):
        raise BadReply(f"{reply.name} is not a document.", AGAIN)
    return document


def next_query(link: str) -> dict[str, str] | None:
    """The query of the next page, for the same path on our own host; None where none is named.

    The host in the header may be another one, and the token must not go there.
    """
    found = _NEXT.search(link)
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None


def _listed(reply: Reply) -> list[Resource]:
    if reply.status == 204:
        return []
    entries = reply.json()
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        return [_resource(entry) for entry in entries]
    raise BadReply(f"{reply.name} is not the list that was asked for.", AGAIN)


def _resource(entry: Mapping[str, Any]) -> Resource:
    return Resource(
        id=str(entry.get("_id") or ""),
        name=str(entry.get("name") or ""),
        type=str(entry.get("adaptorType") or entry.get("type") or ""),
        connection=str(entry.get("_connectionId") or ""),
        offline=entry.get("offline") is True,
    )
