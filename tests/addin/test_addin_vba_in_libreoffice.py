"""LibreOffice compiles and runs the add-in's own VBA; the command lines that come out of it start real processes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from running_office import ask

from xl_addin.addin_file import SHEET, WORKBOOK, addin_file, modules
from xl_addin.buttons import BUTTONS
from xl_addin.ribbon import tag

ROOT = Path(__file__).resolve().parents[2]
HELPER = Path(__file__).with_name("office_basic.py")
BOOKS = (
    "plain.xlsx",
    "two words & an ampersand.xlsx",
    "it's `x` $(y) %TEMP% 100%.xlsx",
    'a "quote".xlsx',
    'backslash\\"and quote\\',
    "Bücher Таблица 表.xlsx",
    "Book1",
)
"""More than Windows or macOS allow in a name."""

TELL_ARGUMENTS = f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv))\n"
"""A Python that does nothing but print what it was given."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("Söhne & Co") / "python 3"
    path.write_text(TELL_ARGUMENTS, encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture(scope="module")
def basic(tmp_path_factory: pytest.TempPathFactory, python: Path, libreoffice: str) -> dict[str, Any]:
    """Every answer of LibreOffice: `modules`, and what each call of `calls` returned."""
    books = workbooks(tmp_path_factory.mktemp("office"), python)
    answers: dict[str, Any] = ask(HELPER, {"calls": list(calls(str(python))), "pipe": libreoffice} | books)
    return answers


def workbooks(folder: Path, python: Path) -> dict[str, str]:
    """The twin, and a workbook of somebody who would like to choose the interpreter."""
    twin, rival = folder / "twin.xlsm", folder / "rival.xlsx"
    twin.write_bytes(addin_file(str(python), kind=WORKBOOK))
    book = openpyxl.Workbook()
    book.worksheets[0].title = SHEET
    book.worksheets[0]["B1"] = "/rival/python"
    book.save(rival)
    return {"twin": str(twin), "rival": str(rival)}


def calls(python: str) -> Iterator[tuple[str, list[Any]]]:
    yield "SyncTUILauncher.PythonInSheet", []
    for code in (0, 1, 2, 9, 10, 130, 131, -1073741819):
        yield "SyncTUILauncher.DiedSilently", [float(code)]  # whole numbers do not reach a Long of LibreOffice 7.4
    for shown in ("a", "b", "False"):
        yield "SyncTUILauncher.IsStarted", [shown, "a"]
    yield "SyncTUILauncher.IsStarted", ["", ""]
    yield "SyncTUILauncher.StartedBar", ["push"]
    for button in BUTTONS:
        yield "SyncTUILauncher.ActionOf", [tag(button)]
        yield "SyncTUILauncher.WaitsFor", [tag(button)]
    for book in BOOKS:
        yield "SyncTUILauncher.WindowsCommand", [python, "push", book, "4242"]
        yield "SyncTUILauncher.WithoutVariables", [book]
        yield "SyncTUILauncher.MacMessage", ["push", book]


def asked(basic: dict[str, Any], python: Path, function: str) -> list[Any]:
    """What all calls of one function returned, in order."""
    made = [name for name, _ in calls(str(python))]
    return [a for name, a in zip(made, basic["answers"], strict=True) if name == f"SyncTUILauncher.{function}"]


def started(argv: list[str]) -> list[str]:
    """Start a process; the arguments that it says it was given."""
    done = subprocess.run(argv, check=True, capture_output=True, text=True, encoding="utf-8")
    arguments: list[str] = json.loads(done.stdout)
    return arguments


def windows_argv(command: str) -> list[str]:
    """Split as Microsoft's C runtime does ("Parsing C command-line arguments")."""
    arguments: list[str] = []
    current, quoted, position = "", False, 0
    while position < len(command):
        rest = command[position:]
        backslashes = len(rest) - len(rest.lstrip("\\"))
        if rest[backslashes : backslashes + 1] == '"':
            current += "\\" * (backslashes // 2)
            current, quoted = (current + '"', quoted) if backslashes % 2 else (current, not quoted)
            position += backslashes + 1
        elif backslashes:
            current += "\\" * backslashes
            position += backslashes
        elif rest[0] == " " and not quoted:
            arguments, current, position = [*arguments, current], "", position + 1
        else:
            current, position = current + rest[0], position + 1
    return [*arguments, current]


def test_libreoffice_loads_every_module(basic: dict[str, Any]) -> None:
    assert basic["modules"] == sorted(module.name for module in modules())


def test_the_interpreter_comes_from_the_add_in_and_not_from_the_active_workbook(
    basic: dict[str, Any], python: Path
) -> None:
    assert asked(basic, python, "PythonInSheet") == [str(python)]


def test_tags_mean_in_vba_what_they_mean_in_python(basic: dict[str, Any], python: Path) -> None:
    assert asked(basic, python, "ActionOf") == [button.name for button in BUTTONS]
    assert asked(basic, python, "WaitsFor") == [button.waits for button in BUTTONS]


def test_vba_speaks_only_where_python_could_not(basic: dict[str, Any], python: Path) -> None:
    assert asked(basic, python, "DiedSilently") == [False, True, False, False, True, False, True, True]


def test_only_the_text_of_the_click_goes_away_by_itself(basic: dict[str, Any], python: Path) -> None:
    assert asked(basic, python, "IsStarted") == [True, False, False, False]
    [shown] = asked(basic, python, "StartedBar")
    assert shown.startswith("SyncTUI: push has been started.")
    assert len(shown) <= 255


def test_on_windows_every_name_reaches_the_process_as_one_argument(basic: dict[str, Any], python: Path) -> None:
    for book, command in zip(BOOKS, asked(basic, python, "WindowsCommand"), strict=True):
        argv = windows_argv(command)
        assert started(argv) == [
            str(python), "-P", "-m", "xl_addin", "push", f"--wb={book}", "--from_xl=1", "--app=", "--hwnd=4242",
        ]  # fmt: skip


def test_no_variable_is_expanded_in_a_command_line(basic: dict[str, Any], python: Path) -> None:
    variables = {"SYNCTUI_PERCENT": "%", "TEMP": '" --hwnd=0 "'}
    for book, guarded in zip(BOOKS, asked(basic, python, "WithoutVariables"), strict=True):
        assert expanded(guarded, variables) == book


def expanded(text: str, variables: dict[str, str]) -> str:
    """As ExpandEnvironmentStrings of Windows: from left to right, once; unknown names stay."""
    head, percent, rest = text.partition("%")
    name, closing, tail = rest.partition("%")
    if not closing:
        return text
    if name in variables:
        return head + variables[name] + expanded(tail, variables)
    return head + percent + name + expanded(closing + tail, variables)


def test_on_macos_every_name_reaches_the_process_as_one_argument(basic: dict[str, Any], python: Path) -> None:
    for book, message in zip(BOOKS, asked(basic, python, "MacMessage"), strict=True):
        assert started(["/bin/sh", "-c", as_the_script_quotes(python, message)]) == [
            str(python), "-P", "-m", "xl_addin", "push", f"--wb={book}", "--from_xl=1", "--app=", "--hwnd=",
        ]  # fmt: skip


def as_the_script_quotes(python: Path, message: str) -> str:
    """What SyncTUI.applescript makes of a message: `quoted form of` is a shell's own quoting."""
    return " ".join([shlex.quote(str(python)), "-P -m xl_addin", *map(shlex.quote, message.split("\n"))])


def test_the_command_line_starts_the_add_ins_program_without_the_current_folder(
    basic: dict[str, Any], python: Path, tmp_path: Path
) -> None:
    (tmp_path / "xl_addin.py").write_text("raise SystemExit('planted')", encoding="utf-8")
    [command, *_] = asked(basic, python, "WindowsCommand")
    argv = [sys.executable, *windows_argv(command)[1:]]
    argv[argv.index("push")] = "nonsense"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=surroundings, check=False, capture_output=True, text=True)
    assert "There is no action 'nonsense'." in done.stdout + done.stderr
    assert done.returncode == 2
