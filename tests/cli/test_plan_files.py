from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Office

EDITS: dict[int, dict[str, Any]] = {5: {"cf_County": "Ramsey"}, 6: {"sf_Application Name": "<b>|*bold*|</b>"}}
HOSTILE = "@SUM(1+1)"


def plan(office: Office, *more: str) -> dict[str, Any]:
    file = str(office.folder / "plan.json")
    return office.json("plan", "Awards", "--workbook", str(office.workbook), "-o", file, *more)


def apply(office: Office, *more: str, exit_code: int = 0) -> dict[str, Any]:
    file = str(office.folder / "plan.json")
    return office.json("apply", file, "--workbook", str(office.workbook), *more, exit_code=exit_code)


def test_a_plan_sends_nothing_and_what_is_applied_is_what_it_said(office: Office) -> None:
    office.pull()
    office.type(EDITS)
    told = plan(office, "--var", "GBL_BATCH=AUG-26")
    assert office.runs() == []
    written = json.loads(Path(told["file"]).read_text(encoding="utf-8"))
    assert [(row["key"], row["op"], row["row"]) for row in written["rows"]] == [
        (["900004"], "update", 5),
        (["900005"], "update", 6),
    ]
    assert written["rows"][0]["cells"][0].items() >= {"column": "cf_County", "new": "Ramsey"}.items()
    assert written["variables"]["GBL_BATCH"] == "AUG-26"
    answer = apply(office, "--yes")
    assert (answer["accepted"], answer["variables"]["GBL_BATCH"]) == (2, "AUG-26")
    assert len(office.runs()) == 1


def test_the_page_beside_it_shows_texts_and_never_lets_them_act(office: Office) -> None:
    office.pull()
    office.type(EDITS)
    page = Path(plan(office)["page"]).read_text(encoding="utf-8")
    assert "&lt;b&gt;|*bold*|&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "Ramsey" in page


@pytest.mark.parametrize("later", [{5: {"cf_County": "Cass"}}, {9: {"cf_County": "Cass"}}])
def test_a_workbook_that_moved_on_is_refused(office: Office, later: dict[int, dict[str, Any]]) -> None:
    office.pull()
    office.type(EDITS)
    plan(office)
    office.type(later)
    assert "does not hold any more" in apply(office, "--yes", exit_code=4)["error"]["message"]
    assert office.runs() == []


def test_a_new_row_is_planned_and_created_once(office: Office) -> None:
    office.pull()
    office.type({42: {"sf_Application Name": "Lakeside", "cf_County": "Cass", "cf_Vendor No": "V-9001"}})
    plan(office)
    assert apply(office, "--yes")["accepted"] == 1
    assert apply(office, "--yes", exit_code=4)["error"]
    assert len(office.runs()) == 1


def test_what_must_be_agreed_to_is_asked_when_it_is_applied(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": None}})
    assert plan(office)["asks"] == ["1 value will be emptied"]
    assert "--yes" in apply(office, exit_code=2)["error"]["hint"]
    assert office.runs() == []


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": 1}', '{"format": "x"}', "[" * 100_000])
def test_what_is_no_plan_is_said_in_one_sentence(office: Office, text: str) -> None:
    office.pull()
    (office.folder / "plan.json").write_text(text, encoding="utf-8")
    assert "is no plan" in apply(office, exit_code=2)["error"]["message"]


def test_a_plan_of_a_newer_format_is_refused(office: Office) -> None:
    office.pull()
    office.type(EDITS)
    file = Path(plan(office)["file"])
    file.write_text(file.read_text(encoding="utf-8").replace('"format": 1', '"format": 99'), encoding="utf-8")
    assert "newer" in apply(office, exit_code=2)["error"]["message"]


def test_a_plan_that_cannot_be_written_leaves_nothing_behind(office: Office) -> None:
    office.pull()
    target = str(office.folder / "nowhere" / "plan.json")
    said = office("plan", "Awards", "--workbook", str(office.workbook), "-o", target)
    assert said.exit_code == 2
    assert "cannot be written" in said.stderr


# -- what a run leaves to read


def test_a_run_as_a_page_and_as_lists(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}, 6: {"cf_County": HOSTILE}, 7: {"cf_Vendor No": "V-9999999999999"}})
    run = json.loads(office("push", "Awards", "--workbook", str(office.workbook), "--yes", "--json").stdout)["run_id"]
    page, folder = office.folder / "run.html", office.folder / "lists"
    shown = office.json("show", run, "--html", str(page), "--results", str(folder))
    assert [Path(file).name for file in shown["files"]] == ["run.html", "accepted.csv", "refused.csv", "in_doubt.csv"]
    text = page.read_text(encoding="utf-8")
    for told in (run, "Ramsey", "awards.xlsx", "accepted", shown["user"]):
        assert told in text
    outcomes = {}
    for name in ("accepted", "refused", "in_doubt"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["outcome"] for row in rows} <= {name}
        outcomes |= {row["row"]: row for row in rows}
    assert outcomes.keys() == {"5", "6", "7"}
    assert outcomes["6"]["County"].startswith("'@SUM")
