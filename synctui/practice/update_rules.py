"""What SmartSimple takes in an update, and what it says of a record that it does not take.

Source: SmartSimple wiki, "SmartConnect - RESTful API" (Using Update Functions) and "SmartConnect Standard Field Names".
The texts of refusals are not published, but for two of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from synctui.practice.fields import FIELDS, Field

NEW = "0"
"""The `recordid` that creates."""
BAD_RECORD = "Encountered error while processing record"
NO_RECORD = "Recordset does not exist"
NOT_FIELDS = frozenset({"recordid"})
"""Names in a record that are no fields of it."""

STATUSES = {"levelone": {"4402": "Approved", "4403": "Declined"}, "company": {"12": "Active", "13": "Inactive"}}
"""Record type -> status id -> name: an update wants the id, a read shows both. The first is a new record's."""
STATUS_FIELDS = ("sf_Status", "sf_Status ID")

_STAMPS = frozenset({"sf_Created Date", "sf_Created By", "sf_Last Updated", "sf_Updated By"})
NOT_UPDATABLE = {
    "levelone": _STAMPS | {"sf_Application ID", "sf_Type", "sf_Owner"},
    "company": _STAMPS | {"sf_Company ID", "sf_Is External"},
    "user": _STAMPS | {"sf_User ID"},
}
MANDATORY = {
    "levelone": (),
    "company": ("sf_Name", "sf_Parent Company ID", "sf_Is External"),
    "user": ("sf_Last Name", "sf_First Name", "sf_Company ID", "sf_Is External", "sf_Role ID List"),
}
"""Record type -> fields that a new record must bring."""

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Listed = Sequence[tuple[str, Field]]
"""A function's Field List: each field with the name that the list gives it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record of a `jsonrset`, understood."""

    record_id: str
    """`0`: a new one."""
    values: Mapping[str, str]
    """Field name -> text as it was sent; null is empty text."""
    refusal: str = ""
    """Why it is not taken; empty where it is."""

    @property
    def creates(self) -> bool:
        """Whether it is to become a new record."""
        return self.record_id == NEW


def record_id_of(item: Any) -> str:
    """The `recordid` of a record of a jsonrset, a text or a number; empty where it has none."""
    record_id = item.get("recordid") if isinstance(item, dict) else None
    return str(record_id) if isinstance(record_id, str | int) else ""


def understand(record: str, listed: Listed, item: Any, stored: Mapping[str, str | None], *, lenient: bool) -> Wanted:
    """One record of a `jsonrset`, checked against the Field List and the record as it stands (empty for a new one).

    `lenient`: a missing field is blanked and one too many is passed over; else either is a refusal.
    """
    record_id = record_id_of(item)
    if not record_id:
        return Wanted("", {}, BAD_RECORD)
    values, surplus = _sent(record, item)
    expected = {field.name for _, field in listed}
    surplus += [name for name in values if name not in expected]
    missing = [name for name in expected if name not in values]
    if lenient:
        values = {name: values.get(name, "") for name in expected - _kept(record, missing)}
    elif missing or surplus:
        return Wanted(record_id, values, _structure(sorted(missing), sorted(surplus)))
    refusals = (refusal(record, field, values.get(field.name), stored, new=record_id == NEW) for _, field in listed)
    return Wanted(record_id, values, next(filter(None, refusals), ""))


def refusal(record: str, field: Field, text: str | None, stored: Mapping[str, str | None], *, new: bool) -> str:
    """Why a field does not take this text (None: it was not sent); empty where it does."""
    if text is None and not new:
        return ""
    if new and not text and field.name in MANDATORY[record]:
        return f"{field.name} is mandatory for a new {record}"
    if field.name in STATUS_FIELDS:
        return "" if text in STATUSES[record] or (new and not text) else f"{field.name}: there is no status {text}"
    if new and field.name in MANDATORY[record]:
        return ""
    if field.name in NOT_UPDATABLE[record] or field.kind == "file":
        return "" if (text or "") == (stored.get(field.name) or "") else f"{field.name} is not updatable"
    if not text:
        return ""
    problem = PROBLEMS.get(field.kind)
    return f"{field.name}: {text} is not {problem}" if problem and not FITS[field.kind](field, text) else ""


def _sent(record: str, item: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Field name -> text, and names that the type does not have."""
    known = {name: field.name for field in FIELDS[record] for name in (field.name, field.by_id)}
    names = [name for name in item if name not in NOT_FIELDS]
    values = {known[name]: "" if item[name] is None else str(item[name]) for name in names if name in known}
    return values, [name for name in names if name not in known]


def _kept(record: str, missing: Sequence[str]) -> frozenset[str]:
    """Missing fields that nobody can blank."""
    return NOT_UPDATABLE[record].union(STATUS_FIELDS).intersection(missing)


def _structure(missing: Sequence[str], surplus: Sequence[str]) -> str:
    named = [f"{name} is missing" for name in missing] + [f"{name} is not in the field list" for name in surplus]
    return f"{BAD_RECORD}: {', '.join(named)}"


def _is_date(_field: Field, text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(_field: Field, text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_option(field: Field, text: str) -> bool:
    return text in {option.partition("=")[0] for option in (field.options + field.retired).split(";") if option}


FITS = {"date": _is_date, "money": _is_number, "option": _is_option}
PROBLEMS = {"date": "a date of the form YYYY-MM-DD", "money": "a number", "option": "one of the stored options"}
