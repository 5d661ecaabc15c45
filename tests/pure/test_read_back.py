from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from synctui.connectors.base import CheckResult
from synctui.errors import Unreachable
from synctui.push.fresh_rows import SAME_ALREADY
from synctui.push.read_back import NOT_FOUND, ReadBack, kept_as_before, read_back
from synctui.records import Key, Proof, Record, Value
from synctui.store.drafts import Finding
from synctui.store.history import RunRow
from synctui.store.states import State

COLUMNS = {"Amount": ("cf_Amount", "amount"), "Note": ("cf_Note",), "Start": ("cf_Start",)}


class Kept:
    """A source that holds these records, and counts how they are asked for."""

    id_columns: tuple[str, ...] = ("id",)
    notices: tuple[str, ...] = ()
    rereadable = True

    def __init__(self, records: Mapping[Key, Record], fails_at: int = 0) -> None:
        self._records, self._fails_at = records, fails_at
        self.calls: list[int] = []

    async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
        self.calls.append(len(keys))
        if len(self.calls) == self._fails_at:
            raise Unreachable("No route.")
        return {key: self._records[key] for key in keys if key in self._records}

    async def probe(self) -> CheckResult:
        return CheckResult(True, "")

    def pages(self) -> Any:
        raise AssertionError("nobody reads the whole list")

    def column_types(self) -> Mapping[str, str]:
        return {}

    def column_options(self) -> Mapping[str, Any]:
        return {}

    def read_only(self, column: str) -> bool:
        return False


def row(after: Mapping[str, Value], before: Mapping[str, Value] | None = None, **more: Any) -> RunRow:
    told: dict[str, Any] = {
        "row_id": "key:1", "key": ("1",), "op": "update", "sheet_row": 2, "document": 1, "state": State.ACKED,
        "message": "", "evidence": "answered", "new_key": "", "payload": {}, "before": before or {}, "after": after,
        "written_back": False,
    }  # fmt: skip
    return RunRow(**(told | more))


def compared(sent: RunRow, record: Record | None) -> Finding:
    return ReadBack(Kept({}), 1, COLUMNS, {"Start": "StartDate"}).compare(sent, record)


@pytest.mark.parametrize(
    ("sent", "now"),
    [
        ("1.50", "1.50"),
        ("", None),
        (None, ""),
        ("2026-07-31", "2026-07-31 00:00:00"),
        ("one\ntwo", "one\r\ntwo"),
    ],
)
def test_what_says_the_same_was_saved(sent: Value, now: Value) -> None:
    found = compared(row({"Note": sent}, {"Note": "old"}), {"cf_Note": now})
    assert (found.proof, found.message, found.kept) == (Proof.SAVED, "", {})


def test_what_arrives_in_the_targets_own_format_was_saved() -> None:
    sent = row({"Start": "2026-07-31"}, payload={"StartDate": "7/31/2026"})
    assert compared(sent, {"cf_Start": "7/31/2026"}).proof is Proof.SAVED
    assert compared(sent, {"cf_Start": "2026-07-31 00:00:00"}).proof is Proof.SAVED
    assert compared(sent, {"cf_Start": "2026-08-01"}).proof is Proof.DIFFERENT


def test_what_the_server_made_of_it_is_told_by_column() -> None:
    found = compared(
        row({"Amount": "1.50", "Note": "as sent"}, {"Amount": "9"}), {"amount": "1.5", "cf_Note": "as sent"}
    )
    assert (found.proof, found.kept) == (Proof.DIFFERENT, {"Amount": "1.5"})
    assert found.message == "saved differently: Amount 1.50 → 1.5"


def test_what_is_there_as_before_was_not_saved() -> None:
    sent = row({"Amount": "1.50", "Note": "new"}, {"Amount": "9", "Note": None}, message="It said so.")
    found = compared(sent, {"cf_Amount": "2", "cf_Note": ""})
    assert (found.proof, found.kept) == (Proof.NOT_SAVED, {"Amount": "2", "Note": ""})
    assert found.message == "It said so.; not saved: the target kept Note (blank); saved differently: Amount 1.50 → 2"
    assert kept_as_before(sent.before, found.kept) == {"Note"}


def test_a_record_that_is_not_there_was_not_saved() -> None:
    found = compared(row({"Note": "new"}, {"Note": "old"}), None)
    assert (found.proof, found.message, found.kept) == (Proof.NOT_SAVED, NOT_FOUND, {"Note": "old"})


def test_a_long_value_is_cut_in_the_message_and_whole_in_what_is_kept() -> None:
    found = compared(row({"Note": "x" * 5000}), {"cf_Note": "y" * 5000})
    assert len(found.message) < 200
    assert found.kept == {"Note": "y" * 5000}


def rows_to_read() -> Iterator[tuple[RunRow, bool]]:
    yield row({"Note": "new"}), True
    yield row({"Note": "new"}, key=("",), new_key="77", op="create"), True
    yield row({"Note": "new"}, key=("",), op="create"), False
    yield row({"Own column": "new"}), False
    yield row({}), False
    yield row({"Note": "new"}, message=SAME_ALREADY), False
    yield row({"Note": "new"}, state=State.REJECTED), False
    yield row({"Note": "new"}, state=State.UNKNOWN), False


@pytest.mark.parametrize(("sent", "read"), [*rows_to_read()])
def test_only_accepted_rows_of_which_something_can_be_told_are_read(sent: RunRow, read: bool) -> None:
    assert ReadBack(Kept({}), 1, COLUMNS).rows([sent]) == ([sent] if read else [])


def many(count: int) -> list[RunRow]:
    return [row({"Note": "new"}, row_id=f"key:{n}", key=(str(n),)) for n in range(count)]


async def test_rows_are_read_some_at_a_time() -> None:
    source = Kept({(str(n),): {"cf_Note": "new"} for n in range(120)})
    read = await read_back(ReadBack(source, 1, COLUMNS), many(120), asyncio.Event())
    assert source.calls == [50, 50, 20]
    assert {found.proof for found in read.findings} == {Proof.SAVED}
    assert (len(read.findings), read.notice, read.cancelled) == (120, "", None)


async def test_what_was_read_before_a_failure_counts() -> None:
    source = Kept({(str(n),): {"cf_Note": "new"} for n in range(120)}, fails_at=2)
    read = await read_back(ReadBack(source, 1, COLUMNS), many(120), asyncio.Event())
    assert (len(read.findings), source.calls) == (50, [50, 50])
    assert read.notice == "70 accepted rows were not read back to see what was saved: No route."


async def test_a_cancel_ends_it_and_is_handed_on() -> None:
    class Slow(Kept):
        async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
            await asyncio.sleep(60)
            return {}

    task = asyncio.ensure_future(read_back(ReadBack(Slow({}), 1, COLUMNS), many(3), asyncio.Event()))
    await asyncio.sleep(0.01)
    task.cancel()
    read = await task
    assert isinstance(read.cancelled, asyncio.CancelledError)
    assert (read.findings, "stopped by the user" in read.notice) == ((), True)
