from __future__ import annotations

import pytest

from synctui.wording import count


@pytest.mark.parametrize(
    ("number", "noun", "told"),
    [
        (1, "row", "1 row"),
        (0, "row", "0 rows"),
        (1230, "row", "1,230 rows"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
        (3, "batch", "3 batches"),
        (2, "time", "2 times"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, noun: str, told: str) -> None:
    assert count(number, noun) == told
