from __future__ import annotations

from synctui.cells import Cell, Grid, SheetRow
from synctui.records import Accepted, Column, Key, Memory, Record
from synctui.rows.changes import Policy, detect
from synctui.rows.merge import Merge, merge

COLUMNS = (Column("id"), Column("A"), Column("B"))


def memory() -> Memory:
    return Memory("L", columns=COLUMNS, key=("id",), baseline={("1",): ("1", "a", "b")})


def run(row: tuple[Cell, ...] | None, incoming: dict[Key, Record], of: Memory | None = None, extra: str = "") -> Merge:
    held = of or memory()
    headers = ("Sync", "id", "A", "B", "_row", *([extra] if extra else []))
    rows = (SheetRow(2, row),) if row else ()
    return merge(held, detect(held, Grid(headers, rows), Policy()), COLUMNS, incoming)


def said(a: str, b: str) -> dict[Key, Record]:
    return {("1",): {"id": "1", "A": a, "B": b}}


def test_disjoint_edits_are_both_kept() -> None:
    merged = run((None, "1", "mine", "b", None), said("a", "theirs"))
    assert merged.cells == {2: {"B": "theirs"}}
    assert merged.conflicts == {}
    assert merged.changed == {("1",)}


def test_the_same_cell_changed_by_both_is_a_conflict_and_mine_stays() -> None:
    merged = run((None, "1", "mine", "b", None), said("theirs", "b"))
    assert merged.cells == {}
    assert merged.conflicts == {"key:1": {"A": "a"}}


def test_the_same_value_written_by_both_is_none() -> None:
    assert run((None, "1", "x", "b", None), said("x", "b")).conflicts == {}


def test_a_conflict_lasts_until_both_sides_agree() -> None:
    held = memory()
    held.baseline = {("1",): ("1", "theirs", "b")}
    held.conflicts = {"key:1": {"A": "a"}}
    assert run((None, "1", "mine", "b", None), said("theirs", "b"), held).conflicts == {"key:1": {"A": "a"}}
    assert run((None, "1", "theirs", "b", None), said("theirs", "b"), held).conflicts == {}


def test_a_pull_does_not_forget_what_the_target_accepted() -> None:
    held = memory()
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    merged = run((None, "1", "pushed", "b", None), said("a", "b"), held)
    assert merged.cells == {}
    assert merged.accepted["key:1"].values == {"A": "pushed"}


def test_accepted_values_are_forgotten_when_the_source_says_the_same() -> None:
    held = memory()
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    assert run((None, "1", "pushed", "b", None), said("pushed", "b"), held).accepted == {}


def test_new_and_deleted_rows_come_back_at_the_end() -> None:
    merged = run(None, {**said("a", "b"), ("2",): {"id": "2", "A": "", "B": ""}})
    assert merged.append == [("1",), ("2",)]


def test_a_vanished_record_is_removed_only_when_its_row_holds_nothing_of_the_users() -> None:
    assert len(run((None, "1", "a", "b", None), {}).vanished) == 1
    assert run((None, "1", "mine", "b", None), {}).gone == {("1",): ("1", "a", "b")}
    assert run((None, "1", "a", "b", None, "note"), {}, extra="My note").gone == {("1",): ("1", "a", "b")}


def test_a_cell_put_back_to_the_sources_value_is_still_to_be_sent() -> None:
    held = memory()
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    merged = run((None, "1", "a", "b", None), said("a", "new"), held)
    assert merged.accepted["key:1"].values == {"A": "pushed"}


def test_what_was_pushed_and_came_back_is_nobody_elses_change() -> None:
    held = memory()
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    merged = run((None, "1", "newer", "b", None), said("pushed", "b"), held)
    assert (merged.cells, merged.conflicts, merged.accepted) == ({}, {}, {})
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    assert run((None, "1", "a", "b", None), said("pushed", "b"), held).cells == {}


def test_a_cell_put_back_by_hand_is_not_overwritten_by_a_third_value() -> None:
    held = memory()
    held.accepted = {"key:1": Accepted("r", {"A": "pushed"})}
    merged = run((None, "1", "a", "b", None), said("third", "b"), held)
    assert (merged.cells, merged.conflicts) == ({}, {"key:1": {"A": "a"}})
