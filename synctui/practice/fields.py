"""Fields of the practice SmartSimple instance: names, ids, and how a stored value is shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record type."""

    name: str
    """With its prefix: `sf_` standard, `cf_` custom."""
    number: str = ""
    """A custom field's id; `cf_<number>` is its other name."""
    kind: str = "text"
    """`text`, `money`, `option`, `file` or `date`."""
    options: str = ""
    """`stored=shown;...` of an option field."""
    retired: str = ""
    """Options that are no longer offered, and that records may still hold."""

    @property
    def by_id(self) -> str:
        """The name by field id; a standard field has no other."""
        return f"cf_{self.number}" if self.number else self.name

    def shown(self, stored: str | None) -> str | None:
        """The display value: `$25,000` for a stored `25000`, the caption for an option's code."""
        if not stored:
            return stored
        if self.kind == "money":
            return _money(stored)
        if self.kind == "option":
            return _captions(self.options + self.retired).get(stored, stored)
        return stored


def _money(stored: str) -> str:
    amount = Decimal(stored)
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def _captions(options: str) -> dict[str, str]:
    pairs = (option.partition("=") for option in options.split(";") if option)
    return {code: caption or code for code, _, caption in pairs}


GRANTS = (
    Field("sf_Application ID"),
    Field("sf_Application Name"),
    Field("sf_Type"),
    Field("sf_Status"),
    Field("sf_Status ID"),
    Field("sf_Owner"),
    Field("sf_Start Date", kind="date"),
    Field("sf_End Date", kind="date"),
    Field("sf_Created Date", kind="date"),
    Field("sf_Last Updated", kind="date"),
    Field("cf_Amount", "120021", "money"),
    Field("cf_County", "120022"),
    Field("cf_Vendor No", "120023"),
    Field("cf_Cost Center", "120024"),
    Field("cf_Note", "120025"),
    Field("cf_Type", "120026", "option", "1=Yes;2=No;", "3=Undecided;"),
    Field("cf_Batch", "120027"),
    Field("cf_Reference", "120028"),
    Field("cf_Account", "120029"),
    Field("cf_Awkward", "120030"),
    Field("cf_Report PDF", "120031", "file"),
)

COMPANIES = (
    Field("sf_Company ID"),
    Field("sf_Name"),
    Field("sf_Phone"),
    Field("sf_Address"),
    Field("sf_City"),
    Field("sf_State / Province"),
    Field("sf_Zip / Postal Code"),
    Field("sf_Country"),
    Field("sf_Parent Company ID"),
    Field("sf_Status"),
    Field("sf_Status ID"),
    Field("sf_Category ID List"),
    Field("sf_Is External"),
    Field("sf_Last Updated", kind="date"),
    Field("cf_Sector", "130001", "option", "A=Arts;E=Education;H=Health;"),
)

USERS = (
    Field("sf_User ID"),
    Field("sf_Last Name"),
    Field("sf_First Name"),
    Field("sf_Prefix"),
    Field("sf_Suffix"),
    Field("sf_Title"),
    Field("sf_Phone"),
    Field("sf_Email"),
    Field("sf_Company ID"),
    Field("sf_Is External"),
    Field("sf_Role ID List"),
    Field("cf_Newsletter", "140001", "option", "1=Yes;2=No;"),
)

VENDORS = (Field("VendorNo"), Field("Vendor Name"), Field("County"))
"""What the eOne map VENDORS reads."""

FIELDS = {"levelone": GRANTS, "company": COMPANIES, "user": USERS, "vendors": VENDORS}
ID_FIELD = {
    "levelone": "sf_Application ID",
    "company": "sf_Company ID",
    "user": "sf_User ID",
    "vendors": "VendorNo",
}
META_NODE = {"levelone": "levelone", "company": "companies", "user": "contacts"}
