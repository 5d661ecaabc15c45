from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.errors import BadReply
from synctui.http.json_text import parse_json, write_json
from synctui.records import Raw

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@given(values)
def test_what_was_parsed_is_written_as_it_came(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert write_json(parse_json(text, "It")) == text


@pytest.mark.parametrize("number", ["1.10", "1e999", "-0", "12345678901234567890123", "9" * 5000, "0.1000"])
def test_no_digit_of_a_number_is_lost(number: str) -> None:
    parsed = parse_json(f"[{number}]", "It")
    assert parsed == [number]
    assert isinstance(parsed[0], Raw)
    assert write_json(parsed) == f"[{number}]"


@pytest.mark.parametrize(
    "text", ["", "{", '{"a":', "nonsense", "NaN", "[Infinity]", "[-Infinity]", "[1,]", '{"a":1}{', "[" * 100_000]
)
def test_what_is_not_json_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply, match=r"^The answer .*\.$") as caught:
        parse_json(text, "The answer")
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_a_lone_surrogate_becomes_a_visible_stand_in() -> None:
    assert parse_json(r'{"\ud800":["a\uDC00b"]}', "It") == {"\ufffd": ["a\ufffdb"]}
    assert parse_json(r'"\ud83d\ude00"', "It") == "😀"


def test_a_name_that_comes_twice_loses_nothing() -> None:
    assert parse_json('{"Amount":"1","Amount":"2","Amount":"3"}', "It") == {
        "Amount": "1",
        "Amount (2)": "2",
        "Amount (3)": "3",
    }
