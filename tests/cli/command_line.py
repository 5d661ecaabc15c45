from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner

from synctui.cli import main
from synctui.practice import Practice


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        answer: dict[str, Any] = json.loads(self.stdout)
        return answer

    @property
    def error(self) -> dict[str, Any]:
        """The error in the document; its shape is the same for every failure."""
        error: dict[str, Any] = self.answer["error"]
        assert error["exit_code"] == self.exit_code
        assert error["message"].strip()
        assert isinstance(error["hint"], str)
        return error


def synctui(*arguments: str | Path, answers: str | None = None) -> Said:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=answers)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


@dataclass
class Office:
    """A user with a settings file, a workbook and the practice services."""

    practice: Practice
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "synctui.toml"

    @property
    def workbook(self) -> Path:
        return self.folder / "awards.xlsx"

    def __call__(self, *arguments: str) -> Said:
        """A command for people."""
        return synctui(*arguments)

    def json(self, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
        """A command's JSON answer."""
        said = synctui(*arguments, "--json")
        assert said.exit_code == exit_code, said.stdout + said.stderr
        return said.answer

    def pull(self, link: str = "Awards", *arguments: str, exit_code: int = 0) -> dict[str, Any]:
        return self.json("pull", link, "--workbook", str(self.workbook), *arguments, exit_code=exit_code)

    def diff(self, link: str = "Awards") -> dict[str, Any]:
        return self.json("diff", link, "--workbook", str(self.workbook))

    def push(self, *arguments: str, link: str = "Awards", exit_code: int = 0) -> dict[str, Any]:
        return self.json("push", link, "--workbook", str(self.workbook), *arguments, exit_code=exit_code)

    def set_up(self, old: str, new: str) -> None:
        """Change the settings file."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def type(self, cells: Mapping[int, Mapping[str, Any]], sheet: str = "Awards") -> None:
        """Type into cells, as a spreadsheet program's user does: row -> header -> value."""
        book = openpyxl.load_workbook(self.workbook)
        headers = [cell.value for cell in book[sheet][1]]
        for row, values in cells.items():
            for header, value in values.items():
                book[sheet].cell(row, headers.index(header) + 1).value = value
        book.save(self.workbook)

    def runs(self) -> list[Any]:
        """What the maps received, call by call."""
        return [call for call in self.practice.received if call.operation == "eone.run"]
