"""The requests printed on the vendors' pages, sent as they stand there (addresses and names filled in)."""

from __future__ import annotations

import json

import pytest
from practice_calls import JOURNAL, SOURCE, VENDORS, Caller

from synctui.practice import Practice, smartsimple
from synctui.practice.eone.accounts import PASSWORD, TRIAL, USERNAME

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
PRINTED = "<RequestData><Table><name>Test Account 001</name></Table></RequestData>"
PRINTED_ENCODED = (
    '<RequestData xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Xml>&lt;DataSet&gt;&lt;Table&gt;'
    "&lt;name&gt;Test Account 001&lt;/name&gt;&lt;/Table&gt;&lt;/DataSet&gt;</Xml></RequestData>"
)


def test_smartsimple_get_of_one_record(call: Caller) -> None:
    answer = call.smart(apitoken=smartsimple.GRANTS_GET.apitoken, recordid="900007", url="/API/1/levelone/")
    assert answer.status_code == 200
    assert [record["sf_Application ID"] for record in answer.json()["records"]] == ["900007"]


def test_smartsimple_browser_call_has_no_session_here(call: Caller) -> None:
    fields = {"apitoken": smartsimple.GRANTS_GET.apitoken, "recordid": "900007"}
    assert call.http.post("/smartsimple/API/1/levelone/", data=fields).status_code == 401


@pytest.mark.parametrize("sample", ['{"getstorevalue":"1","keyformat":"0"}', '{"getstorevalue":"0","keyformat":"0"}'])
def test_smartsimple_other_settings_as_printed(call: Caller, sample: str) -> None:
    first = call.listed(othersettings=sample)["records"][0]
    assert first["cf_Amount"] == ("25000" if json.loads(sample)["getstorevalue"] == "1" else "$25,000")


def test_smartsimple_the_bracket_sample_is_no_json_as_printed(call: Caller) -> None:
    printed = '[{ "andor": "or", "field": "cf_County", "operator": "=", "value": ""whatever else" }]'
    assert "error" in call.listed(criteria=printed)["message"]


def test_smartsimple_is_empty_as_printed(call: Caller) -> None:
    printed = '[{"andor":"and","field":"cf_120025","operator":"isempty","value":"true"}]'
    notes = [record["cf_Note"] for record in call.listed(criteria=printed)["records"]]
    assert set(notes) == {None, ""}


@pytest.mark.parametrize("company_name", ["companyId", "companyID"])
def test_eone_get_token_of_the_reference_and_of_the_blog(call: Caller, company_name: str) -> None:
    query = {"email": USERNAME, "password": PASSWORD, company_name: TRIAL}
    answer = call.http.post("/eone/API/GetToken", params=query)
    assert answer.text.startswith('"')
    assert answer.text.endswith('"')
    assert call.http.post("/eone/API/validate", params={"token": answer.json()}).text == "true"


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("GetMapList", {"MapKey", "MapId", "MapDescription"}),
        ("GetMapColumns", {"ColumnName", "IsRequired"}),
        ("GetMappedMapColumns", {"ColumnName", "IsRequired"}),
    ],
)
def test_eone_lists_of_the_reference(call: Caller, method: str, names: set[str]) -> None:
    query = {"token": call.token, "mapKey": JOURNAL}
    answer = call.http.post(f"/eone/API/{method}", params=query, headers=FORM)
    assert all(set(entry) == names for entry in answer.json())


def test_eone_get_all_data_of_the_blog_ignores_a_body(call: Caller) -> None:
    plain = call.http.post("/eone/API/GetAllData", params={"token": call.token, "mapKey": SOURCE})
    body = '[{"Key":"GBL_COUNTY","Value":"ND"}]'
    given = call.http.post("/eone/API/GetAllData", params={"token": call.token, "mapKey": SOURCE}, content=body)
    assert plain.content == given.content
    assert plain.text.startswith('<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">&lt;MyDataSet')


@pytest.mark.parametrize(
    ("method", "body", "shape"),
    [
        ("runmapdatatable", PRINTED, "flat"),
        ("RunMapDataTableWithErrors", PRINTED, "flat"),
        ("runmapxml", PRINTED_ENCODED, "xml"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=utf-8"])
def test_eone_runs_of_the_blog_are_understood(
    call: Caller, practice: Practice, method: str, body: str, shape: str, content_type: str
) -> None:
    query = {"token": call.token, "mapkey": VENDORS}
    answer = call.http.post(f"/eone/API/{method}", params=query, content=body, headers={"Content-Type": content_type})
    assert set(answer.json()) == {
        "ErrorCount",
        "Errors",
        "MapDescription",
        "MapKey",
        "MapId",
        "RecordCount",
        "RunNumber",
        "Status",
        "ErrorMessage",
    }
    received = practice.received[-1]
    assert (received.shape, received.rows) == (shape, ({"name": "Test Account 001"},))


def test_eone_runmap_of_the_blog(call: Caller) -> None:
    answer = call.http.post("/eone/API/runmap", params={"token": call.token, "mapKey": SOURCE})
    assert (answer.json()["Status"], answer.json()["RecordCount"]) == (0, 24)
