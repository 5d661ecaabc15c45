"""JSON in and out, with limits: numbers stay the text that came, and no text is let in that cannot go out again."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from synctui.errors import BadReply
from synctui.records import Raw


def parse_json(text: str, what: str) -> Any:
    """Parse JSON text; numbers come as `Raw`, so that no digit is lost.

    A lone surrogate becomes U+FFFD, and a name that an object holds twice gets ` (2)` behind it.
    Raises BadReply whose sentence begins with `what`.
    """
    try:
        value = _DECODER.decode(text)
        return _without_surrogates(value) if "\\ud" in text or "\\uD" in text else value
    except RecursionError:
        reason = "is nested too deeply"
    except ValueError:
        reason = "is not JSON, or was cut short"
    raise BadReply(f"{what} {reason}.", "Try again; if it stays, show this to whoever runs the other side.")


def write_json(value: Any) -> str:
    """JSON text of a parsed value, its `Raw` numbers as they came."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{write_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for name, value in pairs:
        number = 2
        unique = name
        while unique in found:
            unique = f"{name} ({number})"
            number += 1
        found[unique] = value
    return found


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, Raw):
        return value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Raw, parse_float=Raw, parse_constant=_refuse_constant, strict=False
)
