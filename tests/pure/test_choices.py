from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.choices import code_of, offered, parse, shown
from synctui.records import Choice

YES_NO = parse("1=Yes;2=No;")


def test_options_are_read_in_their_order_and_retired_ones_are_kept() -> None:
    found = parse("1=Yes;\n 2 = No ;Other;<ssRetiredOptions>9=Old;8=Older</ssRetiredOptions>")
    assert found == (
        Choice("1", "Yes"),
        Choice("2", "No"),
        Choice("Other", "Other"),
        Choice("9", "Old", retired=True),
        Choice("8", "Older", retired=True),
    )
    assert offered(found) == ("Yes", "No", "Other")
    assert (shown(found, "9"), code_of(found, "Old")) == ("Old", "9")


def test_a_caption_may_hold_the_sign_and_a_blank_choice_is_none() -> None:
    assert parse("=Please choose;a=b=c") == (Choice("a", "b=c"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no option"), (" ; ;", "no option"), ("=x", "no option"), ("1=a;2=b;1=c", "'1' 2 times"),
     ("1=a;<ssRetiredOptions>1=b", "'1' 2 times")],
)  # fmt: skip
def test_a_table_that_does_not_parse_says_why(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(text)


@pytest.mark.parametrize(
    ("value", "caption"),
    [("1", "Yes"), ("3", "3"), ("", ""), ("1;2", "Yes;No"), ("1;3", "1;3"), ("1;2;", "Yes;No;"), (";", ";")],
)
def test_codes_are_shown_by_their_captions_and_what_is_unknown_as_it_is(value: str, caption: str) -> None:
    assert shown(YES_NO, value) == caption


@pytest.mark.parametrize(
    ("text", "code"),
    [("Yes", "1"), (" yes ", "1"), ("2", "2"), ("Maybe", None), ("", ""), ("No; Yes", "2;1"), ("1;No", "1;2"),
     ("Yes;Maybe", None), (";", None)],
)  # fmt: skip
def test_a_text_means_the_code_of_its_caption_else_itself_else_nothing(text: str, code: str | None) -> None:
    assert code_of(YES_NO, text) == code


def test_one_caption_of_two_codes_is_told_apart() -> None:
    found = parse("1=North;2=North;3=North (2)")
    assert offered(found) == ("North (1)", "North (2) (2)", "North (2)")
    assert [code_of(found, text) for text in offered(found)] == ["1", "2", "3"]
    assert code_of(found, "North") is None


def test_captions_that_differ_in_case_are_told_apart_only_by_it() -> None:
    found = parse("1=Us;2=US")
    assert [code_of(found, text) for text in ("Us", "US", "us")] == ["1", "2", None]


def test_a_caption_wins_over_a_code_of_the_same_text() -> None:
    swapped = parse("1=2;2=1")
    assert (shown(swapped, "1"), code_of(swapped, "2"), code_of(swapped, "1")) == ("2", "1", "2")


PARTS = st.text(st.characters(exclude_characters=";", exclude_categories=("Cs",)), max_size=6)
CODES = PARTS.map(str.strip).filter(bool)
TABLES = st.lists(st.tuples(CODES, PARTS | st.sampled_from(["A", "a", "A (1)"]), st.booleans()), min_size=1, max_size=8)
OPTIONS = TABLES.map(lambda rows: tuple(Choice(*row) for row in {row[0]: row for row in rows}.values()))


@given(OPTIONS)
def test_every_code_of_every_table_comes_back_from_its_caption(options: tuple[Choice, ...]) -> None:
    for choice in options:
        assert code_of(options, shown(options, choice.code)) == choice.code


@given(OPTIONS, st.data())
def test_many_codes_of_every_table_come_back_from_their_captions(
    options: tuple[Choice, ...], data: st.DataObject
) -> None:
    value = ";".join(data.draw(st.lists(st.sampled_from([c.code for c in options]), min_size=2, max_size=4)))
    assert code_of(options, shown(options, value)) == value


@given(
    st.text(st.characters(exclude_characters=";<", exclude_categories=("Cs",))).filter(
        lambda text: text.partition("=")[0].strip()
    )
)
def test_any_text_with_a_code_is_an_option(text: str) -> None:
    [choice] = parse(text)
    assert code_of((choice,), shown((choice,), choice.code)) == choice.code
