"""`where`, `doctor` and `cache`: this machine."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from synctui import settings
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.doctor import examine
from synctui.errors import SettingsError
from synctui.exit_codes import DONE, USAGE
from synctui.store.metadata import MetadataCache
from synctui.wording import count


def where(desk: Desk) -> int:
    """The folders and files in use."""
    home = settings.state_folder()
    try:
        file: str | None = str(settings.find(desk.config))
    except SettingsError:
        file = None
    places: dict[str, Any] = {
        "settings": file,
        "config_folder": str(settings.config_folder()),
        "home": str(home),
        "journal": str(home / "journal.sqlite3"),
        "budget": str(home / "budget.sqlite3"),
        "cache": str(MetadataCache(home).folder),
        "crashes": str(home / "crashes"),
    }
    desk.answer(places, *table([[name.replace("_", " "), place or "none yet"] for name, place in places.items()]))
    return DONE


def doctor(desk: Desk) -> int:
    """Every finding, with a remedy."""
    findings = examine(desk.config, settings.state_folder())
    lines = table([["ok" if found.ok else "FAILED", found.name, found.detail] for found in findings])
    remedies = [f"{found.name}: {found.remedy}" for found in findings if found.remedy]
    ok = all(found.ok for found in findings)
    desk.answer({"ok": ok, "checks": [asdict(found) for found in findings]}, *lines, *remedies)
    return DONE if ok else USAGE


def cache_show(desk: Desk) -> int:
    """What is in the cache."""
    cache = MetadataCache(settings.state_folder())
    entries = cache.entries()
    cache.close()
    rows = [[entry.account, entry.name, _age(entry.age)] for entry in entries]
    document = {
        "folder": str(cache.folder),
        "entries": [
            {"account": entry.account, "name": entry.name, "age_seconds": round(entry.age.total_seconds())}
            for entry in entries
        ],
    }
    desk.answer(document, *(table(rows, ("account", "what", "age")) if rows else ["The cache is empty."]))
    return DONE


def cache_clear(desk: Desk) -> int:
    """Empty the cache."""
    cache = MetadataCache(settings.state_folder())
    cleared = len(cache.entries())
    cache.clear()
    desk.answer({"folder": str(cache.folder), "cleared": cleared}, f"{count(cleared, 'entry')} cleared")
    return DONE


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
