from __future__ import annotations

from synctui.columns import columns_after
from synctui.records import Column, ColumnType, Record


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
