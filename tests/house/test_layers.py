from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from pkgutil import walk_packages

import pytest

import synctui

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"textual", "rich", "xlwings", "diskcache", "uvicorn", "starlette", "openpyxl"}
"""What a command that does not need it must not pay for."""

SCREENS = ("textual", "rich", "xlwings")

REPORT_MODULES = "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"

REFUSE_SCREENS = f"""
import sys

class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {SCREENS!r}:
            raise ImportError(name + ' is not for the core')

sys.meta_path.insert(0, Refusal())
"""


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def loaded_by(code: str) -> set[str]:
    done = fresh(f"import json, sys\n{code}\n{REPORT_MODULES}")
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def core_modules() -> list[str]:
    names = [module.name for module in walk_packages(synctui.__path__, "synctui.")]
    return [name for name in names if not re.match(r"synctui\.(tui|__main__)\b", name)]


def test_importing_the_commands_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("import synctui.cli")


@pytest.mark.parametrize("arguments", [["--help"], ["push", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"import synctui.cli\ntry: synctui.cli.main({arguments!r})\nexcept SystemExit as end: assert not end.code"
    assert not HEAVY & loaded_by(code)


def test_every_module_but_the_dashboard_works_without_screens_and_excel() -> None:
    imports = "\n".join(f"import {name}" for name in core_modules())
    done = fresh(REFUSE_SCREENS + imports)
    assert done.returncode == 0, done.stderr


def test_the_refusal_of_screens_is_real() -> None:
    done = fresh(REFUSE_SCREENS + "import textual.app")
    assert "textual is not for the core" in done.stderr
