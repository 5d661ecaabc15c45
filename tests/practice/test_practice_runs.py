from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from practice_calls import (
    JOURNAL,
    SOURCE,
    STRICT,
    VENDORS,
    Caller,
    Clock,
    fixture_bytes,
    fixture_json,
    flat,
    line,
    vendor,
)

from synctui.practice import Practice
from synctui.practice.eone.writing import errors_table

ENVELOPE = fixture_bytes("runmapdatatable_envelope.xml")
GOOD = ENVELOPE.replace(b"<County></County>", b"<County>SD</County>")


def run(call: Caller, body: bytes, map_key: str = VENDORS) -> Any:
    return call.eone("RunMapDataTableWithErrors", mapKey=map_key, body=body).json()


def errors_of(reply: Any) -> list[dict[str, str]]:
    tables = ElementTree.fromstring(reply["Errors"]).findall("ErrorTable")
    return [{cell.tag: cell.text or "" for cell in table} for table in tables]


def documents(practice: Practice) -> list[tuple[str, ...]]:
    return [effect.document for effect in practice.effects]


def test_the_replies_of_the_fixtures_in_their_order(call: Caller, practice: Practice) -> None:
    practice.faults.arm("eone.run:escaped_errors*1@3")
    assert run(call, GOOD) == fixture_json("run_success_response.json")
    assert run(call, ENVELOPE) == fixture_json("run_partial_response.json")
    assert run(call, ENVELOPE) == fixture_json("run_partial_escaped_response.json")


def test_the_errors_table_byte_for_byte(call: Caller) -> None:
    expected = fixture_bytes("errortable.xml").removesuffix(b"\n")
    assert b"\r\n" in expected
    assert run(call, ENVELOPE)["Errors"].encode() == expected
    row = {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": ""}
    assert errors_table(list(row), [(row, "County must have a value.")]).encode() == expected


def test_the_errors_table_writes_null_blanks_and_markup_as_dot_net_does() -> None:
    table = errors_table(["A", "1st b", "C"], [({"A": None, "1st b": "  ", "C": "<&>"}, "said")])
    assert "<A" not in table
    assert '    <_x0031_st_x0020_b xml:space="preserve">  </_x0031_st_x0020_b>\r\n' in table
    assert "    <C>&lt;&amp;&gt;</C>\r\n" in table


def test_good_documents_are_saved_when_others_fail(call: Caller, practice: Practice) -> None:
    reply = call.push(vendor(1), vendor(2, county=""), vendor(3))
    assert (reply["RecordCount"], reply["ErrorCount"], reply["Status"]) == (3, 1, 1)
    assert documents(practice) == [("V-1",), ("V-3",)]
    assert [row["VendorNo"] for row in errors_of(reply)] == ["V-2"]


def test_a_map_with_validation_stops_whole_and_its_reply_does_not_tell(call: Caller, practice: Practice) -> None:
    rows = (vendor(1), vendor(2, county=""), vendor(3))
    partly, strict = call.push(*rows), call.push(*rows, map_key=STRICT)
    assert documents(practice) == [("V-1",), ("V-3",)]
    identity = {"MapKey", "MapId", "MapDescription"}
    assert {name: value for name, value in strict.items() if name not in identity} == {
        name: value for name, value in partly.items() if name not in identity
    }
    call.push(vendor(1), vendor(3), map_key=STRICT)
    assert documents(practice)[2:] == [("V-1",), ("V-3",)]


def test_rows_with_equal_keys_form_one_document(call: Caller, practice: Practice) -> None:
    lines = [line("A", f"R{number}") for number in range(4)] + [line("B", f"R{number}") for number in range(3)]
    reply = call.push(*lines, map_key=JOURNAL)
    assert (reply["RecordCount"], reply["ErrorCount"], reply["Status"]) == (2, 0, 0)
    assert [(effect.document, len(effect.rows)) for effect in practice.effects] == [(("A",), 4), (("B",), 3)]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (line("A", "R9", amount=""), "Amount must have a value."),
        (line("A", "R9", account="9999"), "Account 9999 does not exist."),
        (line("A", "R1"), "Reference R1 is used twice."),
        (line("", "R9"), "Batch must have a value."),
    ],
)
def test_a_rule_fails_the_whole_document(call: Caller, practice: Practice, bad: dict[str, str], message: str) -> None:
    reply = call.push(line("A", "R1"), bad, line("B", "R1"), map_key=JOURNAL)
    assert reply["ErrorCount"] == 1
    assert reply["ErrorMessage"] == message
    saved = [("B",)] if bad["Batch"] else [("A",), ("B",)]
    assert documents(practice) == saved
    expected = 2 if bad["Batch"] else 1
    assert [row["EONERUNERRORS"] for row in errors_of(reply)] == [message] * expected


def test_the_errors_table_may_list_the_rows_at_fault_only(call: Caller, practice: Practice) -> None:
    practice.switches.set("error_rows", "row")
    reply = call.push(line("A", "R1"), line("A", "R2", amount=""), map_key=JOURNAL)
    assert [row["Reference"] for row in errors_of(reply)] == ["R2"]


def test_several_faults_of_one_row_stand_in_one_message(call: Caller) -> None:
    reply = call.push(line("A", "R1", amount="", account="1"), map_key=JOURNAL)
    assert reply["ErrorMessage"] == "Amount must have a value.\r\nAccount 1 does not exist."


def test_a_mapped_column_absent_from_all_rows_fails_the_run_whole(call: Caller, practice: Practice) -> None:
    reply = call.push({"VendorNo": "V-1", "County": "ND"}, {"VendorNo": "V-2", "County": "ND"})
    assert reply["ErrorMessage"] == "Column 'Vendor Name' does not belong to table Table."
    assert (reply["RecordCount"], reply["ErrorCount"], reply["Errors"]) == (2, 2, "")
    assert practice.effects == ()


def test_columns_are_found_ignoring_case_and_others_are_not_echoed(call: Caller, practice: Practice) -> None:
    row = {"vendorno": "V-1", "VENDOR_x0020_NAME": "One", "County": "", "rowid": "7"}
    assert list(errors_of(call.push(row))[0]) == ["VendorNo", "Vendor_x0020_Name", "County", "EONERUNERRORS"]
    assert practice.received[-1].rows[0]["rowid"] == "7"


def test_no_rows_are_no_documents(call: Caller, practice: Practice) -> None:
    reply = call.push()
    assert (reply["RecordCount"], reply["Status"], reply["Errors"]) == (0, 0, "")
    assert practice.effects == ()


def test_a_vendor_is_replaced_and_a_journal_is_added_to(call: Caller, practice: Practice) -> None:
    call.push(vendor(1), map_key=VENDORS)
    call.push(vendor(1, county="SD"), map_key=VENDORS)
    assert [row["County"] for row in practice.runs.saved[VENDORS][("V-1",)]] == ["SD"]
    for _ in range(2):
        call.push(line("A", "R1"), map_key=JOURNAL)
    assert len(practice.runs.saved[JOURNAL][("A",)]) == 2
    assert len(practice.effects) == 4


def test_variables_reach_the_target(call: Caller, practice: Practice) -> None:
    run(call, GOOD)
    assert [effect.variables for effect in practice.effects] == [{"GBL_COUNTY": "ND"}] * 2
    received = practice.received[-1]
    assert (received.shape, received.variables, len(received.rows)) == ("envelope", {"GBL_COUNTY": "ND"}, 2)


@pytest.mark.parametrize("body", [b"<RequestData><Table><VendorNo>\x0b</VendorNo></Table></RequestData>", b"", b"{}"])
def test_a_body_that_makes_no_sense_gets_the_frameworks_500(call: Caller, practice: Practice, body: bytes) -> None:
    answer = call.eone("RunMapDataTableWithErrors", mapKey=VENDORS, body=body)
    assert (answer.status_code, answer.json()) == (500, {"Message": "An error has occurred."})
    assert practice.runs.history == []


def test_run_map_data_table_tells_no_errors(call: Caller) -> None:
    reply = call.push(vendor(1, county=""), method="RunMapDataTable")
    assert (reply["Errors"], reply["ErrorCount"], reply["Status"]) == ("", 1, 1)


def test_run_map_xml(call: Caller, practice: Practice) -> None:
    reply = call.eone("RunMapXml", mapKey=VENDORS, body=fixture_bytes("runmapxml.xml")).json()
    assert reply["Errors"].encode() == fixture_bytes("errortable.xml").removesuffix(b"\n")
    assert documents(practice) == [("V-1001",)]
    assert practice.received[-1].shape == "xml"


def test_runmap_runs_the_maps_own_source(call: Caller, practice: Practice) -> None:
    assert call.eone("runmap", mapKey=SOURCE).json()["RecordCount"] == 24
    body = json.dumps([{"Key": "GBL_COUNTY", "Value": "ND"}]).encode()
    reply = call.eone("RunMapWithVariables", mapKey=SOURCE, body=body).json()
    assert (reply["RecordCount"], reply["RunNumber"], reply["Status"]) == (8, 82, 0)
    assert practice.effects[-1].variables == {"GBL_COUNTY": "ND"}
    practice.switches.set("strict_variables", "envelope")
    assert call.eone("RunMapWithVariables", mapKey=SOURCE, body=body).json()["RecordCount"] == 24
    assert call.eone("runmap", mapKey=VENDORS).json()["RecordCount"] == 0


def test_history_as_the_fixture(call: Caller, clock: Clock) -> None:
    run(call, GOOD)
    clock.step(seconds=65)
    run(call, ENVELOPE)
    history = call.eone("GetHistoryForProcess", "GET", processId=VENDORS).json()
    assert history == fixture_json("gethistory_response.json")
    assert call.eone("GetHistoryForProcess", "GET", processId=JOURNAL).json() == []


def test_history_holds_the_newest_ten(call: Caller) -> None:
    for number in range(12):
        call.push(vendor(number))
    history = call.eone("GetHistoryForProcess", "GET", processId=VENDORS).json()
    assert [entry["RunNumber"] for entry in history] == list(range(92, 82, -1))


def test_saved_errors_as_the_fixture(call: Caller) -> None:
    run(call, GOOD)
    run(call, ENVELOPE)
    answer = call.eone("GetErrorsForProcessRun", "GET", processId=VENDORS, runNumber="82").json()
    sample = fixture_json("geterrorsforprocessrun_response.json")
    row, sample_row = (item["runTenants"][0]["errorData"]["dataRows"][0] for item in (answer, sample))
    assert len(row.pop("EONERUNIDENT")) == len(sample_row.pop("EONERUNIDENT"))
    assert answer == sample
    assert call.eone("GetErrorsForProcessRun", "GET", processId=VENDORS, runNumber="7").content == b""


def test_saved_errors_stop_at_a_thousand(call: Caller) -> None:
    reply = call.push(*(vendor(number, county="") for number in range(1200)))
    assert (reply["ErrorCount"], len(errors_of(reply))) == (1200, 1200)
    answer = call.eone("GetErrorsForProcessRun", "GET", processId=VENDORS, runNumber="81").json()
    data = answer["runTenants"][0]["errorData"]
    assert (data["recordCount"], len(data["dataRows"])) == (1200, 1000)


def test_a_map_that_stores_no_errors_has_none_to_read(call: Caller) -> None:
    call.eone("RunMapDataTableWithErrors", mapKey=SOURCE, body=flat(vendor(1) | {"VendorNo": ""}))
    history = call.eone("GetHistoryForProcess", "GET", processId=SOURCE).json()
    assert (history[0]["ErrorCount"], history[0]["ErrorsSaved"]) == (1, False)
    answer = call.eone("GetErrorsForProcessRun", "GET", processId=SOURCE, runNumber="81").json()
    assert answer["runTenants"] == []


@pytest.mark.parametrize(
    ("fault", "name", "expected"),
    [
        ("status_text", "Status", "Failed"),
        ("miscount=2", "RecordCount", 4),
        ("tails", "ErrorCount", 1),
    ],
)
def test_faults_in_the_reply(call: Caller, practice: Practice, fault: str, name: str, expected: Any) -> None:
    practice.faults.arm(f"eone.run:{fault}*1")
    reply = run(call, ENVELOPE)
    assert reply[name] == expected
    assert ("value.\r\n</EONERUNERRORS>" in reply["Errors"]) is (fault == "tails")
    assert run(call, ENVELOPE)["RecordCount"] == 2
