"""Variables in JSON, in the two shapes that the vendor's documents show, loose JSON included.

Source: eOne SmartConnect API reference, "RunMapWithVariables" and "GetAllDataWithVariables".
"""

from __future__ import annotations

import json
import re
from typing import Any

STRING_OR_BARE_NAME = re.compile(r'"(?:\\.|[^"\\])*"|[A-Za-z_]\w*(?=\s*:)')


def read_variables(body: bytes, strict: str = "") -> tuple[str, dict[str, str]]:
    """The shape (`list`, `envelope` or empty) and the variables that are bound.

    With `strict` only that shape is bound; another one is ignored without a word, as is a body of neither shape.
    """
    try:
        shape, pairs = _shaped(_loose(body.decode("utf-8-sig")))
    except (ValueError, KeyError, TypeError):
        return "", {}
    if strict and shape != strict:
        return shape, {}
    return shape, {str(pair["Key"]): str(pair["Value"]) for pair in pairs if "Key" in pair and "Value" in pair}


def _shaped(value: Any) -> tuple[str, list[dict[str, Any]]]:
    if isinstance(value, list):
        return "list", value
    return "envelope", _loose(value["Variables"])


def _loose(text: str) -> Any:
    """JSON whose names may stand without quotes, as the documents print them."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(STRING_OR_BARE_NAME.sub(lambda match: '"' + match.group().strip('"') + '"', text))
