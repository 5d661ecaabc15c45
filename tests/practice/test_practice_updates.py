from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_calls import Caller

from synctui.practice import Practice, smartsimple
from synctui.practice.data import Tables
from synctui.practice.switches import Switches
from synctui.practice.updates import Updates

UPDATE, REVIEW = smartsimple.GRANTS_UPDATE, smartsimple.GRANTS_REVIEW
GRANT = {
    "sf_Application Name": "Bridge fund 7",
    "sf_Start Date": "2026-02-28",
    "cf_Amount": "26000.5",
    "cf_County": "Cass",
    "cf_Note": "",
}
COMPANY = {
    "sf_Name": "Fern & Sons <Ltd>",
    "sf_Phone": "",
    "sf_City": "Fargo",
    "sf_Parent Company ID": "700100",
    "sf_Status ID": "13",
    "sf_Is External": "1",
    "cf_Sector": "E",
}
USER = {
    "sf_User ID": "",
    "sf_Last Name": "Müller",
    "sf_First Name": "Ada",
    "sf_Prefix": "",
    "sf_Suffix": "",
    "sf_Title": "Treasurer",
    "sf_Phone": "",
    "sf_Email": "ada@example.org",
    "sf_Company ID": "410001",
    "sf_Is External": "1",
    "sf_Role ID List": ",3,7,",
}
Update = Callable[..., Any]


@pytest.fixture
def update(call: Caller) -> Update:
    def made(*records: Any, function: smartsimple.Function = UPDATE, path: str = "", **fields: Any) -> httpx.Response:
        given = {"apitoken": function.apitoken, "jsonrset": list(records)} | fields
        return call.smart(path or f"/API/1/{function.record}/", **given)

    return made


def entries(answer: httpx.Response) -> list[tuple[str, str]]:
    data = answer.json()
    assert set(data) == {"message", "records"}
    return [(entry["recordid"], entry["status"]) for entry in data["records"]]


def grant(record_id: str | int) -> dict[str, Any]:
    return {"recordid": record_id} | GRANT


@pytest.mark.parametrize("path", ["/API/1/levelone/", "/API/2/levelone"])
@pytest.mark.parametrize("shape", ["array", "records"])
def test_both_shapes_are_taken(call: Caller, update: Update, practice: Practice, shape: str, path: str) -> None:
    records = [grant("900001"), grant("900002")]
    answer = update(path=path, jsonrset=records if shape == "array" else {"records": records})
    assert entries(answer) == [("900001", "Updated Successfully"), ("900002", "updated successfully")]
    assert (practice.received[-1].operation, practice.received[-1].shape) == ("smartsimple.update", shape)
    row = practice.tables.by_type["levelone"]["900001"]
    assert row["sf_Start Date"] == "2026-02-28 00:00:00"
    assert (row["cf_Amount"], row["cf_County"], row["cf_Note"]) == ("26000.5", "Cass", None)
    assert row["sf_Last Updated"] == "2025-12-14 09:30:02"
    assert call.listed(othersettings={"getstorevalue": 1})["records"][0]["cf_Amount"] == "26000.5"


@pytest.mark.parametrize(("style", "second"), [("lower", "updated successfully"), ("capitals", "Updated Successfully")])
def test_the_case_of_the_status_may_be_chosen(update: Update, practice: Practice, style: str, second: str) -> None:
    practice.switches.set("update_status", style)
    assert {status for _, status in entries(update(grant("900001"), grant("900002")))} == {second}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"recordid": "1"}, "Recordset does not exist"),
        ({"cf_Amount": "a lot"}, "cf_Amount: a lot is not a number"),
        ({"sf_Start Date": "2026-02-29"}, "sf_Start Date: 2026-02-29 is not a date of the form YYYY-MM-DD"),
        ({"sf_Start Date": "02/28/2026"}, "is not a date of the form YYYY-MM-DD"),
        ({"sf_Start Date": "2026-02-28 00:00:00"}, "is not a date of the form YYYY-MM-DD"),
        ({"cf_Batch": "B-001"}, "processing record: cf_Batch is not in the field list"),
        ({"cf_Nothing": "x"}, "processing record: cf_Nothing is not in the field list"),
    ],
)
def test_one_record_that_fails_does_not_keep_the_others(
    update: Update, practice: Practice, wrong: dict[str, str], said: str
) -> None:
    told = entries(update(grant("900001"), grant("900002") | wrong, grant("900003")))
    assert [status.lower() for _, status in told[::2]] == ["updated successfully"] * 2
    assert told[1][0] == wrong.get("recordid", "900002")
    assert said in told[1][1]
    assert [effect.record_id for effect in practice.updates.effects] == ["900001", "900003"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, ""),
        ({"cf_Type": "Yes"}, "cf_Type: Yes is not one of the stored options"),
        ({"sf_Status ID": "Approved"}, "sf_Status ID: there is no status Approved"),
        ({"sf_Status ID": ""}, "sf_Status ID: there is no status"),
        ({"sf_Application ID": "900002"}, "sf_Application ID is not updatable"),
        ({"sf_Last Updated": "2025-07-02 00:00:00"}, "sf_Last Updated is not updatable"),
        ({"cf_120026": "2"}, ""),
    ],
)
def test_fields_that_cannot_change_are_sent_as_they_are(
    update: Update, practice: Practice, wrong: dict[str, str], said: str
) -> None:
    row = practice.tables.by_type["levelone"]["900001"]
    names = ("sf_Application ID", "sf_Status ID", "cf_Type", "cf_Note", "sf_Last Updated")
    record = {"recordid": 900001, "sf_End Date": "2026-06-30"} | {name: row[name] for name in names}
    [(record_id, status)] = entries(update(record | wrong, function=REVIEW))
    assert record_id == "900001"
    assert (said or "Updated Successfully") in status
    assert len(practice.updates.effects) == (not said)


def test_a_status_is_written_as_its_id_and_read_with_its_name(update: Update, practice: Practice) -> None:
    row = practice.tables.by_type["levelone"]["900001"]
    names = ("sf_Application ID", "cf_Type", "cf_Note", "sf_Last Updated")
    record = {name: row[name] for name in names} | {"recordid": "900001", "sf_End Date": "", "sf_Status ID": "4403"}
    assert entries(update(record, function=REVIEW))[0][1] == "Updated Successfully"
    assert (row["sf_Status"], row["sf_Status ID"], row["sf_End Date"]) == ("Declined", "4403", "")


def test_a_missing_field_refuses_the_record(update: Update, practice: Practice) -> None:
    record = grant("900001")
    del record["cf_Amount"]
    assert entries(update(record)) == [("900001", "Encountered error while processing record: cf_Amount is missing")]
    assert practice.updates.effects == []


def test_a_lenient_instance_blanks_what_is_missing(update: Update, practice: Practice) -> None:
    practice.switches.set("update_fields", "lenient")
    told = entries(update({"recordid": "900001", "cf_County": "Ward", "cf_Batch": "B-9"}))
    row = practice.tables.by_type["levelone"]["900001"]
    assert told == [("900001", "Updated Successfully")]
    assert (row["cf_County"], row["cf_Batch"], row["cf_Amount"], row["sf_Start Date"]) == ("Ward", "B-001", None, "")
    assert row["sf_Application ID"] == "900001"


def test_a_lenient_instance_keeps_what_nobody_can_blank(update: Update, practice: Practice) -> None:
    practice.switches.set("update_fields", "lenient")
    row = practice.tables.by_type["levelone"]["900001"]
    assert entries(update({"recordid": "900001", "cf_Note": "x"}, function=REVIEW))[0][1] == "Updated Successfully"
    assert (row["sf_Status"], row["cf_Note"], row["cf_Type"]) == ("Approved", "x", None)


def test_recordid_0_creates_and_tells_the_new_id(call: Caller, update: Update, practice: Practice) -> None:
    told = entries(update(grant("0"), grant("900001"), grant(0)))
    assert [record_id for record_id, _ in told] == ["901231", "900001", "901232"]
    assert [effect.created for effect in practice.updates.effects] == [True, False, True]
    assert "901232" in call.ids(criteria=[{"andor": "and", "field": "sf_Status", "operator": "=", "value": "Approved"}])
    row = practice.tables.by_type["levelone"]["901231"]
    assert (row["sf_Created Date"], row["cf_Vendor No"]) == ("2025-12-14 09:30:02", None)


@pytest.mark.parametrize(
    ("function", "record", "new_id", "mandatory"),
    [
        (smartsimple.COMPANY_UPDATE, COMPANY, "410041", ["sf_Name", "sf_Parent Company ID", "sf_Is External"]),
        (smartsimple.USER_UPDATE, USER, "520061", ["sf_Last Name", "sf_Company ID", "sf_Role ID List"]),
    ],
)
def test_companies_and_users_are_created_with_their_mandatory_fields(
    update: Update,
    practice: Practice,
    function: smartsimple.Function,
    record: dict[str, str],
    new_id: str,
    mandatory: list[str],
) -> None:
    lacking = [{"recordid": "0"} | record | {name: ""} for name in mandatory]
    told = entries(update({"recordid": "0"} | record, *lacking, function=function))
    assert told[0] == (new_id, "Updated Successfully")
    assert told[1:] == [("0", f"{name} is mandatory for a new {function.record}") for name in mandatory]
    row = practice.tables.by_type[function.record][new_id]
    assert {name: row[name] or "" for name in record if name != "sf_User ID"} == {
        name: value for name, value in record.items() if name != "sf_User ID"
    }
    assert len(practice.updates.effects) == 1


def test_companies_and_users_are_updated(update: Update, practice: Practice) -> None:
    company = {"recordid": "410001"} | COMPANY
    [done, refused] = entries(update(company, company | {"sf_Is External": "0"}, function=smartsimple.COMPANY_UPDATE))
    assert (done, refused[1]) == (("410001", "Updated Successfully"), "sf_Is External is not updatable")
    row = practice.tables.by_type["company"]["410001"]
    assert (row["sf_Name"], row["sf_Status"], row["cf_Sector"]) == ("Fern & Sons <Ltd>", "Inactive", "E")
    user = {"recordid": "520001"} | USER | {"sf_User ID": "520001", "sf_Is External": "0"}
    assert entries(update(user, function=smartsimple.USER_UPDATE)) == [("520001", "Updated Successfully")]
    assert practice.tables.by_type["user"]["520001"]["sf_Last Name"] == "Müller"


def test_an_update_that_changes_nothing_still_runs_the_workflows(call: Caller, update: Update) -> None:
    update(grant("900001"))
    update(grant("900001"))
    applied = call.http.get("/practice/updates").json()
    assert [effect["number"] for effect in applied] == [1, 2]
    assert set(applied[0]["changed"]) == {"sf_Start Date", "cf_Amount", "cf_County"}
    assert applied[1]["changed"] == []
    assert applied[0]["values"] == GRANT
    assert applied[0]["time"] == "2025-12-14T09:30:02+00:00"
    assert call.http.get("/practice/counts").json()["updates"] == 2


def test_idle_updates_are_counted_and_forgotten(update: Update, practice: Practice) -> None:
    update(grant("900001"), grant("900001"), grant("0"))
    assert (practice.updates.idle, len(practice.updates.effects)) == (1, 3)
    practice.reset()
    assert (practice.updates.idle, practice.updates.effects) == (0, [])


@pytest.mark.parametrize(
    ("jsonrset", "text"),
    [
        ("", "Invalid API Request, request is empty or null"),
        ("not JSON", "Encountered error while processing record"),
        ('{"record":[]}', "Encountered error while processing record"),
        ('"text"', "Encountered error while processing record"),
    ],
)
def test_a_jsonrset_that_makes_no_sense(update: Update, practice: Practice, jsonrset: str, text: str) -> None:
    practice.switches.set("error_style", "json200")
    assert update(jsonrset=jsonrset).json() == {"message": {"error": text}}
    assert practice.received[-1].shape == ""


def test_an_item_that_is_no_record(update: Update) -> None:
    told = entries(update(5, {"cf_Note": "x"}, {"recordid": None}))
    assert told == [("", "Encountered error while processing record")] * 3


def test_a_function_of_another_type_or_action_updates_nothing(call: Caller, update: Update, practice: Practice) -> None:
    assert update(grant("900001"), path="/API/1/company/").text == ""
    assert call.listed(jsonrset=[grant("900001")])["message"]["allcount"] == 1230
    assert practice.updates.effects == []


@pytest.mark.parametrize(("fault", "told"), [("miscount", ["900001"]), ("shuffled", ["900002", "900001"])])
def test_an_answer_may_lack_records_or_turn_them_round(
    update: Update, practice: Practice, fault: str, told: list[str]
) -> None:
    practice.faults.arm(f"smartsimple.update:{fault}")
    assert [record_id for record_id, _ in entries(update(grant("900001"), grant("900002")))] == told
    assert len(practice.updates.effects) == 2


@pytest.mark.parametrize(
    ("fault", "status", "applied"),
    [
        ("empty", 200, 0),
        ("empty_after", 200, 2),
        ("500_before", 500, 0),
        ("500_after", 500, 2),
        ("truncated", 200, 2),
    ],
)
def test_an_answer_may_tell_nothing(update: Update, practice: Practice, fault: str, status: int, applied: int) -> None:
    practice.faults.arm(f"smartsimple.update:{fault}")
    answer = update(grant("900001"), grant("900002"))
    assert answer.status_code == status
    with pytest.raises((ValueError, KeyError)):
        answer.json()["records"]
    assert len(practice.updates.effects) == applied


@pytest.mark.parametrize(
    ("fault", "applied"), [("cut_before", 0), ("cut_after", 1), ("cut_answer", 1), ("late=0.05", 1)]
)
def test_answers_that_are_cut(update: Update, practice: Practice, call: Caller, fault: str, applied: int) -> None:
    practice.faults.arm(f"smartsimple.update:{fault}")
    with pytest.raises(httpx.TransportError):
        update(grant("900001"))
    for _ in range(200):
        if len(call.http.get("/practice/updates").json()) == applied:
            break
        time.sleep(0.01)
    assert len(practice.updates.effects) == applied


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECORDS = st.fixed_dictionaries(
    {
        "sf_Application Name": TEXTS,
        "sf_Start Date": st.dates(date(1000, 1, 1)).map(date.isoformat) | st.just(""),
        "cf_Amount": st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.just(""),
        "cf_County": TEXTS | st.none(),
        "cf_Note": TEXTS | st.none(),
    }
)


@given(record=RECORDS, create=st.booleans())
def test_what_an_update_takes_is_what_a_read_gives(record: dict[str, str | None], create: bool) -> None:
    tables = Tables(2)
    updates = Updates(tables, Switches(), lambda: datetime(2025, 7, 1, tzinfo=UTC))
    item = json.loads(json.dumps({"recordid": "0" if create else "900002"} | record))
    [told] = updates.apply("levelone", UPDATE.shown, [item])
    assert told["status"].lower() == "updated successfully"
    row = tables.by_type["levelone"][told["recordid"]]
    start = record["sf_Start Date"]
    assert row["sf_Start Date"] == (f"{start} 00:00:00" if start else "")
    for name in ("sf_Application Name", "cf_Amount", "cf_County", "cf_Note"):
        assert (row[name] or "") == (record[name] or "")
    assert set(row) == set(tables.by_type["levelone"]["900001"])
