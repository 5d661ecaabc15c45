from __future__ import annotations

import pytest

from synctui import formats


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("M/d/yyyy", "2026-07-04", "7/4/2026"),
        ("MM/dd/yyyy HH:mm", "2026-07-04 15:06:07", "07/04/2026 15:06"),
        ("d MMM yy", "2026-07-04 00:00:00", "4 Jul 26"),
        ("h:mm tt", "2026-07-04 15:06:07", "3:06 PM"),
        ("yyyy'T'MM", "2026-07-04", "2026T07"),
        ("M/d/yyyy", "soon", "soon"),
        ("M/d/yyyy", "", ""),
        ("0.00", "5", "5.00"),
        ("0.00", "-0.005", "0.00"),
        ("#,##0.00", "1234567.891", "1,234,567.89"),
        ("0.0#", "1.5", "1.5"),
        ("000", "7", "007"),
        ("$#,##0", "25000", "$25,000"),
        ("0.00", "abc", "abc"),
    ],
)
def test_dates_and_numbers_take_the_targets_form(pattern: str, text: str, expected: str) -> None:
    assert formats.apply(pattern, text) == expected


def test_a_pattern_that_is_neither_is_told() -> None:
    assert "neither" in formats.problem("nonsense?")
    assert formats.problem("0.00") == formats.problem("M/d/yyyy") == ""
