from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from command_line import synctui

from synctui.cli.practice import keep_settings


def test_settings_are_written_under_the_usual_name(tmp_path: Path) -> None:
    path = keep_settings(tmp_path, "# one\n")
    assert (path.name, path.read_text(encoding="utf-8")) == ("synctui.toml", "# one\n")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_settings_stay_in_one_file(tmp_path: Path) -> None:
    assert keep_settings(tmp_path, "# one\n") == keep_settings(tmp_path, "# one\n")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_says_something_else_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "synctui.toml").write_text("# mine\n", encoding="utf-8")
    (tmp_path / "synctui-2.toml").mkdir()
    path = keep_settings(tmp_path, "# one\n")
    assert path.name == "synctui-3.toml"
    assert (tmp_path / "synctui.toml").read_text(encoding="utf-8") == "# mine\n"


def test_a_port_that_is_taken_is_wrong_usage(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = synctui("practice", "--port", str(server.getsockname()[1]), "--json")
    assert said.exit_code == 2
    assert "cannot be used" in said.error["message"]


@pytest.mark.parametrize("spec", ["nonsense", "eone.rum:401", "smartsimple.list:status_text", "eone.run:"])
def test_faults_that_are_not_understood_are_wrong_usage(spec: str, home: Path) -> None:
    said = synctui("practice", "--faults", spec, "--json")
    assert said.exit_code == 2
    assert "--faults" in said.error["message"]
    assert not (home / "practice").exists()
