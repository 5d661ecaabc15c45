from __future__ import annotations

from typing import Any

import msgspec
import pytest

from synctui.connectors import kind
from synctui.links import ConnectionSettings, Endpoint, Link
from synctui.records import Choice, Column, ColumnType
from synctui.rows.help_texts import MAX_HELP, SYNC_HELP, header_help


def link(target: str = "", **options: Any) -> Link:
    def end(name: str, side: str, given: dict[str, Any]) -> Endpoint:
        found = kind(name)
        return Endpoint(ConnectionSettings(name, found, None), msgspec.convert(given, getattr(found, side)))

    source = end("smartsimple", "source", {"record": "levelone", "apitoken": "t"})
    return Link("Awards", ("recordid",), source, end(target, "target", options) if target else None)


MAP = {"target": "eone", "map": "VENDORS FROM EXCEL", "columns": {"VendorNo": "cf_Vendor No", "Id": "recordid"}}
BACK = {"target": "smartsimple", "record": "levelone", "apitoken": "t", "fields": ["cf_Note"]}


@pytest.mark.parametrize(
    ("column", "of", "told"),
    [
        (Column("cf_Vendor No"), MAP, "Text. Goes to VendorNo in VENDORS FROM EXCEL."),
        (Column("cf_Note"), MAP, "Text."),
        (Column("cf_Note"), BACK, "Text. Goes to cf_Note in levelone."),
        (Column("cf_Other"), BACK, "Text."),
        (Column("Day", ColumnType.DATE), {}, "Date, as 2026-11-22."),
        (Column("At", ColumnType.DATETIME, read_only=True), {},
         "Date and time, as 2026-11-22 14:30:00. Read-only at the source."),
        (Column("N", ColumnType.NUMBER), {}, "Number, as 1234.5."),
        (Column("B", ColumnType.BOOLEAN, words=("Y", "N")), {}, "Y or N."),
        (Column("T", choices=(Choice("1", "a"), Choice("2", "b"), Choice("3", "c", retired=True))), {},
         "Choose from the list; 2 options."),
        (Column("recordid", read_only=True), MAP,
         "Text. Rows are found by this; leave it empty for a new record. Goes to Id in VENDORS FROM EXCEL."),
    ],
)  # fmt: skip
def test_a_header_tells_what_is_known_and_no_more(column: Column, of: dict[str, Any], told: str) -> None:
    assert header_help(column, link(**of), ("recordid",)) == told


def test_a_key_that_people_give_is_not_to_be_left_empty() -> None:
    assert header_help(Column("recordid"), link(), ()) == "Text. Rows are found by this."


def test_a_help_is_never_longer_than_excel_shows() -> None:
    far = {"target": "eone", "map": "M" * 300, "columns": {"V": "a"}}
    assert len(header_help(Column("a"), link(**far), ())) == MAX_HELP
    assert len(SYNC_HELP) <= MAX_HELP
    assert all(word in SYNC_HELP for word in ("push", "mine", "theirs", "refused", "conflict", "gone at source"))
