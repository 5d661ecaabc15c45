from __future__ import annotations

import json
import tomllib
from decimal import Decimal

from practice_calls import Caller

from synctui.practice import Practice
from synctui.practice.awkward import AWKWARD
from synctui.practice.data import Tables


def test_the_data_is_the_same_at_every_start_and_after_a_reset() -> None:
    first, second = Tables(), Tables()
    assert first.by_type == second.by_type
    second.change(delete=["900001"], edit={"900002": {"cf_Note": "changed"}})
    second.grow(3)
    assert len(second.by_type["levelone"]) == 1232
    second.reset()
    assert first.by_type == second.by_type


def test_the_grants_have_what_links_rely_on() -> None:
    grants = Tables().by_type["levelone"]
    assert list(grants) == [str(number) for number in range(900_001, 901_231)]
    for column in ("cf_Vendor No", "sf_Application Name", "cf_Reference"):
        assert len({grant[column] for grant in grants.values()}) == 1230
    assert all(grant["cf_County"] and grant["sf_Status"] == "Approved" for grant in grants.values())
    assert all(str(grant["cf_Amount"]) == str(Decimal(str(grant["cf_Amount"]))) for grant in grants.values())
    assert grants["900003"]["cf_Cost Center"] == "00123"
    batches = [grant["cf_Batch"] for grant in grants.values()]
    assert batches.count("B-001") == 5
    assert len(set(batches)) == 246
    assert {grant["cf_Note"] for grant in grants.values()} >= {None, "", "First line<br />Second line<br />"}


def test_every_awkward_text_is_there_and_most_rows_are_plain() -> None:
    texts = [str(grant["cf_Awkward"]) for grant in Tables().by_type["levelone"].values()]
    assert set(texts) >= set(AWKWARD)
    assert sum(text.startswith("plain ") for text in texts) > 1100
    assert max(map(len, texts)) == 33_000


def test_awkward_texts_arrive_as_they_are(call: Caller) -> None:
    records = call.listed(othersettings={"getstorevalue": 1})["records"]
    assert {record["cf_Awkward"] for record in records} >= set(AWKWARD)
    assert all(json.loads(json.dumps(text)) == text for text in AWKWARD)


def test_the_settings_describe_the_services(practice: Practice) -> None:
    settings = tomllib.loads(practice.settings_text())
    connections, links = settings["connections"], settings["links"]
    assert connections["grants"]["url"] == f"{practice.url}/smartsimple"
    assert connections["erp"]["url"] == f"{practice.url}/eone/API"
    assert connections["erp"]["login_url"] == f"{practice.url}/login"
    maps = {name: link["target"]["map"] for name, link in links.items() if link["target"]["connection"] == "erp"}
    assert maps == {
        "Awards": "VENDORS FROM EXCEL",
        "ContactsToErp": "VENDORS FROM EXCEL",
        "Journal": "GL JOURNAL",
        "Strict": "VENDORS STRICT",
    }
    assert [links[name]["target"]["partial"] for name in ("Awards", "Journal", "Strict")] == [True, True, False]
    assert links["Awards"]["target"]["variables"] == {"GBL_BATCH": "JUL-26", "GBL_POSTED": "2026-07-31"}


def test_the_settings_sign_in_and_name_maps_and_columns_that_exist(call: Caller, practice: Practice) -> None:
    settings = tomllib.loads(practice.settings_text())
    grants, erp = settings["connections"]["grants"], settings["connections"]["erp"]
    keys = {"username", "password", "companyid", "alias"}
    awards = settings["links"]["Awards"]["source"]
    fields = {name: grants[name] for name in keys} | {"apitoken": awards["apitoken"]}
    fields["criteria"] = json.dumps(awards["criteria"])
    answer = call.http.post(f"{grants['url']}/API/1/{awards['record']}/", data=fields).json()
    assert answer["message"]["allcount"] == 1230
    query = {"email": erp["username"], "password": erp["password"], "companyId": erp["company"]}
    token = call.http.post(f"{erp['url']}/GetToken", params=query).json()
    maps = call.http.post(f"{erp['url']}/GetMapList", params={"token": token}).json()
    by_id = {item["MapId"]: item["MapKey"] for item in maps}
    for name in ("Awards", "Journal", "Strict"):
        link = settings["links"][name]
        query = {"token": token, "mapKey": by_id[link["target"]["map"]]}
        mapped = call.http.post(f"{erp['url']}/GetMappedMapColumns", params=query).json()
        assert {column["ColumnName"] for column in mapped} == set(link["target"]["columns"])
        assert set(link["target"]["columns"].values()) <= set(answer["records"][0])
