from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from command_line import Office, synctui

CHECKS = ("Python", "settings", "secrets", "state folder", "keyring", "TLS roots", "journal", "locks", "cache")


def test_where_names_the_folders_in_use(office: Office, home: Path) -> None:
    answer = office.json("where")
    assert answer["settings"] == str(office.config)
    assert answer["home"] == str(home)
    assert all(answer[name].startswith(str(home)) for name in ("journal", "budget", "cache", "crashes"))
    assert not home.exists(), "looking makes nothing"


def test_where_works_without_settings(home: Path) -> None:
    said = synctui("where", "--json")
    assert said.exit_code == 0
    assert said.answer["settings"] is None


def test_doctor_finds_a_machine_in_order(office: Office) -> None:
    answer = office.json("doctor")
    assert answer["ok"]
    assert set(CHECKS) <= {check["name"] for check in answer["checks"]}
    assert all(set(check) == {"name", "ok", "detail", "remedy"} and check["detail"] for check in answer["checks"])


def test_doctor_is_content_with_a_machine_that_has_no_settings_yet(home: Path) -> None:
    said = synctui("doctor", "--json")
    assert said.exit_code == 0
    settings = next(check for check in said.answer["checks"] if check["name"] == "settings")
    assert "synctui practice" in settings["remedy"]


def finding(office: Office, name: str) -> dict[str, str]:
    answer = office.json("doctor", exit_code=2)
    assert not answer["ok"]
    (bad,) = [check for check in answer["checks"] if not check["ok"]]
    assert bad["name"] == name
    assert bad["remedy"]
    return dict(bad)


def test_doctor_finds_a_wrong_setting(office: Office) -> None:
    office.set_up('kind = "eone"', 'kind = "eon"')
    assert "connections.erp.kind" in finding(office, "settings")["detail"]


def test_doctor_finds_a_settings_file_that_is_named_and_not_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCTUI_CONFIG", "nowhere.toml")
    assert "nowhere.toml" in finding(office, "settings")["detail"]


def test_doctor_finds_a_secret_that_is_not_set(office: Office) -> None:
    office.set_up('password = "Sample-Passw0rd"', 'password = "env:NOT_SET_ANYWHERE"')
    assert "NOT_SET_ANYWHERE" in finding(office, "secrets")["detail"]


def test_doctor_finds_a_journal_of_a_newer_program(office: Office, home: Path) -> None:
    office.json("runs")
    with sqlite3.connect(home / "journal.sqlite3") as journal:
        journal.execute("PRAGMA user_version = 99")
    journal.close()
    bad = [check for check in office.json("doctor", exit_code=2)["checks"] if not check["ok"]]
    assert {check["name"] for check in bad} >= {"journal"}
    assert "format 99" in bad[0]["detail"]


@pytest.mark.skipif(os.name != "posix", reason="modes of folders are a POSIX matter")
def test_doctor_finds_a_cache_that_others_can_write(office: Office, home: Path) -> None:
    office.json("maps", "erp")
    (home / "cache").chmod(0o777)
    assert str(home / "cache") in finding(office, "cache")["detail"]


@pytest.mark.skipif(os.name != "posix", reason="links are a POSIX matter")
def test_doctor_finds_a_state_folder_that_is_a_link(office: Office, home: Path) -> None:
    (home.parent / "elsewhere").mkdir()
    home.symlink_to(home.parent / "elsewhere")
    bad = [check for check in office.json("doctor", exit_code=2)["checks"] if not check["ok"]]
    assert bad[0]["name"] == "state folder"
    assert "SYNCTUI_HOME" in bad[0]["remedy"]


def test_the_cache_is_shown_with_its_age_and_cleared(office: Office, home: Path) -> None:
    assert office.json("cache", "show")["entries"] == []
    office.json("maps", "erp")
    (entry,) = office.json("cache", "show")["entries"]
    assert 0 <= entry["age_seconds"] < 60
    assert "min" in office("cache", "show").stdout
    assert office.json("cache", "clear")["cleared"] == 1
    assert office.json("cache", "show")["entries"] == []


@pytest.mark.skipif(os.name != "posix", reason="modes of folders are a POSIX matter")
def test_everything_that_is_kept_is_closed_to_others(office: Office, home: Path) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    office.push()
    paths = [home, *home.iterdir(), *(home / "locks").iterdir()]
    assert {path.name for path in paths} >= {"journal.sqlite3", "budget.sqlite3", "cache", "locks"}
    assert [str(path) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
