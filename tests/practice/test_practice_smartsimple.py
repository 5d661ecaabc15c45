from __future__ import annotations

import json

import pytest
from practice_calls import Caller

from synctui.practice import Practice, smartsimple

APPROVED = [{"andor": "and", "field": "sf_Status", "operator": "=", "value": "Approved"}]


def test_the_list_of_approved_grants_counts_1230(call: Caller) -> None:
    answer = call.listed(
        criteria=APPROVED,
        sortby=[{"field": "sf_Application ID", "direction": "asc"}],
        othersettings={"getstorevalue": "1", "keyformat": "1", "recordsperpage": 500, "recordstart": 1},
    )
    assert answer["message"] == {"recordto": 500, "recordcount": 500, "allcount": 1230, "recordfrom": 1}
    first = answer["records"][0]
    expected = {"recordid": "900001", "sf_Application Name": "Bridge fund 7", "sf_Status ID": "4402"}
    expected |= {"cf_Amount": "25000", "cf_Report PDF": "plan.pdf|88231:\n"}
    assert {name: first[name] for name in expected} == expected
    assert first["cf_Note"] is None
    assert all(value is None or isinstance(value, str) for record in answer["records"] for value in record.values())


@pytest.mark.parametrize("path", ["/API/1/levelone/", "/API/1/levelone", "/API/2/levelone/", "/API/2/levelone"])
def test_both_versions_with_and_without_the_trailing_slash(call: Caller, path: str) -> None:
    assert call.smart(path).json()["message"]["allcount"] == 1230


def test_get_with_the_same_names_in_the_query(call: Caller) -> None:
    fields = call.form(url="https://anything.example.test")
    answer = call.http.get("/smartsimple/API/1/levelone/", params=fields)
    assert answer.json()["message"]["allcount"] == 1230


def test_a_post_reads_its_body_only(call: Caller) -> None:
    assert call.http.post("/smartsimple/API/1/levelone/", params=call.form()).text == ""
    assert call.http.post("/smartsimple/API/1/levelone/", json=call.form()).text == ""


def test_stored_and_shown_values(call: Caller) -> None:
    stored = call.listed(othersettings={"getstorevalue": 1})["records"]
    shown = call.listed()["records"]
    assert (stored[0]["cf_Amount"], shown[0]["cf_Amount"]) == ("25000", "$25,000")
    assert (stored[0]["cf_Type"], shown[0]["cf_Type"]) == ("1", "Yes")
    assert (stored[6]["cf_Type"], shown[6]["cf_Type"]) == ("2", "No")
    assert shown[49]["cf_Amount"].endswith(".50")
    assert stored[0]["sf_Start Date"] == shown[0]["sf_Start Date"] == "2025-07-08 00:00:00"


@pytest.mark.parametrize(("style", "name"), [(0, "cf_120031"), (1, "cf_Report PDF"), (2, "cf_120031")])
def test_key_formats(call: Caller, style: int, name: str) -> None:
    get = {"apitoken": smartsimple.GRANTS_GET.apitoken, "recordid": "900001"}
    record = call.listed(**get, othersettings={"keyformat": style})["records"][0]
    assert record[name] == "plan.pdf|88231:\n"
    assert ("cf_120021" in record) is (style == 2)
    assert "sf_Application ID" in record


def test_get_answers_one_record_without_a_record_id(call: Caller) -> None:
    answer = call.listed(apitoken=smartsimple.GRANTS_GET.apitoken, recordid="900002")
    assert answer["message"] == {}
    assert answer["records"][0]["sf_Application ID"] == "900002"
    assert "recordid" not in answer["records"][0]


def test_get_meta_names_fields_without_their_prefix(call: Caller) -> None:
    meta = call.listed(apitoken=smartsimple.GRANTS_META.apitoken)
    fields = {field["id"]: field for field in meta["levelone"]["fields"]}
    assert fields["120031"]["name"] == "Report PDF"
    assert fields["120026"]["options"] == "1=Yes;2=No;<ssRetiredOptions>3=Undecided;</ssRetiredOptions>"
    assert {"id": "4402", "name": "Approved"} in meta["levelone"]["statuses"]
    assert "records" not in meta


@pytest.mark.parametrize(
    ("function", "count", "field"),
    [(smartsimple.COMPANY_LIST, 40, "sf_Name"), (smartsimple.USER_LIST, 60, "sf_Email")],
)
def test_companies_and_users(call: Caller, function: smartsimple.Function, count: int, field: str) -> None:
    answer = call.smart(f"/API/1/{function.record}/", apitoken=function.apitoken).json()
    assert answer["message"]["allcount"] == count
    assert all(record["recordid"] and record[field] for record in answer["records"])


def test_a_list_with_blank_record_ids(call: Caller) -> None:
    ids = call.ids(apitoken=smartsimple.BLANKS_LIST.apitoken)
    assert len(ids) == 1230
    assert [place for place, record_id in enumerate(ids, 1) if record_id == ""] == [400, 800, 1200]


def test_no_hits(call: Caller) -> None:
    nobody = [{"andor": "and", "field": "sf_Status", "operator": "=", "value": "Nowhere"}]
    expected = {"recordto": 0, "recordcount": 0, "allcount": 0, "recordfrom": 0}
    assert call.listed(criteria=nobody) == {"message": expected, "records": []}


def test_archived_records_are_hidden_on_request_only(call: Caller, practice: Practice) -> None:
    practice.tables.change(edit={"900005": {"archived": "1"}})
    assert call.listed()["message"]["allcount"] == 1230
    assert call.listed(othersettings={"includearchive": 1})["message"]["allcount"] == 1230
    assert call.listed(othersettings={"includearchive": 0})["message"]["allcount"] == 1229


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "dana@example.org"},
        {"password": "guess"},
        {"companyid": "1"},
        {"alias": "other"},
    ],
)
def test_wrong_credentials_get_an_empty_401(call: Caller, wrong: dict[str, str]) -> None:
    answer = call.smart(**wrong)
    assert (answer.status_code, answer.content) == (401, b"")


def test_parameter_names_are_case_sensitive(call: Caller) -> None:
    fields = call.form()
    fields["Password"] = fields.pop("password")
    assert call.http.post("/smartsimple/API/1/levelone/", data=fields).status_code == 401


WRONG_CALLS = [
    ("/API/1/levelone/", {"apitoken": "unknown~"}, "Invalid API Token"),
    ("/API/1/company/", {}, "Invalid API Token"),
    ("/API/1/levelone/", {"apitoken": ""}, "Invalid API Request, request is empty or null"),
    (
        "/API/1/levelone/",
        {"apitoken": smartsimple.GRANTS_GET.apitoken, "recordid": "1"},
        "Recordset does not exist",
    ),
]


@pytest.mark.parametrize(("path", "fields", "text"), WRONG_CALLS)
def test_errors_in_each_style(call: Caller, practice: Practice, path: str, fields: dict[str, str], text: str) -> None:
    assert call.smart(path, **fields).content == b""
    practice.switches.set("error_style", "json200")
    answer = call.smart(path, **fields)
    assert (answer.status_code, answer.json()) == (200, {"message": {"error": text}})
    practice.switches.set("error_style", "json4xx")
    answer = call.smart(path, **fields)
    assert (answer.status_code, answer.json()) == (400, {"message": {"error": text}})
    practice.switches.set("error_style", "plain")
    answer = call.smart(path, **fields)
    assert (answer.status_code, answer.text) == (200, text)


def test_json_comes_as_html_as_the_vendors_sample_reads_it(call: Caller) -> None:
    answer = call.smart()
    assert answer.headers["content-type"].startswith("text/html")
    assert json.loads(answer.text)["message"]["allcount"] == 1230


def test_what_was_received_is_told_with_masked_credentials(call: Caller, practice: Practice) -> None:
    call.smart(criteria=APPROVED)
    received = practice.received[-1]
    assert (received.operation, received.call, received.function) == ("smartsimple.list", "list", "Grants - List")
    assert json.loads(received.parameters["criteria"]) == APPROVED
    assert received.parameters["companyid"] == "700100"
    told = repr(practice.received)
    assert smartsimple.PASSWORD not in told
    assert smartsimple.USERNAME not in told
    assert smartsimple.GRANTS_LIST.apitoken not in told


def test_the_source_can_be_changed(call: Caller, practice: Practice) -> None:
    added = practice.tables.change(
        edit={"900001": {"cf_County": "Elsewhere"}},
        add=[{"sf_Application Name": "New one", "sf_Status": "Approved"}],
        delete=["900002"],
    )
    records = {record["recordid"]: record for record in call.listed()["records"]}
    assert records["900001"]["cf_County"] == "Elsewhere"
    assert "900002" not in records
    assert added == ["901231"]
    assert records["901231"]["sf_Application Name"] == "New one"
    with pytest.raises(KeyError, match="cf_Countie"):
        practice.tables.change(edit={"900001": {"cf_Countie": "x"}})


@pytest.mark.parametrize(("verb", "path"), [("PUT", "/API/1/levelone/"), ("POST", "/API/3/levelone/")])
def test_what_is_no_call_at_all_gets_404(call: Caller, practice: Practice, verb: str, path: str) -> None:
    assert call.http.request(verb, f"/smartsimple{path}", data=call.form()).status_code == 404
    assert practice.received == ()
