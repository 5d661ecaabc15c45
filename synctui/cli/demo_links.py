"""The demo's other round trips: links of all three systems, both ways, as worksheets of the same workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synctui.cli import answers
from synctui.cli.demo_walk import plan_link, pull_link, push_plan, verdict
from synctui.cli.diff import change_lines
from synctui.cli.push_result import result_lines
from synctui.planning.planner import PushOptions
from synctui.practice import Practice
from synctui.practice.celigo.exact_json import dumps
from synctui.session import Session, open_file
from synctui.wording import count
from synctui.worksheets.base import SheetPatch

Applied = dict[str, Any]
"""What a practice service changed in one record: field -> value, the record's id among them."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One link, and the edit that somebody makes in it."""

    link: str
    systems: str
    """From where to where."""
    key_column: str
    key: str
    column: str
    typed: str
    applied: Callable[[Practice], Sequence[Applied]]
    """Everything that the other side applied so far, whatever it answered."""
    meant: Applied
    """What this edit should change there, and nothing else."""


def _updated(practice: Practice) -> list[Applied]:
    """Records that SmartSimple's update function changed."""
    return [
        {"recordid": effect.record_id, **{name: effect.values[name] for name in effect.changed}}
        for effect in practice.updates.effects
    ]


def _imported(practice: Practice) -> list[Applied]:
    """Records that Celigo's import changed in the system behind it."""
    return [
        {"id": effect.id, **_changed(effect.before or {}, effect.after)} for effect in practice.celigo.tables.effects
    ]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Applied:
    """Compared as JSON, since a number that came in keeps its spelling there."""
    return {name: new for name, new in after.items() if name not in before or dumps(before[name]) != dumps(new)}


def _mapped(practice: Practice) -> list[Applied]:
    """Rows that eOne's maps saved."""
    return [dict(row) for effect in practice.effects for row in effect.rows]


TRIPS = (
    RoundTrip(
        "AwardsBack", "SmartSimple → SmartSimple", "recordid", "900006", "cf_County", "Cass",
        _updated, {"recordid": "900006", "cf_County": "Cass"},
    ),
    RoundTrip(
        "Contacts", "Celigo → Celigo", "id", "500003", "name", "Alex Example",
        _imported, {"id": "500003", "name": "Alex Example"},
    ),
    RoundTrip(
        "ContactsToErp", "Celigo → eOne SmartConnect", "id", "500004", "name", "Robin Example",
        _mapped, {"VendorNo": "500004", "Vendor Name": "Robin Example", "County": "SD"},
    ),
)  # fmt: skip


async def take(
    session: Session, path: Path, practice: Practice, say: Callable[..., None], trips: Sequence[RoundTrip] = TRIPS
) -> dict[str, Any]:
    """Round trips, one after the other: their answers by link."""
    return {trip.link: await _take(trip, session, path, practice, say) for trip in trips}


async def _take(
    trip: RoundTrip, session: Session, path: Path, practice: Practice, say: Callable[..., None]
) -> dict[str, Any]:
    calls, before = session.calls, len(trip.applied(practice))
    done = await pull_link(session, trip.link, path)
    pulled = answers.pulled(done, session.calls - calls)
    say("", f"{trip.link}: {trip.systems}, in the same workbook")
    say(f"  {count(done.rows, 'record')} in {count(pulled['calls'], 'call')}")
    _edit(trip, path)
    calls = session.calls
    prepared = await plan_link(session, trip.link, path, PushOptions())
    say(*(f"  {line}" for line in change_lines(prepared.sheet)))
    result = await push_plan(session, prepared)
    say(*(f"  {line}" for line in result_lines(result)))
    applied = list(trip.applied(practice)[before:])
    as_meant = applied == [trip.meant] and result.accepted == 1
    say(*(f"  applied: {', '.join(f'{name}={value}' for name, value in record.items())}" for record in applied))
    say(f"  {verdict(as_meant)}")
    pushed = answers.pushed(prepared.plan, result, prepared.problems, session.calls - calls)
    return {"pull": pulled, "push": pushed, "applied": applied, "as_meant": as_meant}


def _edit(trip: RoundTrip, path: Path) -> None:
    """Type into one cell, as somebody at a spreadsheet would."""
    workbook = open_file(str(path))
    grid = workbook.grid(trip.link)
    key = grid.headers.index(trip.key_column)
    number = next(row.number for row in grid.rows if str(row.cells[key]) == trip.key)
    workbook.write([SheetPatch(trip.link, {number: {trip.column: trip.typed}})], workbook.passport() or ())
