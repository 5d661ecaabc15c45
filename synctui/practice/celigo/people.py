"""The practice records behind Celigo: contacts of a CRM and orders of a shop; the same at every start."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from synctui.practice.awkward import AWKWARD
from synctui.practice.celigo.exact_json import Number

CONTACT_COUNT = 822
ORDER_COUNT = 331
FIRST_CONTACT = 500_001
FIRST_ORDER = 70_001
FIRST_DAY = date(2025, 1, 6)

FIRST_NAMES = ("Ada", "Björn", "Chen", "Dolores", "Eoin", "Fatima", "Goran", "Hanna", "Ivo")
LAST_NAMES = ("O'Neill", "Nakamura", "Müller", "Smith-Jones", "de la Cruz", "Okafor", "Ærø")
CITIES = ("Fargo", "Bismarck", "Minot", "Grand Forks", "Dickinson")
TIERS = ("gold", "silver", "bronze")
SPELLINGS = ("1.10", "1e5", "0.30000000000000004", "-0", "1E-7", "2.50", "12345678901234567890.5", "0.0")
"""Numbers that a floating-point number would write in another way, or not hold at all."""
TAGS: tuple[list[Any], ...] = ([], ["donor"], ["donor", "board"], [{"name": "volunteer", "since": 2019}], [[1, 2], []])
PRODUCTS = (("TEA-01", "19.90"), ("MUG-02", "12.00"), ("BAG-03", "7.5"), ("PEN-04", "3.25"))

Record = dict[str, Any]


def contacts() -> list[Record]:
    """All contacts: most are plain, some lack fields or hold nulls, empty parts, dots in names and odd numbers."""
    return [contact(number) for number in range(1, CONTACT_COUNT + 1)]


def orders() -> list[Record]:
    """All orders, each with its lines; every order has the same fields."""
    return [order(number) for number in range(1, ORDER_COUNT + 1)]


def contact(number: int) -> Record:
    """The contact with this 1-based number."""
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"
    record: Record = {
        "id": str(FIRST_CONTACT + number - 1),
        "name": name,
        "email": f"contact{number}@example.org",
        "phone": f"+1 701 555 {number:04d}",
        "tier": TIERS[number % len(TIERS)],
        "county": ("ND", "SD", "MN")[number % 3],
        "active": number % 7 != 0,
        "balance": Number(f"{number * 37 % 5000}.{number % 4 * 25:02d}"),
        "ledger": 9_007_199_254_740_993 + number,
        "rate": Number(SPELLINGS[number % len(SPELLINGS)]),
        "address": _address(number),
        "tags": TAGS[number % len(TAGS)],
        "note": _note(number),
        "custom": {"field.one": f"value {number}", "back\\slash": number % 2 == 0, "": None},
    }
    if number % 29 == 0:
        del record["phone"]
    if number == 400:
        record["custom"]["deep"] = _nested(12)
    return record


def order(number: int) -> Record:
    """The order with this 1-based number."""
    buyer = number * 5 % CONTACT_COUNT
    return {
        "id": str(FIRST_ORDER + number - 1),
        "number": f"SO-{number:05d}",
        "date": f"{FIRST_DAY + timedelta(days=number):%Y-%m-%d}",
        "customer": {"id": str(FIRST_CONTACT + buyer), "email": f"contact{buyer + 1}@example.org"},
        "total": Number(f"{number * 7 % 900}.{number % 10}0"),
        "paid": number % 3 == 0,
        "lines": [_line(number, place) for place in range(1, number % 4 + 2)],
    }


def _line(number: int, place: int) -> Record:
    sku, price = PRODUCTS[(number + place) % len(PRODUCTS)]
    return {"line": place, "sku": sku, "qty": number % 9 + 1, "price": Number(price)}


def _address(number: int) -> Any:
    if number % 17 == 0:
        return None
    if number % 23 == 0:
        return {}
    city = CITIES[number % len(CITIES)]
    place = {"lat": Number(f"46.{number:04d}0"), "lon": Number(f"-96.{number:04d}")}
    return {"street": f"{number} Main Street", "city": city, "zip": f"{number % 100_000:05d}", "geo": place}


def _note(number: int) -> str | None:
    """One awkward text in every eleventh contact."""
    turn, rest = divmod(number, 11)
    return AWKWARD[turn % len(AWKWARD)] if rest == 5 else (None, "", f"plain {number}")[number % 3]


def _nested(depth: int) -> Any:
    return {"level": depth, "inner": _nested(depth - 1)} if depth else []
