"""For the whole suite: no test touches the keyring of whoever runs it; one LibreOffice with a profile of its own."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

gc.disable()  # until all tests are collected: what collecting makes stays, and is looked through again and again

LibreOffice = Callable[..., list[Path]]


def pytest_collection_finish() -> None:
    """From now on garbage is looked for only in what the tests make."""
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """Let a real LibreOffice open files and save them in another format, all in one go: it is slow to start."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed on this machine")
    profile = tmp_path_factory.mktemp("libreoffice")

    def convert(paths: list[Path], to: str = "xlsx:Calc MS Excel 2007 XML", *options: str) -> list[Path]:
        folder = tmp_path_factory.mktemp("converted")
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", *options, "--convert-to", to,
                   "--outdir", str(folder), *map(str, paths)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=90)
        saved = [folder / f"{path.stem}.{to.partition(':')[0]}" for path in paths]
        assert all(path.exists() for path in saved), "LibreOffice could not open a file"
        return saved

    return convert
