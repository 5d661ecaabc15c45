from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from synctui.doctor import Finding
from synctui.errors import UsageError
from xl_addin import doctor, install, places
from xl_addin.addin_file import addin_file
from xl_addin.places import System
from xl_addin.seen_secrets import unseen_secrets

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = ("win32", "darwin")
UNREADABLE = Path("/proc/self/mem")
"""Reading it fails, for an administrator too: nothing is mapped at its beginning."""


@pytest.fixture(params=PLATFORMS)
def system(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # stands in for an installed SyncTUI
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    home = tmp_path / "Jürgen O'Neil"
    folders = {"APPDATA": str(home / "AppData" / "Roaming"), "LOCALAPPDATA": str(home / "AppData" / "Local")}
    return System(request.param, home, folders, python=sys.executable)


def bad(system: System) -> dict[str, Finding]:
    findings = doctor.examine(system)
    assert all(finding.detail and (finding.ok or finding.remedy) for finding in findings)
    return {finding.name: finding for finding in findings if not finding.ok}


def test_install_writes_where_excel_looks(system: System) -> None:
    written = [path.relative_to(system.home).as_posix() for path in install.install(system)]
    assert (
        written
        == {
            "win32": ["AppData/Local/synctui/excel-python.txt", "AppData/Roaming/Microsoft/Excel/XLSTART/SyncTUI.xlam"],
            "darwin": [
                "Library/Application Support/synctui/excel-python.txt",
                "Library/Group Containers/UBF8T9346G.Office/User Content/Startup/Excel/SyncTUI.xlam",
                "Library/Application Scripts/com.microsoft.Excel/SyncTUI.applescript",
            ],
        }[system.platform]
    )


def test_the_launcher_and_the_script_read_the_file_that_install_writes() -> None:
    launcher = (ROOT / "xl_addin" / "vba" / "SyncTUILauncher.bas").read_text("ascii")
    assert rf"%LOCALAPPDATA%\synctui\{places.PYTHON_FILE}" in launcher
    assert f'"{places.SCRIPT}"' in launcher
    assert f"Library/Application Support/synctui/{places.PYTHON_FILE}" in places.script_text().decode("ascii")


def test_the_interpreter_is_noted_in_what_its_reader_understands(system: System) -> None:
    named = dataclasses.replace(system, python="C:\\Jürgen\\Питон\\python.exe")
    note = places.places(named).python_file
    install.install(named)
    encoding = {"win32": "utf-16", "darwin": "utf-8"}[system.platform]
    assert note.read_bytes().decode(encoding) == f"{named.python}\n"


def test_the_installed_add_in_names_no_machine(system: System) -> None:
    install.install(system)
    assert places.places(system).addin.read_bytes() == addin_file()


def test_after_installing_the_doctor_is_content(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    assert install.install_main([], system) == 0
    assert doctor.main([], system) == 0
    assert "BAD" not in capsys.readouterr().out


def test_uninstall_takes_away_what_install_wrote_and_nothing_else(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    written = install.install(system)
    others = [path.with_name("other") for path in written]
    for path in others:
        path.write_text("")
    assert install.uninstall_main([], system) == 0
    assert install.uninstall_main([], system) == 0
    assert "Nothing was installed." in capsys.readouterr().out
    assert sorted(path for path in system.home.rglob("*") if path.is_file()) == sorted(others)


def test_without_an_installation_every_finding_says_what_to_do(system: System) -> None:
    expected = {"win32": {"add-in", "interpreter"}, "darwin": {"add-in", "interpreter", "script"}}[system.platform]
    assert set(bad(system)) == expected


def test_the_doctor_finds_a_python_that_is_gone(system: System) -> None:
    install.install(dataclasses.replace(system, python="/gone/python"))
    assert set(bad(system)) == {"interpreter", "version"}


def test_the_doctor_finds_a_python_without_the_add_ins_program(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    install.install(system)
    monkeypatch.delenv("PYTHONPATH")
    monkeypatch.setenv("PYTHONHOME", "/gone")
    assert "pip install" in bad(system)["version"].remedy


@pytest.mark.skipif(os.name != "posix", reason="runs a shell script")
def test_the_doctor_outlives_a_complaint_in_another_encoding(system: System, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_bytes(b"#!/bin/sh\nprintf 'Zugriff verweigert f\\374r' >&2\nexit 1\n")
    python.chmod(0o700)
    install.install(dataclasses.replace(system, python=str(python)))
    assert "Zugriff verweigert f" in bad(system)["version"].detail


def test_the_doctor_finds_an_add_in_of_another_version_and_a_mark_of_the_web(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    system = System("win32", tmp_path, {}, python=sys.executable)
    install.install(system)
    addin = places.places(system).addin
    addin.write_bytes(addin_file("another"))
    addin.with_name(f"{addin.name}:Zone.Identifier").write_text("[ZoneTransfer]")
    assert set(bad(system)) == {"version", "origin"}


def test_the_doctor_finds_a_changed_script(tmp_path: Path) -> None:
    mac = System("darwin", tmp_path, {}, python="/gone/python")
    install.install(mac)
    script = places.places(mac).script
    assert script is not None
    script.write_text("on startSyncTUI(message)\ndo shell script message\nend")
    assert "another version" in bad(mac)["script"].detail


SETTINGS = """
[connections.crm]
kind = "celigo"
region = "na"
{crm}
[links.Contacts]
key = "id"
[links.Contacts.source]
connection = "crm"
export = "64b0c1d2e3f405162738495a"
"""


def secrets_of(system: System, crm: str = "", **changes: Any) -> Finding:
    """What is found of secrets where a settings file of this kind lies in the home folder."""
    system.home.mkdir(exist_ok=True)
    (system.home / "synctui.toml").write_text(SETTINGS.format(crm=crm), "utf-8")
    return unseen_secrets(dataclasses.replace(system, **changes))


def test_a_token_that_only_a_terminal_knows_is_found(system: System) -> None:
    known = {**system.environment, "SYNCTUI_CRM_TOKEN": "planted"}
    finding = secrets_of(system, environment=known)
    assert not finding.ok
    assert "SYNCTUI_CRM_TOKEN" in finding.detail
    assert "keyring set synctui crm/token" in finding.remedy
    assert ("for your account" in finding.remedy) is (system.platform == "win32")
    assert "planted" not in f"{finding}"


def test_a_setting_that_names_a_variable_is_found_unless_every_program_sees_it(system: System) -> None:
    install.install(system)
    finding = secrets_of(system, 'token = "env:CRM"')
    assert bad(system) == {"secrets": finding}
    assert '"keyring:CRM" for "env:CRM"' in finding.remedy
    assert secrets_of(system, 'token = "env:CRM"', lasting={"CRM"}).ok
    assert secrets_of(system, 'token = "keyring:CRM"').ok


def test_settings_that_cannot_be_read_are_not_the_add_ins_finding(system: System) -> None:
    assert secrets_of(system, "no toml").ok


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs a file that nobody can read from its beginning")
@pytest.mark.parametrize("part", ["script", "addin"])
def test_a_file_that_cannot_be_read_is_a_finding_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    mac = System("darwin", tmp_path, {}, python=sys.executable)
    install.install(mac)
    path: Path = getattr(places.places(mac), part)
    path.unlink()
    path.symlink_to(UNREADABLE)
    [finding] = bad(mac).values()
    assert f"{path} cannot be read: " in finding.detail
    assert "Let your account read it" in finding.remedy


def test_without_excel_one_sentence_says_where_to_go(tmp_path: Path) -> None:
    linux = System("linux", tmp_path, {})
    with pytest.raises(UsageError, match=r"no Excel .*`python -m xl_addin build`"):
        install.install(linux)
    assert [finding.name for finding in doctor.examine(linux)] == ["Excel"]


def test_the_stores_python_is_refused_as_excel_cannot_see_what_it_writes(tmp_path: Path) -> None:
    store = System("win32", tmp_path, {}, python_home=r"C:\Program Files\WindowsApps\PythonSoftwareFoundation")
    with pytest.raises(UsageError, match="store"):
        install.install(store)
    assert not any(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "AppData").write_text("a file where a folder should be")
    with pytest.raises(UsageError, match="cannot be written"):
        install.install(System("win32", tmp_path, {}))
