from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from celigo_service import Caller, CeligoPractice, Clock, error_of, printed

from synctui.practice.celigo.documents import (
    CONTACTS_EXPORT,
    CRM,
    EMPTY_EXPORT,
    NETSUITE,
    OFFLINE,
    OFFLINE_EXPORT,
    ORDERS_EXPORT,
    SHOP,
)

PAGES = f"/connections/{NETSUITE}/export/pages"
INVOKE = f"/exports/{ORDERS_EXPORT}/invoke"
CONTACTS = {"http": {"relativeURI": "/contacts", "method": "GET"}, "adaptorType": "HTTPExport"}


def walk(api: Caller, path: str, export: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Answers of all pages: until no state, `done`, or an empty page with the same state."""
    body: dict[str, Any] = {"export": export} if export else {}
    answers = []
    while True:
        answers.append(api.post(path, body).json())
        state = answers[-1].get("pagedExportState")
        if not state or state["done"] or state == body.get("pagedExportState"):
            return answers
        body = body | {"pagedExportState": state}


def keys(value: Any) -> Any:
    """The shape of a JSON value: names, and what stands where."""
    if isinstance(value, dict):
        return {name: keys(item) for name, item in value.items()}
    return [keys(item) for item in value[:1]] if isinstance(value, list) else type(value)


def test_the_vendors_first_page_as_printed(api: Caller) -> None:
    answer = api.post(PAGES, printed("export_page_1_request.json")).json()
    assert len(answer["data"]) == len(answer["dataURIs"]) == 5
    assert answer["dataURIs"] == [None] * 5
    state = answer["pagedExportState"]
    assert keys(state) == keys(printed("export_page_2_request.json")["pagedExportState"])
    assert [state[name] for name in ("pageIndex", "pageSize", "totalPages", "totalRecords", "done")] == [
        2, 5, 165, 822, False,
    ]  # fmt: skip
    assert state["issuedAt"] == 1772438400
    assert len(state["sig"]) == 64


def test_the_vendors_second_page_as_printed(api: Caller, celigo_clock: Clock) -> None:
    first = api.post(PAGES, printed("export_page_1_request.json")).json()
    celigo_clock.now += timedelta(seconds=72)
    request = printed("export_page_2_request.json") | {"pagedExportState": first["pagedExportState"]}
    answer = api.post(PAGES, request).json()
    expected = printed("export_page_2_response.json")
    assert keys(answer["pagedExportState"]) == keys(expected["pagedExportState"])
    assert answer["pagedExportState"]["pageIndex"] == expected["pagedExportState"]["pageIndex"] == 3
    assert answer["pagedExportState"]["issuedAt"] == first["pagedExportState"]["issuedAt"] + 72
    assert answer["pagedExportState"]["sig"] != first["pagedExportState"]["sig"]
    assert answer["data"] != first["data"]


def test_a_state_that_another_service_signed_is_refused(api: Caller) -> None:
    status, code, message = error_of(api.post(PAGES, printed("export_page_2_request.json")))
    assert (status, code) == (422, "invalid_paged_export_state")
    assert "was changed" in message


@pytest.mark.parametrize(
    ("path", "export", "count", "pages"),
    [
        (f"/exports/{CONTACTS_EXPORT}/invoke", None, 822, 9),
        (INVOKE, None, 331, 7),
        (f"/connections/{CRM}/export/pages", CONTACTS | {"pageSize": 300}, 822, 3),
        (f"/connections/{CRM}/export/pages", CONTACTS, 822, 42),
    ],
)
def test_pages_end_and_hold_every_record_once(
    api: Caller, path: str, export: dict[str, Any] | None, count: int, pages: int
) -> None:
    answers = walk(api, path, export)
    ids = [record["id"] for answer in answers for record in answer["data"]]
    assert (len(answers), len(ids), len(set(ids))) == (pages, count, count)


@pytest.mark.parametrize(("end", "pages"), [("missing", 7), ("done", 7), ("empty", 8)])
def test_the_three_signs_of_an_end(api: Caller, service: CeligoPractice, end: str, pages: int) -> None:
    service.celigo.switches.set("end", end)
    answers = walk(api, INVOKE)
    assert (len(answers), sum(len(answer["data"]) for answer in answers)) == (pages, 331)
    assert ("pagedExportState" in answers[-1]) is (end != "missing")


def test_after_invoke_the_last_page_has_no_state_and_after_pages_it_says_done(api: Caller) -> None:
    assert "pagedExportState" not in walk(api, INVOKE)[-1]
    virtual = walk(api, f"/connections/{CRM}/export/pages", CONTACTS | {"pageSize": 500})
    assert virtual[-1]["pagedExportState"]["done"] is True


def test_the_same_state_again_gives_the_same_page(api: Caller) -> None:
    state = api.post(INVOKE).json()["pagedExportState"]
    assert [api.post(INVOKE, {"pagedExportState": state}).json() for _ in range(2)] == [
        api.post(INVOKE, {"pagedExportState": state}).json()
    ] * 2


@pytest.mark.parametrize(
    "change", [{"pageIndex": 3}, {"pageIndex": "2"}, {"done": True}, {"sig": "0" * 64}, {"sig": None}, {"more": 1}]
)
def test_a_changed_state_is_refused(api: Caller, change: dict[str, Any]) -> None:
    state = api.post(INVOKE).json()["pagedExportState"] | change
    assert error_of(api.post(INVOKE, {"pagedExportState": state}))[:2] == (422, "invalid_paged_export_state")


def test_the_order_of_a_states_names_does_not_matter_but_the_spelling_of_its_numbers_does(api: Caller) -> None:
    state = api.post(INVOKE).json()["pagedExportState"]
    turned = dict(reversed(state.items()))
    assert api.post(INVOKE, {"pagedExportState": turned}).status_code == 200
    respelt = json.dumps(state).replace('"pageIndex": 2', '"pageIndex": 2.0')
    assert error_of(api.post(INVOKE, f'{{"pagedExportState": {respelt}}}'))[1] == "invalid_paged_export_state"


def test_a_state_belongs_to_its_export(api: Caller) -> None:
    state = api.post(INVOKE).json()["pagedExportState"]
    other = api.post(f"/exports/{CONTACTS_EXPORT}/invoke", {"pagedExportState": state})
    assert error_of(other)[:2] == (422, "invalid_paged_export_state")
    body = {"export": CONTACTS, "pagedExportState": api.post(PAGES, {"export": CONTACTS}).json()["pagedExportState"]}
    assert api.post(PAGES, body).status_code == 200
    assert api.post(PAGES, body | {"export": CONTACTS | {"pageSize": 21}}).status_code == 422


def test_a_state_expires(api: Caller, service: CeligoPractice, celigo_clock: Clock) -> None:
    state = api.post(INVOKE).json()["pagedExportState"]
    celigo_clock.now += timedelta(seconds=900)
    assert api.post(INVOKE, {"pagedExportState": state}).status_code == 200
    celigo_clock.now += timedelta(seconds=1)
    assert error_of(api.post(INVOKE, {"pagedExportState": state}))[2] == "The paging state has expired."
    service.celigo.switches.set("state_seconds", 5000)
    assert api.post(INVOKE, {"pagedExportState": state}).status_code == 200


def test_a_state_may_tell_no_totals(api: Caller, service: CeligoPractice) -> None:
    service.celigo.switches.set("totals", False)
    assert not {"totalPages", "totalRecords"} & api.post(INVOKE).json()["pagedExportState"].keys()
    assert len(walk(api, INVOKE)) == 7


def test_pages_can_be_made_to_go_round_in_a_circle(api: Caller, service: CeligoPractice) -> None:
    service.celigo.switches.set("circle", True)
    state = api.post(INVOKE).json()["pagedExportState"]
    again = api.post(INVOKE, {"pagedExportState": state}).json()
    assert again["pagedExportState"]["pageIndex"] == state["pageIndex"] == 2
    assert len(again["data"]) == 50


def test_an_export_in_one_shot(api: Caller) -> None:
    answer = api.post(f"/connections/{SHOP}/export", {"export": {"rest": {"relativeURI": ["/orders"]}}}).json()
    assert list(answer) == ["data"]
    assert len(answer["data"]) == 331


def test_an_export_without_records(api: Caller) -> None:
    assert api.post(f"/exports/{EMPTY_EXPORT}/invoke").json() == {"data": [], "dataURIs": []}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (f"/exports/{OFFLINE_EXPORT}/invoke", {}, "connection_offline"),
        (f"/connections/{OFFLINE}/export", {"export": CONTACTS}, "connection_offline"),
        (f"/connections/{CRM}/export/pages", {}, "missing_required_field"),
        (f"/connections/{CRM}/export/pages", {"export": CONTACTS | {"pageSize": 1001}}, "invalid_field"),
        (f"/connections/{CRM}/export/pages", {"export": {"http": {"relativeURI": "/elsewhere"}}}, "404"),
        (f"/connections/{CRM}/export/pages", {"export": {"http": "text"}}, "invalid_field"),
    ],
)
def test_exports_that_cannot_run(api: Caller, path: str, body: dict[str, Any], code: str) -> None:
    assert error_of(api.post(path, body))[:2] == (422, code)
