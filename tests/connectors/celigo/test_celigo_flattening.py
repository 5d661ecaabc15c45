from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synctui.connectors.celigo.flattening import MAX_DEPTH, flatten, rebuild
from synctui.http.json_text import parse_json, write_json
from synctui.records import ABSENT, Raw, Value

NAMES = st.text(alphabet="ab.\\ é\u2028", max_size=4)
NUMBERS = st.sampled_from(["1.10", "1e5", "-0", "0.30", "9007199254740993", "-9223372036854775808", "1E+400"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70).map(lambda number: Raw(str(number)))
    | NUMBERS.map(Raw)
    | st.text(max_size=5)
    | st.sampled_from([{}, [], "", "null", "{}", "[]"])
)


def parts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3)


RECORDS = st.dictionaries(NAMES, st.recursive(LEAVES, parts, max_leaves=8), max_size=4)


LETTERS = "ab.\\ é\u2028😀"
SCALARS = (None, True, False, "", "text", "null", "{}", "[]", "1.10", "a.b", "\\", '"quoted"\n')
SPELLINGS = ("0", "-0", "1.10", "1e5", "0.30", "1E+400", "9007199254740993", "-9223372036854775808", "9" * 25)


def assert_comes_back(record: dict[str, Any]) -> None:
    came = write_json(record)
    flat = flatten(parse_json(came, "It"))
    assert all(value is None or isinstance(value, str) for value in flat.values())
    assert write_json(rebuild(flat)) == came


def any_part(random: Random, depth: int) -> Any:
    """Any JSON value; objects and lists become rarer with depth, and some go deeper than columns do."""
    kind = random.random()
    if kind < 0.35 / (1 + depth / 8):
        return any_record(random, depth + 1)
    if kind < 0.45:
        return [any_part(random, depth + 2) for _ in range(random.randrange(3))]
    return Raw(random.choice(SPELLINGS)) if kind < 0.6 else random.choice(SCALARS)


def any_record(random: Random, depth: int = 0) -> dict[str, Any]:
    names = ["".join(random.choices(LETTERS, k=random.randrange(4))) for _ in range(random.randrange(5))]
    return {name: any_part(random, depth) for name in names}


def nested(random: Random, depth: int) -> dict[str, Any]:
    record = any_record(random)
    return record if not depth else {**record, random.choice(LETTERS): nested(random, depth - 1)}


@settings(max_examples=1_000, deadline=None)
@given(st.integers(0, 2**64))
def test_flatten_then_rebuild_is_the_identity_on_ten_thousand_records(seed: int) -> None:
    random = Random(seed)
    for _ in range(9):
        assert_comes_back(any_record(random))
    assert_comes_back(nested(random, 2 * MAX_DEPTH))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_flatten_then_rebuild_is_the_identity(record: dict[str, Any]) -> None:
    assert_comes_back(record)


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORDS, min_size=2, max_size=4))
def test_records_of_unlike_shape_in_one_table_come_back_as_they_were(records: list[dict[str, Any]]) -> None:
    rows = [flatten(record) for record in records]
    columns = dict.fromkeys(name for row in rows for name in row)
    for record, row in zip(records, rows, strict=True):
        whole = {column: row.get(column, ABSENT) for column in columns}
        assert rebuild(whole) == rebuild(row)
        assert json.loads(write_json(rebuild(whole))) == json.loads(write_json(record))


@pytest.mark.parametrize(
    ("record", "columns"),
    [
        (
            {"address": {"city": "Fargo", "geo": {"lat": Raw("46.80")}}},
            {"address.city": "Fargo", "address.geo.lat": "46.80"},
        ),
        ({"a.b": "1", "a": {"b": "2"}}, {"a\\.b": "1", "a.b": "2"}),
        ({"a\\": {"b": "1"}}, {"a\\\\.b": "1"}),
        ({"": "1"}, {"": "1"}),
        ({"": {"": "1"}}, {".": "1"}),
        (
            {"tags": ["a", Raw("1.0"), None], "none": None, "empty": {}},
            {"tags": '["a",1.0,null]', "none": None, "empty": "{}"},
        ),
        ({"yes": True, "text": "true"}, {"yes": "true", "text": "true"}),
    ],
)
def test_columns_of_a_record(record: dict[str, Any], columns: dict[str, Value]) -> None:
    assert flatten(record) == columns


def test_what_was_no_string_is_told_from_text() -> None:
    flat = flatten({"yes": True, "list": [], "part": {}, "number": Raw("5"), "text": "5"})
    assert [name for name, value in flat.items() if isinstance(value, Raw)] == ["yes", "list", "part", "number"]


def test_objects_deeper_than_the_cap_stand_as_their_text() -> None:
    record: Any = Raw("1")
    for _ in range(MAX_DEPTH + 3):
        record = {"in": record}
    (column, value), *rest = flatten(record).items()
    assert rest == []
    assert column == ".".join(["in"] * MAX_DEPTH)
    assert value == '{"in":{"in":{"in":1}}}'
    assert write_json(rebuild({column: value})) == write_json(record)


def test_a_filled_part_replaces_a_null_or_empty_whole() -> None:
    for whole in (None, Raw("{}")):
        assert rebuild({"address": whole, "address.city": "Fargo"}) == {"address": {"city": "Fargo"}}
        assert rebuild({"address.city": "Fargo", "address": whole}) == {"address": {"city": "Fargo"}}


def test_a_null_part_gives_way_to_a_whole() -> None:
    assert rebuild({"address": Raw("[1]"), "address.city": None}) == {"address": "[1]"}
    assert rebuild({"address": None, "address.city": None}) == {"address": None}
    assert rebuild({"address": None, "address.city": "x", "address.zip": None}) == {
        "address": {"city": "x", "zip": None}
    }


@pytest.mark.parametrize("whole", ["text", Raw("[1]"), Raw("5"), Raw('{"zip":1}')])
def test_a_part_below_a_value_is_refused(whole: Value) -> None:
    with pytest.raises(ValueError, match=r"address holds a value of its own"):
        rebuild({"address": whole, "address.city": "Fargo"})


def test_a_backslash_of_the_users_own_header_is_just_that() -> None:
    assert rebuild({"C:\\temp": "x", "end\\": "y"}) == {"C:\\temp": "x", "end\\": "y"}
