"""Finds created records by their marker: a field that each of them was given its row's own id in.

SmartSimple wiki, "SmartConnect - RESTful API", Using List Functions: conditions joined by `or`, brackets in `andor`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from synctui.connectors.base import Evidence, Fate, Finding, Outgoing
from synctui.connectors.smartsimple.fields import read_only
from synctui.connectors.smartsimple.jsonrset import RECORD_ID
from synctui.connectors.smartsimple.options import Criterion, SmartSimpleTarget
from synctui.errors import SettingsError
from synctui.records import Record
from synctui.wording import count

AT_ONCE = 100
"""Markers in one call: some 10 KB of criteria."""


def check_marker(options: SmartSimpleTarget) -> None:
    """Raises SettingsError for a marker that an update would not write."""
    marker = options.marker
    if marker and options.fields and marker not in options.fields:
        raise SettingsError(
            f"The marker {marker!r} is not among the `fields` of the target.",
            "Add it there, and to the field list of the Update function.",
        )
    if marker and read_only(options.record, marker):
        raise SettingsError(f"The marker {marker!r} cannot be written.", "Name a custom text field of the record type.")


def markers(marker: str, creates: Sequence[Outgoing]) -> Iterator[tuple[Criterion, ...]]:
    """Criteria for some of the rows at a time."""
    for first in range(0, len(creates), AT_ONCE):
        yield tuple(
            Criterion(
                andor="or" if place else "(", field=marker, operator="=", value=row.values.get(marker) or row.row_id
            )
            for place, row in enumerate(creates[first : first + AT_ONCE])
        )


def compared(marker: str, creates: Sequence[Outgoing], records: Sequence[Record]) -> Evidence:
    """All found once, or none, is proof; a part, or one found twice, is not.

    Raises SettingsError for records that do not show their marker, or come without an id.
    """
    if any(not record.get(marker) or not record.get(RECORD_ID) for record in records):
        raise SettingsError(f"The source's list does not show the marker {marker!r}.", "Add it to its field list.")
    found: dict[str, list[str]] = defaultdict(list)
    for record in records:
        found[str(record[marker])].append(str(record[RECORD_ID]))
    ids = {row.row_id: found.get(str(row.values.get(marker) or row.row_id), []) for row in creates}
    there = sum(bool(own) for own in ids.values())
    told = f"{there} of {count(len(creates), 'new row')} found by the marker {marker}."
    if there == 0:
        return Evidence((told,), dict.fromkeys(ids, Finding(Fate.ABSENT)), proof=True)
    if all(len(own) == 1 for own in ids.values()):
        return Evidence(
            (told,), {row_id: Finding(Fate.ARRIVED, new_key=own[0]) for row_id, own in ids.items()}, proof=True
        )
    return Evidence((told, *_twice(ids)), {row_id: _unclear(own) for row_id, own in ids.items()})


def _twice(ids: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (f"Found more than once: records {', '.join(own)}." for own in ids.values() if len(own) > 1)


def _unclear(own: Sequence[str]) -> Finding:
    if not own:
        return Finding(Fate.UNCLEAR, "in doubt: no record has its marker, but others of its request were created")
    found = f"in doubt: found as record {', '.join(own)}"
    return Finding(Fate.UNCLEAR, found, own[0] if len(own) == 1 else "")
