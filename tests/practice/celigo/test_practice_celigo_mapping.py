from __future__ import annotations

from typing import Any

import pytest

from synctui.practice.celigo.exact_json import Number, dumps
from synctui.practice.celigo.mapping import Mapper
from synctui.practice.celigo.people import CONTACT_COUNT, ORDER_COUNT, contacts, orders

RECORD: dict[str, Any] = {
    "first": "Ada",
    "last": "Byron",
    "empty": "",
    "nothing": None,
    "amount": Number("1.10"),
    "when": "03/02/2026",
    "address": {"city": "Fargo"},
    "a.b": "dotted",
    "lines": [{"sku": "A", "qty": Number("1")}, {"sku": "B", "qty": Number("2")}],
}


def run(*fields: dict[str, Any], creates: bool = True, **more: Any) -> tuple[dict[str, Any], list[str]]:
    mapper = Mapper.of({"mapping": {"fields": list(fields)}, **more})
    mapped = mapper.run(RECORD, creates=creates)
    return mapped.record, [error["code"] for error in mapped.errors]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"extract": "first"}, "Ada"),
        ({"extract": "address.city"}, "Fargo"),
        ({"extract": "a.b"}, "dotted"),
        ({"extract": "address.city.more"}, None),
        ({"extract": "lines[*].sku"}, ["A", "B"]),
        ({"extract": "{first} {last}"}, "Ada Byron"),
        ({"extract": "{{record.first}}-{{last}}"}, "Ada-Byron"),
        ({"hardCodedValue": "fixed"}, "fixed"),
        ({"hardCodedValue": True}, True),
        ({"extract": "empty", "default": "instead"}, "instead"),
        ({"extract": "first", "default": "instead"}, "Ada"),
        ({"extract": "amount", "dataType": "string"}, "1.10"),
        ({"extract": "amount", "dataType": "number"}, Number("1.10")),
        ({"hardCodedValue": "yes", "dataType": "boolean"}, True),
        ({"hardCodedValue": "no", "dataType": "boolean"}, False),
        ({"extract": "when", "extractDateFormat": "MM/DD/YYYY", "generateDateFormat": "D MMM YY"}, "2 Mar 26"),
        ({"extract": "when", "extractDateFormat": "MM/DD/YYYY"}, "2026-03-02T00:00:00.000Z"),
        (
            {"extract": "when", "extractDateFormat": "MM/DD/YYYY", "extractDateTimezone": "America/Chicago"},
            "2026-03-02T06:00:00.000Z",
        ),
        (
            {
                "hardCodedValue": "2026-07-01T12:30:15.250+00:00",
                "generateDateFormat": "YYYY-MM-DD hh:mm:ss.SSS A Z",
                "generateDateTimezone": "Europe/Berlin",
            },
            "2026-07-01 02:30:15.250 PM +02:00",
        ),
    ],
)
def test_what_a_field_becomes(entry: dict[str, Any], expected: Any) -> None:
    assert run(entry | {"generate": "out"}) == ({"out": expected}, [])


def test_a_dot_in_generate_builds_objects() -> None:
    made, _ = run({"extract": "first", "generate": "person.name.first"}, {"extract": "last", "generate": "person.last"})
    assert made == {"person": {"name": {"first": "Ada"}, "last": "Byron"}}


@pytest.mark.parametrize(
    ("when", "entry", "creates", "there"),
    [
        ("record_created", {}, True, True),
        ("record_created", {}, False, False),
        ("record_updated", {}, False, True),
        ("extract_not_empty", {"extract": "empty"}, True, False),
        ("extract_not_empty", {"extract": "first"}, True, True),
        ("lookup_not_empty", {"lookupName": "names"}, True, True),
        ("lookup_empty", {"lookupName": "names"}, True, False),
        ("", {"immutable": True}, False, False),
        ("", {"immutable": True}, True, True),
        ("", {"extract": "empty", "discardIfEmpty": True}, True, False),
    ],
)
def test_when_a_field_is_left_out(when: str, entry: dict[str, Any], creates: bool, there: bool) -> None:
    field = {"extract": "first", "generate": "out", "conditional": {"when": when}} | entry
    made, errors = run(field, creates=creates, lookups=[{"name": "names", "map": {"Ada": "A"}}])
    assert ("out" in made, errors) == (there, [])


def test_a_field_that_is_set_already_is_left_alone() -> None:
    second = {"extract": "last", "generate": "out", "conditional": {"when": "ignore_if_set"}}
    assert run({"extract": "first", "generate": "out"}, second) == ({"out": "Ada"}, [])


@pytest.mark.parametrize(
    ("lookup", "expected", "codes"),
    [
        ({"map": {"Ada": "1"}}, {"out": "1"}, []),
        ({"map": {}}, {}, ["cannot_evaluate_static_lookup"]),
        ({"map": {}, "allowFailures": True}, {"out": ""}, []),
        ({"map": {}, "allowFailures": True, "default": "d"}, {"out": "d"}, []),
        ({"_lookupCacheId": "x"}, {}, ["lookup_not_found"]),
    ],
)
def test_static_lookups(lookup: dict[str, Any], expected: dict[str, Any], codes: list[str]) -> None:
    field = {"extract": "first", "generate": "out", "lookupName": "names"}
    assert run(field, lookups=[{"name": "names"} | lookup]) == (expected, codes)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"extract": "first", "dataType": "number"}, "invalid_number"),
        ({"extract": "first", "extractDateFormat": "YYYY"}, "invalid_date"),
    ],
)
def test_values_that_cannot_be_mapped(entry: dict[str, Any], code: str) -> None:
    assert run(entry | {"generate": "out"}) == ({}, [code])


def test_lists_make_one_element_per_source_element() -> None:
    fields = [
        {"extract": "lines[*].sku", "generate": "item.sku"},
        {"extract": "lines[*].qty", "generate": "qty", "dataType": "string"},
        {"extract": "first", "generate": "by"},
    ]
    mapper = Mapper.of({"mapping": {"lists": [{"generate": "order.rows", "fields": fields}]}})
    assert mapper.run(RECORD, creates=True).record == {
        "order": {
            "rows": [
                {"item": {"sku": "A"}, "qty": "1", "by": "Ada"},
                {"item": {"sku": "B"}, "qty": "2", "by": "Ada"},
            ]
        }
    }


def test_without_a_mapping_a_record_passes_unchanged() -> None:
    for document in ({}, {"mapping": {}}, {"mapping": {"fields": [], "lists": []}}):
        assert Mapper.of(document).run(RECORD, creates=False).record == RECORD


# -- the records behind the exports


def test_contacts_and_orders_are_the_same_at_every_start() -> None:
    assert (len(contacts()), len(orders())) == (CONTACT_COUNT, ORDER_COUNT) == (822, 331)
    assert dumps([contacts(), orders()]) == dumps([contacts(), orders()])
    assert len({record["id"] for record in contacts()}) == CONTACT_COUNT


def test_contacts_are_awkward_and_orders_are_alike() -> None:
    people = contacts()
    assert {type(person["address"]) for person in people} == {dict, type(None)}
    assert any(person["address"] == {} for person in people)
    assert any("phone" not in person for person in people)
    assert {"1.10", "1e5", "-0"} <= {person["rate"] for person in people}
    assert all("field.one" in person["custom"] and "" in person["custom"] for person in people)
    assert max(person["ledger"] for person in people) > 2**53
    assert {tuple(order) for order in orders()} == {tuple(orders()[0])}
    assert {len(order["lines"]) for order in orders()} == {1, 2, 3, 4}
