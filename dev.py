#!/usr/bin/env python3
"""Do everything from a fresh clone with Python 3.11 or newer and nothing else.

    python3 dev.py demo [OPTIONS]         the main job on built-in practice services, no account needed
    python3 dev.py test [PYTEST OPTIONS]  the whole test suite
    python3 dev.py check                  lint, formatting, types, import contracts
    python3 dev.py nightly [OPTIONS]      the long tests
    python3 dev.py samples                write sample_workbooks/ anew
    python3 dev.py run COMMAND ...        any synctui command

The first call makes a virtual environment in .venv and installs into it; later calls only do so again when
pyproject.toml has changed. Deleting .venv is always safe. On Windows say `py dev.py ...`.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python can still start this file, and should say so plainly
    sys.exit("SyncTUI needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2]))

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / ("python.exe" if os.name == "nt" else "python"))
STAMP = VENV / "synctui-installed"
"""Line 1: a digest of what the environment was made from; further lines: the extras installed into it."""

OFFICE = {"soffice": "libreoffice-calc", "uno": "python3-uno", "7z": "p7zip-full", "pdftoppm": "poppler-utils"}
"""Program that tests and pictures need, or module of the system's own Python -> the Debian package that has it."""

TESTING = ("dev", "excel")
"""Extras that tests and type checks need."""

OFFLINE = ("connection", "name resolution", "getaddrinfo", "proxy", "timed out")
"""Words in pip's complaint that mean the package index was out of reach."""


def main(arguments: Sequence[str]) -> int:
    """Run the command named first; returns the exit code."""
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command:
        return command(list(arguments[1:]))
    print(__doc__)
    return 0 if arguments and arguments[0] in ("-h", "--help", "help") else 2


def demo(arguments: list[str]) -> int:
    """The main job on the practice services."""
    return synctui(["demo", *arguments])


def synctui(arguments: list[str]) -> int:
    """Any synctui command, in the caller's folder."""
    install()
    return call([PYTHON, "-m", "synctui", *arguments])


def test(arguments: list[str]) -> int:
    """The test suite on all cores; the tests of one file stay together, for they share servers and workbooks."""
    workers = (os.cpu_count() or 1) + 1  # one more than cores, for tests often wait
    install(*TESTING)
    make_office_available()
    return call([PYTHON, "-m", "pytest", "-n", str(workers), "--dist", "loadfile", *arguments], folder=ROOT)


def nightly(arguments: list[str]) -> int:
    """The long tests: one at a time and without the suite's time limit, for they load the machine themselves."""
    return test(["-n", "0", "-m", "nightly", "--timeout", "0", *arguments])


def check(_arguments: list[str]) -> int:
    """Every judge that is no test; all of them speak before the exit code does."""
    install(*TESTING)
    failed = [name for name, command in JUDGES.items() if not passes(name, command)]
    say(f"failed: {', '.join(failed)}" if failed else "lint, format, types and import contracts are clean")
    return 1 if failed else 0


def samples(_arguments: list[str]) -> int:
    """Let the product write its own sample workbooks."""
    install("dev")
    return call([PYTHON, str(ROOT / "sample_workbooks" / "make.py")], folder=ROOT)


def passes(name: str, command: Sequence[str]) -> bool:
    """Whether one judge is content; its words go straight to the terminal."""
    say(name)
    tool = shutil.which(command[0], path=str(BIN)) or command[0]
    return call([tool, *command[1:]], folder=ROOT) == 0


def install(*extras: str) -> None:
    """Make the environment hold this tree and what its extras ask for; quick when it does already."""
    digest, present = read_stamp()
    if digest == made_from() and present.issuperset(extras) and Path(PYTHON).exists():
        return
    began = time.monotonic()
    make_environment()
    say("installing SyncTUI into .venv (once, about a minute) ...")
    wanted = sorted(present.union(extras))
    pip_install(f".[{','.join(wanted)}]" if wanted else ".")
    STAMP.write_text("\n".join([made_from(), *wanted]), encoding="utf-8")
    say(f"installed in {time.monotonic() - began:.0f} s")


def read_stamp() -> tuple[str, set[str]]:
    """What the environment was made from and its extras; empty where no installation has ended well."""
    if not STAMP.exists():
        return "", set()
    digest, *extras = STAMP.read_text(encoding="utf-8").splitlines() or [""]
    return digest, set(extras)


def made_from() -> str:
    """A digest of pyproject.toml and of the folder, because an editable installation points at it."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + os.fsencode(ROOT)).hexdigest()


def make_environment() -> None:
    """A virtual environment without pip in it, which needs no ensurepip and is ten times as quick."""
    if Path(PYTHON).exists():
        return
    say("making a virtual environment in .venv")
    made = quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    if made.returncode:
        stop("This Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv", made)


def pip_install(what: str) -> None:
    """Install `what`, editable, from the project's folder."""
    done = quietly([*pip(), "install", "--quiet", "--disable-pip-version-check", "--retries", "2", "--editable", what])
    if done.returncode == 0:
        return
    if any(word in done.stderr.lower() for word in OFFLINE):
        stop("The package index cannot be reached: connect to the network, or name your company's mirror to pip", done)
    stop("pip could not install what SyncTUI needs", done)


def pip() -> list[str]:
    """A pip that installs into the environment: the one of the outer Python, else one put into the environment."""
    outer = [sys.executable, "-m", "pip", "--python", PYTHON]
    if quietly([*outer, "--version"]).returncode == 0:
        return outer
    if quietly([PYTHON, "-m", "ensurepip"]).returncode:
        stop("Python has no pip 22.3 or newer; on Debian and Ubuntu: apt-get install python3-pip")
    return [PYTHON, "-m", "pip"]


def make_office_available() -> None:
    """Install LibreOffice and its like where that can be done without asking; else say what will be skipped."""
    packages = [package for name, package in OFFICE.items() if not is_there(name)]
    if not packages:
        return
    apt = apt_get()
    if apt:
        say(f"installing {' and '.join(packages)} with apt-get for tests that open workbooks (a few minutes) ...")
    if not apt or any(call([*apt, *step]) for step in apt_steps(packages)):
        say(f"{' and '.join(packages)} cannot be installed here: tests that need what is missing skip and say so")


def is_there(name: str) -> bool:
    """Whether a program is on the path, or Linux's own Python has a module of that name."""
    if shutil.which(name):
        return True
    python = shutil.which("python3", path=os.defpath) if sys.platform == "linux" else None
    return python is not None and quietly([python, "-I", "-c", f"import {name}"]).returncode == 0


def apt_get() -> list[str] | None:
    """How to call apt-get as root without a question, or None."""
    if not shutil.which("apt-get"):
        return None
    unasked = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    if os.geteuid() == 0:
        return unasked
    if shutil.which("sudo") and quietly(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", *unasked]
    return None


def apt_steps(packages: Sequence[str]) -> list[list[str]]:
    """What apt-get is asked to do."""
    return [["update"], ["install", "-y", "--no-install-recommends", *packages]]


def call(command: Sequence[str], folder: Path | None = None) -> int:
    """Run a command in the terminal; Ctrl-C is its business, so wait for what it makes of it."""
    with subprocess.Popen(command, cwd=folder) as child:
        while True:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                continue
            return code if code >= 0 else 128 - code


def quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder and show nothing of it."""
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def say(text: str) -> None:
    """One line of progress; stdout belongs to the command."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def stop(sentence: str, done: subprocess.CompletedProcess[str] | None = None) -> NoReturn:
    """End with one sentence, after the last words of what failed."""
    if done:
        print("\n".join(done.stderr.strip().splitlines()[-5:]), file=sys.stderr)
    sys.exit(f"dev.py: {sentence}; then run the same command again.")


JUDGES = {
    "lint": ["ruff", "check"],
    "format": ["ruff", "format", "--check"],
    "types": ["mypy"],
    "import contracts": ["lint-imports", "--no-logo"],
}

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "nightly": nightly,
    "samples": samples,
    "run": synctui,
}

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
