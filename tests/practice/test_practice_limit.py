from __future__ import annotations

import pytest
from practice_calls import Caller, Clock

from synctui.practice import Practice

TEXT = "Number of API Calls within the hour have reached the maximum limit, please try again later"


def test_the_hour_rolls(call: Caller, practice: Practice, clock: Clock) -> None:
    practice.hour.limit = 3
    for _ in range(3):
        assert call.listed()["message"]["allcount"] == 1230
        clock.step(minutes=10)
    assert call.listed()["message"]["error"] == TEXT
    clock.step(minutes=29, seconds=59)
    assert call.listed()["message"]["error"] == TEXT
    clock.step(seconds=1)
    assert call.listed()["message"]["allcount"] == 1230
    assert call.listed()["message"]["error"] == TEXT


def test_refused_calls_do_not_count_and_neither_does_a_refused_sign_in(call: Caller, practice: Practice) -> None:
    practice.hour.limit = 1
    assert call.smart(password="guess").status_code == 401
    call.smart()
    for _ in range(5):
        call.smart()
    assert (practice.hour.used, practice.hour.refused) == (1, 5)


def test_a_thousand_calls_an_hour_unless_told_otherwise(practice: Practice) -> None:
    assert [practice.hour.grant() for _ in range(1001)] == [True] * 1000 + [False]


@pytest.mark.parametrize("status", ["200", "403", "429"])
def test_the_limit_in_each_style(call: Caller, practice: Practice, status: str) -> None:
    practice.hour.limit = 0
    practice.switches.set("limit_style", status)
    answer = call.smart()
    assert (answer.status_code, answer.json()) == (int(status), {"message": {"error": TEXT}})
    practice.switches.set("error_style", "plain")
    assert call.smart().text == TEXT


def test_the_limit_as_a_fault_spends_nothing(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:limit*1")
    assert call.listed()["message"]["error"] == TEXT
    assert practice.hour.used == 0
    assert call.listed()["message"]["allcount"] == 1230
