from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from synctui.connectors.base import BatchReply, Outgoing, RowReply, TargetShape
from synctui.errors import BadReply, Unreachable
from synctui.push.fresh_rows import GONE, SAME_ALREADY, FreshRows
from synctui.records import Choice, Key, Outcome, Page, Record

STORED = {("1",): {"id": "1", "A": "a", "B": "changed by others"}}


class Source:
    def __init__(self, rereadable: bool = True, broken: bool = False) -> None:
        self.rereadable, self.broken = rereadable, broken
        self.id_columns, self.notices = ("id",), ()

    def column_types(self) -> Mapping[str, str]:
        return {}

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        return {}

    async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
        if self.broken:
            raise BadReply("The answer was cut.", "Try again.")
        return {key: STORED[key] for key in keys if key in STORED}

    async def pages(self) -> AsyncIterator[Page]:
        yield Page(tuple(STORED.values()), 1, 1)


class Target:
    name = "t"

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def shape(self) -> TargetShape:
        return TargetShape(())

    async def mark(self) -> str:
        return ""

    def body_size(self, rows: Sequence[Outgoing]) -> int:
        return len(rows)

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        self.sent += rows
        return BatchReply(tuple(RowReply(row.row_id, Outcome.ACCEPTED) for row in rows))


def row(values: dict[str, str], replaces: dict[str, str], key: str = "1", create: bool = False) -> Outgoing:
    return Outgoing(f"key:{key}", {"id": key, **values}, 1, create, (key,), replaces)


async def send(*rows: Outgoing, rereadable: bool = True, broken: bool = False) -> tuple[BatchReply, list[Outgoing]]:
    target = Target()
    columns = {"id": "id", "A": "A", "B": "B"}
    fresh = FreshRows(target, Source(rereadable, broken), ("id",), columns)  # type: ignore[arg-type]
    return await fresh.send(rows, {}), target.sent


@pytest.mark.parametrize("rereadable", [True, False])
async def test_untouched_columns_come_from_the_fresh_read(rereadable: bool) -> None:
    _, [sent] = await send(row({"A": "mine", "B": "b"}, {"A": "a"}), rereadable=rereadable)
    assert sent.values == {"id": "1", "A": "mine", "B": "changed by others"}


async def test_a_cell_that_somebody_else_changed_too_is_not_overwritten() -> None:
    answer, sent = await send(row({"A": "a", "B": "mine"}, {"B": "b"}))
    assert sent == []
    assert answer.rows[0].outcome is Outcome.UNSENT
    assert "changed by others" in answer.rows[0].message


async def test_a_row_that_changes_nothing_is_not_sent() -> None:
    answer, sent = await send(row({"A": "a", "B": "changed by others"}, {"B": "b"}))
    assert sent == []
    assert answer.rows == (RowReply("key:1", Outcome.ACCEPTED, SAME_ALREADY),)


async def test_a_record_that_is_gone_is_not_sent_and_the_others_are() -> None:
    answer, sent = await send(
        row({"A": "x"}, {"A": "a"}, "9"), row({"A": "mine"}, {"A": "a"}), row({"A": "n"}, {}, "", create=True)
    )
    assert [reply.outcome for reply in answer.rows] == [Outcome.UNSENT, Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert answer.rows[0].message == GONE
    assert [r.values["A"] for r in sent] == ["mine", "n"]


async def test_rows_that_cannot_be_read_again_have_not_left() -> None:
    with pytest.raises(Unreachable, match="nothing was sent"):
        await send(row({"A": "mine"}, {"A": "a"}), broken=True)
