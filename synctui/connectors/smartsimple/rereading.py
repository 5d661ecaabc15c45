"""Reads records again by their keys, in the cheapest way that the link's options allow.

SmartSimple wiki, "SmartConnect - RESTful API", Using List Functions: conditions joined by `or`, brackets in `andor`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from synctui.connectors.smartsimple.fields import ID_FIELD
from synctui.connectors.smartsimple.jsonrset import RECORD_ID, is_record_id
from synctui.connectors.smartsimple.options import Criterion, SmartSimpleSource
from synctui.errors import SettingsError
from synctui.records import Key, Page, Record
from synctui.values import text_of

AT_ONCE = 50
"""Keys in one call."""


def can_ask(options: SmartSimpleSource) -> bool:
    """Whether single records can be asked for; rows of a report have no ids."""
    return options.record != "report" and bool(asked_field(options) or options.get_apitoken)


def check_keys(options: SmartSimpleSource, keys: Sequence[Key]) -> None:
    """Raises SettingsError for keys by which no record can be asked for."""
    if any(len(key) != 1 for key in keys):
        raise SettingsError("SmartSimple records cannot be read again by several key columns.", USE_ID)
    if not options.key_field and not all(is_record_id(key[0]) for key in keys):
        raise SettingsError("SmartSimple records can be read again by their record ids only.", USE_ID)


def asked_field(options: SmartSimpleSource) -> str:
    """The field that criteria ask for: the link's own, else the type's id unless the link names a Get function."""
    return options.key_field or ("" if options.get_apitoken else ID_FIELD.get(options.record, ""))


def any_of(field: str, keys: Sequence[Key]) -> Iterator[tuple[Criterion, ...]]:
    """Criteria for some of the keys at a time."""
    for first in range(0, len(keys), AT_ONCE):
        yield tuple(
            Criterion(andor="or" if place else "(", field=field, operator="=", value=key[0])
            for place, key in enumerate(keys[first : first + AT_ONCE])
        )


async def records_of(pages: AsyncGenerator[Page, None]) -> list[Record]:
    """All records of a list; those before a page 1 that is not the first are void."""
    found: list[Record] = []
    async with aclosing(pages):
        async for page in pages:
            if page.number == 1:
                found.clear()
            found += page.records
    return found


def by_key(options: SmartSimpleSource, keys: Sequence[Key], records: Sequence[Record]) -> dict[Key, Record]:
    """The records that were asked for, each under its key; where two have one key, the first as at a pull.

    Raises SettingsError where the records do not bear the field that holds the key.
    """
    if not is_record_id(keys[0][0]) and any(options.key_field not in record for record in records):
        raise SettingsError(f"The list's records have no field {options.key_field!r}, the source's key_field.", USE_ID)
    wanted = set(keys)
    names = (options.key_field, RECORD_ID, ID_FIELD.get(options.record, ""))
    found: dict[Key, Record] = {}
    for record in records:
        candidates = ((text_of(record.get(name)),) for name in names if name)
        key = next((candidate for candidate in candidates if candidate in wanted), None)
        if key is not None:
            found.setdefault(key, record)
    return found


USE_ID = "Make `recordid` the link's key, or name its key column as `key_field` in the source."
