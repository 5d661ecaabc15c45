"""Texts that try to do something to whoever shows them, and the check that they did not."""

from __future__ import annotations

import re
from typing import Any

from textual.app import App

TEXTS = (
    "[/]",
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[link=file:///etc/passwd]x[/]",
    "[bold red]loud",
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;SGFsbG8=\x07",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "\x9d52;c;SGFsbG8=\x9c",
    "\u202egnp.exe",
    "\u2066left\u2069",
    "a\rb\nc\td\x0be\x0cf",
    "\x00\x07\x08\x7f",
    "\ufeff\u200b\u2028\u2029",
    "half \ud800 of a character",
    "漢字" * 60,
    "e\u0301" * 60,
    "\U0001f469\u200d\U0001f680 \U0001f1e9\U0001f1ea",
    "x" * 40_000,
    "{} %s \\ $primary $text-error",
)
ALL = " ".join(TEXTS)
ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
"""What no line of a screen may hold."""


def check(app: App[Any]) -> None:
    """Nothing on the screen acts on a terminal, no text became a link or an action, every line has its width."""
    for strip in app.screen._compositor.render_strips():
        assert ACTING.search(strip.text) is None, ascii(strip.text)
        for segment in strip:
            assert segment.style is None or segment.style.link is None
            assert segment.style is None or "@click" not in segment.style.meta
        assert strip.cell_length == app.size.width
