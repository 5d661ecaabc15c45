"""What is known of SmartSimple's standard fields: which one is a record's id, and which refuse an update.

From the SmartSimple wiki, "SmartConnect Standard Field Names". A field that is not named here may still be read-only.
"""

from __future__ import annotations

ID_FIELD = {
    "company": "sf_Company ID",
    "user": "sf_User ID",
    "levelone": "sf_Application ID",
    "transactions": "sf_Transaction ID",
    "sysvar": "sf_ID",
}
"""Record type -> the field that holds the record's id, where it is known."""

_STAMPS = frozenset({"sf_Updated By", "sf_Last Updated", "sf_Created By", "sf_Created Date"})

NOT_UPDATABLE = {
    "company": _STAMPS
    | {"sf_Primary Contact", "sf_Parent Company", "sf_Owner", "sf_Status Caption", "sf_Company ID", "sf_Is External"},
    "user": _STAMPS | {"sf_User ID"},
    "levelone": _STAMPS | {"sf_Application ID"},
    "leveltwo": frozenset({"sf_Updated By"}),
    "levelthree": frozenset({"sf_Updated By"}),
    "transactions": frozenset({"sf_Transaction ID", "sf_Created Date", "sf_Modified Date", "sf_Created By"}),
    "sysvar": frozenset({"sf_ID"}),
}
"""Record type -> standard fields that an update refuses."""


def read_only(record: str, field: str) -> bool:
    """Whether a field of a record type is known to refuse updates; everything of a report does."""
    return record == "report" or field == "recordid" or field in NOT_UPDATABLE.get(record, ())
