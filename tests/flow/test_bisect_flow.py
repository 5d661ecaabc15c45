"""A target that turns a whole call down for one row, with and without the user's agreement to halves."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk

ROWS = range(2, 34)
BAD = 20
BLANKED = "County"


def edit_all(desk: Desk, *, bad: int | None = BAD) -> None:
    """Every row gets a new county, and one an empty one, which the map's rule forbids."""
    column = desk.columns()["cf_County"]

    def change(ws: Any) -> None:
        for row in ROWS:
            ws.cell(row, column).value = None if row == bad else f"New {row}"

    desk.edit(change)


@pytest.mark.parametrize("status", ["400", "413", "422"])
async def test_the_one_bad_row_is_found_and_all_others_arrive(desk: Desk, status: str) -> None:
    await desk.pull()
    edit_all(desk)
    desk.practice.switches.set("bad_rows", status)
    result = await desk.push(bisect=True)
    assert (result.accepted, result.refused, result.unsent) == (len(ROWS) - 1, 1, 0)
    [refused] = [row for row in result.rows if row.outcome == "refused"]
    assert (refused.row, status in refused.message) == (BAD, True)
    saved = [effect for effect in desk.practice.runs.effects if effect.rows[0][BLANKED].startswith("New ")]
    assert len(saved) == len(desk.practice.runs.effects) == len(ROWS) - 1
    assert len(desk.runs()) <= 1 + 2 * 5
    assert desk.cell(BAD, "Sync").startswith("refused: ")
    assert {desk.cell(row, "Sync") for row in ROWS if row != BAD} == {"saved"}


async def test_only_failed_takes_the_row_that_was_found(desk: Desk) -> None:
    await desk.pull()
    edit_all(desk)
    desk.practice.switches.set("bad_rows", "422")
    await desk.push(bisect=True)
    column = desk.columns()["cf_County"]
    desk.edit(lambda ws: setattr(ws.cell(BAD, column), "value", "Cass"))
    result = await desk.push(only_failed=True)
    assert [(row.row, row.outcome) for row in result.rows] == [(BAD, "accepted")]
    assert (await desk.push()).rows == ()


async def test_without_agreement_the_whole_call_stays_refused_and_the_result_says_what_helps(desk: Desk) -> None:
    await desk.pull()
    edit_all(desk)
    desk.practice.switches.set("bad_rows", "400")
    result = await desk.push()
    assert (result.refused, len(desk.runs())) == (len(ROWS), 1)
    assert "--bisect" in result.notices[0]
    found = await desk.push(only_failed=True, bisect=True)
    assert (found.accepted, found.refused) == (len(ROWS) - 1, 1)


async def test_the_plan_tells_the_cost_before_and_only_where_it_was_asked_for(desk: Desk) -> None:
    await desk.pull()
    edit_all(desk)
    told = [warning for warning in (await desk.plan(dry_run=True, bisect=True)).plan.warnings if "halves" in warning]
    assert told == [
        "A batch that is refused whole is sent again in halves until the bad row stands alone: "
        "up to 30 more calls for each bad row, 186 for a batch at worst."
    ]
    assert not any("halves" in warning for warning in (await desk.plan(dry_run=True)).plan.warnings)
