from __future__ import annotations

import pytest

from synctui.connectors.base import TargetColumn, TargetShape
from synctui.errors import LinkError
from synctui.planning.pairing import pair
from synctui.records import Column

SHAPE = TargetShape(
    (TargetColumn("VendorNo", key=True), TargetColumn("Vendor Name"), TargetColumn("Memo", mapped=False)),
    groups=True,
    every_column=True,
    xml_text=True,
)
HEADERS = ("Sync", "id", "cf_No", "Name", "_row")


def test_named_pairs_feed_the_target() -> None:
    pairing = pair(SHAPE, {"VendorNo": "cf_No", "Vendor Name": "Name"}, HEADERS, ())
    assert pairing.headers == {"VendorNo": "cf_No", "Vendor Name": "Name"}
    assert pairing.warnings == ()


def test_a_mapped_column_that_nothing_feeds_is_sent_empty_with_a_warning() -> None:
    pairing = pair(SHAPE, {"VendorNo": "cf_No"}, HEADERS, ())
    assert pairing.headers == {"VendorNo": "cf_No", "Vendor Name": None}
    assert "sent empty" in pairing.warnings[0]


def test_an_unmapped_column_is_told() -> None:
    assert (
        "no effect" in pair(SHAPE, {"VendorNo": "cf_No", "Vendor Name": "Name", "Memo": "id"}, HEADERS, ()).warnings[0]
    )


def test_equal_names_pair_ignoring_case() -> None:
    assert pair(SHAPE, {}, ("vendorno", "Vendor Name"), ()).headers["VendorNo"] == "vendorno"


@pytest.mark.parametrize(
    ("columns", "headers", "message"),
    [
        ({"VendrNo": "cf_No"}, HEADERS, "'VendorNo'"),
        ({"VendorNo": "cf_Nr"}, HEADERS, "key column"),
        ({"Vendor Name": "Name"}, HEADERS, "key column"),
        ({}, ("a", "b"), "key column"),
        ({"VendorNo": "Name"}, ("Name", "Name"), "twice"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_nearest_name(
    columns: dict[str, str], headers: tuple[str, ...], message: str
) -> None:
    with pytest.raises(LinkError) as caught:
        pair(SHAPE, columns, headers, ())
    assert message in str(caught.value)


def test_a_header_that_is_not_there_yet_is_sent_empty_once_the_user_agrees() -> None:
    pairing = pair(SHAPE, {"VendorNo": "cf_No", "Vendor Name": "Nmae"}, HEADERS, ())
    assert pairing.headers["Vendor Name"] is None
    assert "'Name'" in pairing.asks[0]


def test_a_source_column_that_was_renamed_is_never_sent_empty() -> None:
    with pytest.raises(LinkError, match="'Name'"):
        pair(SHAPE, {"VendorNo": "cf_No", "Vendor Name": "sf_Name"}, HEADERS, (Column("sf_Name"),))
