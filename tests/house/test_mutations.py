"""Every rule of the remote systems is guarded: a deliberate fault in it makes a named test fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import count
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUTATIONS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "mutations.toml").read_text(encoding="utf-8"))[
    "mutation"
]
COPIED = ("synctui", "tests/http", "tests/connectors", "tests/fixtures")
TIMES = count(1)
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")
"""Only what these tests need: loading every installed plugin takes longer than they do."""
TESTS_FAILED = 1
"""pytest's exit code; a test that cannot even be collected gives another one."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its tests, where they may be broken; one per worker."""
    folder = tmp_path_factory.mktemp("mutants")
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    options = ["-q", "-x", "--no-header", "--timeout=30", "-p", "no:cacheprovider", *PLUGINS]
    command = [sys.executable, "-m", "pytest", *options, *(f"tests/{test}" for test in tests)]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write(path: Path, text: str) -> None:
    """Change a module; its new time tells Python that the compiled file is of another text."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (0, next(TIMES)))


def test_the_list_is_long_enough_and_names_each_rule_once() -> None:
    rules = [mutation["rule"] for mutation in MUTATIONS]
    assert len(rules) >= 20
    assert len(set(rules)) == len(rules)


def test_the_named_tests_pass_while_nothing_is_broken(copy: Path) -> None:
    done = run(copy, *sorted({mutation["test"] for mutation in MUTATIONS}))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation["rule"] for mutation in MUTATIONS])
def test_a_broken_rule_is_noticed(copy: Path, mutation: dict[str, Any]) -> None:
    path = copy / "synctui" / mutation["file"]
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation["old"]) == 1
    write(path, text.replace(mutation["old"], mutation["new"]))
    try:
        done = run(copy, mutation["test"])
    finally:
        write(path, text)
    assert done.returncode == TESTS_FAILED, done.stdout
