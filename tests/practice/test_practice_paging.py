from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_calls import Caller

from synctui.practice import practice_in_thread
from synctui.practice.paging import CAP, paging

VENDOR_EXAMPLES: list[tuple[dict[str, Any], tuple[int, int]]] = [
    ({"recordend": 35}, (1, 35)),
    ({"recordstart": 10, "recordend": 35}, (10, 35)),
    ({"recordstart": 10, "recordend": 350, "recordsperpage": 100}, (10, 350)),
    ({"recordsperpage": 50, "pagenum": 2}, (51, 100)),
    ({"recordsperpage": 100, "recordstart": 12, "pagenum": 1}, (1, 100)),
    ({"recordsperpage": 100, "recordstart": 12, "pagenum": 3}, (201, 300)),
    ({"recordsperpage": 100}, (1, 100)),
    ({"recordsperpage": 100, "recordstart": 1}, (1, 100)),
    ({"recordsperpage": 100, "recordstart": 101}, (101, 200)),
    ({"recordsperpage": 100, "recordstart": 325}, (325, 424)),
    ({"recordstart": 12}, (12, 460)),
]


@pytest.mark.parametrize(("settings", "expected"), VENDOR_EXAMPLES)
def test_the_vendors_eleven_examples(settings: dict[str, Any], expected: tuple[int, int]) -> None:
    assert paging(settings, 460) == expected


@pytest.mark.parametrize(("settings", "expected"), VENDOR_EXAMPLES[:10])
def test_the_vendors_examples_over_http(call: Caller, settings: dict[str, Any], expected: tuple[int, int]) -> None:
    low, high = expected
    answer = call.listed(othersettings=settings)
    assert answer["message"] == {
        "recordto": high,
        "recordcount": high - low + 1,
        "allcount": 1230,
        "recordfrom": low,
    }
    assert [record["recordid"] for record in answer["records"]] == [str(900_000 + n) for n in range(low, high + 1)]


def test_the_vendors_sample_of_counts() -> None:
    low, high = paging({"recordsperpage": 100, "recordstart": 325}, 460)
    assert {"recordto": high, "recordcount": high - low + 1, "allcount": 460, "recordfrom": low} == {
        "recordto": 424,
        "recordcount": 100,
        "allcount": 460,
        "recordfrom": 325,
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (1, 460)),
        ({"pagenum": 3}, (1, 460)),
        ({"recordstart": 461}, (0, 0)),
        ({"recordsperpage": 100, "pagenum": 5}, (401, 460)),
        ({"recordsperpage": "100", "recordstart": "101"}, (101, 200)),
        ({"recordstart": 0, "recordend": 0, "recordsperpage": 0, "pagenum": 0}, (1, 460)),
    ],
)
def test_what_the_vendor_leaves_open(settings: dict[str, Any], expected: tuple[int, int]) -> None:
    assert paging(settings, 460) == expected


def test_a_setting_that_is_no_number_is_an_error(call: Caller) -> None:
    with pytest.raises(ValueError, match="many"):
        paging({"recordsperpage": "many"}, 460)
    error = call.listed(othersettings={"recordsperpage": "many"})["message"]["error"]
    assert error == "Encountered error while processing other setting parameters"


@given(
    settings=st.dictionaries(
        st.sampled_from(["recordstart", "recordend", "recordsperpage", "pagenum"]), st.integers(-5, 30_000)
    ),
    total=st.integers(0, 30_000),
)
def test_a_page_never_leaves_the_list_nor_passes_the_cap(settings: dict[str, int], total: int) -> None:
    low, high = paging(settings, total)
    assert (low, high) == (0, 0) or (1 <= low <= high <= total and high - low < CAP)


def test_one_call_answers_at_most_ten_thousand_records() -> None:
    with practice_in_thread(grants=10_050) as big:
        caller = Caller(big)
        answer = caller.smart(othersettings={"keyformat": 1}).json()
        caller.http.close()
    assert (answer["message"]["recordcount"], answer["message"]["allcount"]) == (10_000, 10_050)
    assert len(answer["records"]) == 10_000
