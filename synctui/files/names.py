"""Names of files that are made of what others called something."""

from __future__ import annotations

import re
import unicodedata

MOST_BYTES = 200
"""Of a name in UTF-8; leaves room for an ending, and for the name of the file beside it while it is written."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)", re.IGNORECASE)
"""Names that Windows takes for devices, whatever ending they have."""
_UNSAFE = '<>:"|?*'


def safe_name(text: str) -> str:
    """A file's name that every system takes and that stays in its folder: the last part of a path, made harmless."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", text)[-1])
    shown = "".join("_" if _is_unsafe(character) else character for character in last)
    name = _cut(shown.strip(". ")).rstrip(". ") or "_"
    return f"_{name}" if _RESERVED.match(name) else name


def _is_unsafe(character: str) -> bool:
    return character in _UNSAFE or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _cut(name: str) -> str:
    return name.encode()[:MOST_BYTES].decode(errors="ignore")
