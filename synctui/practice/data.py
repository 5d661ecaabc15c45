"""The practice data: a foundation's grants, the organisations and people behind them; the same at every start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from synctui.practice.awkward import AWKWARD
from synctui.practice.fields import FIELDS, ID_FIELD

Row = dict[str, str | None]

GRANT_COUNT = 1_230
FIRST_GRANT = 900_001
ARCHIVED = "archived"
"""Not a field: marks a record that `includearchive` 0 hides."""

THEMES = (
    "Bridge fund", "River school", "Harvest kitchen", "Open library", "Winter shelter", "Youth orchestra",
    "Prairie clinic", "Maple theatre", "Night bus", "Seed bank", "Harbour museum", "Reading circle",
    "Community garden", "First responders", "Folk archive", "Green roofs", "Clean water", "Bike workshop",
    "Story hour", "Sign language", "Veterans' cafe", "Apprentices", "Wheelchair sport", "Solar barn",
    "Songbird survey", "Farm museum", "Town band", "Food pantry", "Warm homes", "Street trees",
)  # fmt: skip
COUNTIES = (
    "Cass", "Burleigh", "Grand Forks", "Ward", "Williams", "Stark", "Morton", "Stutsman", "Richland", "Barnes",
    "Rolette", "Ramsey", "Walsh", "Mercer", "McLean", "Traill", "Pembina", "Benson", "McHenry", "Bottineau",
)  # fmt: skip
OWNERS = ("Dana Okafor", "Lee Brandt", "Ingrid Solberg", "Tomás Rivera")
ACCOUNTS = ("5100", "5110", "5200", "5310", "5400")
NOTES = (
    None,
    "",
    "Second payment after the report",
    "Board asked for a site visit.\nNext: spring",
    "First line<br />Second line<br />",
    "Renewal & extension <see file>",
)
FILES = (None, "plan.pdf|{0}:\n", "plan.pdf|{0}:\nbudget 2025.xlsx|{1}:\n", None)
BEGIN = datetime(2025, 7, 1)


class Tables:
    """The records by type, each under its id; what tests and demos change at the source."""

    def __init__(self, grants: int = GRANT_COUNT) -> None:
        self._first_day = {
            "levelone": _keyed("levelone", (grant(number) for number in range(1, grants + 1))),
            "company": _keyed("company", (company(number) for number in range(1, 41))),
            "user": _keyed("user", (user(number) for number in range(1, 61))),
            "vendors": _keyed("vendors", (vendor(number) for number in range(1, 25))),
        }
        self.by_type: dict[str, dict[str, Row]] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the first day."""
        self.by_type = {
            record: {record_id: dict(row) for record_id, row in rows.items()}
            for record, rows in self._first_day.items()
        }

    def change(
        self,
        record: str = "levelone",
        *,
        edit: Mapping[str, Mapping[str, str | None]] | None = None,
        add: Iterable[Mapping[str, str | None]] = (),
        delete: Iterable[str] = (),
    ) -> list[str]:
        """Change the source: edit by id, add (the id is made when absent), delete by id; answers the added ids.

        Raises KeyError for an unknown type, id or field.
        """
        rows, id_field = self.by_type[record], ID_FIELD[record]
        for record_id, values in (edit or {}).items():
            rows[record_id].update(_known(record, values))
        for record_id in delete:
            del rows[record_id]
        added = []
        for values in add:
            record_id = values.get(id_field) or _next_id(rows)
            blank: Row = dict.fromkeys((field.name for field in FIELDS[record]), None)
            rows[record_id] = blank | _known(record, values) | {id_field: record_id}
            added.append(record_id)
        return added

    def grow(self, count: int) -> None:
        """Add approved grants at the end, as somebody at work during a pull does."""
        last = max(map(int, self.by_type["levelone"])) - FIRST_GRANT + 1
        self.change(add=[grant(number) for number in range(last + 1, last + 1 + count)])


def _known(record: str, values: Mapping[str, str | None]) -> Row:
    names = {field.name for field in FIELDS[record]} | {ARCHIVED}
    for name in values:
        if name not in names:
            raise KeyError(f"{record} has no field {name!r}")
    return dict(values)


def _next_id(rows: Iterable[str]) -> str:
    return str(max((int(record_id) for record_id in rows if record_id.isdecimal()), default=0) + 1)


def _keyed(record: str, rows: Iterable[Row]) -> dict[str, Row]:
    return {str(row[ID_FIELD[record]]): row for row in rows}


def grant(number: int) -> Row:
    """The grant with this 1-based number: one in twenty bears an awkward text, the others are plain."""
    start = BEGIN + timedelta(days=number * 7 % 365)
    files = FILES[number % len(FILES)] if number > 1 else "plan.pdf|88231:\n"
    return {
        "sf_Application ID": str(FIRST_GRANT + number - 1),
        "sf_Application Name": f"{THEMES[(number - 1) % len(THEMES)]} {number + 6}",
        "sf_Type": "Project grant" if number % 3 else "Operating grant",
        "sf_Status": "Approved",
        "sf_Status ID": "4402",
        "sf_Owner": OWNERS[number % len(OWNERS)],
        "sf_Start Date": f"{start:%Y-%m-%d %H:%M:%S}",
        "sf_End Date": f"{start + timedelta(days=364):%Y-%m-%d %H:%M:%S}",
        "sf_Created Date": f"{BEGIN - timedelta(hours=number, seconds=number * 37):%Y-%m-%d %H:%M:%S}",
        "sf_Last Updated": f"{BEGIN + timedelta(minutes=number * 11, seconds=number):%Y-%m-%d %H:%M:%S}",
        "cf_Amount": _amount(number),
        "cf_County": COUNTIES[number % len(COUNTIES)],
        "cf_Vendor No": f"V-{1000 + number}",
        "cf_Cost Center": f"{number * 41 % 2000:05d}",
        "cf_Note": NOTES[(number - 1) % len(NOTES)],
        "cf_Type": "1" if number % 7 else "2",
        "cf_Batch": f"B-{(number + 4) // 5:03d}",
        "cf_Reference": f"REF-{number:05d}",
        "cf_Account": ACCOUNTS[number // 3 % len(ACCOUNTS)],
        "cf_Awkward": _awkward(number),
        "cf_Report PDF": files and files.format(88230 + number, 188230 + number),
    }


def _amount(number: int) -> str:
    whole = 25_000 + (number - 1) * 1_750 % 96_250
    return f"{whole}.5" if number % 50 == 0 else str(whole)


def _awkward(number: int) -> str:
    """One awkward text in every sixteenth record, each of them at least once among the first 1,200."""
    turn, rest = divmod(number, 16)
    return AWKWARD[turn % len(AWKWARD)] if rest == 8 else f"plain {number}"


def company(number: int) -> Row:
    """The organisation with this 1-based number."""
    return {
        "sf_Company ID": str(410_000 + number),
        "sf_Name": f"{THEMES[(number * 7) % len(THEMES)]} Association {number}",
        "sf_Phone": f"+1 701 555 {number:04d}",
        "sf_Address": f"{number * 3} Main Street",
        "sf_City": ("Fargo", "Bismarck", "Minot", "Dickinson")[number % 4],
        "sf_State / Province": "ND",
        "sf_Zip / Postal Code": f"0{5000 + number}" if number % 5 == 0 else f"58{100 + number}",
        "sf_Country": "United States",
        "sf_Parent Company ID": "700100",
        "sf_Status": "Active",
        "sf_Status ID": "12",
        "sf_Category ID List": ",12,15,",
        "sf_Is External": "1",
        "sf_Last Updated": f"{BEGIN + timedelta(hours=number):%Y-%m-%d %H:%M:%S}",
        "cf_Sector": "AEH"[number % 3],
    }


def user(number: int) -> Row:
    """The contact with this 1-based number."""
    first = ("Ada", "Björn", "Chen", "Dolores", "Eoin", "Fatima")[number % 6]
    last = ("O'Neill", "Nakamura", "Müller", "Smith-Jones", "de la Cruz")[number % 5]
    return {
        "sf_User ID": str(520_000 + number),
        "sf_Last Name": last,
        "sf_First Name": first,
        "sf_Prefix": None,
        "sf_Suffix": None,
        "sf_Title": "Treasurer" if number % 2 else "Director",
        "sf_Phone": f"+1 701 555 {2000 + number}",
        "sf_Email": f"contact{number}@example.org",
        "sf_Company ID": str(410_000 + (number - 1) % 40 + 1),
        "sf_Is External": "1",
        "sf_Role ID List": ",3,7,",
        "cf_Newsletter": "1" if number % 3 else "2",
    }


def vendor(number: int) -> Row:
    """The vendor with this 1-based number, as the accounting system has it."""
    names = ("Fern & Sons <Ltd>", "Größe AG", "Prairie Print", "North Star Catering", "Åsa's Bakery", "Hill & Dale")
    return {
        "VendorNo": f"V-{1000 + number}",
        "Vendor Name": names[number - 1] if number <= len(names) else f"Vendor {number}",
        "County": None if number == 2 else ("ND", "SD", "MN")[(number - 1) % 3],
    }
