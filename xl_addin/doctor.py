"""`python -m xl_addin doctor`: looks for what keeps the add-in from working; each finding comes with a remedy."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from synctui.doctor import Finding
from synctui.errors import SyncError, UsageError
from xl_addin.places import Places, System, places, script_text
from xl_addin.seen_secrets import unseen_secrets

INSTALL = "Run this, then start Excel again: python -m xl_addin install"
MARK = ":Zone.Identifier"
"""The stream in which Windows notes that a file came from the internet: Excel refuses its macros."""

PROBE = "import xlwings, hashlib, xl_addin.addin_file as a; print(hashlib.sha256(a.addin_file()).hexdigest())"
UNREADABLE = "Let your account read it, or delete it. " + INSTALL
SLOWEST = 60
"""Seconds that an interpreter may take to import everything; a virus scanner's first look is slow."""


def main(arguments: Sequence[str], system: System | None = None) -> int:
    """Show every finding; returns 1 where one is bad."""
    argparse.ArgumentParser("python -m xl_addin doctor", description="Look for faults.").parse_args(arguments)
    findings = examine(system or System())
    for finding in findings:
        sys.stdout.write(f"{'ok  ' if finding.ok else 'BAD '} {finding.name}: {finding.detail}\n")
        sys.stdout.write(f"     {finding.remedy}\n" if finding.remedy else "")
    return 0 if all(finding.ok for finding in findings) else 1


def examine(system: System) -> list[Finding]:
    """Every finding, good and bad; without Excel there is only that one."""
    try:
        found = places(system)
    except UsageError as error:
        return [Finding("Excel", False, error.message, error.hint)]
    looks: dict[str, Callable[[Places], Finding]] = {"add-in": _addin, "origin": _mark}
    looks |= {"script": _script} if found.script else {}
    looks |= {"interpreter": _python_file, "version": _python, "secrets": lambda _: unseen_secrets(system)}
    return [_looked(name, look, found) for name, look in looks.items()]


def _looked(name: str, look: Callable[[Places], Finding], found: Places) -> Finding:
    try:
        return look(found)
    except SyncError as error:
        return Finding(name, False, error.message, error.hint)
    except OSError as error:
        return Finding(name, False, f"{error.filename or found.addin} cannot be read: {error.strerror}.", UNREADABLE)


def read(path: Path) -> bytes:
    """The contents of a file. Raises OSError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        error.filename = path
        raise


def _addin(found: Places) -> Finding:
    if not found.addin.is_file():
        return Finding("add-in", False, f"{found.addin} is not there, so Excel does not open it.", INSTALL)
    return Finding("add-in", True, f"{found.addin} is where Excel opens it at its start")


def _mark(found: Places) -> Finding:
    if Path(f"{found.addin}{MARK}").exists():
        return Finding("origin", False, f"Windows has marked {found.addin} as coming from the internet.",
                       f"Delete the file. {INSTALL}")  # fmt: skip
    return Finding("origin", True, "the add-in carries no mark of the web")


def _script(found: Places) -> Finding:
    """macOS: whether the script is there and this version's."""
    if found.script is None or not found.script.is_file():
        return Finding("script", False, f"{found.script} is not there, so the add-in cannot start Python.", INSTALL)
    if read(found.script) != script_text():
        return Finding("script", False, f"{found.script} is another version's.", INSTALL)
    return Finding("script", True, f"{found.script} is this version's")


def _python_file(found: Places) -> Finding:
    python = _named_python(found)
    if not python:
        return Finding("interpreter", False, f"{found.python_file} names no Python.", INSTALL)
    if not Path(python).is_file():
        return Finding("interpreter", False, f"{python} in {found.python_file} does not exist.", INSTALL)
    return Finding("interpreter", True, f"{python}, named in {found.python_file}")


def _python(found: Places) -> Finding:
    """Whether the interpreter has what the add-in starts, in the version that the add-in was built by."""
    python = _named_python(found)
    if not python or not found.addin.is_file():
        return Finding("version", True, "not looked at, as something above is missing")
    digest, complaint = _digest_by(python)
    if complaint:
        return Finding("version", False, f"{python} cannot run the add-in's program: {complaint}.",
                       'Install SyncTUI for that Python: pip install "synctui[excel]"')  # fmt: skip
    if digest != hashlib.sha256(read(found.addin)).hexdigest():
        return Finding("version", False, "The add-in in Excel and the installed program differ.", INSTALL)
    return Finding("version", True, "the add-in in Excel is the one of the installed program")


def _named_python(found: Places) -> str:
    """The interpreter in the settings file; empty without one that can be read."""
    try:
        return found.python_file.read_text(found.encoding).strip()
    except (OSError, UnicodeError):
        return ""


def _digest_by(python: str) -> tuple[str, str]:
    """The digest of the add-in that `python` would build, and its complaint where it cannot."""
    command = [python, "-P", "-c", PROBE]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, errors="replace", check=False, timeout=SLOWEST
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", type(error).__name__
    complaints = done.stderr.strip().splitlines()
    return done.stdout.strip(), complaints[-1] if done.returncode and complaints else "exit code" * bool(
        done.returncode
    )
