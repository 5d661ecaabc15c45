"""Thousands of mutated workbooks in a process of its own: used or refused, within limits, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PEAK_MB = 512


def fuzz(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """The tally of that many files."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "workbook_fuzz", str(folder), str(count), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3_000, check=False)
    assert done.returncode == 0, done.stderr
    tally: dict[str, Any] = json.loads(done.stdout)
    return tally


def check(tally: dict[str, Any], count: int) -> None:
    """Nobody saw another exception than WorksheetError, a hang, a broken file or much memory."""
    assert tally["failures"] == {}, "\n".join(tally["traces"])
    assert tally["hangs"] == 0
    assert tally["peak_mb"] < PEAK_MB
    assert tally["refused"] + tally["good"] == count
    assert tally["valid"] >= count * 0.9, "too few mutations come past the first checks"
    assert min(tally["refused"], tally["good"]) > count / 10


def test_mutated_files_are_used_or_refused_and_nothing_else(tmp_path: Path) -> None:
    check(fuzz(tmp_path, 120, seed=1), 120)


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_twenty_thousand_mutated_files(tmp_path: Path) -> None:
    check(fuzz(tmp_path, 20_000, seed=2), 20_000)
