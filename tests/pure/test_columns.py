from __future__ import annotations

from synctui.records import Choice, Column, ColumnType, Record
from synctui.rows.columns import columns_after, with_choices


def after(records: list[Record], known: tuple[Column, ...] = (), **given: dict[str, str]) -> dict[str, Column]:
    types = {name: ColumnType(text) for name, text in given.get("types", {}).items()}
    return {c.title: c for c in columns_after(known, records, ("id",), types, given.get("told", {}))}


def test_headers_are_unique_ignoring_case_and_never_ours() -> None:
    found = after([{"id": "1", "Sync": "a", "name": "b", "NAME": "c", "_row": "d", " ": "e"}])
    assert list(found) == ["id", "Sync (2)", "name", "NAME (2)", "_row (2)", "Column"]
    assert found["Sync (2)"].name == "Sync"


def test_a_type_is_fixed_by_the_first_pull_with_values() -> None:
    first = after([{"id": "1", "n": None}])
    assert not first["n"].fixed
    second = after([{"id": "1", "n": "5"}], tuple(first.values()))
    assert (second["n"].type, second["n"].fixed) == (ColumnType.NUMBER, True)
    third = after([{"id": "1", "n": "text"}], tuple(second.values()))
    assert third["n"].type is ColumnType.NUMBER


def test_settings_win_over_metadata_over_values() -> None:
    records: list[Record] = [{"id": "1", "a": "5", "b": "5"}]
    found = after(records, types={"a": "text"}, told={"a": "number", "b": "text"})
    assert (found["a"].type, found["b"].type) == (ColumnType.TEXT, ColumnType.TEXT)


def test_new_columns_come_after_those_that_are_there() -> None:
    known = (Column("id", fixed=True), Column("b", fixed=True))
    assert list(after([{"id": "1", "a": "x", "b": "y"}], known)) == ["id", "b", "a"]


YES_NO = (Choice("1", "Yes"), Choice("2", "No"))
OTHERS = (Choice("a", "A"),)


def test_options_of_the_settings_win_over_those_of_metadata() -> None:
    columns = (Column("x"), Column("y", header="Y"), Column("z"))
    found = with_choices(columns, (), {"x": YES_NO, "y": YES_NO}, {"Y": OTHERS})
    assert [column.choices for column in found] == [YES_NO, OTHERS, ()]


def test_a_column_with_options_is_text_and_loses_them_when_nobody_tells_them() -> None:
    [told] = with_choices((Column("x", ColumnType.NUMBER, fixed=True),), (), {"x": YES_NO}, {})
    assert (told.type, told.choices) == (ColumnType.TEXT, YES_NO)
    [later] = with_choices((told,), (), {}, {})
    assert later.choices == ()


def test_rows_are_found_by_the_key_as_it_is_so_it_has_no_options() -> None:
    [key] = with_choices((Column("id"),), ("id",), {"id": YES_NO}, {})
    assert key.choices == ()
