"""A second spreadsheet program, live: LibreOffice edits the open workbook through UNO, as people do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from office import ROOT, Office
from running_office import ask

from synctui.worksheets.layout import STATE_LOOKS

DOCUMENT = Path(__file__).with_name("uno_document.py")
SHOWN = re.compile(r'<td[^>]*bgcolor="#(\w{6})"[^>]*><font color="#(\w{6})">([^<]+)</font></td>')
"""A coloured cell in LibreOffice's HTML: ground, letters, text."""

NEW = {"sf_Application Name": "Typed live", "cf_County": "Cass", "cf_Vendor No": "V-9001"}
"""Cells of a new row."""


@dataclass
class Person:
    """Somebody who has the workbook open in LibreOffice, and a terminal beside it."""

    office: Office
    pipe: str

    def do(self, *steps: tuple[Any, ...]) -> list[Any]:
        """Steps of `uno_document.Document`, in order; what each of them showed."""
        order = {"pipe": self.pipe, "path": str(self.office.front.path), "steps": steps}
        answers: list[Any] = ask(DOCUMENT, order)
        return answers

    def synctui(self, command: str, *options: str, exit_code: int = 0) -> dict[str, Any]:
        """What a command in the terminal answers."""
        line = [sys.executable, "-m", "synctui", command, "Awards", "--workbook", str(self.office.front.path), *options]
        surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([*line, "--json"], env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == exit_code, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def coloured(self) -> list[tuple[str, str, str]]:
        """Ground, letters and text of every cell of the open document that has both colours."""
        page = self.office.folder / "page.html"
        self.do(("page", str(page)))
        return SHOWN.findall(page.read_text("utf-8"))


@pytest.fixture
def person(office: Office, libreoffice: str) -> Iterator[Person]:
    office.front.sheet = "Awards"
    assert office.press("pull") == 0
    person = Person(office, libreoffice)
    person.do(("open",))
    yield person
    person.do(("close",))


def test_what_people_do_in_an_open_document_is_seen_pushed_and_shown(person: Person) -> None:
    person.do(
        ("type", 2, "cf_County", "00123"),
        ("type", 3, "cf_County", '=A2&"x"'),
        ("type", 4, "sf_End Date", "2026-03-01"),
        ("make_general", 5, "cf_Cost Center"),
        ("type", 5, "cf_Cost Center", "00164"),
        ("make_general", 6, "cf_County"),
        ("type", 6, "cf_County", '="Cass"&" West"'),
        ("insert_row", 10),
        *(("type", 10, *cell) for cell in NEW.items()),
        ("sort", "sf_Application ID"),
        ("delete_row", 2),
        ("store",),
    )
    found = person.synctui("diff")
    edits = {(change["key"], cell["column"]): cell["new"] for change in found["changes"] for cell in change["cells"]}
    assert {column: text for (key, column), text in edits.items() if key is None} == NEW
    assert {place: text for place, text in edits.items() if place[0]} == {
        ("900001", "cf_County"): "00123",
        ("900002", "cf_County"): '=A2&"x"',
        ("900003", "sf_End Date"): "2026-03-01 00:00:00",
        ("900005", "cf_County"): "Cass West",
    }
    assert [change["key"] for change in found["changes"] if change["kind"] == "delete"] == ["900060"]
    assert [(cell["key"], cell["was"], cell["now"]) for cell in found["damage"]] == [("900004", "00164", "164")]
    assert found["problems"] == []
    person.do(("close",))
    assert person.synctui("push", "--yes")["accepted"] == 4
    _, keys, states, vendors = person.do(("open",), *(("shown", h) for h in ("recordid", "Sync", "cf_Vendor No")))
    saved = [vendor for vendor, state in zip(vendors, states, strict=True) if state]
    assert sorted(saved) == ["V-1001", "V-1002", "V-1005", NEW["cf_Vendor No"]]
    assert set(states) == {"", "saved"}
    assert len(keys) == 60
    look = next(look for look in STATE_LOOKS if look.word == "saved")
    assert person.coloured() == [(look.ground[2:], look.letters[2:], "saved")] * 4


def test_while_the_workbook_is_open_nothing_is_sent_and_the_program_is_named(person: Person) -> None:
    person.do(("type", 2, "cf_County", "Cass"), ("store",))
    before = person.office.front.path.read_bytes()
    answer = person.synctui("push", "--yes", exit_code=7)
    assert "is open in LibreOffice" in answer["error"]["message"]
    assert (answer["accepted"], answer["unsent"], person.office.sent()) == (0, 1, [])
    assert person.office.front.path.read_bytes() == before
    person.do(("close",))
    assert person.synctui("push", "--yes")["accepted"] == 1
    person.do(("open",))
