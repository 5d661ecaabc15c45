from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from celigo_service import Caller, CeligoPractice, Clock, error_of, printed

from synctui.practice.celigo.accounts import CUSTOM_TOKEN, EU_TOKEN, TOKEN
from synctui.practice.celigo.documents import (
    CONTACTS_EXPORT,
    CONTACTS_IMPORT,
    CRM,
    FILE_IMPORT,
    MASK,
    OFFLINE,
    ORDERS_EXPORT,
    SLACK,
)

Make = Callable[..., Caller]
UNKNOWN = "64b0c1d2e3f40516273849ff"


def test_token_info(api: Caller) -> None:
    assert api.get("/tokenInfo").json() == {"_userId": "55a1b2c3d4e5f60718293a4b", "scope": "*"}


@pytest.mark.parametrize(
    ("token", "region"), [("", "celigo"), ("wrong", "celigo"), (TOKEN, "celigo-eu"), (EU_TOKEN, "celigo")]
)
def test_a_token_that_is_not_of_the_region_is_unknown(caller: Make, token: str, region: str) -> None:
    assert error_of(caller(token, region).get("/tokenInfo"))[:2] == (401, "unauthorized")


def test_tenants_of_the_regions_are_isolated(caller: Make, api: Caller) -> None:
    europe = caller(EU_TOKEN, "celigo-eu")
    assert len(europe.get("/connections").json()) == 1
    assert europe.get("/exports").status_code == 204
    assert error_of(europe.post(f"/exports/{CONTACTS_EXPORT}/invoke"))[:2] == (404, "not_found")
    assert len(api.get("/exports").json()) == 4


def test_a_custom_token_works_by_id_and_is_refused_lists(caller: Make) -> None:
    custom = caller(CUSTOM_TOKEN)
    assert custom.get("/tokenInfo").json()["scope"] == "custom"
    assert custom.post(f"/exports/{CONTACTS_EXPORT}/invoke").status_code == 200
    for refused in (custom.get("/exports"), custom.post(f"/exports/{ORDERS_EXPORT}/invoke")):
        assert error_of(refused)[:2] == (403, "access_restricted")


# -- documents


def test_the_vendors_connection_as_printed(api: Caller) -> None:
    found, expected = api.get(f"/connections/{SLACK}").json(), printed("connection_response.json")
    ours = {"_id": SLACK, "queues": [{"name": SLACK, "size": 8}], "rest": expected["rest"] | {"bearerToken": MASK}}
    assert found == expected | ours


def test_the_vendors_ping_as_printed(api: Caller) -> None:
    assert api.get(f"/connections/{SLACK}/ping").json() == printed("ping_response.json")


def test_the_vendors_import_as_printed(api: Caller) -> None:
    found, expected = api.get(f"/imports/{FILE_IMPORT}").json(), printed("get_import_response.json")
    assert found == expected | {"_id": FILE_IMPORT, "_connectionId": found["_connectionId"]}


def test_the_vendors_replacement_of_an_import_as_printed(api: Caller) -> None:
    answer = api.http.put(f"/imports/{FILE_IMPORT}", content=json.dumps(printed("put_import_request.json")))
    expected = printed("put_import_response.json")
    assert answer.json() == expected | {"_id": FILE_IMPORT, "lastModified": "2026-03-02T08:00:00.000Z"}
    assert "lookups" not in answer.json()["file"]
    assert api.get(f"/imports/{FILE_IMPORT}").json() == answer.json()


def test_secrets_are_masked(api: Caller) -> None:
    http = api.get(f"/connections/{CRM}").json()["http"]
    assert (http["auth"]["token"]["token"], http["encrypted"]) == (MASK, MASK)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/exports/{UNKNOWN}", (404, "not_found")),
        (f"/imports/{UNKNOWN}", (404, "not_found")),
        ("/exports/x", (422, "invalid_field")),
        ("/flows", (404, "not_found")),
        (f"/exports/{CONTACTS_EXPORT}/data", (404, "not_found")),
    ],
)
def test_what_is_not_there(api: Caller, path: str, expected: tuple[int, str]) -> None:
    assert error_of(api.get(path))[:2] == expected


def test_a_bad_id_is_named_as_the_database_does(api: Caller) -> None:
    (error,) = api.post("/exports/x/invoke").json()["errors"]
    assert error["message"] == 'Cast to ObjectId failed for value "x" at path "_exportId"'
    assert error["field"] == "_exportId"


@pytest.mark.parametrize("body", ["{", "nonsense", "[" * 100_000])
def test_a_body_that_is_no_json(api: Caller, body: str) -> None:
    assert error_of(api.post(f"/imports/{CONTACTS_IMPORT}/invoke", body))[:2] == (400, "invalid_json")


# -- lists


def test_a_list_of_one_page_has_no_link(api: Caller) -> None:
    answer = api.get("/connections")
    assert len(answer.json()) == 7
    assert "link" not in answer.headers


def test_lists_are_paged_by_the_link_header(api: Caller, service: CeligoPractice) -> None:
    service.celigo.switches.set("list_limit", 3)
    answer = api.get("/imports")
    assert answer.headers["link"] == f'<{api.url}/imports?skip=3&limit=3>; rel="next"'
    second = httpx.get(answer.links["next"]["url"], headers=api.http.headers, trust_env=False)
    assert set(second.links) == {"prev"}
    ids = [entry["_id"] for page in (answer, second) for entry in page.json()]
    assert len(ids) == len(set(ids)) == 6
    assert api.get("/imports", skip=6).status_code == 204


@pytest.mark.parametrize("query", [{"skip": "x"}, {"limit": "0"}, {"limit": "-1"}])
def test_paging_that_is_no_number(api: Caller, query: dict[str, str]) -> None:
    assert error_of(api.get("/exports", **query))[:2] == (400, "invalid_query_params")


# -- ping


@pytest.mark.parametrize(("methods", "get", "post"), [("both", 200, 200), ("GET", 200, 405), ("POST", 405, 200)])
def test_both_ways_to_ping(api: Caller, service: CeligoPractice, methods: str, get: int, post: int) -> None:
    service.celigo.switches.set("ping_methods", methods)
    path = f"/connections/{CRM}/ping"
    assert (api.get(path).status_code, api.post(path).status_code) == (get, post)


@pytest.mark.parametrize("status", ["200", "422"])
def test_a_failed_ping_holds_errors(api: Caller, service: CeligoPractice, status: str) -> None:
    service.celigo.switches.set("ping_failure", status)
    answer = api.get(f"/connections/{OFFLINE}/ping")
    assert answer.status_code == int(status)
    assert answer.json()["errors"][0]["code"] == 401


# -- the bucket


def test_the_bucket_empties_and_refills(api: Caller, service: CeligoPractice, celigo_clock: Clock) -> None:
    service.celigo.bucket.size = 3
    service.celigo.bucket.refill()
    assert [api.get("/tokenInfo").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = api.get("/tokenInfo")
    assert error_of(refused)[:2] == (429, "rate_limited")
    assert refused.headers["retry-after"] == "1"
    celigo_clock.now += timedelta(seconds=0.005)
    assert [api.get("/tokenInfo").status_code for _ in range(2)] == [200, 429]
    assert service.celigo.bucket.refused == 3


def test_a_thousand_calls_at_once_and_three_hundred_a_second(service: CeligoPractice, celigo_clock: Clock) -> None:
    bucket = service.celigo.bucket
    bucket.refill()
    assert [bucket.wait() for _ in range(1001)] == [0] * 1000 + [1]
    celigo_clock.now += timedelta(seconds=1)
    assert sum(bucket.wait() == 0 for _ in range(400)) == 300


# -- what other processes may ask


def test_counts_switches_and_records_over_http(api: Caller, service: CeligoPractice) -> None:
    root = httpx.Client(base_url=f"{service.url}/practice/celigo", trust_env=False)
    assert root.post("/switches", json={"end": "empty", "bucket": 2}).json()["end"] == "empty"
    assert root.post("/switches", json={"end": "loud"}).status_code == 400
    assert [api.get("/tokenInfo").status_code for _ in range(3)] == [200, 200, 429]
    assert root.get("/counts").json()["refused"] == 1
    assert root.get("/counts").json()["records"]["/contacts"] == 822
    assert len(root.get("/records").json()["/orders"]) == 331
    assert root.get("/effects").json() == []
    service.reset()
    assert api.get("/tokenInfo").status_code == 200
    root.close()


def test_what_was_received_is_logged_without_the_token(api: Caller, service: CeligoPractice) -> None:
    api.post(f"/imports/{CONTACTS_IMPORT}/invoke", [{"id": "500001", "name": "Ada", "email": "a@example.org"}])
    (call,) = service.received
    assert (call.operation, call.call) == ("celigo.import", f"POST /imports/{CONTACTS_IMPORT}/invoke")
    assert (call.function, call.rows[0]["name"]) == (CONTACTS_IMPORT, "Ada")
    assert TOKEN not in json.dumps(call.as_json())
