from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import msgspec
import pytest

import synctui
from synctui import connectors, settings
from synctui.errors import SyncError
from synctui.links import ConnectionSettings, Endpoint, Link, TargetOptions

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\b.*\n((?:(?!#).*\n?)*)", README, re.MULTILINE | re.IGNORECASE)
    assert found, f"README has no section {title!r}"
    return found.group(1)


def table(title: str) -> dict[str, tuple[str, str]]:
    """Setting -> default and meaning, as the table under a heading tells them."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", section(title), re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in rows}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


# -- the two commands


def test_the_two_commands_stand_at_the_top() -> None:
    first, second = top_commands()
    assert README.index(first) < 200
    assert first.startswith("python3 dev.py demo")
    assert second == "python3 dev.py test"


def test_ci_runs_exactly_the_test_command_and_then_the_checks() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in ci if line.startswith("python3")] == [top_commands()[1], "python3 dev.py check"]


def top_commands() -> list[str]:
    return [line.partition("#")[0].strip() for line in blocks("sh")[0].splitlines()]


# -- commands


def commands(group: click.Group, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """Every command below a group, by the words that call it."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = commands(command, (*path, name)) if isinstance(command, click.Group) else {}
        found |= inner or {" ".join((*path, name)): command}
    return found


def known_commands() -> dict[str, click.Command]:
    from synctui.cli import main

    return commands(main)


def documented_commands() -> dict[str, str]:
    """Command -> what the README's table says of it."""
    return dict(re.findall(r"^\| `synctui ([a-z ]+)` \| (.+) \|$", section("Commands"), re.MULTILINE))


def test_readme_and_help_know_the_same_commands() -> None:
    assert set(documented_commands()) == set(known_commands())


def test_every_option_that_the_readme_names_is_there() -> None:
    known = known_commands()
    for name, text in documented_commands().items():
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"`(--[a-z-]+)", text)) <= options, name


def test_every_command_has_an_example_in_its_help() -> None:
    for name, command in known_commands().items():
        help_text = command.get_help(click.Context(command, info_name=name))
        assert f"synctui {name}" in help_text, name


def test_every_command_takes_the_options_that_all_take() -> None:
    for name, command in known_commands().items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--config", "--json", "-q", "-v"} <= options, name


def test_commands_in_the_readmes_examples_exist() -> None:
    known = known_commands()
    calls = re.findall(r"(?:dev\.py run|^synctui) ([a-z]+)(?: ([a-z]+))?", "\n".join(blocks("sh")), re.MULTILINE)
    assert calls
    for first, second in calls:
        assert first in known or f"{first} {second}" in known


def test_readme_tells_every_exit_code() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE)}
    assert told == {0, 1, 130} | {kind.exit_code for kind in error_classes(SyncError)}


def error_classes(kind: type[SyncError]) -> set[type[SyncError]]:
    return {kind}.union(*(error_classes(child) for child in kind.__subclasses__()))


# -- settings


def shown_default(field: msgspec.structs.FieldInfo) -> str:
    """A default as the README writes it."""
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or value == "" or (not isinstance(value, bool | int | float) and not value):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`"


def settings_of(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Setting -> default, as the README writes it."""
    return {field.encode_name: shown_default(field) for field in msgspec.structs.fields(struct)}


def documented_structs() -> dict[str, dict[str, str]]:
    """Heading -> the settings that its table has to tell; what every target has is told once."""
    every_target = settings_of(TargetOptions)
    found = {"Every target": every_target}
    for name in connectors.MODULES:
        kind = connectors.kind(name)
        for side, struct in {"connection": kind.connection, "source": kind.source, "target": kind.target}.items():
            known = every_target.items() if side == "target" else ()
            if struct is not None:
                found[f"{name} {side}"] = dict(settings_of(struct).items() - known)
    return found


@pytest.mark.parametrize(("title", "fields"), documented_structs().items(), ids=documented_structs())
def test_settings_and_their_defaults_are_those_of_the_code(title: str, fields: dict[str, str]) -> None:
    assert {name: default for name, (default, _) in table(title).items() if name != "connection"} == fields


@pytest.mark.parametrize(
    ("title", "described", "ours"),
    [
        ("Every connection", ConnectionSettings, {"name", "options"}),
        ("Every link", Link, {"name"}),
        ("Every source", Endpoint, {"options"}),
    ],
)
def test_settings_of_every_kind_are_those_of_the_code(title: str, described: type, ours: set[str]) -> None:
    assert set(table(title)) == {field.name for field in dataclasses.fields(described)} - ours


def test_the_readme_names_every_kind_of_connection() -> None:
    _, meaning = table("Every connection")["kind"]
    assert set(re.findall(r'`"(\w+)"`', meaning)) == set(connectors.MODULES)


def test_the_readmes_settings_can_be_used_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "synctui.toml"
    file.write_text(blocks("toml")[0], encoding="utf-8")
    loaded = settings.load(file, connectors.kind, connectors.MODULES)
    assert set(loaded.links) == {"Awards", "Contacts"}
    assert loaded.links["Awards"].target is not None


# -- the page itself


def test_files_that_the_readme_links_to_are_there() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synctui", "demo", "--headless"]
    alone = os.environ | {"SYNCTUI_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown = next(block for block in blocks("text") if block.startswith("Practice services at"))
    assert lasting(shown) == lasting(done.stdout)


def lasting(output: str) -> list[str]:
    """The lines of an output without what differs from run to run: port, folder, run id."""
    output = re.sub(r"127\.0\.0\.1:\d+; everything else is in \S+", "ADDRESS and FOLDER", output)
    return re.sub(r"\b\d{8}-[a-z0-9]{6}\b", "RUN", output).strip().splitlines()


def test_every_part_kept_for_real_output_holds_some() -> None:
    parts = re.findall(r"<!-- begin: (.+?) -->\n(.*?)<!-- end -->", README, re.DOTALL)
    assert [name for name, text in parts if not text.strip()] == []


def test_one_version_stands_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == synctui.__version__


def test_the_changelog_begins_with_what_is_not_released_or_with_this_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] in ("Unreleased", synctui.__version__)
