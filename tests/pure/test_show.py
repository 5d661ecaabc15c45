from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.show import columns, show

ACTING = {"Cc", "Cs", "Zl", "Zp"}
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Größe, 東京, 👩‍👩‍👧", "Größe, 東京, 👩‍👩‍👧"),
        ("[link=file:///etc/passwd]x[/]", "[link=file:///etc/passwd]x[/]"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31mred\x9d", "␛[31mred␛]"),
        ("one\r\ntwo\tthree\x7f", "one␍␊two␉three␡"),
        ("\x00", "␀"),
        ("invoice\u202egpj.exe", "invoice⟨RLO⟩gpj.exe"),
        ("a\u2066b\u2069\u200f", "a⟨LRI⟩b⟨PDI⟩⟨RLM⟩"),
        ("line\u2028next\u2029end", "line⟨LS⟩next⟨PS⟩end"),
        ("\ufeffstart\u200b", "⟨BOM⟩start⟨ZWSP⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("half \ud83d", "half \ufffd"),
        ("", ""),
    ],
)
def test_what_acts_on_a_terminal_is_shown_as_a_sign(text: str, shown: str) -> None:
    assert show(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_that_is_shown_can_act_and_all_of_it_can_be_written(text: str) -> None:
    shown = show(text)
    assert not {unicodedata.category(character) for character in shown} & ACTING
    assert not set(shown) & BIDI
    shown.encode()


@given(st.text())
def test_showing_twice_is_showing_once(text: str) -> None:
    assert show(show(text)) == show(text)


@given(st.text(), st.integers(0, 20))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    whole, cut = show(text), show(text, width)
    assert columns(cut) <= width
    assert cut == whole or cut.endswith("…") or width == 0


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert columns("東京e\u0301") == 5
    assert show("東京都", 5) == "東京…"
