"""More than a worksheet holds is told as soon as it is known, never after the last page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from made_up_source import MadeUp

from synctui.errors import LinkError
from synctui.offload import in_place
from synctui.pull import run as pull
from synctui.pull.collecting import MAX_COLUMNS, MAX_ROWS
from synctui.records import Page
from synctui.rows.changes import Policy
from synctui.session import open_file

PAGE = 5_000
REMEDY = "synctui pull Awards --to csv"


def endless() -> Iterator[Page]:
    """Page after page of new records; the source does not tell how many there are."""
    number = 0
    while True:
        first = number * PAGE
        yield Page(tuple({"recordid": str(first + i)} for i in range(PAGE)), number + 1)
        number += 1


async def refusal(desk: Desk, source: MadeUp) -> LinkError:
    link, workbook = desk.session.settings.link("Awards"), open_file(str(desk.path))
    with pytest.raises(LinkError) as caught:
        await anext(
            event
            async for event in pull.run(link, source, workbook, policy=Policy(), offload=in_place)
            if not isinstance(event, pull.PagePulled)
        )
    assert source.closed
    assert not desk.path.exists()
    return caught.value


async def test_a_list_that_is_too_long_is_refused_at_its_first_page(desk: Desk) -> None:
    source = MadeUp([Page(({"recordid": "1"},), number, MAX_ROWS + 1) for number in (1, 2, 3)])
    error = await refusal(desk, source)
    assert "1,048,576 records" in error.message
    assert REMEDY in error.hint
    assert source.taken == 1


async def test_a_list_that_just_fits_is_pulled(desk: Desk) -> None:
    link, workbook = desk.session.settings.link("Awards"), open_file(str(desk.path))
    source = MadeUp([Page(({"recordid": "1"},), 1, MAX_ROWS)])
    events = [event async for event in pull.run(link, source, workbook, policy=Policy(), offload=in_place)]
    assert isinstance(events[-1], pull.PullDone)


async def test_a_list_without_an_end_is_refused_at_the_row_that_passes(desk: Desk) -> None:
    source = MadeUp(endless())
    error = await refusal(desk, source)
    assert "more than 1,048,575 records" in error.message
    assert REMEDY in error.hint
    assert source.taken == MAX_ROWS // PAGE + 1


async def test_too_many_columns_are_refused_at_the_page_that_passes(desk: Desk) -> None:
    wide = {f"c{number}": "x" for number in range(MAX_COLUMNS)}
    source = MadeUp([Page(({"recordid": "1"},), 1), Page(({"recordid": "2", **wide},), 2), Page((), 3)])
    error = await refusal(desk, source)
    assert "16,383 columns" in error.message
    assert REMEDY in error.hint
    assert source.taken == 2


async def test_columns_that_the_worksheet_has_already_count(desk: Desk, tmp_path: Path) -> None:
    await desk.pull()
    link, workbook = desk.session.settings.link("Awards"), open_file(str(desk.path))
    before = desk.path.read_bytes()
    wide = {f"c{number}": "x" for number in range(MAX_COLUMNS - 1)}
    source = MadeUp([Page(({"recordid": "1", **wide},), 1), Page((), 2)])
    with pytest.raises(LinkError, match="columns"):
        await anext(pull.run(link, source, workbook, policy=Policy(), offload=in_place))
    assert source.taken == 1
    assert desk.path.read_bytes() == before
