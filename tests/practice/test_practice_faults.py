from __future__ import annotations

from datetime import UTC, datetime

import pytest

from synctui.practice.faults import KINDS, PLACES, Faults, parse
from synctui.practice.injection import HANDLERS

NOW = datetime(2025, 7, 1, tzinfo=UTC)


def faults(spec: str) -> Faults:
    return Faults(lambda: NOW, spec)


def fired(armed: Faults, place: str, calls: int) -> list[str]:
    taken = [armed.take(place) for _ in range(calls)]
    return [fault.name if fault else "" for fault in taken]


def test_a_count_and_a_first_call() -> None:
    armed = faults("eone.run:cut_after*2@2")
    assert fired(armed, "eone.run", 5) == ["", "cut_after", "cut_after", "", ""]


def test_a_fault_meets_its_place_only() -> None:
    armed = faults("smartsimple.list:slow=0.5")
    assert fired(armed, "smartsimple.get", 1) == [""]
    assert fired(armed, "eone.run", 1) == [""]
    assert armed.take("smartsimple.list").value == 0.5  # type: ignore[union-attr]


def test_a_service_and_no_place_at_all() -> None:
    assert fired(faults("eone:401"), "eone.columns", 2) == ["401", "401"]
    assert fired(faults("eone:401"), "smartsimple.list", 1) == [""]
    assert all(fired(faults("empty"), place, 1) == ["empty"] for place in PLACES)


def test_a_fault_without_a_place_skips_calls_for_which_it_means_nothing() -> None:
    armed = faults("escaped_errors*1")
    assert fired(armed, "eone.columns", 1) == [""]
    assert fired(armed, "eone.run", 2) == ["escaped_errors", ""]


def test_faults_are_met_one_after_the_other_counted_and_logged() -> None:
    armed = faults("eone.run:500_before*1, eone.run:late=2*1\neone.run:401*1")
    assert fired(armed, "eone.run", 4) == ["500_before", "late", "401", ""]
    assert armed.counts == {"eone.run:500_before": 1, "eone.run:late": 1, "eone.run:401": 1}
    assert [(entry.name, entry.value, entry.time) for entry in armed.log][1] == ("late", 2.0, NOW)
    armed.clear()
    assert armed.counts["eone.run:late"] == 1


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("eone.run:cut_afer", "the nearest is 'cut_after'"),
        ("eone.runs:401", "the nearest is 'eone.run'"),
        ("smartsimpel:401", "the nearest is 'smartsimple'"),
        ("smartsimple.list:escaped_errors", "it can be at eone.run"),
        ("eone:moving", "it can be at smartsimple.list"),
        ("eone.run:401*", "is not of the form"),
        ("401=fast", "is not of the form"),
        ("one:two:three", "is not of the form"),
    ],
)
def test_a_spec_that_is_not_understood_arms_nothing(spec: str, message: str) -> None:
    armed = faults("")
    with pytest.raises(ValueError, match=message):
        armed.arm(f"401,{spec}")
    assert armed.armed == []


def test_every_fault_has_a_handler_or_is_one_of_the_data() -> None:
    of_the_data = {"limit", "moving", "duplicates", "miscount", "escaped_errors", "status_text", "tails", "shuffled"}
    assert set(KINDS) == set(HANDLERS) | of_the_data | {"token_expired"}
    assert not set(HANDLERS) & of_the_data
    assert [armed.name for armed in parse(",".join(KINDS))] == list(KINDS)
    assert all(kind.says for kind in KINDS.values())
