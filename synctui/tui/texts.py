"""How the dashboard says times, names and failures; every text from outside goes through `show`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from synctui.errors import SyncError
from synctui.show import show

if TYPE_CHECKING:
    from synctui.links import Endpoint
    from synctui.tui.overview import Overview


LONGEST = 2_000
"""Columns of a text that are shown at most: more than any sentence of ours, less than what slows a screen."""


def plain(text: str, style: str = "") -> Content:
    """Text from anywhere as content that is not markup and holds no character that acts on a terminal."""
    safe = show(text[:LONGEST], LONGEST)
    return Content.styled(safe, style) if style else Content(safe)


def lines(*parts: Content) -> Content:
    """One part under the other, empty ones left out."""
    return Content("\n").join(part for part in parts if part)


def failure(error: SyncError) -> Content:
    """What failed, and what to do about it."""
    return lines(plain(error.message), plain(error.hint, "$foreground-muted"))


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment(time: datetime, now: datetime | None = None) -> str:
    """A time of this machine's zone: `14:20` today, `2026-07-31 14:20` else."""
    local = time.astimezone()
    today = (now or datetime.now().astimezone()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def file_name(path: str) -> str:
    """A workbook's name without its folders."""
    return Path(path).name


def endpoint(side: Endpoint | None) -> str:
    """A source or target in few words: `erp · VENDORS FROM EXCEL`."""
    if side is None:
        return "no target"
    return f"{side.connection.name} · {side.options.object_name}"


def target_of(overview: Overview, link: str) -> str:
    """Where a link's rows go, as far as the settings still know it."""
    state = overview.links.get(link)
    return endpoint(state.link.target) if state else "a target that the settings no longer name"


def is_production(environment: str) -> bool:
    """Whether an environment's name says that real data is at stake."""
    return environment.strip().lower() in ("production", "prod", "live")


def command_line(arguments: Sequence[str], config: str | None) -> str:
    """A `synctui` command as this system's shell takes it."""
    words = ["synctui", *arguments, *(["--config", config] if config else [])]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
