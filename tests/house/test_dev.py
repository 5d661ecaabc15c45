from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys._base_executable  # a user's own Python, whose pip needs no ensurepip
ECHO = "import sys\nprint(sys.argv[1:])\nsys.exit(7)\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose package only tells how it was called."""
    shutil.copy(ROOT / "dev.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "synctui").mkdir()
    (tmp_path / "synctui" / "__init__.py").touch()
    (tmp_path / "synctui" / "__main__.py").write_text(ECHO, encoding="utf-8")
    return tmp_path


def load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_of_a_clone", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed(clone: Path) -> Path:
    """Make the clone's environment, with nothing in it, and stamp it as up to date."""
    dev = load(clone / "dev.py")
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    stamp: Path = dev.STAMP
    stamp.write_text(dev.made_from(), encoding="utf-8")
    return stamp


def call(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the clone's dev.py where pip can find no package at all."""
    alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    command = [PYTHON, str(clone / "dev.py"), *arguments]
    return subprocess.run(command, cwd=clone, env=os.environ | alone, capture_output=True, text=True, check=False)


def test_the_usage_names_every_command() -> None:
    dev = load(ROOT / "dev.py")
    for command in dev.COMMANDS:
        assert f"dev.py {command} " in str(dev.__doc__)


def test_no_command_is_a_wrong_usage_and_help_is_not() -> None:
    assert call(ROOT).returncode == 2
    assert call(ROOT, "nonsense").returncode == 2
    assert call(ROOT, "--help").returncode == 0


def test_arguments_and_exit_code_pass_through_and_an_up_to_date_environment_stays(clone: Path) -> None:
    installed(clone)
    done = call(clone, "run", "pull", "Awards", "--workbook", "a b.xlsx")
    assert done.stdout.strip() == "['pull', 'Awards', '--workbook', 'a b.xlsx']"
    assert (done.returncode, done.stderr) == (7, "")


def test_demo_hands_its_options_on(clone: Path) -> None:
    installed(clone)
    assert call(clone, "demo", "--headless").stdout.strip() == "['demo', '--headless']"


def test_a_changed_project_file_is_installed_again_and_a_failure_is_told_and_not_stamped(clone: Path) -> None:
    stamp = installed(clone)
    before = stamp.read_text(encoding="utf-8")
    with (clone / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write("\n# changed\n")
    done = call(clone, "run", "where")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("dev.py: pip could not install what SyncTUI needs")
    assert stamp.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(("extras", "enough"), [("dev\nexcel", True), ("dev", False)])
def test_only_an_extra_that_is_missing_is_installed(clone: Path, extras: str, enough: bool) -> None:
    with installed(clone).open("a", encoding="utf-8") as stamp:
        stamp.write(f"\n{extras}")
    code = "import runpy; runpy.run_path('dev.py')['install']('dev', 'excel')"
    alone = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run([PYTHON, "-c", code], cwd=clone, env=alone, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is enough
    assert ("pip could not install what SyncTUI needs" in done.stderr) is not enough


def test_tests_and_type_checks_get_the_program_that_the_add_in_drives_excel_through() -> None:
    dev = load(ROOT / "dev.py")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [line for extra in dev.TESTING for line in project["optional-dependencies"][extra]]
    assert any(line.startswith("xlwings") for line in wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's own Python")
def test_what_tests_need_may_be_a_program_or_a_module() -> None:
    dev = load(ROOT / "dev.py")
    assert dev.is_there("sh")
    assert dev.is_there("json")
    assert not dev.is_there("no_such_thing")
    assert not dev.is_there("7-no-such-thing")


def test_a_fresh_clone_gets_an_environment_without_being_asked(clone: Path) -> None:
    done = call(clone, "demo")
    assert (clone / ".venv" / "pyvenv.cfg").exists()
    assert "making a virtual environment" in done.stderr
    assert "Traceback" not in done.stderr
