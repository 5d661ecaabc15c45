"""Gives the text of an edited cell back the JSON type that its column has at the source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from enum import StrEnum

from synctui.records import Raw, Value

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""RFC 8259, section 6."""


class JsonType(StrEnum):
    """What a JSON value is, as messages call it."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    PART = "JSON"
    """A list or an object, shown as its text."""


def json_types(values: Iterable[Value]) -> frozenset[JsonType]:
    """The types that a column's values have, nulls and absent ones left out."""
    return frozenset(found for value in values if (found := _type_of(value)) is not None)


def retyped(text: Value, was: Value, column: frozenset[JsonType]) -> Value:
    """A row's value as it is to be sent: what the source gave stays, an edited text takes the type of what was there.

    `was` is what the source gave for this cell; where it gave nothing, the column's types decide. A text that empties
    a cell of another type is null. Raises ValueError, with a sentence, for a text that does not fit.
    """
    if text is None or isinstance(text, Raw):
        return text
    before = _type_of(was)
    wanted = column if before is None else frozenset({before})
    if not wanted or wanted == {JsonType.TEXT} or (before is None and JsonType.TEXT in column):
        return text
    plain = text.strip()
    if not plain:
        return None
    if _readable_as(plain) in wanted:
        return Raw(plain)
    if JsonType.TEXT in column:
        return text
    raise ValueError(f"{text!r} is not {' or '.join(sorted(wanted))}, which the source has there")


def _type_of(value: Value) -> JsonType | None:
    if value is None or (isinstance(value, Raw) and not value):
        return None
    return _raw_type(value) if isinstance(value, Raw) else JsonType.TEXT


def _raw_type(text: str) -> JsonType:
    if text in ("true", "false"):
        return JsonType.BOOLEAN
    return JsonType.PART if text[:1] in ("[", "{") else JsonType.NUMBER


def _readable_as(text: str) -> JsonType:
    """The type of a JSON text; TEXT for what is none."""
    if text in ("true", "false"):
        return JsonType.BOOLEAN
    if _NUMBER.fullmatch(text):
        return JsonType.NUMBER
    try:
        return JsonType.PART if text[:1] in ("[", "{") and json.loads(text) is not None else JsonType.TEXT
    except (ValueError, RecursionError):
        return JsonType.TEXT
