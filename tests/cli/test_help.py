from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from command_line import Office, synctui

import synctui as package
from synctui.cli import main

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("textual", "rich", "xlwings", "httpx", "diskcache", "sqlite3", "uvicorn", "asyncio.base_events")


def names(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found += names(command, *path, name) if isinstance(command, click.Group) else [(*path, name)]
    return found


COMMANDS = names(main)


def test_all_commands_of_the_contract_are_there() -> None:
    told = "demo, practice, check, pull, diff, repair, push, settle, runs, show, maps, columns, run, where, doctor"
    assert {(name,) for name in told.split(", ")} | {("cache", "show"), ("cache", "clear")} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example(command: tuple[str, ...]) -> None:
    said = synctui(*command, "--help")
    assert said.exit_code == 0
    assert f"synctui {' '.join(command)}" in said.stdout.partition("Example")[2]
    assert all(option in said.stdout for option in ("--config", "--json", "-q", "-v", "--help"))


def test_every_line_of_the_overview_is_whole() -> None:
    said = synctui("--help")
    assert said.exit_code == 0
    assert "..." not in said.stdout.partition("Commands:")[2]


@pytest.mark.parametrize("arguments", [["--help"], ["push", "--help"], ["--version"], ["pusch"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys, synctui.cli
try:
    synctui.cli.main({arguments!r})
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_version_is_that_of_the_package() -> None:
    assert synctui("--version").stdout.strip().endswith(package.__version__)


def test_a_misspelt_command_names_the_nearest() -> None:
    said = synctui("pusch", "Awards")
    assert said.exit_code == 2
    assert "'push'" in said.stderr
    assert said.stdout == ""


def test_a_misspelt_option_is_refused_with_the_way_to_help() -> None:
    said = synctui("pull", "Awards", "--workbok", "x.xlsx")
    assert said.exit_code == 2
    assert "--workbok" in said.stderr
    assert "synctui pull --help" in said.stderr


@pytest.mark.parametrize(
    "arguments",
    [["pusch"], ["pull"], ["push", "Awards"], ["settle"], ["push", "A", "--workbook", "x", "--rows", "some"], []],
)
def test_wrong_usage_is_one_json_document_too(arguments: list[str], home: Path) -> None:
    said = synctui(*arguments, "--json")
    assert said.exit_code == 2
    assert said.error["hint"]
    assert said.stdout.count("\n") == 1


@pytest.mark.parametrize("arguments", [["cache"], ["cache", "--config", "x.toml"], ["celigo", "-q"]], ids=" ".join)
def test_a_group_alone_says_in_one_sentence_what_may_follow(arguments: list[str]) -> None:
    said = synctui(*arguments)
    group = arguments[0]
    assert (said.exit_code, said.stdout) == (2, "")
    sentence, hint = said.stderr.splitlines()
    assert sentence.startswith(f"synctui: synctui {group} alone is no command: add ")
    assert {"cache": "show or clear.", "celigo": "imports or ping."}[group] in sentence
    assert hint.strip() == f"See: synctui {group} --help"


def test_the_options_of_all_stand_behind_a_group_too(home: Path) -> None:
    said = synctui("cache", "--json", "show")
    assert said.exit_code == 0
    assert said.answer["entries"] == []


@pytest.mark.parametrize("place", [0, 1])
def test_the_options_of_all_stand_before_or_after_the_command(place: int, office: Office, tmp_path: Path) -> None:
    config = tmp_path / "elsewhere.toml"
    office.config.rename(config)
    options = ["--json", "-q", "--config", str(config)]
    said = synctui(*options, "check", "erp") if place == 0 else synctui("check", "erp", *options)
    assert said.exit_code == 0
    assert said.answer["erp"]["ok"]
    assert said.stderr == ""


def test_the_dashboard_needs_a_terminal(home: Path) -> None:
    said = synctui()
    assert said.exit_code == 2
    assert "terminal" in said.stderr
