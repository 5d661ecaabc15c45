from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("synctui", "xl_addin")
"""Folders of what users install."""

MADE = {"__pycache__", "build", "dist"}
"""Folders that tools make."""

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
MACHINE = re.compile(r"(?<![\w.:/])/(?:tmp|work|root|farm)/")
REGISTRY = re.compile(r"pythonhosted\.org|pypi\.org|npmjs\.org|deb\.debian\.org|crates\.io", re.IGNORECASE)


def files() -> Iterator[Path]:
    """Every file that people wrote, or that a commit holds."""
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not any(is_made(part) for part in path.relative_to(ROOT).parts):
            yield path


def is_made(part: str) -> bool:
    """Whether a file or folder of this name is a tool's: hidden ones are, but for two that people write."""
    hidden = part.startswith(".") and part not in (".ci", ".gitignore")
    return hidden or part in MADE or part.endswith(".egg-info")


def sources() -> list[Path]:
    """The product's Python files."""
    found = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PRODUCT]
    assert found, "the product has no Python files"
    return found


def functions() -> Iterator[tuple[str, int]]:
    """Name and number of lines, its docstring left out, of every function of the product."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines_of(node)


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = height(function.body[0]) if ast.get_docstring(function) else 0
    return height(function) - docstring


def height(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def texts() -> Iterator[tuple[Path, str]]:
    for path in files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a workbook or a picture


def test_no_file_is_longer_than_one_job_takes() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read_at_once() -> None:
    assert {name: length for name, length in functions() if length > LONGEST_FUNCTION} == {}


def test_half_of_all_functions_have_fewer_than_ten_lines() -> None:
    assert median(length for _, length in functions()) < 10


def test_the_repository_names_no_machine_of_its_makers() -> None:
    hits = [f"{path}: {match.group()}" for path, text in texts() for match in MACHINE.finditer(text)]
    assert hits == []


def test_the_repository_names_no_package_registry() -> None:
    hits = [f"{path}: {match.group()}" for path, text in texts() for match in REGISTRY.finditer(text)]
    assert hits == []


@pytest.mark.parametrize("folder", ["tmp", "work", "root"])
def test_paths_of_a_machine_are_recognised(folder: str) -> None:
    assert MACHINE.search(f'open("/{folder}/x")')


@pytest.mark.parametrize("text", ["https://example.org/work/1", "a/tmp/b", "root/"])
def test_parts_of_addresses_are_no_paths_of_a_machine(text: str) -> None:
    assert not MACHINE.search(text)
