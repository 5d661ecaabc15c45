from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from synctui.practice.server import Practice
from synctui.session import open_file
from synctui.worksheets.base import Workbook
from xl_addin.buttons import BUTTONS, press

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class PlainSpreadsheet:
    """A spreadsheet program whose workbook is a file; writes down what it was told and answers what it was given."""

    path: Path
    sheet: str = "Sheet1"
    agrees: bool = True
    typed: list[str | None] = field(default_factory=list)
    """Answers to the next questions, in order."""
    bar: list[str | None] = field(default_factory=list)
    """Everything that stood in the status bar."""
    told: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    on_status: Callable[[str], None] = lambda _: None

    @property
    def workbook(self) -> Workbook:
        return open_file(str(self.path))

    def status(self, text: str | None) -> None:
        self.bar.append(text)
        self.on_status(text or "")

    def tell(self, title: str, text: str) -> None:
        self.told.append((title, text))

    def ask(self, title: str, text: str) -> bool:
        self.asked.append((title, text))
        return self.agrees

    def input(self, title: str, prompt: str) -> str | None:
        self.questions.append((title, prompt))
        return self.typed.pop(0)

    def show(self, sheet: str) -> None:
        self.sheet = sheet

    @property
    def said(self) -> str:
        """Everything that a person could have read."""
        shown = [*self.told, *self.asked, *self.questions, *((text or "", "") for text in self.bar)]
        return "\n".join(part for pair in shown for part in pair)


@dataclass
class Office:
    """Somebody at a spreadsheet program, with the practice services as the other side."""

    folder: Path
    practice: Practice
    front: PlainSpreadsheet

    @property
    def config(self) -> Path:
        return self.folder / "synctui.toml"

    def press(self, name: str) -> int:
        [button] = [button for button in BUTTONS if button.name == name]
        return press(button, self.front)

    def pulled(self) -> None:
        """Pull the awards, and forget what was said."""
        self.front.sheet = "Awards"
        assert self.press("pull") == 0
        self.front.told.clear()
        self.front.bar.clear()

    def last(self) -> str:
        """The text of the last dialog."""
        return self.front.told[-1][1]

    def set_up(self, *changes: tuple[str, str]) -> None:
        """Write the settings of the practice services, with changes."""
        text = self.practice.settings_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def keep_only(self, link: str) -> None:
        """Take all other links out of the settings."""
        connections, *links = self.config.read_text("utf-8").split("[links.")
        kept = [part for part in links if part.startswith((f"{link}]", f"{link}."))]
        self.config.write_text("[links.".join([connections, *kept]), encoding="utf-8")

    def type(self, cells: Mapping[int, Mapping[str, Any]], sheet: str = "Awards") -> None:
        """Type into cells: row -> header -> value."""
        book = openpyxl.load_workbook(self.front.path)
        headers = [cell.value for cell in book[sheet][1]]
        for row, values in cells.items():
            for header, value in values.items():
                book[sheet].cell(row, headers.index(header) + 1).value = value
        book.save(self.front.path)

    def cell(self, row: int, header: str, sheet: str = "Awards") -> Any:
        book = openpyxl.load_workbook(self.front.path)
        headers = [cell.value for cell in book[sheet][1]]
        return book[sheet].cell(row, headers.index(header) + 1).value

    def sent(self) -> list[Any]:
        """What the maps received, call by call."""
        return [call for call in self.practice.received if call.operation == "eone.run"]

    def runs(self) -> list[dict[str, Any]]:
        """What another process says of the runs of this machine."""
        command = [sys.executable, "-m", "synctui", "runs", "--json"]
        surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=self.folder, env=surroundings, capture_output=True, text=True, check=True)
        runs: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
        return runs
