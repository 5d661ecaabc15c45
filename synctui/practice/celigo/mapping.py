"""The mapping language of imports, in the older form that the vendor's pages show (Mapper 1.0).

celigo/integrator-api-docs and celigo/ai: a dot in `generate` builds nested objects; `lookups` replace values; a static
lookup that misses fails the record unless it allows failures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synctui.practice.celigo import moments
from synctui.practice.celigo.exact_json import Number, dumps
from synctui.practice.celigo.templates import ANY, extracted, rendered

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
DATE_KEYS = ("extractDateFormat", "generateDateFormat", "extractDateTimezone", "generateDateTimezone")
TRUE = frozenset({"true", "t", "yes", "y", "1"})
Field = Mapping[str, Any]


class Unmapped(Exception):
    """A value that cannot be mapped; holds the error entry."""

    def __init__(self, code: str, message: str, kind: str = "value") -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, "source": "application", "classification": kind}


@dataclass(slots=True)
class Mapped:
    """What the mapping step makes of a record."""

    record: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapper:
    """The mapping and the lookups of one import."""

    mapping: Mapping[str, Any] | None
    lookups: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Mapper:
        """The mapper of an import document; lookups stand beside the mapping or in the adaptor's part."""
        parts = [document, *(document.get(name) or {} for name in ("http", "rest", "netsuite_da"))]
        found = [lookup for part in parts for lookup in part.get("lookups") or []]
        return cls(document.get("mapping"), {lookup["name"]: lookup for lookup in found})

    def run(self, record: Mapping[str, Any], *, creates: bool) -> Mapped:
        """Map one record; without a mapping it passes unchanged."""
        if not self.mapping or not (self.mapping.get("fields") or self.mapping.get("lists")):
            return Mapped(dict(record))
        mapped = Mapped()
        for entry in self.mapping.get("fields") or []:
            self._fill(mapped, mapped.record, entry, record, creates)
        for part in self.mapping.get("lists") or []:
            _put(mapped.record, part["generate"], self._elements(mapped, part, record, creates))
        return mapped

    def _elements(self, mapped: Mapped, part: Field, record: Mapping[str, Any], creates: bool) -> list[dict[str, Any]]:
        """One element per source element; an extract without `[*]` repeats on every one."""
        fields = part.get("fields") or []
        starred = [extracted(entry["extract"], record) for entry in fields if ANY in entry.get("extract", "")]
        elements: list[dict[str, Any]] = []
        for place in range(max(map(len, starred), default=0)):
            elements.append({})
            for entry in fields:
                self._fill(mapped, elements[-1], entry, record, creates, place)
        return elements

    def _fill(
        self,
        mapped: Mapped,
        target: dict[str, Any],
        entry: Field,
        record: Mapping[str, Any],
        creates: bool,
        place: int | None = None,
    ) -> None:
        raw = _raw(entry, record, place)
        looked_up = None
        try:
            value = raw if not _empty(raw) else entry.get("default", raw)
            if entry.get("lookupName"):
                value = looked_up = self._lookup(entry["lookupName"], value)
            value = _typed(entry, _dated(entry, value))
        except Unmapped as unmapped:
            mapped.errors.append(unmapped.error)
            return
        if _wanted(entry, raw, looked_up, target, creates) and not (entry.get("discardIfEmpty") and _empty(value)):
            _put(target, entry["generate"], value)

    def _lookup(self, name: str, value: Any) -> Any:
        lookup = self.lookups.get(name)
        if lookup is None or "map" not in lookup:
            raise Unmapped("lookup_not_found", f'The import has no static lookup named "{name}".', "missing")
        key = str(value) if isinstance(value, str) else "" if value is None else dumps(value)
        if key in lookup["map"]:
            return lookup["map"][key]
        if lookup.get("allowFailures"):
            return lookup.get("default", "")
        message = f'Cannot evaluate the static lookup: "{name}" using searchKey: "{key}".'
        raise Unmapped("cannot_evaluate_static_lookup", message)


def _raw(entry: Field, record: Mapping[str, Any], place: int | None) -> Any:
    if "hardCodedValue" in entry:
        return entry["hardCodedValue"]
    path = entry.get("extract", "")
    if path not in record and "{" in path:
        return rendered(path, record)
    value = extracted(path, record)
    if place is None or ANY not in path:
        return value
    return value[place] if place < len(value) else None


def _dated(entry: Field, value: Any) -> Any:
    extract_format, generate_format, from_zone, to_zone = (str(entry.get(key) or "") for key in DATE_KEYS)
    if _empty(value) or not (extract_format or generate_format):
        return value
    try:
        return moments.write(moments.parse(str(value), extract_format, from_zone), generate_format, to_zone)
    except ValueError:
        raise Unmapped("invalid_date", f'"{value}" is not a date of the form {extract_format or "ISO 8601"}.') from None


def _typed(entry: Field, value: Any) -> Any:
    wanted = entry.get("dataType")
    if value is None or wanted is None:
        return value
    text = str(value) if isinstance(value, str) else dumps(value)
    if wanted == "number" and not isinstance(value, Number):
        if not NUMBER.fullmatch(text.strip()):
            raise Unmapped("invalid_number", f'"{text}" is not a number.')
        return Number(text.strip())
    if wanted == "boolean" and not isinstance(value, bool):
        return text.strip().lower() in TRUE
    return text if wanted == "string" else value


def _wanted(entry: Field, raw: Any, looked_up: Any, target: Mapping[str, Any], creates: bool) -> bool:
    when = (entry.get("conditional") or {}).get("when", "")
    answers = {
        "record_created": creates,
        "record_updated": not creates,
        "extract_not_empty": not _empty(raw),
        "lookup_not_empty": not _empty(looked_up),
        "lookup_empty": _empty(looked_up),
        "ignore_if_set": extracted(entry["generate"], target) is None,
    }
    return answers.get(when, True) and (creates or not entry.get("immutable"))


def _empty(value: Any) -> bool:
    return value is None or value == ""


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    names: Sequence[str] = path.split(".")
    for name in names[:-1]:
        inner = target.get(name)
        if not isinstance(inner, dict):
            inner = target[name] = {}
        target = inner
    target[names[-1]] = value
