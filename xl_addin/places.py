"""Where the add-in and what belongs to it live on each system that has Excel."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from synctui.errors import UsageError
from xl_addin.addin_file import FILE_NAME

PYTHON_FILE = "excel-python.txt"
"""One line: the interpreter that the add-in starts."""

SCRIPT = "SyncTUI.applescript"

STORE = "WindowsApps"
"""The folder of packaged programs, whose files in AppData only they themselves see (Microsoft, "MSIX: AppData")."""


def account_variables() -> frozenset[str]:
    """Names of the variables that Windows keeps for this account and for all; elsewhere there are none to rely on."""
    if sys.platform != "win32":
        return frozenset()
    import winreg

    keys = (
        (winreg.HKEY_CURRENT_USER, "Environment"),
        (winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"),
    )
    names: set[str] = set()
    for root, path in keys:
        with winreg.OpenKey(root, path) as key:
            names.update(winreg.EnumValue(key, index)[0] for index in range(winreg.QueryInfoKey(key)[1]))
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class System:
    """What decides about folders: this machine, or one that a test makes up."""

    platform: str = sys.platform
    """As `sys.platform` names it."""
    home: Path = field(default_factory=Path.home)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    lasting: Collection[str] = field(default_factory=account_variables)
    """Environment variables that every program of this account sees, however it is started."""
    python: str = sys.executable
    python_home: str = sys.base_prefix
    """Where that interpreter, or the one that its virtual environment comes from, is installed."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of an installed add-in."""

    addin: Path
    """In a folder whose workbooks Excel opens at its start, and trusts."""
    python_file: Path
    """In the user's own settings folder; the launcher and the AppleScript read it."""
    encoding: str
    """Of that file: what the reader of this system understands without a doubt."""
    script: Path | None = None
    """macOS: where Excel's sandbox allows its macros to start an AppleScript."""


def places(system: System) -> Places:
    """Raises UsageError where there is no Excel to add in to."""
    if system.platform == "win32":
        return _windows(system)
    if system.platform == "darwin":
        return _macos(system.home / "Library")
    raise UsageError(
        "There is no Excel on this system to install the add-in into.",
        f"`python -m xl_addin build` writes {FILE_NAME} for another machine.",
    )


def _windows(system: System) -> Places:
    if STORE in system.python_home:
        raise UsageError(
            "This Python comes from Microsoft's store, and Windows hides from Excel what it writes.",
            "Install Python from python.org, install SyncTUI into it, and run its `python -m xl_addin install`.",
        )
    roaming = Path(system.environment.get("APPDATA") or system.home / "AppData" / "Roaming")
    local = Path(system.environment.get("LOCALAPPDATA") or system.home / "AppData" / "Local")
    return Places(
        roaming / "Microsoft" / "Excel" / "XLSTART" / FILE_NAME, local / "synctui" / PYTHON_FILE, "utf-16",
    )  # fmt: skip


def _macos(library: Path) -> Places:
    startup = library / "Group Containers" / "UBF8T9346G.Office" / "User Content" / "Startup" / "Excel"
    scripts = library / "Application Scripts" / "com.microsoft.Excel"
    settings = library / "Application Support" / "synctui"
    return Places(startup / FILE_NAME, settings / PYTHON_FILE, "utf-8", scripts / SCRIPT)


def script_text() -> bytes:
    """The AppleScript, as it is installed."""
    return (files("xl_addin") / "vba" / SCRIPT).read_bytes()
