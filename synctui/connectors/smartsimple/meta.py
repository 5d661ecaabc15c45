"""Get Meta: the fields of a record type, cached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from synctui.choices import parse
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.refusals import empty_answer
from synctui.errors import BadReply
from synctui.records import Choice
from synctui.secret import Secret

NODES = {"company": "companies", "user": "contacts"}
"""Record type -> the node of the answer that holds its fields, where it is not the type's own name."""
TYPES = {"date": "date", "datetime": "datetime", "number": "number", "money": "number", "currency": "number"}
"""The instance's word for a field's type -> ours."""


@dataclass(frozen=True, slots=True)
class MetaField:
    """A field as Get Meta tells it."""

    name: str
    """With its prefix, as a List answer calls it."""
    id: str = ""
    """Field id, as in `cf_12345`."""
    type: str = ""
    """The instance's own word; empty where it does not tell."""
    options: str = ""
    """`stored=shown;...`; empty where it does not tell."""


async def read_meta(caller: Caller, record: str, apitoken: Secret) -> tuple[MetaField, ...]:
    """Ask Get Meta, keep the answer in the metadata cache. Raises RemoteError."""
    known = cached_meta(caller, record)
    if known:
        return known
    reply = await caller.ask("Get Meta", record, apitoken, {})
    if reply.blank:
        raise empty_answer(reply)
    data = reply.json()
    node = data.get(NODES.get(record, record)) if isinstance(data, dict) else None
    listed = node.get("fields") if isinstance(node, dict) else None
    if not isinstance(listed, list):
        raise BadReply(f"{reply.name} lists no fields.", "Check that `meta_apitoken` names a Get Meta function.")
    found = tuple(_field(entry) for entry in listed if isinstance(entry, dict) and entry.get("name"))
    caller.tools.metadata.put(_cache_name(caller, record), [asdict(field) for field in found])
    return found


def cached_meta(caller: Caller, record: str) -> tuple[MetaField, ...]:
    """What an earlier Get Meta said; empty where the cache does not know or cannot be read as such."""
    kept = caller.tools.metadata.get(_cache_name(caller, record))
    try:
        return tuple(MetaField(**entry) for entry in kept or ())
    except TypeError:
        return ()


def column_types(fields: Sequence[MetaField]) -> Mapping[str, str]:
    """Field name -> type, for the types whose meaning is sure."""
    return {field.name: TYPES[field.type.lower()] for field in fields if field.type.lower() in TYPES}


def column_options(fields: Sequence[MetaField]) -> Mapping[str, Sequence[Choice]]:
    """Field name -> its options; options that cannot be told apart are left out."""
    found = {}
    for field in fields:
        with suppress(ValueError):
            found[field.name] = parse(field.options)
    return found


def _cache_name(caller: Caller, record: str) -> str:
    return f"smartsimple meta {caller.options.url} {caller.options.companyid} {record}"


def _field(entry: dict[str, Any]) -> MetaField:
    name = str(entry["name"])
    prefixed = name if name.startswith(("sf_", "cf_")) else f"cf_{name}"
    return MetaField(prefixed, str(entry.get("id") or ""), str(entry.get("type") or ""), _options(entry.get("options")))


def _options(told: Any) -> str:
    """Options as one `stored=shown;` text, be they told as such or as a list."""
    if isinstance(told, str):
        return told
    if not isinstance(told, list):
        return ""
    pairs = (o if isinstance(o, dict) else {"id": str(o), "name": str(o)} for o in told)
    return "".join(f"{pair.get('id', '')}={str(pair.get('name', '')).replace(';', ',')};" for pair in pairs)
