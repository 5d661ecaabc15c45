"""A LibreOffice that runs, for tests that talk to it through UNO; skipped where it, or its Python, is missing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest


@cache
def system_python() -> str:
    """The Python that LibreOffice comes with."""
    found = shutil.which("python3", path=os.defpath)
    if found and subprocess.run([found, "-c", "import uno"], check=False, capture_output=True).returncode == 0:
        return found
    pytest.skip("no Python with LibreOffice's uno module (Debian: python3-uno) on this machine")


@contextmanager
def running_office(folder: Path) -> Iterator[str]:
    """A headless LibreOffice whose profile is in a folder; gives the name of the pipe that it listens on."""
    program, pipe = shutil.which("soffice"), f"synctui{secrets.token_hex(4)}"
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed on this machine")
    system_python()
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
               "--nologo", f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=nowhere, stderr=nowhere, start_new_session=True) as running:
        try:
            yield pipe
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)  # soffice is a script that waits for the program


def ask(helper: Path, order: dict[str, Any]) -> Any:
    """What a script that runs under LibreOffice's Python answers to an order."""
    done = subprocess.run(
        [system_python(), helper], input=json.dumps(order), capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
