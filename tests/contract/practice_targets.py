"""What the suite over all targets needs to know of each kind: a link, rows to send, and what its service took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from practice_systems import ROWS

from synctui.connectors.base import Outgoing
from synctui.practice import Practice, smartsimple
from synctui.practice.celigo.exact_json import dumps, loads
from synctui.records import Raw, Value

AWKWARD = "Größe & <Söhne>\r\nof 'text' %7B+"


@dataclass(frozen=True, slots=True)
class Sample:
    """A row, and how it stands in the service's log of effects once it has arrived."""

    row: Outgoing
    arrived: Any
    """None: the other side refuses it."""


@dataclass(frozen=True, slots=True)
class TargetCase:
    """One kind's target."""

    link: str
    place: str
    """Where its sending meets faults."""
    samples: Callable[[], Sequence[Sample]]
    """Three rows; the second is refused by the other side."""
    taken: Callable[[Practice], list[Any]]
    """What the service took, oldest first, in the form of `Sample.arrived`."""
    miscount: Callable[[Practice], None]
    """Makes the next answer tell of another number of rows."""
    sends: Mapping[str, int] = field(default_factory=dict)
    """Fault -> requests that leave, where it is not one."""


# -- SmartSimple: two records that are there, and a new one


def smartsimple_samples() -> list[Sample]:
    fields: dict[str, Value] = {
        "sf_Application Name": "A grant",
        "sf_Start Date": "2026-02-28",
        "cf_Amount": "12.50",
        "cf_County": "",
        "cf_Note": AWKWARD,
    }
    assert set(fields) == set(smartsimple.GRANTS_UPDATE.fields)
    return [
        Sample(_grant("900001", fields), {"recordid": "900001", **fields}),
        Sample(_grant("900002", fields | {"cf_Amount": "a lot"}), None),
        Sample(_grant("", fields | {"cf_Note": "new"}), {"recordid": "", **fields, "cf_Note": "new"}),
    ]


def _grant(record_id: str, fields: Mapping[str, Value]) -> Outgoing:
    key = f"key:{record_id}" if record_id else "new 1"
    return Outgoing(key, {"recordid": record_id, **fields}, 1, create=not record_id, key=(record_id,))


def smartsimple_taken(practice: Practice) -> list[Any]:
    return [
        {"recordid": "" if effect.created else effect.record_id, **effect.values} for effect in practice.updates.effects
    ]


# -- Celigo: two records that are there, and a new one


def celigo_samples() -> list[Sample]:
    fields: dict[str, Value] = {
        "name": AWKWARD,
        "email": "a@example.org",
        "balance": Raw("1.10"),
        "ledger": Raw("9007199254740993"),
        "address.city": "Fargo",
        "tags": Raw('["donor", [1, 2]]'),
        "note": "",
    }
    record = loads('{"balance": 1.10, "ledger": 9007199254740993, "tags": ["donor", [1, 2]]}') | {
        "name": AWKWARD,
        "email": "a@example.org",
        "address": {"city": "Fargo"},
        "note": "",
    }
    new = Outgoing("new 1", {"id": None, **fields}, 3, create=True)
    return [
        Sample(Outgoing("key:500001", {"id": "500001", **fields}, 1), dumps({"id": "500001", **record}, ordered=True)),
        Sample(Outgoing("key:500002", {"id": "500002", **fields, "name": ""}, 2), None),
        Sample(new, dumps({"id": "", **record}, ordered=True)),
    ]


def celigo_taken(practice: Practice) -> list[Any]:
    created = {"create": {"id": ""}}
    effects = practice.celigo.tables.effects
    return [dumps({**effect.after, **created.get(effect.operation, {})}, ordered=True) for effect in effects]


# -- eOne: three documents of one row each


def eone_samples() -> list[Sample]:
    return [Sample(row, dict(row.values) if row.values["County"] else None) for row in ROWS]


def eone_taken(practice: Practice) -> list[Any]:
    return [dict(row) for effect in practice.runs.effects for row in effect.rows]


TARGETS = {
    "smartsimple": TargetCase(
        "AwardsBack",
        "smartsimple.update",
        smartsimple_samples,
        smartsimple_taken,
        lambda practice: practice.faults.arm("smartsimple.update:miscount"),
    ),
    "celigo": TargetCase(
        "Contacts",
        "celigo.import",
        celigo_samples,
        celigo_taken,
        lambda practice: practice.celigo.switches.set("results", "short"),
    ),
    "eone": TargetCase(
        "Awards",
        "eone.run",
        eone_samples,
        eone_taken,
        lambda practice: practice.faults.arm("eone.run:miscount"),
        # A token that is refused is renewed once, and a run that was refused for it had no effect.
        sends={"401": 2, "401_html": 2},
    ),
}
"""Kind -> its target."""

WITHOUT_TARGET_FAULT = {
    ("celigo", "limit"): "A spent bucket is the status 429, which every kind meets.",
    ("eone", "limit"): "The service has no limit of calls.",
}
"""Kind and fault -> why it has no meaning there."""
