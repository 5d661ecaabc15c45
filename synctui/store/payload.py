"""Values of a row as JSON text in the journal, and the hash that shows that they never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from synctui.records import Raw, Value


def pack(values: Mapping[str, Value]) -> str:
    """JSON text that keeps the order of columns, null, and which texts stand for unquoted JSON."""
    return json.dumps({name: _packed(value) for name, value in values.items()})


def unpack(text: str) -> dict[str, Value]:
    """The values that `pack` wrote."""
    return {name: _unpacked(value) for name, value in json.loads(text).items()}


def digest(*texts: str) -> str:
    """SHA-256 over texts; where one ends and the next begins counts."""
    whole = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data))
        whole.update(data)
    return whole.hexdigest()


def storable(text: str) -> str:
    """The text without lone surrogates, which SQLite cannot hold: a message must never keep an answer from disk."""
    return text.encode("utf-8", "replace").decode()


def _packed(value: Value) -> str | dict[str, str] | None:
    return {"json": str(value)} if isinstance(value, Raw) else value


def _unpacked(value: str | dict[str, str] | None) -> Value:
    return Raw(value["json"]) if isinstance(value, dict) else value
