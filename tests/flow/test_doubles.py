"""Spreadsheets are copied, lost, not saved and opened in old versions: a record is created once all the same."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import doomed_desk
import pytest
from desk import Desk
from doomed_desk import Doom
from forking import PROCESSES

from synctui.errors import RowsInDoubt
from synctui.records import Outcome
from synctui.session import open_file

LINKS = ("AwardsBack", "Awards")
"""SmartSimple, which gives a created record an id, and eOne, which gives none."""
BOTH = pytest.mark.parametrize("link", LINKS)
LAST = 62
NEW_ROW = {"cf_Vendor No": "V-7001", "sf_Application Name": "Only once", "cf_County": "Cass"}

BEFORE = (("workbook half written", 1), ("workbook written", 1))
"""The row ids were not saved, so nothing has left."""
AFTER = (
    *(("recorded", 1), ("finished", 1), ("marking", 1)),
    *(("workbook half written", 2), ("workbook written", 2), ("workbook in place", 2), ("written", 1)),
)
"""The answer is in the journal; the worksheet says it, or not, or half, or the journal does not know that it does."""
DOUBT = (("intended", 1), ("answered", 1))


def add(desk: Desk, link: str, **values: str) -> None:
    columns = desk.columns(link)

    def type_in(ws: Any) -> None:
        row = ws.max_row + 1
        for header, value in (NEW_ROW | values).items():
            if header in columns:
                ws.cell(row, columns[header]).value = value

    desk.edit(type_in, link)


def put(desk: Desk, link: str, row: int, header: str, value: Any) -> None:
    column = desk.columns(link)[header]
    desk.edit(lambda ws: setattr(ws.cell(row, column), "value", value), link)


def created(desk: Desk, link: str) -> list[str]:
    """What the other side created, by county."""
    if link == "Awards":
        return [row["County"] for effect in desk.practice.effects for row in effect.rows]
    return [effect.values["cf_County"] for effect in desk.practice.updates.effects if effect.created]


def kept(desk: Desk) -> bytes:
    return desk.path.read_bytes()


def killed(desk: Desk, link: str, point: str, hit: int) -> None:
    """Push in a process that dies at a point, and make sure that it did."""
    config, home = desk.session.settings.path, desk.session.home
    process = PROCESSES.Process(target=doomed_desk.main, args=(config, home, desk.path, link, Doom(point, hit)))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"{point} was not reached {hit} time(s)"


def check_all_is_told(desk: Desk, link: str) -> None:
    assert created(desk, link) == ["Cass"]
    assert desk.cell(LAST, "Sync", link) == "saved"
    if link == "AwardsBack":
        assert desk.cell(LAST, "recordid", link) in desk.practice.tables.by_type["levelone"]


# -- the process dies


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@BOTH
@pytest.mark.parametrize(("point", "hit"), [*BEFORE, *AFTER])
async def test_a_push_killed_around_its_marks_creates_once(desk: Desk, link: str, point: str, hit: int) -> None:
    await desk.pull(link)
    add(desk, link)
    killed(desk, link, point, hit)
    assert created(desk, link) == ([] if (point, hit) in BEFORE else ["Cass"])
    assert (await desk.push(link)).accepted == (1 if (point, hit) in BEFORE else 0)
    check_all_is_told(desk, link)
    assert (await desk.push(link)).rows == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@BOTH
@pytest.mark.parametrize(("point", "hit"), AFTER)
async def test_a_workbook_that_was_renamed_after_the_death_creates_once(
    desk: Desk, link: str, point: str, hit: int
) -> None:
    await desk.pull(link)
    add(desk, link)
    killed(desk, link, point, hit)
    desk.path = desk.path.rename(desk.path.with_name("renamed.xlsx"))
    assert (await desk.push(link)).rows == ()
    check_all_is_told(desk, link)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@BOTH
@pytest.mark.parametrize(("point", "hit"), DOUBT)
async def test_without_a_recorded_answer_the_row_is_in_doubt_and_not_sent_again(
    desk: Desk, link: str, point: str, hit: int
) -> None:
    await desk.pull(link)
    add(desk, link)
    killed(desk, link, point, hit)
    arrived = created(desk, link)
    for _ in range(2):
        with pytest.raises(RowsInDoubt):
            await desk.push(link)
    assert created(desk, link) == arrived
    assert str(desk.cell(LAST, "Sync", link)).startswith("in doubt: run ")


# -- the workbook is another one than was pushed


@BOTH
async def test_a_workbook_that_was_not_saved_after_the_push_creates_once(desk: Desk, link: str) -> None:
    await desk.pull(link)
    add(desk, link)
    before: list[bytes] = []
    prepared = await desk.plan(link)
    async for event in desk.session.push(prepared):
        if type(event).__name__ == "BatchSending":
            before.append(kept(desk))
    desk.path.write_bytes(before[0])
    assert str(desk.cell(LAST, "Sync", link)).startswith("in doubt: run ")
    assert (await desk.push(link)).rows == ()
    check_all_is_told(desk, link)


async def refused_once(desk: Desk, link: str, tmp_path: Path) -> Path:
    """A row that has its id and was refused, in a copy of the workbook that hears nothing more; then it is created."""
    await desk.pull(link)
    add(desk, link, cf_County="" if link == "Awards" else "Cass")
    if link == "Awards":
        assert (await desk.push(link)).refused == 1
        put(desk, link, LAST, "cf_County", "Cass")
    else:
        await desk.pull(link)
    old = tmp_path / "old.xlsx"
    shutil.copy(desk.path, old)
    assert (await desk.push(link)).accepted == 1
    return old


@BOTH
async def test_an_old_copy_creates_nothing_again(desk: Desk, tmp_path: Path, link: str) -> None:
    desk.path = await refused_once(desk, link, tmp_path)
    prepared = await desk.plan(link)
    assert prepared.plan.rows == ()
    told = [problem.message for problem in prepared.problems] + list(prepared.plan.warnings)
    assert any("was created in run" in sentence for sentence in told)
    check_all_is_told(desk, link)
    assert (await desk.push(link)).rows == ()


async def test_an_old_copys_edit_of_a_created_record_is_an_update_of_it(desk: Desk, tmp_path: Path) -> None:
    desk.path = await refused_once(desk, "AwardsBack", tmp_path)
    put(desk, "AwardsBack", LAST, "cf_Note", "edited in the old copy")
    result = await desk.push("AwardsBack")
    assert result.accepted == 1
    assert created(desk, "AwardsBack") == ["Cass"]
    [key] = [row.key[0] for row in result.rows]
    assert desk.practice.tables.by_type["levelone"][key]["cf_Note"] == "edited in the old copy"


async def test_where_the_target_gave_no_id_only_that_row_is_left_out_of_an_old_copys_push(
    desk: Desk, tmp_path: Path
) -> None:
    desk.path = await refused_once(desk, "Awards", tmp_path)
    put(desk, "Awards", LAST, "cf_County", "Edited in the old copy")
    put(desk, "Awards", 3, "cf_County", "Walsh")
    prepared = await desk.plan()
    assert [row.sheet_row for row in prepared.plan.rows] == [3]
    assert [problem.row for problem in prepared.problems] == [LAST]
    assert "so it is left out" in prepared.problems[0].message


async def test_a_dry_run_of_an_old_copy_writes_nothing_and_says_the_same(desk: Desk, tmp_path: Path) -> None:
    desk.path = await refused_once(desk, "AwardsBack", tmp_path)
    before = kept(desk)
    prepared = await desk.plan("AwardsBack", dry_run=True)
    assert prepared.plan.rows == ()
    assert any("was created in run" in problem.message for problem in prepared.problems)
    assert kept(desk) == before


async def test_an_old_copy_that_is_pulled_first_has_the_record_once(desk: Desk, tmp_path: Path) -> None:
    desk.path = await refused_once(desk, "AwardsBack", tmp_path)
    done = await desk.pull("AwardsBack")
    assert done.added == 0
    assert (await desk.push("AwardsBack")).rows == ()
    assert created(desk, "AwardsBack") == ["Cass"]


# -- rows are copied


@pytest.mark.parametrize("above", [False, True], ids=["below", "above"])
async def test_a_copied_row_is_a_record_of_its_own_wherever_it_is_put(desk: Desk, above: bool) -> None:
    link = "Awards"
    await desk.pull(link)
    add(desk, link)
    assert (await desk.push(link)).accepted == 1
    columns = desk.columns(link)

    def copy(ws: Any) -> None:
        original = [ws.cell(LAST, column).value for column in range(1, ws.max_column + 1)]
        changed = list(original)
        changed[columns["cf_County"] - 1], changed[columns["cf_Vendor No"] - 1] = "Walsh", "V-7002"
        ws.append(original if above else changed)
        if above:
            for column, value in enumerate(changed, 1):
                ws.cell(LAST, column).value = value

    desk.edit(copy, link)
    result = await desk.push(link)
    assert [row.outcome for row in result.rows] == [Outcome.ACCEPTED]
    assert created(desk, link) == ["Cass", "Walsh"]
    assert (await desk.push(link)).rows == ()


async def test_a_copy_of_a_row_in_doubt_is_not_in_doubt_itself(desk: Desk) -> None:
    await desk.pull()
    add(desk, "Awards")
    desk.practice.faults.arm("eone.run:cut_after*1")
    assert (await desk.push()).in_doubt == 1
    columns = desk.columns()

    def copy(ws: Any) -> None:
        ws.append([ws.cell(LAST, column).value for column in range(1, ws.max_column + 1)])
        ws.cell(LAST + 1, columns["cf_County"]).value = "Walsh"
        ws.cell(LAST + 1, columns["cf_Vendor No"]).value = "V-7002"

    desk.edit(copy)
    [run] = [run.run_id for run in desk.session.runs()]
    await desk.session.settle(run, "arrived", open_file(str(desk.path)))
    assert (await desk.push()).accepted == 1
    assert created(desk, "Awards") == ["Cass", "Walsh"]


# -- the journal is lost


@BOTH
async def test_a_lost_journal_creates_nothing_again(desk: Desk, tmp_path: Path, link: str) -> None:
    await desk.pull(link)
    add(desk, link)
    assert (await desk.push(link)).accepted == 1
    elsewhere = desk.beside(tmp_path / "another home")
    assert (await elsewhere.push(link)).rows == ()
    assert created(desk, link) == ["Cass"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@BOTH
@pytest.mark.parametrize(("point", "hit"), [("recorded", 1), ("workbook written", 2)])
async def test_a_lost_journal_and_an_unmarked_workbook_are_a_doubt(
    desk: Desk, tmp_path: Path, link: str, point: str, hit: int
) -> None:
    await desk.pull(link)
    add(desk, link)
    killed(desk, link, point, hit)
    elsewhere = desk.beside(tmp_path / "another home")
    with pytest.raises(RowsInDoubt):
        await elsewhere.push(link)
    assert created(desk, link) == ["Cass"]
