"""The command line that VBA builds, executed in a process of its own, over xlwings and the model of Excel."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from live_excel import NO_XLWINGS
from office import ROOT, Office

pytest.importorskip("xlwings", reason=NO_XLWINGS)
import excel_model as model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere xlwings drives the real Excel")
HERE = Path(__file__).parent
BOOK = "awards=2026.xlsx"


@dataclass
class Machine:
    """A user's machine with an Excel on it."""

    office: Office
    environment: dict[str, str]

    @property
    def kept(self) -> Path:
        return self.office.folder / "excel.pickle"

    @property
    def book(self) -> model.Book:
        book: model.Book = pickle.loads(self.kept.read_bytes())
        return book

    def keep(self, book: model.Book) -> None:
        self.kept.write_bytes(pickle.dumps(book))

    def press(self, action: str) -> tuple[int, list[tuple[str, str]]]:
        """Click a button: the exit code, and the dialogs that were shown."""
        before = len(self.book.app.boxes)
        paths = os.pathsep.join(map(str, (HERE / "at_python_start", HERE, ROOT)))
        command = [sys.executable, "-P", "-m", "xl_addin", action]
        command += [f"--wb={BOOK}", "--from_xl=1", "--app=", "--hwnd=1"]
        surroundings = os.environ | self.environment | {"PYTHONPATH": paths, "XL_MODEL": str(self.kept)}
        done = subprocess.run(
            command, cwd=self.office.folder, env=surroundings, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == ("", "")
        return done.returncode, self.book.app.boxes[before:]

    def type(self, row: int, header: str, text: str) -> None:
        book = self.book
        sheet = book.sheet("Awards")
        sheet.type(row, self._column(sheet, header), text)
        self.keep(book)

    def cell(self, row: int, header: str) -> object:
        sheet = self.book.sheet("Awards")
        return sheet.shown(row, self._column(sheet, header))

    def _column(self, sheet: model.Sheet, header: str) -> int:
        return next(column for column in range(1, 60) if sheet.shown(1, column) == header)


@pytest.fixture
def machine(office: Office) -> Machine:
    office.keep_only("Awards")
    machine = Machine(office, {"HOME": str(office.folder)})
    machine.keep(model.App().open(BOOK))
    return machine


def test_pull_edit_push_and_the_run_is_known(machine: Machine) -> None:
    code, boxes = machine.press("pull")
    assert (code, len(boxes)) == (0, 1), boxes
    assert boxes[0] == ("SyncTUI: Pull", "Awards: 60 rows (60 added, 0 changed, 0 removed, 0 in conflict), 1 call")
    assert machine.book.active.name == "Awards"
    machine.type(2, "cf_County", "Cass")
    code, boxes = machine.press("push")
    assert (code, [title for title, _ in boxes]) == (0, ["SyncTUI: Push Awards to erp (practice)?", "SyncTUI: Push"])
    assert "→ Cass" in boxes[0][1]
    assert "1 accepted" in boxes[1][1]
    assert machine.cell(2, "Sync") == "saved"
    assert not machine.book.app.modes["StatusBar"]
    assert [(run["link"], run["accepted"]) for run in machine.office.runs()] == [("Awards", 1)]
    assert len(machine.office.sent()) == 1


def test_settings_beside_an_opened_workbook_choose_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNCTUI_CONFIG")
    home = machine.office.folder / "somebody"
    home.mkdir()
    machine.environment |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    assert machine.office.config.is_file()
    code, boxes = machine.press("pull")
    assert (code, len(boxes)) == (2, 1)
    assert "There is no settings file at" in boxes[0][1]
    assert machine.office.practice.received == ()
