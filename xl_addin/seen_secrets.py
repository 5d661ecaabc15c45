"""Whether the add-in finds the passwords: Excel, started from Dock or Start menu, knows no terminal's variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.doctor import Finding
from synctui.errors import SettingsError
from synctui.settings import SECRET_FIELDS, Settings
from synctui.store.tokens import read_keyring
from xl_addin.places import System

ACCOUNT = "; or, on Windows, set the variable for your account (Settings, Environment Variables) and start Excel again"


def unseen_secrets(system: System) -> Finding:
    """A bad finding where a secret comes only from a variable that Excel may not see."""
    path = _settings_file(system)
    try:
        found = settings.load(path, kind, MODULES) if path else None
    except SettingsError:
        found = None
    if found is None:
        return Finding("secrets", True, "not looked for, as there are no settings that can be read")
    unseen = {variable: remedy for variable, remedy in _variables(found, system) if variable not in system.lasting}
    if not unseen:
        return Finding("secrets", True, "every password and token comes from where Excel sees it")
    return Finding(
        "secrets", False, f"Excel does not see variables that are set in a terminal: {', '.join(unseen)}.",
        f"Keep them in the keyring: {'; '.join(unseen.values())}{ACCOUNT if system.platform == 'win32' else ''}.",
    )  # fmt: skip


def _settings_file(system: System) -> Path | None:
    """The settings that a button would find, which looks from the home folder."""
    named = system.environment.get("SYNCTUI_CONFIG")
    folders = (system.home, settings.config_folder())
    places = [Path(named).expanduser()] if named else [folder / settings.FILE_NAME for folder in folders]
    return next((place for place in places if place.is_file()), None)


def _variables(found: Settings, system: System) -> Iterator[tuple[str, str]]:
    """Variables that hold a secret which is nowhere else, with what to do about each."""
    for connection in found.connections.values():
        if not getattr(connection.options, connection.kind.secret, ""):
            variable, entry = settings.secret_names(connection)
            if system.environment.get(variable) and not read_keyring(entry):
                yield variable, f"keyring set synctui {entry}"
    ends = [end for link in found.links.values() for end in (link.source, link.target) if end]
    for options in (*(connection.options for connection in found.connections.values()), *(end.options for end in ends)):
        for field in sorted(SECRET_FIELDS.intersection(options.__struct_fields__)):
            scheme, _, name = getattr(options, field).partition(":")
            if scheme == "env":
                yield name, f'keyring set synctui {name}, and "keyring:{name}" for "env:{name}" in {found.path}'
