from __future__ import annotations

from typing import Any

import pytest
from celigo_service import Caller, CeligoPractice, error_of, printed

from synctui.practice.celigo.documents import (
    CONTACTS_IMPORT,
    CRM,
    FILE_IMPORT,
    MEMBERS_IMPORT,
    MONITOR,
    OFFLINE,
    OFFLINE_IMPORT,
    UPDATES_IMPORT,
)
from synctui.practice.celigo.exact_json import dumps, loads

ADA = {"id": "500001", "name": "Ada", "email": "ada@example.org"}
VIRTUAL = {"http": {"relativeURI": ["/contacts/{{record.id}}"], "method": ["PUT"]}}


def invoke(api: Caller, records: Any, id_: str = CONTACTS_IMPORT) -> Any:
    return api.post(f"/imports/{id_}/invoke", records).json()


def test_the_vendors_import_as_printed(api: Caller, service: CeligoPractice) -> None:
    answer = api.post(f"/connections/{MONITOR}/import", printed("import_request.json")).json()
    expected = printed("import_response.json")
    assert [list(result) for result in answer] == [list(result) for result in expected]
    assert [sorted(result["_json"]) for result in answer] == [sorted(result["_json"]) for result in expected]
    assert len({result["id"] for result in answer}) == 1
    assert {(r["_json"]["timestamp"], r["_json"]["key"]) for r in answer} == {("2017-11-30T03:33:38.751Z", "sqs_flow")}
    assert len(service.celigo.tables.effects) == 4


def test_updates_and_creates_of_one_call(api: Caller, service: CeligoPractice) -> None:
    new = {"name": "Bo", "email": "bo@example.org"}
    updated, created = invoke(api, [ADA, new])
    assert updated == {"statusCode": 200, "id": "500001", "_json": ADA}
    assert created == {"statusCode": 201, "id": "500823", "_json": new | {"id": "500823"}}
    effects = service.celigo.tables.effects
    assert [(e.number, e.table, e.operation, e.id, e.by) for e in effects] == [
        (1, "/contacts", "update", "500001", CONTACTS_IMPORT),
        (2, "/contacts", "create", "500823", CONTACTS_IMPORT),
    ]
    assert effects[0].before["phone"] == "+1 701 555 0001"  # type: ignore[index]
    assert effects[0].after == ADA


def test_an_array_gets_an_array_and_one_record_gets_one_result(api: Caller) -> None:
    assert isinstance(invoke(api, [ADA]), list)
    assert invoke(api, ADA)["statusCode"] == 200
    assert error_of(api.post(f"/imports/{CONTACTS_IMPORT}/invoke", [1]))[:2] == (422, "invalid_field")


def test_a_record_that_the_system_refuses(api: Caller, service: CeligoPractice) -> None:
    good, bad, gone = invoke(api, [ADA, ADA | {"email": ""}, ADA | {"id": "1"}])
    assert good["statusCode"] == 200
    assert bad == {
        "statusCode": 422,
        "errors": [{"code": "422", "message": '{"error": "email required"}', "source": "application"}],
        "ignored": False,
        "_json": None,
        "dataURI": "",
    }
    assert (gone["statusCode"], gone["errors"][0]["code"]) == (404, "404")
    assert len(service.celigo.tables.effects) == 1


def test_success_with_a_remark(api: Caller) -> None:
    (result,) = invoke(api, [ADA | {"tier": "tin"}])
    assert (result["statusCode"], result["id"]) == (200, "500001")
    assert result["errors"][0]["message"] == "tier tin is not in the list; it was saved as it came"


def test_an_import_that_ignores_what_is_missing(api: Caller) -> None:
    known, missing = invoke(api, [{"id": "500002", "phone": "1"}, {"id": "1", "phone": "1"}], UPDATES_IMPORT)
    assert known["_json"]["email"] == "contact2@example.org"
    assert (known["_json"]["phone"], missing["ignored"], missing["statusCode"]) == ("1", True, 200)


def test_an_import_that_ignores_what_exists(api: Caller) -> None:
    body = {"import": VIRTUAL | {"ignoreExisting": True}, "data": [ADA]}
    (result,) = api.post(f"/connections/{CRM}/import", body).json()
    assert result["ignored"] is True


@pytest.mark.parametrize("path", [f"/imports/{OFFLINE_IMPORT}/invoke", f"/connections/{OFFLINE}/import"])
def test_an_offline_connection_refuses_record_by_record(api: Caller, service: CeligoPractice, path: str) -> None:
    body: Any = [ADA, ADA] if "invoke" in path else {"import": VIRTUAL, "data": [ADA, ADA]}
    answer = api.post(path, body)
    assert answer.status_code == 200
    assert [(r["statusCode"], r["errors"][0]["source"]) for r in answer.json()] == [(403, "connection")] * 2
    assert service.celigo.tables.effects == []


def test_a_file_import_answers_without_ids(api: Caller) -> None:
    written = {"statusCode": 200, "_json": {"_raw": "File written successfully"}}
    assert invoke(api, [{"internal_id": 1}], FILE_IMPORT) == [written]


def test_the_uri_is_filled_before_and_the_body_after_the_mapping(api: Caller) -> None:
    mapping = {"fields": [{"extract": "Name", "generate": "name"}, {"extract": "Mail", "generate": "email"}]}
    virtual = {"mapping": mapping, "rest": {"relativeURI": "/contacts/{{record.Id}}", "method": "PUT"}}
    body = {"import": virtual, "data": [{"Id": "500003", "Name": "Cy", "Mail": "cy@example.org", "Other": 1}]}
    (result,) = api.post(f"/connections/{CRM}/import", body).json()
    assert result["_json"] == {"name": "Cy", "email": "cy@example.org", "id": "500003"}


@pytest.mark.parametrize(("switch", "count"), [("exact", 3), ("short", 2), ("long", 4)])
def test_results_too_few_and_too_many(api: Caller, service: CeligoPractice, switch: str, count: int) -> None:
    service.celigo.switches.set("results", switch)
    assert len(invoke(api, [ADA] * 3)) == count
    assert len(service.celigo.tables.effects) == 3


def test_records_of_one_call_may_be_applied_in_any_order(api: Caller, service: CeligoPractice) -> None:
    service.celigo.switches.set("shuffled", True)
    records = [ADA | {"id": f"50000{number}"} for number in range(1, 9)]
    assert [result["id"] for result in invoke(api, records)] == [record["id"] for record in records]
    assert [effect.id for effect in service.celigo.tables.effects] != [record["id"] for record in records]


def test_a_saved_mapping_with_lookups_and_lists(api: Caller) -> None:
    person = {
        "name": "Ada",
        "email": "ada@example.org",
        "tier": "gold",
        "balance": 1.5,
        "address": None,
        "tags": [{"name": "donor"}, {"name": "board"}],
    }
    mapped, missed = invoke(api, [person, person | {"tier": "tin"}], MEMBERS_IMPORT)
    assert mapped["_json"] == {
        "email": "ada@example.org",
        "display": {"name": "Ada <ada@example.org>", "city": "unknown"},
        "level": "1",
        "balance": "1.5",
        "source": "workbook",
        "labels": [{"text": "donor"}, {"text": "board"}],
        "id": "1",
    }
    assert missed["errors"] == [
        {
            "code": "cannot_evaluate_static_lookup",
            "message": 'Cannot evaluate the static lookup: "levels" using searchKey: "tin".',
            "source": "application",
            "classification": "value",
        }
    ]


@pytest.mark.parametrize(
    ("switch", "good", "bad"),
    [
        ("plain", {"level": "1"}, {"data": None}),
        ("data", {"data": {"level": "1"}, "errors": []}, {"data": None}),
        ("mappedObject", {"mappedObject": {"level": "1"}}, {"mappedObject": None}),
    ],
)
def test_the_mapping_step_alone(
    api: Caller, service: CeligoPractice, switch: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    service.celigo.switches.set("mapped", switch)
    lookups = [{"name": "levels", "map": {"gold": "1"}}]
    mapping = {"fields": [{"extract": "tier", "generate": "level", "lookupName": "levels"}]}
    body = {"import": VIRTUAL | {"mapping": mapping, "lookups": lookups}, "data": [{"tier": "gold"}, {"tier": "x"}]}
    mapped, failed = api.post(f"/connections/{CRM}/import/map", body).json()
    assert mapped == good
    assert failed.pop("errors")[0]["code"] == "cannot_evaluate_static_lookup"
    assert failed == bad
    assert service.celigo.tables.effects == []


@pytest.mark.parametrize("text", ["1.10", "1e5", "-0", "9007199254740993", "123456789012345678901234567890"])
def test_numbers_keep_their_spelling_all_the_way(api: Caller, text: str) -> None:
    record = f'{{"id": "500001", "name": "Ada", "email": "a", "rate": {text}, "deep": [{{"x": {text}}}]}}'
    answer = api.post(f"/imports/{CONTACTS_IMPORT}/invoke", f"[{record}]").text
    assert answer.count(f": {text}") == 2
    assert dumps(loads(record)) == record


@pytest.mark.parametrize(
    "virtual", [{}, {"http": {"relativeURI": ["/a", "/b"], "method": ["PUT"]}}, VIRTUAL | {"mapping": {"fields": [1]}}]
)
def test_an_import_that_makes_no_sense_is_refused_whole(api: Caller, virtual: dict[str, Any]) -> None:
    answer = api.post(f"/connections/{CRM}/import", {"import": virtual, "data": [ADA]})
    assert answer.status_code == 422
