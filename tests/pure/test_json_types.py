from __future__ import annotations

import pytest

from synctui.json_types import JsonType, json_types, retyped
from synctui.records import ABSENT, Raw, Value

TEXT = frozenset({JsonType.TEXT})
NUMBER = frozenset({JsonType.NUMBER})
BOOLEAN = frozenset({JsonType.BOOLEAN})
PART = frozenset({JsonType.PART})


@pytest.mark.parametrize(
    ("values", "types"),
    [
        ([], set()),
        ([None, ABSENT], set()),
        (["", "5"], {JsonType.TEXT}),
        ([Raw("5"), Raw("-1.5e9"), None], {JsonType.NUMBER}),
        ([Raw("true"), Raw("false")], {JsonType.BOOLEAN}),
        ([Raw("[]"), Raw('{"a":1}')], {JsonType.PART}),
        (["a", Raw("5"), Raw("[1]")], {JsonType.TEXT, JsonType.NUMBER, JsonType.PART}),
    ],
)
def test_the_types_of_a_column(values: list[Value], types: set[JsonType]) -> None:
    assert json_types(values) == types


@pytest.mark.parametrize("value", [None, ABSENT, Raw("1.10"), Raw("[1]"), Raw("true")])
def test_what_the_source_gave_stays(value: Value) -> None:
    for column in (frozenset[JsonType](), TEXT, NUMBER, PART):
        kept = retyped(value, value, column)
        assert kept is value


@pytest.mark.parametrize(
    ("text", "was", "column", "expected"),
    [
        ("26000", Raw("25000"), NUMBER, Raw("26000")),
        ("1.10", Raw("5"), NUMBER, Raw("1.10")),
        (" 7 ", Raw("5"), NUMBER, Raw("7")),
        ("12345678901234567891", Raw("12345678901234567890"), NUMBER, Raw("12345678901234567891")),
        ("5", "4", TEXT, "5"),
        ("5", "4", TEXT | NUMBER, "5"),
        ("", "4", TEXT, ""),
        ("", Raw("5"), NUMBER, None),
        ("  ", Raw("[1]"), PART, None),
        ("true", Raw("false"), BOOLEAN, Raw("true")),
        ('["a"]', Raw("[]"), PART, Raw('["a"]')),
        ('{"a":1}', Raw("[]"), PART, Raw('{"a":1}')),
        ("5", None, NUMBER, Raw("5")),
        ("5", ABSENT, NUMBER, Raw("5")),
        ("5", None, TEXT, "5"),
        ("5", None, frozenset(), "5"),
        ("5", None, TEXT | NUMBER, "5"),
        ("n/a", Raw("5"), TEXT | NUMBER, "n/a"),
        ("6", Raw("5"), TEXT | NUMBER, Raw("6")),
        ("false", None, BOOLEAN | NUMBER, Raw("false")),
    ],
)
def test_an_edited_text_takes_the_type_of_what_was_there(
    text: str, was: Value, column: frozenset[JsonType], expected: Value
) -> None:
    found = retyped(text, was, column)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "was", "column", "says"),
    [
        ("n/a", Raw("5"), NUMBER, "'n/a' is not a number"),
        ("007", Raw("5"), NUMBER, "is not a number"),
        ("NaN", None, NUMBER, "is not a number"),
        ("yes", Raw("true"), BOOLEAN, "is not true or false"),
        ('["a"', Raw("[]"), PART, "is not JSON"),
        ("5", Raw("[]"), PART, "is not JSON"),
        ("[" * 100_000, Raw("[]"), PART, "is not JSON"),
        ("x", None, NUMBER | BOOLEAN, "is not a number or true or false"),
    ],
)
def test_a_text_that_does_not_fit_is_a_problem(text: str, was: Value, column: frozenset[JsonType], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        retyped(text, was, column)
