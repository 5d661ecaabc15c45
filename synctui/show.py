"""Text from outside, made fit to be shown: the only way in which it may reach a terminal, a widget or a notification.

Control characters would be obeyed by a terminal, and bidirectional ones would show text in another order than it is
in: both are shown as visible signs instead.
"""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_NAMES = {
    "\u061c": "ALM", "\u200b": "ZWSP", "\u200e": "LRM", "\u200f": "RLM", "\u2028": "LS", "\u2029": "PS",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM",
}  # fmt: skip
"""Characters without a picture of their own, by their Unicode abbreviations."""


def show(text: str, width: int | None = None) -> str:
    """The text on one line without a character that acts on a terminal; cut to `width` columns where that is given."""
    safe = text if text.isprintable() else _UNSAFE.sub(_sign, text)
    return safe if width is None or columns(safe) <= width else _cut(safe, width)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _sign(match: re.Match[str]) -> str:
    character, code = match[0], ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0xA0:  # a C1 control stands for ESC and the character 0x40 below it
        return f"\u241b{chr(code - 0x40)}"
    if 0xD800 <= code < 0xE000:  # half a character, which no encoding can write
        return "\ufffd"
    return f"⟨{_NAMES.get(character, f'U+{code:04X}')}⟩"


def _cut(text: str, width: int) -> str:
    kept, used = [], 0
    for character in text:
        used += _width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…" if width > 0 else ""


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
