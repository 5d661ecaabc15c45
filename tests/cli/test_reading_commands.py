from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from command_line import Office


def test_check_tells_of_every_connection(office: Office) -> None:
    answer = office.json("check")
    assert set(answer) == {"grants", "erp", "crm"}
    assert all(found["ok"] and found["detail"] for found in answer.values())


def test_check_of_one_connection_asks_no_other(office: Office) -> None:
    assert set(office.json("check", "grants")) == {"grants"}
    assert {call.service for call in office.practice.received} == {"smartsimple"}


def test_check_says_what_failed_and_checks_the_others_all_the_same(office: Office) -> None:
    office.set_up('password = "Sample-Passw0rd"', 'password = "wrong"')
    answer = office.json("check", exit_code=3)
    assert answer["grants"]["ok"]
    assert not answer["erp"]["ok"]
    assert answer["erp"]["detail"]
    assert answer["erp"]["exit_code"] == 3


def test_check_names_the_columns_that_an_update_sends_where_the_settings_name_none(office: Office) -> None:
    assert "sends" not in office.json("check", "grants")["grants"]["detail"]
    text = office.config.read_text(encoding="utf-8")
    fields = re.search(r"(?m)^fields = .*\n", text[text.index("[links.AwardsBack.target]") :])
    assert fields is not None
    office.set_up(fields[0], "")
    detail = office.json("check", "grants")["grants"]["detail"]
    said = detail.partition("Without `fields`, AwardsBack sends ")[2]
    assert "cf_County" in said
    assert "sf_Last Updated" not in said


def test_pull_answers_with_what_it_did(office: Office) -> None:
    answer = office.pull()
    assert {name: answer[name] for name in ("rows", "added", "changed", "removed", "conflicts", "without_key")} == {
        "rows": 40, "added": 40, "changed": 0, "removed": 0, "conflicts": 0, "without_key": 0,
    }  # fmt: skip
    assert answer["calls"] >= 1
    assert answer["pull_id"]
    assert office.workbook.is_file()


def test_a_second_pull_counts_what_moved_at_the_source(office: Office) -> None:
    office.pull()
    office.practice.tables.change("levelone", edit={"900003": {"cf_County": "Elsewhere"}}, delete=["900040"])
    answer = office.pull()
    assert (answer["rows"], answer["added"], answer["changed"], answer["removed"]) == (39, 0, 1, 1)


def test_pull_tells_people_in_one_line(office: Office) -> None:
    said = office("pull", "Awards", "--workbook", str(office.workbook))
    assert said.exit_code == 0
    assert said.stdout.startswith("Awards: 40 rows (40 added")
    assert "\x1b" not in said.stdout + said.stderr


def test_verbose_shows_every_call_with_its_time_and_no_address(office: Office) -> None:
    said = office("pull", "Awards", "--workbook", str(office.workbook), "-v")
    assert " s   200  " in said.stderr
    assert "http" not in said.stderr
    assert "?" not in said.stderr


def test_a_conflict_is_counted_and_the_next_command_is_told(office: Office) -> None:
    office.pull()
    office.type({3: {"cf_County": "Mine"}})
    office.practice.tables.change("levelone", edit={"900002": {"cf_County": "Theirs"}})
    said = office("pull", "Awards", "--workbook", str(office.workbook))
    assert said.exit_code == 0
    assert "1 in conflict" in said.stdout
    assert f"synctui push Awards --workbook {office.workbook} --conflicts mine" in said.stdout


def test_diff_of_an_untouched_workbook_is_empty(office: Office) -> None:
    office.pull()
    assert office.diff() == {"changes": [], "damage": [], "problems": [], "conflicts": []}


def test_diff_tells_updates_creates_and_deletes_cell_by_cell(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}, 42: {"cf_Vendor No": "V-9001"}})
    book = openpyxl.load_workbook(office.workbook)
    book["Awards"].delete_rows(40)
    book.save(office.workbook)
    changes = office.diff()["changes"]
    assert [(change["kind"], change["key"], change["row"]) for change in changes] == [
        ("update", "900004", 5),
        ("create", None, 41),
        ("delete", "900039", None),
    ]
    assert changes[0]["cells"] == [{"column": "cf_County", "old": "Williams", "new": "Ramsey"}]
    assert changes[1]["cells"] == [{"column": "cf_Vendor No", "old": "", "new": "V-9001"}]
    assert changes[2]["cells"] == []


def test_diff_tells_damage_apart_from_edits(office: Office) -> None:
    office.pull()
    row = next(n for n in range(2, 42) if _cell(office.workbook, n, "cf_Cost Center").startswith("0"))
    was = _cell(office.workbook, row, "cf_Cost Center")
    office.type({row: {"cf_Cost Center": int(was)}})
    answer = office.diff()
    assert answer["changes"] == []
    assert answer["damage"] == [
        {"key": str(900_000 + row - 1), "row": row, "column": "cf_Cost Center", "was": was, "now": str(int(was))}
    ]


def test_diff_finds_problems_and_is_no_failure(office: Office) -> None:
    office.pull()
    office.type({3: {"recordid": "900001"}, 42: {"recordid": "123", "cf_County": "Cass"}})
    problems = office.diff()["problems"]
    assert {problem["row"] for problem in problems} == {2, 3, 42}
    assert all(set(problem) == {"row", "column", "message"} for problem in problems)


def test_a_composite_key_is_a_list(office: Office) -> None:
    office.set_up('[links.Awards]\nkey = "recordid"', '[links.Awards]\nkey = ["recordid", "cf_Reference"]')
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    assert office.diff()["changes"][0]["key"] == ["900004", "REF-00004"]


def test_diff_speaks_to_nobody(office: Office) -> None:
    office.pull()
    before = len(office.practice.received)
    office.diff()
    assert len(office.practice.received) == before


def test_people_read_a_change_as_old_and_new(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "\x1b[31mRamsey".replace("\x1b", "␛")}})
    said = office("diff", "Awards", "--workbook", str(office.workbook))
    assert "update  row 5  900004  cf_County  Williams → ␛[31mRamsey" in said.stdout
    assert "1 row edited" in said.stdout


def _cell(path: Path, row: int, header: str) -> str:
    book = openpyxl.load_workbook(path)
    headers = [cell.value for cell in book["Awards"][1]]
    return str(book["Awards"].cell(row, headers.index(header) + 1).value)
