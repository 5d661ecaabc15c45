"""Pulls into files: columns that come late, keys that come twice, sources that begin anew."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from made_up_source import MadeUp

from synctui.errors import BadReply, LinkError, SyncError
from synctui.files import FileKind
from synctui.offload import in_place
from synctui.pull import export
from synctui.records import Page, Raw, Record

KEY = "recordid"


async def written(
    desk: Desk, source: MadeUp, path: Path, kind: FileKind = "csv", link: str = "Awards"
) -> export.FileWritten:
    found = desk.session.settings.link(link)
    events = [event async for event in export.run(found, source, path, kind, offload=in_place)]
    assert isinstance(events[-1], export.FileWritten)
    return events[-1]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def unfinished(folder: Path) -> list[Path]:
    return list(folder.glob(".*.part"))


def record(key: str | None, **values: Any) -> Record:
    return {KEY: key, **values}


async def test_a_column_of_the_last_page_has_its_place_in_the_header(desk: Desk, tmp_path: Path) -> None:
    pages = [
        Page((record("1", a="x\ny"), record("2", a="z")), 1),
        Page((record("3", b="late", a="w"), {"c": "", KEY: "4"}), 2),
    ]
    await written(desk, MadeUp(pages), tmp_path / "a.csv")
    assert rows_of(tmp_path / "a.csv") == [
        [KEY, "a", "b", "c"], ["1", "x\ny", "", ""], ["2", "z", "", ""], ["3", "w", "late", ""], ["4", "", "", ""],
    ]  # fmt: skip


async def test_keys_are_taken_once_and_records_without_one_are_counted(desk: Desk, tmp_path: Path) -> None:
    first = Page((record("1", a="first"), record(None, a="?"), record("")), 1)
    done = await written(desk, MadeUp([first, Page((record(Raw("1"), a="again"), record("2")), 2)]), tmp_path / "a.csv")
    assert (done.rows, done.without_key) == (2, 2)
    assert rows_of(tmp_path / "a.csv")[1:] == [["1", "first"], ["2", ""]]
    assert [notice for notice in done.notices if "came twice" in notice]
    assert [notice for notice in done.notices if "no key" in notice]


async def test_a_source_that_begins_anew_makes_everything_before_it_void(desk: Desk, tmp_path: Path) -> None:
    pages = [
        Page((record("1", old="x"), record(None)), 1),
        Page((record("2", old="y"),), 2),
        Page((record("2", new="z"),), 1),
        Page((record("3", new="w"),), 2),
    ]
    done = await written(desk, MadeUp(pages), tmp_path / "a.csv")
    assert (done.rows, done.without_key) == (2, 0)
    assert rows_of(tmp_path / "a.csv") == [[KEY, "new"], ["2", "z"], ["3", "w"]]


@pytest.mark.parametrize(("pages", "error"), [([Page((), 1)], BadReply), ([Page(({"x": "1"},), 1)], LinkError)])
async def test_records_of_which_no_file_can_be_made_leave_the_old_one(
    pages: list[Page], error: type[SyncError], desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    with pytest.raises(error):
        await written(desk, MadeUp(pages), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"


async def test_a_file_that_another_program_changed_meanwhile_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    def pages() -> Iterator[Page]:
        path.write_text("somebody else's", encoding="utf-8")
        yield Page((record("1"),), 1)

    with pytest.raises(SyncError, match="meanwhile"):
        await written(desk, MadeUp(pages()), path)
    assert path.read_text(encoding="utf-8") == "somebody else's"
    assert not unfinished(tmp_path)


async def test_memory_does_not_grow_with_the_records(desk: Desk, tmp_path: Path) -> None:
    def pages(count: int) -> Iterator[Page]:
        for page in range(count):
            yield Page(tuple(record(f"{page}-{row}", text="x" * 400) for row in range(200)), page + 1)

    peaks = []
    for count in (10, 100):
        tracemalloc.start()
        await written(desk, MadeUp(pages(count)), tmp_path / "a.csv")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (tmp_path / "a.csv").stat().st_size > 8_000_000
    assert peaks[1] < peaks[0] + 200_000


async def test_parquet_has_known_types_and_loses_no_value_that_does_not_fit(desk: Desk, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    told = {"day": "date", "at": "datetime", "ok": "boolean", "no": "boolean", "odd": "number", "late": "text"}
    one = record("0001", cf_Amount="25000.5", day="2026-07-31", at="2026-07-31 08:30:00", ok="Yes", no="maybe", odd="7")
    two = record("0002", cf_Amount=None, day="", at=None, ok="No", no="Yes", odd="7 or 8", late="=1+1")
    source = MadeUp([Page((one,), 1), Page((two,), 2)], told)
    done = await written(desk, source, tmp_path / "a.parquet", "parquet", "AwardsBack")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert {field.name: str(field.type) for field in table.schema} == {
        KEY: "string", "cf_Amount": "double", "day": "date32[day]", "at": "timestamp[ms]", "ok": "bool",
        "no": "string", "odd": "string", "late": "string",
    }  # fmt: skip
    assert table.to_pylist() == [
        {KEY: "0001", "cf_Amount": 25000.5, "day": date(2026, 7, 31), "at": datetime(2026, 7, 31, 8, 30), "ok": True,
         "no": "maybe", "odd": "7", "late": None},
        {KEY: "0002", "cf_Amount": None, "day": None, "at": None, "ok": False,
         "no": "Yes", "odd": "7 or 8", "late": "=1+1"},
    ]  # fmt: skip
    assert [name for name in ("'no'", "'odd'") if not any(name in notice for notice in done.notices)] == []
