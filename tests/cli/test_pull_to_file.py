from __future__ import annotations

import csv
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from command_line import Office, synctui

BOM = b"\xef\xbb\xbf"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def leftovers(office: Office) -> list[str]:
    """Files that should not be there."""
    return [path.name for path in office.folder.iterdir() if path.name not in ("synctui.toml", "home", "config")]


def test_a_csv_holds_every_record_just_as_the_source_has_it(office: Office) -> None:
    answer = office.json("pull", "Awards", "--to", "csv")
    path = office.folder / "Awards.csv"
    assert {"file": str(path), "rows": 40, "without_key": 0}.items() <= answer.items()
    assert answer["calls"] >= 1
    header, *rows = rows_of(path)
    assert path.read_bytes().startswith(BOM + b"recordid,")
    assert b"\r\n" in path.read_bytes()
    assert len(rows) == 40
    first = dict(zip(header, rows[0], strict=True))
    assert (first["recordid"], first["cf_Cost Center"], first["cf_Amount"]) == ("900001", "00041", "25000")


def test_people_read_where_the_records_went(office: Office) -> None:
    said = office("pull", "Awards", "--to", "csv", "-o", "here.csv")
    assert said.exit_code == 0
    assert said.stdout.startswith("Awards: 40 rows in here.csv, ")
    assert leftovers(office) == ["here.csv"]


def test_a_file_that_is_there_is_replaced_at_the_end(office: Office) -> None:
    path = office.folder / "Awards.csv"
    path.write_text("old", encoding="utf-8")
    office.json("pull", "Awards", "--to", "csv")
    assert len(rows_of(path)) == 41
    assert leftovers(office) == ["Awards.csv"]


def test_a_parquet_file_has_the_types_that_are_known_and_text_for_the_rest(office: Office) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    answer = office.json("pull", "AwardsBack", "--to", "parquet")
    table = parquet.read_table(office.folder / "AwardsBack.parquet")
    assert answer["rows"] == table.num_rows == 40
    types = {field.name: str(field.type) for field in table.schema}
    assert types.pop("cf_Amount") == "double"
    assert table.column("cf_Amount")[0].as_py() == 25_000
    assert table.column("cf_Cost Center")[0].as_py() == "00041"
    assert types["cf_Cost Center"] == "string"


def test_without_pyarrow_the_remedy_is_told_and_no_call_is_spent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    before = len(office.practice.received)
    said = synctui("pull", "Awards", "--to", "parquet", "--json")
    assert said.exit_code == 2
    assert "pyarrow" in said.error["message"]
    assert "synctui[parquet]" in said.error["hint"]
    assert len(office.practice.received) == before
    assert leftovers(office) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "csv", "--workbook", "awards.xlsx"), "--workbook is for a worksheet"),
        (("--to", "csv", "--replace"), "--replace is for a worksheet"),
        (("-o", "awards.csv"), "--to is not there"),
        (("--workbook", "awards.xlsx", "-o", "awards.csv"), "--to is not there"),
        ((), "not said where"),
        (("--to", "xls"), "xls"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(arguments: tuple[str, ...], words: str, office: Office) -> None:
    said = synctui("pull", "Awards", *arguments, "--json")
    assert said.exit_code == 2
    assert words in said.error["message"]
    assert said.error["hint"]
    assert leftovers(office) == []


@pytest.mark.parametrize(("output", "words"), [("nowhere/a.csv", "no folder"), ("home", "is a folder")])
def test_a_place_that_cannot_be_written_is_told_before_a_call_is_spent(output: str, words: str, office: Office) -> None:
    (office.folder / "home").mkdir(exist_ok=True)
    before = len(office.practice.received)
    said = synctui("pull", "Awards", "--to", "csv", "-o", output, "--json")
    assert said.exit_code == 7
    assert words in said.error["message"]
    assert len(office.practice.received) == before


def test_a_file_that_is_open_in_libreoffice_is_left_alone(office: Office) -> None:
    path = office.folder / "Awards.csv"
    path.write_text("old", encoding="utf-8")
    (office.folder / ".~lock.Awards.csv#").write_text(",dana,laptop,,;", encoding="utf-8")
    said = synctui("pull", "Awards", "--to", "csv", "--json")
    assert said.exit_code == 7
    assert "LibreOffice" in said.error["message"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("fault", ["truncated", "html200"])
def test_an_answer_that_makes_no_sense_leaves_the_file_as_it_was(fault: str, office: Office) -> None:
    path = office.folder / "Awards.csv"
    path.write_text("old", encoding="utf-8")
    office.practice.faults.arm(f"smartsimple:{fault}")
    assert office.json("pull", "Awards", "--to", "csv", exit_code=3)["error"]["hint"]
    assert path.read_text(encoding="utf-8") == "old"
    assert leftovers(office) == ["Awards.csv"]


def test_an_interruption_leaves_no_file(office: Office) -> None:
    office.practice.faults.arm("smartsimple.list:slow=20")
    before = len(office.practice.received)

    def interrupt() -> None:
        deadline = time.monotonic() + 10
        while len(office.practice.received) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    said = synctui("pull", "Awards", "--to", "csv", "--json")
    assert said.exit_code == 130
    assert "Nothing was written" in said.error["hint"]
    assert leftovers(office) == []
