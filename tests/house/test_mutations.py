"""Every rule of the remote systems is guarded: a deliberate fault in it makes a named test fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

if not hasattr(os, "fork"):
    pytest.skip("Windows cannot fork", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
MUTATIONS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "mutations.toml").read_text(encoding="utf-8"))[
    "mutation"
]
COPIED = ("synctui", "tests/http", "tests/connectors", "tests/fixtures")
TIMES = count(1)
OPTIONS = ("-q", "-x", "--no-header", "--timeout=30", "-p", "no:cacheprovider")
IMPORTED = (
    *("hypothesis", "httpx", "uvicorn", "starlette.applications", "stamina"),
    *("msgspec", "diskcache", "keyring", "truststore", "anyio._backends._asyncio", "xml.etree.ElementTree", "zipfile"),
)
"""All that takes long to import and is never broken."""
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


@pytest.fixture(scope="module")
def forks(copy: Path) -> Iterator[Forks]:
    """Runs tests of the copy."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-P", str(ROOT / "tests" / "house" / "forked_pytest.py"), *IMPORTED]
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Forks(process, copy / "told.txt")
        process.stdin.close()  # type: ignore[union-attr]


@dataclass
class Forks:
    """Pytest, ready to run."""

    process: subprocess.Popen[str]
    told: Path

    def run(self, *tests: str) -> tuple[int, str]:
        """The exit code, and what pytest said."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps([str(self.told), *OPTIONS, *(f"tests/{test}" for test in tests)]), file=self.process.stdin)
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return code, self.told.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Change a module; its new time tells Python that the compiled file is of another text."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (0, next(TIMES)))


def test_the_list_is_long_enough_and_names_each_rule_once() -> None:
    rules = [mutation["rule"] for mutation in MUTATIONS]
    assert len(rules) >= 20
    assert len(set(rules)) == len(rules)


def test_the_named_tests_pass_while_nothing_is_broken(forks: Forks) -> None:
    code, told = forks.run(*sorted({mutation["test"] for mutation in MUTATIONS}))
    assert code == 0, told


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation["rule"] for mutation in MUTATIONS])
def test_a_broken_rule_is_noticed(copy: Path, forks: Forks, mutation: dict[str, Any]) -> None:
    path = copy / "synctui" / mutation["file"]
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation["old"]) == 1
    write(path, text.replace(mutation["old"], mutation["new"]))
    try:
        code, told = forks.run(mutation["test"])
    finally:
        write(path, text)
    assert code == TESTS_FAILED, told
