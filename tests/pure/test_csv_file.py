from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.files.csv_file import harmless, write
from synctui.files.table import Table
from synctui.records import Column, Value

texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]))


def file_of(columns: list[str], rows: list[list[Value]]) -> bytes:
    file = io.BytesIO()
    assert write(file, Table(tuple(map(Column, columns)), lambda: iter(rows))) == []
    return file.getvalue()


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-", "+", "-5 kg"])
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "-5.25", "+5", "-1e-5", "00123", "1-2", "a=b", "'=1", " =1", "#N/A", "5%"])
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_it_is_utf_8_with_a_mark_and_lines_after_rfc_4180() -> None:
    assert file_of(["id", "=a,b"], [["1", 'say "é"'], [None, "x\ny"]]) == (
        b'\xef\xbb\xbfid,"\'=a,b"\r\n' + '1,"say ""é"""\r\n,"x\ny"\r\n'.encode()
    )


@given(st.lists(st.tuples(texts, texts, texts).map(list), max_size=8))
def test_every_text_can_be_read_again(rows: list[list[Value]]) -> None:
    data = file_of(["a", "b", "c"], rows).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data, newline=""), strict=True))[1:] == [
        [harmless(v) for v in row] for row in rows
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_only_a_number_begins_like_a_formula(text: str) -> None:
    shown = harmless(text)
    assert shown.removeprefix("'") == text.removeprefix("'")
    if shown[0] in "=+-@\t\r":
        float(shown)
