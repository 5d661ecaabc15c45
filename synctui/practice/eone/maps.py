"""The practice maps: columns, keys, and the rules by which a document fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synctui.practice.data import ACCOUNTS
from synctui.practice.eone.accounts import LIVE, TRIAL

Values = Mapping[str, str | None]
Rule = Callable[[Sequence[Values]], list[str]]
"""One message per row of a document, empty text where the row is good."""


@dataclass(frozen=True, slots=True)
class Map:
    """A process of a company."""

    key: str
    """MapKey."""
    map_id: str
    description: str
    columns: tuple[str, ...]
    """Of its source."""
    keys: tuple[str, ...]
    """Columns that group rows into documents."""
    unmapped: tuple[str, ...] = ()
    """Source columns that the target does not take."""
    rules: tuple[Rule, ...] = ()
    stops_whole: bool = False
    """The rules are validation tasks: one failure keeps the whole run from saving anything."""
    upserts: bool = True
    """A document with a key that was saved before replaces it; else it is added once more."""
    company: str = TRIAL
    real_time: bool = False
    """A real-time data source: the map is not listed and gives no data."""
    stores_errors: bool = True
    data: str = ""
    """The data source that GetAllData reads."""

    @property
    def mapped(self) -> tuple[str, ...]:
        """Source columns that the target takes."""
        return tuple(name for name in self.columns if name not in self.unmapped)


def required(column: str) -> Rule:
    """The column must not be empty."""
    return lambda rows: ["" if row.get(column) else f"{column} must have a value." for row in rows]


def known(column: str, values: Sequence[str]) -> Rule:
    """The column must be empty or one of these."""
    return lambda rows: [
        "" if not row.get(column) or row[column] in values else f"{column} {row[column]} does not exist."
        for row in rows
    ]


def unique(column: str) -> Rule:
    """A value must not come twice in one document; its later rows are at fault."""

    def rule(rows: Sequence[Values]) -> list[str]:
        values = [row.get(column) for row in rows]
        return [
            f"{column} {value} is used twice." if value and value in values[:place] else ""
            for place, value in enumerate(values)
        ]

    return rule


VENDOR_COLUMNS = ("VendorNo", "Vendor Name", "County")
JOURNAL_COLUMNS = ("Batch", "Reference", "Account", "Amount", "Description", "Memo")

MAPS = (
    Map(
        "9d3f7c1a-52be-4e08-a6f4-ac7700b1d9e2",
        "VENDORS FROM EXCEL",
        "Vendors to BC",
        VENDOR_COLUMNS,
        ("VendorNo",),
        rules=(required("County"),),
    ),
    Map(
        "41b8e6d0-7f02-4d0a-9b55-ad1200c3f001",
        "GL JOURNAL",
        "Journal lines to BC",
        JOURNAL_COLUMNS,
        ("Batch",),
        unmapped=("Memo",),
        rules=(required("Amount"), known("Account", ACCOUNTS), unique("Reference")),
        upserts=False,
    ),
    Map(
        "c7a2d9f4-1b3e-4f60-8a11-ad1200c3f002",
        "VENDORS STRICT",
        "Vendors to BC, all or none",
        VENDOR_COLUMNS,
        ("VendorNo",),
        rules=(required("County"),),
        stops_whole=True,
    ),
    Map(
        "e0b5c8a1-6d2f-47d9-9c3e-ad1200c3f003",
        "VENDORS",
        "Vendors of BC",
        VENDOR_COLUMNS,
        ("VendorNo",),
        stores_errors=False,
        data="vendors",
    ),
    Map(
        "f3d1a7b2-8e4c-4b5a-b6d7-ad1200c3f004",
        "VENDORS LIVE FEED",
        "Vendors as they change",
        VENDOR_COLUMNS,
        ("VendorNo",),
        real_time=True,
        data="vendors",
    ),
    Map(
        "5a9c3e7d-0f1b-4d2c-8e6a-ad1200c3f005",
        "VENDORS FROM EXCEL",
        "Vendors to BC",
        VENDOR_COLUMNS,
        ("VendorNo",),
        company=LIVE,
    ),
    Map(
        "5a9c3e7d-0f1b-4d2c-8e6a-ad1200c3f006",
        "VENDORS FROM EXCEL",
        "Vendors to BC (old)",
        VENDOR_COLUMNS,
        ("VendorNo",),
        company=LIVE,
    ),
)
