from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from synctui.practice import Practice

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds for a command on a machine that is busy."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.stdout)
        return answer


@dataclass
class User:
    """Somebody at a shell: real processes, a folder of their own, the practice services as the other side."""

    folder: Path
    practice: Practice | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def config(self) -> Path:
        return self.folder / "synctui.toml"

    @property
    def workbook(self) -> Path:
        return self.folder / "awards.xlsx"

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of every command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNCTUI")}
        return kept | {
            "SYNCTUI_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "PYTHONIOENCODING": "utf-8",
            **self.environment,
        }

    def start(self, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
        """Start a command; its streams are pipes where nothing else is said."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        command = [sys.executable, "-m", "synctui", *arguments]
        settings = {"cwd": self.folder, "env": self.surroundings, "encoding": "utf-8", "start_new_session": True}
        return subprocess.Popen(command, **settings, **pipes)

    def run(self, *arguments: str, exit_code: int = 0) -> Ended:
        """Run a command to its end."""
        return self.end(self.start(*arguments), exit_code)

    def json(self, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
        """Run a command and read its answer."""
        return self.run(*arguments, "--json", exit_code=exit_code).answer

    def end(self, process: subprocess.Popen[str], exit_code: int) -> Ended:
        stdout, stderr = process.communicate(timeout=PATIENCE)
        assert process.returncode == exit_code, stdout + stderr
        return Ended(process.returncode, stdout, stderr)

    def set_up(self, *changes: tuple[str, str]) -> None:
        """Write the settings of the practice services, with changes."""
        assert self.practice is not None
        text = self.practice.settings_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def type(self, cells: Mapping[int, Mapping[str, Any]]) -> None:
        """Type into cells: row -> header -> value."""
        book = openpyxl.load_workbook(self.workbook)
        sheet = book["Awards"]
        headers = [cell.value for cell in sheet[1]]
        for row, values in cells.items():
            for header, value in values.items():
                sheet.cell(row, headers.index(header) + 1).value = value
        book.save(self.workbook)

    def runs(self) -> list[Any]:
        """What the maps received, call by call."""
        assert self.practice is not None
        return [call for call in self.practice.received if call.operation == "eone.run"]


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C."""
    process.send_signal(signal.SIGINT)
