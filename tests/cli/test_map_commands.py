from __future__ import annotations

from typing import Any

import pytest
from command_line import Office, synctui


def runs_of(office: Office) -> list[Any]:
    return [call for call in office.runs() if call.call.lower() in ("runmap", "runmapwithvariables")]


def test_maps_lists_what_the_company_has(office: Office) -> None:
    maps = office.json("maps", "erp")["maps"]
    assert {entry["id"] for entry in maps} == {"VENDORS FROM EXCEL", "GL JOURNAL", "VENDORS STRICT", "VENDORS"}
    assert all(set(entry) == {"key", "id", "description"} for entry in maps)
    assert "VENDORS STRICT" in office("maps", "erp").stdout


def test_columns_tell_keys_and_what_is_not_mapped(office: Office) -> None:
    columns = office.json("columns", "erp", "gl journal")["columns"]
    assert {"name": "Batch", "key": True, "mapped": True} in columns
    assert {"name": "Memo", "key": False, "mapped": False} in columns
    assert "not mapped" in office("columns", "erp", "GL JOURNAL").stdout


def test_a_run_asks_first(office: Office) -> None:
    said = synctui("run", "erp", "VENDORS", "--json")
    assert said.exit_code == 2
    assert "--yes" in said.error["hint"]
    assert office.json("runs") == {"runs": []}
    assert runs_of(office) == []


def test_a_run_answers_with_its_documents_and_is_journalled(office: Office) -> None:
    answer = office.json("run", "erp", "VENDORS", "--yes", "--var", "GBL_COUNTY=ND")
    told = {"run_number": "81", "failed": 0, "state": "done", "outcome": "accepted"}
    assert told.items() <= answer.items()
    assert answer["documents"] > 0
    (run,) = runs_of(office)
    assert (run.function, run.variables) == ("VENDORS", {"GBL_COUNTY": "ND"})
    shown = office.json("show", answer["run_id"])
    assert (shown["link"], shown["state"], shown["accepted"]) == ("run VENDORS", "done", 1)
    assert shown["variables"] == {"GBL_COUNTY": "ND"}


def test_a_lost_answer_leaves_the_run_in_doubt_and_bars_the_map(office: Office) -> None:
    office.practice.faults.arm("eone.run:cut_after*1")
    answer = office.json("run", "erp", "VENDORS", "--yes", exit_code=6)
    assert (answer["state"], answer["run_number"], answer["documents"]) == ("in doubt", None, None)
    again = synctui("run", "erp", "vendors", "--yes", "--json")
    assert again.exit_code == 6
    assert f"synctui settle {answer['run_id']}" in again.error["hint"]
    assert len(runs_of(office)) == 1
    settled = office.json("settle", answer["run_id"], "--as", "arrived")
    assert (settled["settled"], settled["in_doubt"], settled["notices"]) == (1, 0, [])
    assert office.json("run", "erp", "VENDORS", "--yes")["state"] == "done"


def test_a_run_in_doubt_bars_a_push_to_the_same_map_too(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    office.practice.faults.arm("eone.run:cut_after*1")
    office.json("run", "erp", "VENDORS FROM EXCEL", "--yes", exit_code=6)
    assert "settle" in office.push(exit_code=6)["error"]["hint"]


@pytest.mark.parametrize("fault", ["html200", "truncated", "500_after"])
def test_an_answer_that_makes_no_sense_is_in_doubt(fault: str, office: Office) -> None:
    office.practice.faults.arm(f"eone.run:{fault}*1")
    assert office.json("run", "erp", "VENDORS", "--yes", exit_code=6)["state"] == "in doubt"


def test_a_run_that_was_turned_away_is_not_run(office: Office) -> None:
    office.practice.faults.arm("eone.run:401")
    answer = office.json("run", "erp", "VENDORS", "--yes", exit_code=3)
    assert (answer["state"], answer["outcome"], answer["documents"]) == ("not run", "unsent", None)
    assert answer["error"]["exit_code"] == 3
    office.practice.faults.clear()
    assert office.json("run", "erp", "VENDORS", "--yes")["state"] == "done"


def test_people_read_the_run_in_one_line(office: Office) -> None:
    said = office("run", "erp", "VENDORS", "--yes")
    assert ": done, run number 81, 0 of " in said.stdout
