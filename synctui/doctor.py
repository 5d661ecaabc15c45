"""Looks for what could go wrong on this machine; each finding comes with a remedy."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import ssl
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.errors import SettingsError, SyncError
from synctui.settings import Settings, connection_secret, find_secret
from synctui.store.folder import is_mine, private_folder
from synctui.store.journal import Journal
from synctui.store.metadata import MetadataCache
from synctui.store.schema import JOURNAL_FORMATS
from synctui.store.tokens import read_keyring, real_keyring
from synctui.wording import count

OLDEST_PYTHON = (3, 11)
OWN_ROOTS = ("darwin", "win32")
"""Systems that keep TLS roots in a store of their own, which is always there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    """What to do about it; empty where nothing is to be done."""


def examine(config: str | None, home: Path) -> list[Finding]:
    """Every finding, good and bad. `config` and `home` are the settings file asked for and the state folder."""
    looks: Iterable[tuple[str, Callable[[], Finding]]] = (
        ("Python", _python),
        ("settings", lambda: _settings(config)),
        ("secrets", lambda: _secrets(config)),
        ("state folder", lambda: _folder(home)),
        ("keyring", _keyring),
        ("TLS roots", _roots),
        ("journal", lambda: _journal(home)),
        ("locks", lambda: _locks(home)),
        ("cache", lambda: _cache(home)),
        ("spreadsheet", _spreadsheet),
    )
    return [_looked(name, look) for name, look in looks]


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except SyncError as error:
        return Finding(name, False, error.message, error.hint or "Correct what it names.")
    except OSError as error:
        return Finding(name, False, f"{error.strerror or error}.", "Check the rights of the state folder.")


def _python() -> Finding:
    found = f"Python {platform.python_version()}"
    remedy = "" if sys.version_info >= OLDEST_PYTHON else "Install Python 3.11 or newer."
    return Finding("Python", not remedy, f"{found} on {platform.system()}", remedy)


def _load(config: str | None) -> Settings:
    return settings.load(settings.find(config), kind, MODULES)


def _none_yet(config: str | None) -> bool:
    """Whether nobody has named a settings file and none lies where they are looked for."""
    try:
        settings.find(config)
    except SettingsError:
        return not config and not os.environ.get("SYNCTUI_CONFIG")
    return False


def _settings(config: str | None) -> Finding:
    if _none_yet(config):
        return Finding("settings", True, "none yet", "Write a synctui.toml, or let `synctui practice` make one.")
    found = _load(config)
    told = f"{len(found.connections)} connections and {len(found.links)} links in {found.path}"
    return Finding("settings", True, told)


def _secrets(config: str | None) -> Finding:
    """Whether every secret that the settings need can be found; none is shown."""
    try:
        found = _load(config)
    except SettingsError:
        return Finding("secrets", True, "not looked for, as there are no settings that can be read")
    for connection in found.connections.values():
        connection_secret(connection, read_keyring)
    for link in found.links.values():
        for endpoint in filter(None, (link.source, link.target)):
            for name in settings.SECRET_FIELDS.intersection(endpoint.options.__struct_fields__):
                setting = getattr(endpoint.options, name)
                if setting:
                    find_secret(setting, read_keyring)
    return Finding("secrets", True, "every password and token that the settings need is there")


def _folder(home: Path) -> Finding:
    probe = private_folder(home) / f"probe-{secrets.token_hex(4)}"
    probe.write_bytes(b"x")
    probe.unlink()
    return Finding("state folder", True, f"{home} can be written and is closed to others")


def _keyring() -> Finding:
    backend = real_keyring()
    if backend is None:
        return Finding(
            "keyring", True, "none on this system that keeps secrets safe: tokens live in memory, not in a file",
            "Give passwords by environment variables.",
        )  # fmt: skip
    return Finding("keyring", True, f"{type(backend).__module__}.{type(backend).__name__}")


def _roots() -> Finding:
    if sys.platform in OWN_ROOTS:
        return Finding("TLS roots", True, "those of the system")
    paths = ssl.get_default_verify_paths()
    count = ssl.create_default_context().cert_store_stats()["x509_ca"]
    folder = Path(paths.capath or paths.openssl_capath)
    hashed = sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
    if count or hashed:
        return Finding("TLS roots", True, f"{count or hashed} certificates of the system")
    return Finding("TLS roots", False, "this system has no certificates to trust", "Install ca-certificates.")


def _journal(home: Path) -> Finding:
    journal = Journal(home)
    try:
        runs = journal.runs()
    finally:
        journal.close()
    doubtful = [run.run_id for run in runs if run.in_doubt]
    told = f"format {len(JOURNAL_FORMATS)}, {count(len(runs), 'run')}, {len(doubtful)} of them with rows in doubt"
    return Finding("journal", True, told, f"Settle it: synctui settle {doubtful[0]}" if doubtful else "")


def _locks(home: Path) -> Finding:
    """Raises StoreError on a file system without locks."""
    journal = Journal(home)
    try:
        journal.locks.held("doctor")
    finally:
        journal.close()
    return Finding("locks", True, "the file system has locks that end with their process")


def _cache(home: Path) -> Finding:
    cache = MetadataCache(home)
    folder = cache.folder
    if not folder.exists():
        return Finding("cache", True, f"{folder} is not there yet")
    open_to_others = os.name == "posix" and stat.S_IMODE(folder.lstat().st_mode) & 0o077
    if folder.is_symlink() or not is_mine(folder) or open_to_others:
        return Finding("cache", False, f"{folder} can be changed by others", "Delete the folder; it is made anew.")
    entries = len(cache.entries())
    cache.close()
    return Finding("cache", True, f"{count(entries, 'entry')} in {folder}, closed to others")


def _spreadsheet() -> Finding:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    told = f"LibreOffice at {found}" if found else "none found"
    return Finding("spreadsheet", True, f"{told}; none is needed to pull and push workbook files")
