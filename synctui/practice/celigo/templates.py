"""Values taken out of a record: by a path, and by templates in one or two braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from synctui.practice.celigo.exact_json import Number, dumps

HANDLEBARS = re.compile(r"\{\{\{?\s*([^{}]+?)\s*\}?\}\}")
BRACES = re.compile(r"\{([^{}]+)\}")
ANY = "[*]"


def extracted(path: str, record: Any) -> Any:
    """The value at a path such as `address.city`; `lines[*].sku` is a list, one value per element; None for nothing."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    head, star, tail = path.partition(ANY)
    if star:
        elements = _walked(head, record)
        rest = tail.removeprefix(".")
        found = elements if isinstance(elements, list) else []
        return [extracted(rest, element) if rest else element for element in found]
    return _walked(path, record)


def rendered(template: str, record: Any) -> str:
    """`/contacts/{{record.id}}` or `{first} {last}`, filled from a record."""
    text = HANDLEBARS.sub(lambda match: _text(_named(match[1], record)), template)
    return text if text != template else BRACES.sub(lambda match: _text(extracted(match[1], record)), template)


def _named(name: str, record: Any) -> Any:
    for prefix in ("record.", "data."):
        if name.startswith(prefix):
            return extracted(name.removeprefix(prefix), record)
    return extracted(name, record)


def _walked(path: str, record: Any) -> Any:
    for name in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(name)
    return record


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str | Number) else dumps(value)
