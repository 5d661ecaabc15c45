from __future__ import annotations

import json
from typing import Any

import pytest
from practice_calls import Caller

from synctui.practice.criteria import Row, parse_criteria, sort_rows


def item(andor: str, field: str, operator: str, value: str) -> dict[str, str]:
    return {"andor": andor, "field": field, "operator": operator, "value": value}


def holds(row: Row, *items: dict[str, str]) -> bool:
    return parse_criteria(json.dumps(items), lambda name: name)(row)


VENDORS_BRACKETS = [
    item("(", "cf_somefield1", "like", "whatever"),
    item("or", "cf_somefield2", "like", "whatever"),
    item("or", "cf_somefield3", "like", "whatever"),
    item("or", "cf_somefield4", "like", "whatever"),
    item(") and (", "cf_someotherfield1", "=", "whatever"),
    item("or", "cf_someotherfield2", "=", "whatever else"),
]
NOTHING = dict.fromkeys([entry["field"] for entry in VENDORS_BRACKETS], "")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"cf_somefield3": "so whatever it is", "cf_someotherfield2": "whatever else"}, True),
        ({"cf_somefield1": "whatever", "cf_someotherfield1": "whatever"}, True),
        ({"cf_somefield4": "Whatever"}, False),
        ({"cf_someotherfield1": "whatever"}, False),
        ({"cf_somefield1": "whatever", "cf_someotherfield1": "whatever else"}, False),
    ],
)
def test_the_vendors_bracket_sample_whose_last_bracket_stays_open(values: dict[str, str], expected: bool) -> None:
    assert holds(NOTHING | values, *VENDORS_BRACKETS) is expected


def test_a_leading_and_or_is_dropped() -> None:
    assert holds({"a": "1"}, item("or", "a", "=", "1"))
    assert not holds({"a": "1"}, item("or", "a", "=", "2"))


def test_and_binds_before_or() -> None:
    items = [item("and", "a", "=", "1"), item("or", "b", "=", "1"), item("and", "c", "=", "1")]
    assert holds({"a": "1", "b": "0", "c": "0"}, *items)
    assert not holds({"a": "0", "b": "1", "c": "0"}, *items)


def test_several_brackets_closed_at_once_and_missing_words_read_as_and() -> None:
    items = [
        item("((", "a", "=", "1"),
        item("or", "b", "=", "1"),
        item(") and (", "c", "=", "1"),
        item("))", "d", "=", "1"),
    ]
    assert holds({"a": "0", "b": "1", "c": "1", "d": "1"}, *items)
    assert not holds({"a": "1", "b": "1", "c": "1", "d": "0"}, *items)


@pytest.mark.parametrize(
    ("stored", "operator", "value", "expected"),
    [
        ("25000", "=", "25000", True),
        ("Approved", "=", "approved", True),
        ("00123", "=", "123", False),
        ("9", ">", "10", False),
        ("10", ">", "9", True),
        ("10", ">=", "10", True),
        ("2025-07-01 00:00:00", "<", "2025-08-01", True),
        ("5", "<=", "4", False),
        ("a", "<>", "b", True),
        ("a", "!=", "a", False),
        (None, ">", "1", False),
        ("so whatever", "like", "whatever", True),
        ("line\nbreak", "like", "line%break", True),
        ("50%", "like", "x", False),
        ("abc", "not like", "b", False),
        (None, "isempty", "true", True),
        ("", "isempty", "true", True),
        ("x", "isempty", "true", False),
        ("x", "isempty", "false", True),
        ("", "isempty", "false", False),
    ],
)
def test_operators(stored: str | None, operator: str, value: str, expected: bool) -> None:
    assert holds({"f": stored}, item("and", "f", operator, value)) is expected


@pytest.mark.parametrize(
    "criteria",
    [
        '[{"andor":"or","field":"cf_County","operator":"=","value": ""whatever else"}]',
        "{}",
        [item("and", "cf_Unknown", "=", "1")],
        [item("and", "cf_County", "in", "1")],
        [item("sometimes", "cf_County", "=", "1")],
        [item("and", "cf_County", "=", "Cass"), item(") and", "cf_Type", "=", "1")],
        [item("and", "cf_County", "isempty", "maybe")],
    ],
)
def test_criteria_that_cannot_be_processed(call: Caller, criteria: Any) -> None:
    assert call.listed(criteria=criteria)["message"]["error"] == "Encountered error while processing list"


def test_a_custom_field_may_be_named_by_its_id(call: Caller) -> None:
    by_name = call.ids(criteria=[item("and", "cf_County", "=", "Cass")])
    by_id = call.ids(criteria=[item("and", "cf_120022", "=", "Cass")])
    assert by_name == by_id
    assert 0 < len(by_name) < 1230


def test_the_vendors_three_list_samples_are_processed(call: Caller) -> None:
    first = call.listed(
        criteria=[item("and", "cf_County", "like", "Cas"), item("and", "cf_Note", "isempty", "true")],
        sortby=[{"field": "cf_Amount", "direction": "asc"}],
        othersettings={"getstorevalue": "1", "keyformat": "0"},
    )
    amounts = [float(record["cf_Amount"]) for record in first["records"]]
    assert amounts
    assert amounts == sorted(amounts)
    second = call.listed(
        criteria=[
            item("and", "cf_Type", "=", "2"),
            item("or", "cf_County", "like", "ass"),
            item("and", "cf_Note", "isempty", "false"),
        ],
        sortby=[{"field": "cf_Amount", "direction": "desc"}],
        othersettings={"getstorevalue": "0", "keyformat": "0"},
    )
    assert second["records"][0]["cf_Amount"].startswith("$1")
    third = call.listed(
        criteria=[
            item("(", "cf_County", "like", "ass"),
            item("or", "cf_County", "like", "ard"),
            item(") and (", "cf_Type", "=", "1"),
            item("or", "cf_Account", "=", "5400"),
        ],
        othersettings={"getstorevalue": "0", "keyformat": "0"},
    )
    assert {record["cf_County"] for record in third["records"]} == {"Cass", "Ward"}


def test_sorting_is_by_number_then_text_and_ends_with_the_id() -> None:
    rows: list[Row] = [{"id": "3", "f": "10"}, {"id": "1", "f": "9"}, {"id": "2", "f": "9"}, {"id": "4", "f": None}]
    up = sort_rows(rows, '[{"field":"f","direction":"asc"}]', lambda name: name, "id")
    down = sort_rows(rows, '[{"field":"f","direction":"desc"}]', lambda name: name, "id")
    assert [row["id"] for row in up] == ["4", "1", "2", "3"]
    assert [row["id"] for row in down] == ["3", "1", "2", "4"]
    assert [row["id"] for row in sort_rows(rows, "", lambda name: name, "id")] == ["1", "2", "3", "4"]
