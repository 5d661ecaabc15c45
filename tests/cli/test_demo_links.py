from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from command_line import Office

from synctui.cli.demo_links import TRIPS, RoundTrip, take
from synctui.practice import Practice
from synctui.session import Session

NAMES = [trip.link for trip in TRIPS]


async def taken(office: Office, *trips: RoundTrip) -> tuple[dict[str, Any], list[str]]:
    """The trips' answers and their story."""
    story: list[str] = []
    async with Session.open(str(office.config), home=office.folder / "state") as session:
        answer = await take(session, office.workbook, office.practice, lambda *lines: story.extend(lines), trips)
    return answer, story


async def test_all_links_of_the_demo_arrive_just_as_meant_in_one_workbook(office: Office) -> None:
    links, story = await taken(office, *TRIPS)
    assert list(links) == NAMES
    for trip in TRIPS:
        link = links[trip.link]
        assert link["as_meant"] is True
        assert link["applied"] == [trip.meant]
        assert (link["push"]["accepted"], link["pull"]["conflicts"]) == (1, 0)
    assert story.count("  Just what was meant.") == len(TRIPS)


@pytest.mark.parametrize("trip", TRIPS, ids=NAMES)
async def test_another_effect_than_the_meant_one_is_told(trip: RoundTrip, office: Office) -> None:
    links, story = await taken(office, replace(trip, meant=trip.meant | {"county": "elsewhere"}))
    assert links[trip.link]["as_meant"] is False
    assert story[-1] == "  That is NOT what was meant."


async def test_a_record_changed_twice_is_not_what_was_meant(office: Office) -> None:
    trip = TRIPS[0]

    def twice(practice: Practice) -> Sequence[dict[str, Any]]:
        return [*trip.applied(practice), *trip.applied(practice)]

    links, _ = await taken(office, replace(trip, applied=twice))
    assert links[trip.link]["as_meant"] is False


async def test_a_lost_answer_is_not_what_was_meant_though_the_record_was_changed(office: Office) -> None:
    office.practice.faults.arm("celigo.import:cut_after*1")
    links, _ = await taken(office, TRIPS[1])
    assert links["Contacts"]["applied"] == [TRIPS[1].meant]
    assert links["Contacts"]["as_meant"] is False
