from __future__ import annotations

import json
from typing import Any

from command_line import Office

SAVED = 'import = "64b0c1d2e3f405162738495b"'
VIRTUAL = """via = "64b0c1d2e3f4051627384901"
[links.Contacts.target.body.http]
relativeURI = ["/contacts/{{record.id}}"]
method = ["PUT"]
[[links.Contacts.target.body.mapping.fields]]
extract = "name"
generate = "fullName"
[[links.Contacts.target.body.mapping.fields]]
extract = "name"
generate = "age"
dataType = "number"
"""


def preview(office: Office, link: str = "Contacts") -> Any:
    return office.push("--dry-run", link=link)["preview"]


def for_people(office: Office, link: str = "Contacts") -> str:
    return office("push", link, "--workbook", str(office.workbook), "--dry-run").stdout


def test_a_dry_run_answers_with_what_the_target_would_receive(office: Office) -> None:
    office.pull("Contacts")
    office.type({4: {"name": "Only looking"}}, "Contacts")
    shown = preview(office)
    (row,) = shown["rows"]
    assert (row["key"], row["row"], row["errors"]) == ("500003", 4, [])
    assert json.loads(row["record"])["name"] == "Only looking"
    assert shown["notes"]
    assert [call for call in office.practice.received if call.operation == "celigo.import"] == []


def test_people_read_it_with_its_notes_below_the_plan(office: Office) -> None:
    office.pull("Contacts")
    office.type({4: {"name": "Only looking\x7f"}}, "Contacts")
    said = for_people(office)
    assert "1 row to crm (practice): 1 batch, " in said
    plan, _, told = said.partition("crm would receive:\n")
    assert "Only looking" in plan
    assert told.startswith('row 4  500003  {"')
    assert "Only looking␡" in told
    assert "note: Celigo has no dry run for a saved import" in told


def test_rows_beyond_the_twentieth_are_counted(office: Office) -> None:
    office.pull("Contacts")
    office.type({row: {"name": f"Number {row}"} for row in range(2, 23)}, "Contacts")
    assert len(preview(office)["rows"]) == 21
    told = for_people(office).partition("would receive:\n")[2]
    assert "Number 21" in told
    assert "Number 22" not in told
    assert "... and 1 row more" in told


def test_the_record_that_a_mapping_makes_is_shown(office: Office) -> None:
    office.set_up(SAVED, VIRTUAL)
    office.pull("Contacts")
    office.type({4: {"name": "42"}}, "Contacts")
    (row,) = preview(office)["rows"]
    assert (json.loads(row["record"]), row["errors"]) == ({"fullName": "42", "age": 42}, [])


def test_mapping_errors_are_shown_row_by_row_however_many_rows_there_are(office: Office) -> None:
    office.set_up(SAVED, VIRTUAL)
    office.pull("Contacts")
    office.type({row: {"name": f"{row}"} for row in range(2, 25)} | {24: {"name": "no number"}}, "Contacts")
    row = preview(office)["rows"][22]
    assert row["record"] is None
    assert row["errors"] == ['"no number" is not a number.']
    told = for_people(office).partition("would receive:\n")[2]
    assert "nothing" in told
    assert 'error: "no number" is not a number.' in told
    assert "... and 2 rows more" in told


def test_a_target_that_cannot_tell_has_no_preview(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    assert preview(office, "Awards") is None
    assert "would receive" not in for_people(office, "Awards")


def test_where_nothing_is_to_be_sent_there_is_no_preview(office: Office) -> None:
    office.pull("Contacts")
    assert preview(office) is None
