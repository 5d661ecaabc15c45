from __future__ import annotations

import openpyxl
import pytest
from command_line import Office, synctui

from synctui.exit_codes import worst

EDIT = {5: {"cf_County": "Ramsey"}}
TWO = {**EDIT, 6: {"cf_County": "Ward"}}
REFUSED = {5: {"cf_County": "Ramsey"}, 6: {"cf_County": None}}
"""The practice map refuses a vendor without a county."""


def sync_of(office: Office, row: int) -> str:
    return str(openpyxl.load_workbook(office.workbook)["Awards"].cell(row, 1).value or "")


# -- planning


def test_a_dry_run_shows_everything_and_sends_nothing(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    before = office.workbook.read_bytes()
    answer = office.push("--dry-run")
    assert answer["dry_run"] is True
    assert answer["run_id"] is None
    assert [answer[name] for name in ("accepted", "refused", "in_doubt", "unsent", "skipped")] == [0] * 5
    (row,) = answer["rows"]
    assert (row["key"], row["row"], row["op"]) == ("900004", 5, "update")
    assert row["values"] == {"VendorNo": "V-1004", "Vendor Name": "Open library 10", "County": "Ramsey"}
    assert row["before"] == {"cf_County": "Williams"}
    assert answer["variables"] == {"GBL_BATCH": "JUL-26", "GBL_POSTED": "2026-07-31"}
    assert (answer["documents"], answer["batches"], answer["asks"], answer["problems"]) == (1, 1, [], [])
    assert office.runs() == []
    assert office.workbook.read_bytes() == before
    assert office.json("runs") == {"runs": []}


def test_people_read_the_plan_of_a_dry_run_on_stdout(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    said = office("push", "Awards", "--workbook", str(office.workbook), "--dry-run")
    assert "1 row in 1 document to erp (practice): 1 run of the map" in said.stdout
    assert "row 5  900004  cf_County  Williams → Ramsey" in said.stdout
    assert "variable  GBL_BATCH   JUL-26" in said.stdout


def test_sums_of_number_columns_are_shown_before_and_after(office: Office) -> None:
    office.pull("Journal")
    book = openpyxl.load_workbook(office.workbook)
    rows = list(book["Journal"].iter_rows(values_only=True))
    amount, batch = rows[0].index("cf_Amount"), rows[0].index("cf_Batch")
    document = sum(row[amount] for row in rows[1:] if row[batch] == rows[4][batch])
    office.type({5: {"cf_Amount": rows[4][amount] + 1000}}, "Journal")
    answer = office.push("--dry-run", link="Journal")
    assert answer["sums"] == {"cf_Amount": {"before": f"{document}", "after": f"{document + 1000}"}}


def test_problems_are_told_and_their_rows_stay_behind(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_Vendor No": None}, 6: {"cf_County": "Ward"}})
    answer = office.push("--yes")
    assert [row["row"] for row in answer["rows"]] == [6]
    (problem,) = answer["problems"]
    assert problem["row"] == 5
    assert "VendorNo" in problem["message"]


@pytest.mark.parametrize("value", ["GBL_BATCH", "=x", "BATCH=x"])
def test_a_variable_that_is_none_is_wrong_usage(value: str, office: Office) -> None:
    office.pull()
    office.type(EDIT)
    said = synctui("push", "Awards", "--workbook", office.workbook, "--var", value, "--json")
    assert said.exit_code == 2
    assert value.split("=")[0] in said.error["message"]
    assert office.runs() == []


def test_a_variable_given_wins_over_the_settings(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    office.push("--var", "GBL_BATCH=AUG=26")
    (run,) = office.runs()
    assert run.variables == {"GBL_BATCH": "AUG=26", "GBL_POSTED": "2026-07-31"}


def test_a_question_needs_somebody_to_answer_it(office: Office) -> None:
    office.set_up('GBL_BATCH = "JUL-26"', 'GBL_BATCH = "ask:Which batch?"')
    office.pull()
    office.type(EDIT)
    said = synctui("push", "Awards", "--workbook", office.workbook, "--json")
    assert said.exit_code == 2
    assert "Which batch?" in said.error["message"]
    assert "--var GBL_BATCH=" in said.error["hint"]
    assert office.push("--dry-run")["variables"]["GBL_BATCH"] == "(asked at the push)"
    assert office.runs() == []


# -- asking


@pytest.mark.parametrize(
    ("cells", "asks"),
    [
        ({42: {"cf_Vendor No": "V-9001", "sf_Application Name": "New", "cf_County": "Cass"}}, "1 row will be created"),
        ({5: {"sf_Application Name": None}}, "1 value will be emptied"),
        ({row: {"cf_County": "Elsewhere"} for row in range(2, 24)}, "22 rows will be sent"),
    ],
)
def test_what_must_be_asked_needs_yes_where_nobody_answers(
    cells: dict[int, dict[str, str]], asks: str, office: Office
) -> None:
    office.pull()
    office.type(cells)
    before = office.workbook.read_bytes()
    said = synctui("push", "Awards", "--workbook", office.workbook, "--json")
    assert said.exit_code == 2
    assert asks in said.error["message"]
    assert "--yes" in said.error["hint"]
    assert office.runs() == []
    assert office.workbook.read_bytes() == before
    assert office.push("--yes")["accepted"] == len(cells)


# -- sending


def test_a_push_answers_with_what_became_of_every_row(office: Office) -> None:
    office.pull()
    office.type(TWO)
    answer = office.push()
    assert answer["run_id"]
    assert (answer["accepted"], answer["refused"], answer["in_doubt"], answer["unsent"]) == (2, 0, 0, 0)
    assert [(row["key"], row["row"], row["outcome"], row["message"]) for row in answer["rows"]] == [
        ("900004", 5, "accepted", ""),
        ("900005", 6, "accepted", ""),
    ]
    (run,) = office.runs()
    assert [row["County"] for row in run.rows] == ["Ramsey", "Ward"]
    assert sync_of(office, 5) == "saved"


def test_a_second_push_sends_nothing_and_is_no_failure(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    office.push()
    answer = office.push()
    assert answer["run_id"] is None
    assert (answer["accepted"], answer["rows"], answer["dry_run"]) == (0, [], False)
    said = office("push", "Awards", "--workbook", str(office.workbook))
    assert (said.exit_code, said.stdout) == (0, "Nothing is to be sent.\n")
    assert len(office.runs()) == 1


def test_a_row_sent_before_asks_first(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    run = office.push()["run_id"]
    office.type({5: {"cf_County": "Ward"}})
    said = synctui("push", "Awards", "--workbook", office.workbook, "--json")
    assert said.exit_code == 2
    assert f"sent before in run {run}" in said.error["message"]


def test_refused_rows_give_1_and_go_again_by_themselves(office: Office) -> None:
    office.pull()
    office.type(REFUSED)
    answer = office.push("--yes", exit_code=1)
    assert (answer["accepted"], answer["refused"]) == (1, 1)
    assert answer["rows"][1]["outcome"] == "refused"
    assert "County" in answer["rows"][1]["message"]
    assert sync_of(office, 6).startswith("refused: ")
    office.type({6: {"cf_County": "Ward"}})
    again = office.push("--only", "failed")
    assert [row["row"] for row in again["rows"]] == [6]
    assert again["accepted"] == 1


def test_people_read_why_a_row_was_refused_and_what_to_type_next(office: Office) -> None:
    office.pull()
    office.type(REFUSED)
    said = office("push", "Awards", "--workbook", str(office.workbook), "--yes")
    assert said.exit_code == 1
    assert "1 accepted, 1 refused" in said.stdout
    assert "row 6  900005  refused  County must have a value." in said.stdout
    assert f"synctui push Awards --workbook {office.workbook} --only failed" in said.stderr


def test_a_conflict_sends_nothing_and_gives_4(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    office.practice.tables.change("levelone", edit={"900004": {"cf_County": "Theirs"}})
    office.pull()
    answer = office.push(exit_code=4)
    assert (answer["run_id"], answer["accepted"], answer["rows"]) == (None, 0, [])
    assert "--conflicts" in answer["error"]["hint"]
    assert office.runs() == []
    assert office.push("--conflicts", "mine")["accepted"] == 1


def test_all_rows_may_be_sent(office: Office) -> None:
    office.pull()
    assert office.push("--rows", "all", "--dry-run")["batches"] == 1
    assert office.push("--rows", "all", "--yes")["accepted"] == 40


# -- in doubt


def in_doubt(office: Office) -> str:
    """A push whose answer was lost; returns its run id."""
    office.pull()
    office.type(TWO)
    office.practice.faults.arm("eone.run:cut_after*1")
    answer = office.push(exit_code=6)
    assert (answer["in_doubt"], answer["accepted"]) == (2, 0)
    return str(answer["run_id"])


def test_a_lost_answer_is_in_doubt_and_bars_the_map(office: Office) -> None:
    run = in_doubt(office)
    assert sync_of(office, 5) == f"in doubt: run {run}"
    said = synctui("push", "Awards", "--workbook", office.workbook, "--json")
    assert said.exit_code == 6
    assert f"synctui settle {run}" in said.error["hint"]
    assert len(office.runs()) == 1


def test_the_next_command_after_a_lost_answer_is_told(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    office.practice.faults.arm("eone.run:cut_after*1")
    said = office("push", "Awards", "--workbook", str(office.workbook))
    run = office.json("runs")["runs"][0]["run_id"]
    assert said.exit_code == 6
    for way in ("arrived", "resend", "skip"):
        assert f"  synctui settle {run} --as {way}\n" in said.stderr


def test_settle_without_a_decision_shows_the_rows(office: Office) -> None:
    run = in_doubt(office)
    answer = office.json("settle", run, exit_code=6)
    assert (answer["settled"], answer["in_doubt"]) == (0, 2)
    assert [row["outcome"] for row in answer["rows"]] == ["in_doubt", "in_doubt"]
    assert answer["evidence"][0].endswith(": 2 documents, 0 errors.")
    said = office("settle", run)
    assert said.exit_code == 6
    assert answer["evidence"][0] in said.stdout
    assert f"synctui settle {run} --as skip" in said.stderr


def test_settle_decides_by_itself_what_is_proven(office: Office) -> None:
    office.config.write_text(
        office.config.read_text(encoding="utf-8").replace(
            "[links.Awards.target]\n", "[links.Awards.target]\nupsert = true\n"
        ),
        encoding="utf-8",
    )
    answer = office.json("settle", in_doubt(office))
    assert (answer["settled"], answer["in_doubt"]) == (2, 0)
    assert {row["outcome"] for row in answer["rows"]} == {"unsent"}


@pytest.mark.parametrize(
    ("decision", "outcome", "mark", "sent_again"),
    [("arrived", "accepted", "saved", 0), ("resend", "unsent", "edited", 2), ("skip", "skipped", "skipped", 0)],
)
def test_settle_records_the_decision_and_marks_the_workbook(
    decision: str, outcome: str, mark: str, sent_again: int, office: Office
) -> None:
    run = in_doubt(office)
    answer = office.json("settle", run[:-2], "--as", decision)
    assert (answer["settled"], answer["in_doubt"], answer["notices"]) == (2, 0, [])
    assert {row["outcome"] for row in answer["rows"]} == {outcome}
    assert sync_of(office, 5).startswith(mark)
    assert len(office.push("--dry-run")["rows"]) == sent_again


@pytest.mark.parametrize("harm", ["gone", "locked"])
def test_settle_does_the_rest_where_the_workbook_cannot_be_marked(harm: str, office: Office) -> None:
    run = in_doubt(office)
    if harm == "gone":
        office.workbook.unlink()
    else:
        (office.folder / f"~${office.workbook.name}").write_bytes(b"\x04Dana")
    answer = office.json("settle", run, "--as", "arrived")
    assert (answer["settled"], answer["in_doubt"]) == (2, 0)
    assert office.workbook.name in answer["notices"][0]


def test_settle_marks_a_workbook_that_has_moved(office: Office) -> None:
    run = in_doubt(office)
    elsewhere = office.folder / "moved.xlsx"
    office.workbook.rename(elsewhere)
    answer = office.json("settle", run, "--as", "arrived", "--workbook", str(elsewhere))
    assert answer["notices"] == []
    elsewhere.rename(office.workbook)
    assert sync_of(office, 5) == "saved"


def test_settle_of_an_unknown_run_is_wrong_usage(office: Office) -> None:
    assert "no run" in office.json("settle", "20200101-aaaaaa", exit_code=2)["error"]["message"]


# -- the journal


def test_runs_and_show_tell_what_was_pushed(office: Office) -> None:
    office.pull()
    office.type(REFUSED)
    pushed = office.push("--yes", exit_code=1)
    (run,) = office.json("runs")["runs"]
    told = {"run_id": pushed["run_id"], "link": "Awards", "state": "done", "accepted": 1, "refused": 1}
    assert told.items() <= run.items()
    assert {"target", "started", "in_doubt", "unsent", "skipped"} <= run.keys()
    shown = office.json("show", pushed["run_id"][:12])
    assert run.items() <= shown.items()
    assert [(row["key"], row["row"], row["outcome"]) for row in shown["rows"]] == [
        ("900004", 5, "accepted"),
        ("900005", 6, "refused"),
    ]
    assert shown["rows"][0]["values"]["County"] == "Ramsey"


def test_the_journal_is_read_without_settings(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    run = office.push()["run_id"]
    office.config.unlink()
    assert run in office("runs").stdout
    assert "row 5  900004  accepted" in office("show", run).stdout


# -- exit codes


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0], 0),
        ([1], 1),
        ([1, 4], 4),
        ([4, 5], 5),
        ([5, 3], 3),
        ([3, 130], 130),
        ([130, 6, 1], 6),
        ([2, 1], 2),
    ],
)
def test_where_several_codes_hold_the_first_in_order_is_given(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_a_push_that_ends_early_tells_both_its_rows_and_its_error(office: Office) -> None:
    office.set_up("partial = true\n\n[links.Journal]", "partial = true\nbatch_rows = 1\n\n[links.Journal]")
    office.pull()
    office.type(TWO)
    office.practice.faults.arm("eone.run:401@2")
    answer = office.push(exit_code=3)
    assert [row["outcome"] for row in answer["rows"]] == ["accepted", "unsent"]
    assert answer["error"]["exit_code"] == 3
    assert answer["run_id"]


def test_a_dry_run_tells_of_rows_in_doubt(office: Office) -> None:
    office.pull()
    office.type(EDIT)
    office.practice.faults.arm("eone.run:cut_after*1")
    run = office.push("--yes", exit_code=6)["run_id"]
    assert any(run in warning for warning in office.push("--dry-run")["warnings"])
    refused = office.push("--yes", exit_code=6)
    assert (refused["run_id"], refused["in_doubt"], refused["rows"]) == (None, 0, [])
