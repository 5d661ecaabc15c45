"""A real LibreOffice for tests that need one: a profile of its own, started as seldom as can be."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Resave = Callable[[Sequence[Path]], list[Path]]


@pytest.fixture(scope="session")
def resave(tmp_path_factory: pytest.TempPathFactory) -> Resave:
    """Let LibreOffice open workbooks and save them again, all in one go."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed on this machine")
    profile = tmp_path_factory.mktemp("libreoffice")

    def save(paths: Sequence[Path]) -> list[Path]:
        folder = tmp_path_factory.mktemp("resaved")
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx",
                   "--outdir", str(folder), *map(str, paths)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=90)
        saved = [folder / f"{path.stem}.xlsx" for path in paths]
        assert all(path.exists() for path in saved), "LibreOffice could not open a workbook"
        return saved

    return save
