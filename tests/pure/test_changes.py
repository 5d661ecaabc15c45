from __future__ import annotations

from datetime import datetime

import pytest

from synctui.cells import Cell, CellError, Grid, SheetRow
from synctui.errors import WorksheetError
from synctui.records import Accepted, Choice, Column, ColumnType, Memory
from synctui.rows.changes import Changeset, Policy, detect

COLUMNS = (Column("recordid"), Column("Name"), Column("Amount", ColumnType.NUMBER))
HEADERS = ("Sync", "recordid", "Name", "Amount", "_row")


def memory() -> Memory:
    return Memory(
        "Awards",
        columns=COLUMNS,
        key=("recordid",),
        baseline={("1",): ("1", "Ada", "5.00"), ("2",): ("2", "00123", None)},
    )


def read(
    *rows: tuple[Cell, ...],
    of: Memory | None = None,
    policy: Policy | None = None,
    headers: tuple[str, ...] = HEADERS,
    formulas: dict[int, frozenset[int]] | None = None,
) -> Changeset:
    sheet = tuple(SheetRow(n, cells, (formulas or {}).get(n, frozenset())) for n, cells in enumerate(rows, 2))
    return detect(of or memory(), Grid(headers, sheet), policy or Policy())


ADA = (None, "1", "Ada", 5, "key:1")
TWO = (None, "2", "00123", None, "key:2")


def test_an_untouched_sheet_has_no_changes() -> None:
    found = read(ADA, TWO)
    assert found.changes == []
    assert found.damage == []
    assert found.problems == []
    assert [row.values for row in found.rows] == [["1", "Ada", "5.00"], ["2", "00123", None]]


def test_an_edited_cell_is_an_update_with_old_and_new() -> None:
    [change] = read((None, "1", "Ada", 6, "key:1"), TWO).changes
    assert (change.kind, change.key, change.row) == ("update", ("1",), 2)
    assert [(c.column, c.old, c.new) for c in change.cells] == [("Amount", "5.00", "6")]


def test_sorted_and_reordered_sheets_are_found_by_key_and_header() -> None:
    headers = ("Amount", "_row", "Name", "recordid", "Sync")
    assert read((None, "key:2", "00123", "2", None), (5, "key:1", "Ada", "1", None), headers=headers).changes == []


def test_a_row_without_a_key_is_a_create() -> None:
    [change] = read(ADA, TWO, (None, None, "New", 7, None)).changes
    assert (change.kind, change.key) == ("create", ("",))


def test_a_deleted_row_is_listed() -> None:
    [change] = read(ADA).changes
    assert (change.kind, change.key, change.row) == ("delete", ("2",), None)


def test_a_key_seen_twice_is_a_problem_and_is_not_sent() -> None:
    found = read((None, "1", "X", 5, "key:1"), (None, "1", "Y", 5, "key:1"), TWO)
    assert found.changes == []
    assert [p.row for p in found.problems] == [2, 3]


def test_an_unknown_key_is_refused_or_created_by_the_links_policy() -> None:
    stranger = (None, "9", "New", 1, None)
    assert "unknown" in read(ADA, TWO, stranger).problems[0].message
    [change] = read(ADA, TWO, stranger, policy=Policy(new_keys="create")).changes
    assert change.kind == "create"


def test_an_emptied_key_is_a_problem_not_a_create() -> None:
    found = read(ADA, (None, None, "00123", None, "key:2"))
    assert "it was 2" in found.problems[0].message
    assert [c.kind for c in found.changes] == ["delete"]


def test_a_copied_row_without_its_key_is_a_new_record() -> None:
    found = read(ADA, TWO, (None, None, "Copy", None, "key:2"))
    assert [c.kind for c in found.changes] == ["create"]
    assert found.rows[2].own_id == ""


def test_only_the_first_of_copied_new_rows_keeps_its_id() -> None:
    found = read(ADA, TWO, (None, None, "A", 1, "01ID"), (None, None, "A", 1, "01ID"))
    assert [row.own_id for row in found.rows] == ["", "", "01ID", ""]


def test_damage_is_reported_apart_and_not_sent() -> None:
    found = read(ADA, (None, "2", 123, None, "key:2"))
    assert found.changes == []
    assert [(d.column, d.was, d.now) for d in found.damage] == [("Name", "00123", 123)]
    assert found.rows[1].values[1] == "00123"


def test_a_damaged_key_is_still_found() -> None:
    held = memory()
    held.baseline = {("00123",): ("00123", "Ada", "5")}
    found = read((None, 123, "Ada", 5, None), of=held)
    assert found.changes == []
    assert [(d.column, d.was) for d in found.damage] == [("recordid", "00123")]


def test_errors_and_formulas_without_result_block_their_row() -> None:
    found = read((None, "1", "X", CellError("#REF!"), None), (None, "2", CellError(), None, None))
    assert found.changes == []
    assert ["#REF!" in found.problems[0].message, "without a stored result" in found.problems[1].message] == [
        True,
        True,
    ]


def test_a_formula_sends_its_result() -> None:
    [change] = read((None, "1", "Ada", 8, None), TWO, formulas={2: frozenset({3})}).changes
    assert change.cells[0].new == "8"


def test_accepted_values_are_saved_until_edited_again() -> None:
    held = memory()
    held.accepted["key:1"] = Accepted("run", {"Amount": "6"})
    assert read((None, "1", "Ada", 6, None), TWO, of=held).changes == []
    [change] = read((None, "1", "Ada", 7, None), TWO, of=held).changes
    assert (change.cells[0].old, change.cells[0].new) == ("6", "7")


def test_blank_policies() -> None:
    emptied = (None, "1", None, 5, None)
    assert read(emptied, TWO).changes[0].cells[0].new == ""
    assert read(emptied, TWO, policy=Policy(blanks=lambda _: "leave")).changes == []
    assert "emptied" in read(emptied, TWO, policy=Policy(blanks=lambda _: "refuse")).problems[0].message


def test_a_renamed_header_names_the_nearest() -> None:
    found = read((None, "1", "Ada", 5, None), headers=("Sync", "recordid", "Names", "Amount", "_row"))
    assert "'Names'" in found.problems[0].message


def test_a_renamed_key_header_stops_everything() -> None:
    with pytest.raises(WorksheetError, match="'record id'"):
        read((None, "1", "Ada", 5, None), headers=("Sync", "record id", "Name", "Amount", "_row"))


def test_a_filled_column_of_the_users_that_feeds_the_target_counts_as_an_edit() -> None:
    headers = (*HEADERS, "County")
    policy = Policy(feeding=("County",))
    [change] = read((*ADA, "Cass"), (*TWO, None), headers=headers, policy=policy).changes
    assert [(c.column, c.old, c.new) for c in change.cells] == [("County", "", "Cass")]


def test_a_cell_that_cannot_hold_its_value_is_read_only() -> None:
    held = memory()
    held.baseline = {("1",): ("1", "a\x0bb", "5")}
    assert read((None, "1", "a␋b", 5, None), of=held).changes == []
    assert "read-only" in read((None, "1", "ab", 5, None), of=held).problems[0].message


def test_many_unknown_keys_beside_many_lost_ones_are_told_apart_quickly() -> None:
    held = memory()
    held.baseline = {(f"K-{n}",): (f"K-{n}", "Ada", "5") for n in range(20_000)}
    rows = [(None, f"X-{n}", "Ada", 5, None) for n in range(20_000)]
    found = read(*rows, of=held)
    assert len(found.problems) == 20_000
    assert len(found.deleted) == 20_000


def with_options() -> Memory:
    held = memory()
    kind = Column("Kind", choices=(Choice("1", "Yes"), Choice("2", "No")))
    held.columns = (Column("recordid"), kind, Column("Day", ColumnType.DATE, read_only=True))
    held.baseline = {("1",): ("1", "1", "2026-01-02"), ("2",): ("2", "7", None)}
    return held


OPTION_HEADERS = ("Sync", "recordid", "Kind", "Day", "_row")
DAY = datetime(2026, 1, 2)


def test_captions_are_read_as_codes() -> None:
    found = read((None, "1", "Yes", DAY, None), (None, "2", "7", None, None), of=with_options(), headers=OPTION_HEADERS)
    assert (found.changes, found.problems) == ([], [])
    found = read((None, "1", "no", DAY, None), (None, "2", "1", None, None), of=with_options(), headers=OPTION_HEADERS)
    assert [(c.cells[0].old, c.cells[0].new) for c in found.changes] == [("1", "2"), ("7", "1")]


def test_a_code_typed_over_its_caption_is_no_change() -> None:
    assert read((None, "1", 1, DAY, None), of=with_options(), headers=OPTION_HEADERS).rows[0].edits == []


def test_a_text_that_is_no_option_keeps_its_row_from_being_sent() -> None:
    found = read((None, "1", "Maybe", DAY, None), of=with_options(), headers=OPTION_HEADERS)
    assert found.rows[0].blocked
    assert found.rows[0].unread == {"Kind"}
    [problem] = found.problems
    assert (problem.row, problem.column) == (2, "Kind")
    assert problem.message == "Maybe is no option of this column; choose one of: Yes, No."


def test_an_edit_of_a_read_only_column_is_a_problem_and_a_new_row_may_fill_it() -> None:
    edited = (None, "1", "Yes", datetime(2026, 1, 3), None)
    found = read(edited, of=with_options(), headers=OPTION_HEADERS)
    assert "takes no changes of this column; write 2026-01-02 again" in found.problems[0].message
    assert [change.kind for change in found.changes] == ["delete"]
    new = read((None, None, "Yes", DAY, None), of=with_options(), headers=OPTION_HEADERS)
    assert (new.problems, new.changes[0].kind) == ([], "create")


def test_a_text_in_a_column_of_numbers_is_a_problem() -> None:
    found = read((None, "1", "Ada", "12,5", None), TWO)
    assert (found.changes, found.rows[0].values[2]) == ([], "5.00")
    assert found.problems[0].message == "12,5 is not a number; write it as 1234.5."
