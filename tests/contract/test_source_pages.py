"""Pages of every kind's source: what becomes of a read that is broken off, goes round in a circle or finds nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from practice_systems import EMPTY_SOURCES, SOURCE_PLACES, SOURCES, WITHOUT, System, open_system, read_settings

from synctui.errors import BadReply, Unreachable
from synctui.http.calls import Timing
from synctui.practice import Practice
from synctui.practice.faults import KINDS

QUICK = Timing(connect=5, deadline=10, attempts=2, total=10, pause=0.01)
SEVERAL_PAGES = [name for name in SOURCES if (name, "pages") not in WITHOUT]


@asynccontextmanager
async def opened(
    name: str, practice: Practice, folder: Path, replaced: dict[str, str] | None = None
) -> AsyncIterator[System]:
    system = open_system(read_settings(practice, folder, **(replaced or {})), SOURCES[name], timing=QUICK)
    try:
        yield system
    finally:
        await system.connection.close()


def calls(name: str, practice: Practice) -> int:
    return [call.operation for call in practice.received].count(SOURCE_PLACES[name])


async def read(source: Any) -> list[dict[str, Any]]:
    return [dict(record) async for page in source.pages() for record in page.records]


@pytest.mark.parametrize("name", list(SOURCES))
async def test_whether_a_source_has_several_pages_is_as_the_table_says(
    name: str, practice: Practice, tmp_path: Path
) -> None:
    async with opened(name, practice, tmp_path) as system:
        pages = [page async for page in system.source().pages()]
        assert (len(pages) > 1) == (name in SEVERAL_PAGES)
        assert calls(name, practice) == len(pages)


@pytest.mark.parametrize("fault", ["500_before", "cut_answer", "503=0", "html"])
@pytest.mark.parametrize("name", SEVERAL_PAGES)
async def test_a_read_goes_on_with_the_page_that_was_lost(
    name: str, fault: str, practice: Practice, tmp_path: Path
) -> None:
    async with opened(name, practice, tmp_path) as system:
        expected = await read(system.source())
        asked = calls(name, practice)
        practice.faults.arm(f"{SOURCE_PLACES[name]}:{fault}*1@2")
        assert await read(system.source()) == expected
        assert calls(name, practice) == 2 * asked + 1
        assert len(practice.faults.log) == 1


@pytest.mark.parametrize(("fault", "expected"), [("500_before", Unreachable), ("truncated", BadReply)])
@pytest.mark.parametrize("name", SEVERAL_PAGES)
async def test_a_page_that_stays_lost_ends_the_read(
    name: str, fault: str, expected: type[Exception], practice: Practice, tmp_path: Path
) -> None:
    async with opened(name, practice, tmp_path) as system:
        practice.faults.arm(f"{SOURCE_PLACES[name]}:{fault}@2")
        pages = system.source().pages()
        assert (await anext(pages)).number == 1
        with pytest.raises(expected):
            [page async for page in pages]


@pytest.mark.parametrize("name", [name for name in SOURCES if (name, "circle") not in WITHOUT])
async def test_pages_in_a_circle_are_found_out(name: str, practice: Practice, tmp_path: Path) -> None:
    async with opened(name, practice, tmp_path) as system:
        practice.celigo.switches.set("circle", True)
        with pytest.raises(BadReply, match="circle") as caught:
            await asyncio.wait_for(read(system.source()), 10)
        assert caught.value.hint
        assert calls(name, practice) < 5


@pytest.mark.parametrize("name", list(SOURCES))
async def test_a_source_without_records_is_one_empty_page(name: str, practice: Practice, tmp_path: Path) -> None:
    async with opened(name, practice, tmp_path, EMPTY_SOURCES[name]) as system:
        pages = [(page.number, tuple(page.records)) async for page in system.source().pages()]
        assert pages == [(1, ())]
        assert calls(name, practice) == 1


@pytest.mark.parametrize("fault", ["moving", "duplicates", "miscount", "limit"])
@pytest.mark.parametrize("name", list(SOURCES))
def test_faults_that_a_kind_cannot_meet_are_in_the_table(name: str, fault: str) -> None:
    assert (SOURCE_PLACES[name] not in KINDS[fault].places) == ((name, fault) in WITHOUT)


def test_the_table_names_known_kinds_and_says_why() -> None:
    assert {name for name, _ in WITHOUT} <= set(SOURCES)
    assert all(why.endswith(".") for why in WITHOUT.values())
