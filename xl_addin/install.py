"""`install` and `uninstall`: put the add-in where Excel opens it at its start, and take it away again.

Both folders are trusted by Excel, need no administrator and no running Excel, and what is written there by this
program carries no mark of the web.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from synctui.errors import UsageError
from xl_addin.addin_file import addin_file
from xl_addin.build import write
from xl_addin.places import Places, System, places, script_text


def install_main(arguments: Sequence[str], system: System | None = None) -> int:
    """`python -m xl_addin install`. Raises UsageError without Excel or where a file cannot be written."""
    _options("install", "Put the add-in where Excel opens it at its start.", arguments)
    for path in install(system or System()):
        sys.stdout.write(f"wrote {path}\n")
    sys.stdout.write("Start Excel anew: the tab SyncTUI is in its ribbon.\n")
    return 0


def uninstall_main(arguments: Sequence[str], system: System | None = None) -> int:
    """`python -m xl_addin uninstall`. Raises UsageError without Excel or where a file cannot be deleted."""
    _options("uninstall", "Take the add-in away from Excel.", arguments)
    deleted = list(uninstall(system or System()))
    sys.stdout.writelines(f"deleted {path}\n" for path in deleted)
    sys.stdout.write("" if deleted else "Nothing was installed.\n")
    return 0


def install(system: System) -> list[Path]:
    """Write every file of the add-in; those of an earlier installation are replaced. Returns their paths."""
    contents = installed_files(system)
    for path, content in contents.items():
        write(path, content)
    return list(contents)


def uninstall(system: System) -> Iterator[Path]:
    """Delete what `install` wrote, file by file; workbooks, settings and journals stay."""
    for path in installed_files(system):
        if path.exists():
            _delete(path)
            yield path


def installed_files(system: System) -> dict[Path, bytes]:
    """Every file of an installed add-in and what it holds.

    The add-in is the same on every machine: which interpreter it starts stands in a file of its own, so that it can be
    changed while Excel holds the add-in open.
    """
    found = places(system)
    files = {found.python_file: python_line(system, found), found.addin: addin_file()}
    return files if found.script is None else files | {found.script: script_text()}


def python_line(system: System, found: Places) -> bytes:
    """What the file that names the interpreter holds."""
    return f"{system.python}\n".encode(found.encoding)


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise UsageError(f"{path} cannot be deleted: {error.strerror}.", "Close Excel and try again.") from error


def _options(command: str, description: str, arguments: Sequence[str]) -> None:
    argparse.ArgumentParser(f"python -m xl_addin {command}", description=description).parse_args(arguments)
