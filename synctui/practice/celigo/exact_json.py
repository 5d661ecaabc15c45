"""JSON whose numbers keep their spelling, as a service that only passes records on must keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class Number(str):
    """A number as it was written: `1.10`, `1e5`, `9007199254740993`."""

    __slots__ = ()


def loads(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError."""
    return json.loads(text, parse_int=Number, parse_float=Number)


def dumps(value: Any, *, ordered: bool = False) -> str:
    """Write JSON; `ordered` by name, which makes equal values equal texts."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Mapping):
        pairs = sorted(value.items()) if ordered else value.items()
        return "{" + ", ".join(f"{_text(name)}: {dumps(item, ordered=ordered)}" for name, item in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dumps(item, ordered=ordered) for item in value) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
