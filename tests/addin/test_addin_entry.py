from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from office import ROOT, Office

from synctui.practice.celigo.accounts import TOKEN
from synctui.practice.eone.accounts import PASSWORD as EONE_PASSWORD
from synctui.practice.smartsimple import GRANTS_LIST, GRANTS_UPDATE, PASSWORD
from xl_addin.dashboard import console_command, open_dashboard

PLANTED = [PASSWORD, EONE_PASSWORD, TOKEN, GRANTS_LIST.apitoken, GRANTS_UPDATE.apitoken]
FAULTS = ["401", "429", "html200", "truncated", "redirect"]


no_dialogs = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system would show its own dialog")


def start(*arguments: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Start the add-in as VBA does, on a machine whose user has the given folder as home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNCTUI")}
    surroundings = (
        kept | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "SYNCTUI_HOME": str(folder / "state")} | changes
    )
    command = [sys.executable, "-P", "-m", "xl_addin", *arguments]
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


# -- the command line


@no_dialogs
@pytest.mark.parametrize("arguments", [["pul"], ["pul", "--wb=a.xlsx", "--from_xl=1"], ["__main__"], []])
def test_an_unknown_action_ends_in_2_and_names_the_actions(arguments: list[str], tmp_path: Path) -> None:
    done = start(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The actions are: pull, check, push, only_failed, dashboard, help, build" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state" / "crashes").exists()


@no_dialogs
@pytest.mark.parametrize("action", ["pull", "help"])
def test_a_button_without_an_excel_ends_in_a_sentence(action: str, tmp_path: Path) -> None:
    done = start(action, "--wb=a.xlsx", "--from_xl=1", "--app=", "--hwnd=1", folder=tmp_path)
    assert done.returncode in (2, 7)
    assert done.stdout == ""
    assert done.stderr.startswith("SyncTUI: ")
    assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_entered_is_a_sentence(tmp_path: Path) -> None:
    done = start("help", folder=tmp_path, HOME=str(tmp_path / "gone"))
    assert done.returncode == 2
    assert "home folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_pays_for_no_xlwings(tmp_path: Path) -> None:
    code = "import sys, xl_addin.__main__, xl_addin.commands; assert 'xlwings' not in sys.modules"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=surroundings, check=False).returncode == 0


def test_the_buttons_load_no_terminal_and_no_practice_services(tmp_path: Path) -> None:
    heavy = {"textual", "rich", "click", "uvicorn", "starlette", "openpyxl"}
    code = f"import sys, xl_addin.__main__; assert not {heavy} & set(sys.modules)"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# -- failures end in a dialog


def test_missing_settings_are_a_dialog_with_the_remedy(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCTUI_CONFIG", str(office.folder / "none.toml"))
    for button in ("pull", "check", "push", "only_failed"):
        assert office.press(button) == 2
        title, text = office.front.told[-1]
        assert title.startswith("SyncTUI: ")
        assert "There is no settings file at" in text
        assert "synctui practice" in text


def test_a_mistake_in_the_settings_is_a_dialog_that_names_it(office: Office) -> None:
    office.set_up(('key = "recordid"\n[links.Awards.source]', 'kee = "recordid"\n[links.Awards.source]'))
    assert office.press("pull") == 2
    assert "kee" in office.last()


def test_help_needs_no_settings(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCTUI_CONFIG", str(office.folder / "none.toml"))
    assert office.press("help") == 0
    assert "There is no settings file at" in office.last()


def test_a_fault_of_ours_is_a_sentence_and_a_file_without_anybodys_data(office: Office) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    before = len(office.sent())

    def fail(_title: str, _text: str) -> bool:
        raise ZeroDivisionError(office.cell(2, "cf_County"))

    object.__setattr__(office.front, "ask", fail)
    assert office.press("push") == 2
    assert "A fault in SyncTUI ended the action (ZeroDivisionError)." in office.last()
    assert "Cass" not in office.last()
    [kept] = (office.folder / "home" / "crashes").iterdir()
    assert "Cass" not in kept.read_text("utf-8")
    assert len(office.sent()) == before


def test_what_excel_cannot_show_is_written_to_stderr(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})

    def gone(_title: str, _text: str) -> None:
        raise OSError("Excel was closed")

    object.__setattr__(office.front, "tell", gone)
    assert office.press("push") == 0
    assert "1 accepted" in capsys.readouterr().err


@pytest.mark.parametrize("fault", FAULTS)
def test_no_secret_in_anything_that_is_shown(office: Office, fault: str) -> None:
    office.pulled()
    office.type({2: {"cf_County": "Cass"}})
    office.practice.faults.arm(f"{fault}*40")
    for button in ("check", "pull", "push", "help"):
        office.press(button)
    assert len(office.front.told) >= 4
    assert [secret for secret in PLANTED if secret in office.front.said] == []


# -- the dashboard's terminal


def test_without_a_known_terminal_the_dashboard_button_says_what_to_type(office: Office) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system opens one")
    assert office.press("dashboard") == 2
    assert "Type synctui in a terminal." in office.last()


@pytest.mark.parametrize(("python", "started"), [("pythonw.exe", "python.exe"), ("python.exe", "python.exe")])
def test_on_windows_the_dashboard_runs_under_the_python_that_has_a_console(
    python: str, started: str, tmp_path: Path
) -> None:
    assert console_command(str(tmp_path / python)) == [str(tmp_path / started), "-P", "-m", "synctui"]


@pytest.mark.skipif(os.name != "posix", reason="runs a shell script")
def test_on_the_mac_a_script_opens_the_dashboard(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, noted = office.folder / "programs", office.folder / "noted"
    programs.mkdir()
    stand_in = programs / "open"
    stand_in.write_text(f'#!/bin/sh\n"$3" >"{noted}" 2>&1\nexit 0\n', "utf-8")
    stand_in.chmod(0o700)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    open_dashboard("darwin")
    script = office.folder / "home" / "dashboard.command"
    assert "The dashboard needs a terminal." in noted.read_text("utf-8")
    assert f"export SYNCTUI_CONFIG={office.config}" in script.read_text("utf-8")
    assert stat.S_IMODE(script.stat().st_mode) == 0o700
