from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synctui.push.conflicts import MAX_MESSAGE, Conflict, conflicts_of, decide, message_text, messages_of, resolve
from synctui.records import Choice, Column, Memory
from synctui.rows.changes import RowView

COLUMNS = (Column("id"), Column("A"), Column("B", choices=(Choice("1", "One"), Choice("2", "Two"))))


def memory() -> Memory:
    held = Memory("L", columns=COLUMNS, key=("id",), baseline={("1",): ("1", "theirs", "2")})
    held.conflicts = {"key:1": {"A": "base", "B": ""}}
    return held


def row(sync: str = "") -> RowView:
    return RowView(4, ("1",), "", ["1", "mine", "1"], known=True, sync=sync)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_a_conflict_tells_both_sides_and_what_they_began_with() -> None:
    first, second = conflicts_of(memory(), [row()])
    assert (first.key, first.row, first.column) == (("1",), 4, "A")
    assert (first.mine, first.theirs, first.base) == ("mine", "theirs", "base")
    assert (second.mine, second.theirs, second.base) == ("1", "2", "")
    assert second.shown == ("One", "Two", "")


def test_the_message_has_the_key_and_a_line_for_each_value() -> None:
    told = messages_of(memory(), [row()])
    assert told[4]["A"].title == "Conflict"
    assert told[4]["A"].text.splitlines() == [
        "1", "mine: mine", "theirs: theirs", "base: base", "Choose mine or theirs in Sync.",
    ]  # fmt: skip
    assert "base: (blank)" in told[4]["B"].text


def test_a_long_value_is_cut_and_leaves_short_ones_whole() -> None:
    text = message_text(Conflict(("900003",), 4, "A", "short", "x" * 400, "y" * 400))
    assert "mine: short\n" in text
    assert text.count("…") == 2
    assert 250 <= units(text) <= MAX_MESSAGE
    lengths = [len(line) for line in text.splitlines()[2:4]]
    assert abs(lengths[0] - lengths[1]) < 8


@given(st.lists(st.text(max_size=400), min_size=4, max_size=4))
def test_every_message_fits(texts: list[str]) -> None:
    key, mine, theirs, base = texts
    text = message_text(Conflict((key,), 4, "A", mine, theirs, base))
    assert units(text) <= MAX_MESSAGE
    assert len(text.split("\n")) == 5


def test_a_word_settles_every_cell_of_its_row() -> None:
    held, theirs = memory(), row("theirs")
    assert resolve(held, [theirs], "stop") == {4: {"A": "theirs", "B": "2"}}
    assert (held.conflicts, theirs.sync, theirs.values) == ({}, "", ["1", "theirs", "2"])
    assert resolve(memory(), [row("mine")], "theirs") == {4: {}}
    assert resolve(memory(), [row("push")], "stop") == {}


def test_cells_are_decided_one_by_one() -> None:
    held, view = memory(), row()
    assert decide(held, view, {"A": "theirs"}) == {"A": "theirs"}
    assert held.conflicts == {"key:1": {"B": ""}}
    assert decide(held, view, {"B": "mine"}) == {}
    assert held.conflicts == {}
