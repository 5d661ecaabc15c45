"""SmartSimple's `criteria` and `sortby`, read the way its server reads them.

Source: SmartSimple wiki, "SmartConnect - RESTful API" (Using List Functions, Searching of Empty or Non-empty Values).
Brackets live in `andor`; the vendor's own sample leaves the last one open, so missing ones are closed at the end.
Without brackets `and` binds before `or`, as in SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, str | None]
Test = Callable[[Row], bool]
Named = Callable[[str], str]
"""A field's name as the records bear it, from either of its names. Raises KeyError."""

WORD = re.compile(r"\(|\)|and|or", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


def parse_criteria(text: str, named: Named) -> Test:
    """A test of records from the JSON text. Raises ValueError or KeyError for what the server cannot process."""
    items = json.loads(text) if text.strip() else []
    if not isinstance(items, list):
        raise ValueError("criteria is no array")
    parts: list[str | Test] = []
    for item in items:
        parts += [*_words(str(item.get("andor", "")), first=not parts), _condition(item, named)]
    parts += [")"] * (parts.count("(") - parts.count(")"))
    return _Parser(parts).whole() if parts else lambda _row: True


def sort_rows(rows: Iterable[Row], text: str, named: Named, id_field: str) -> list[Row]:
    """The rows by `sortby`, else by id ascending; equal ones by id. Raises ValueError or KeyError."""
    ordered = sorted(rows, key=lambda row: _sortable(row[id_field]))
    for item in reversed(json.loads(text) if text.strip() else []):
        field, direction = named(item["field"]), str(item.get("direction", "asc")).lower()
        if direction not in ("asc", "desc"):
            raise ValueError("direction is neither asc nor desc")
        ordered.sort(key=lambda row, field=field: _sortable(row[field]), reverse=direction == "desc")  # type: ignore[misc]
    return ordered


def _words(andor: str, *, first: bool) -> list[str]:
    if WORD.sub("", andor).strip():
        raise ValueError(f"andor {andor!r} is not understood")
    words = [word.lower() for word in WORD.findall(andor)]
    if first:
        return [word for word in words if word == "("]
    if "and" in words or "or" in words:
        return words
    closing = [word for word in words if word == ")"]
    return [*closing, "and", *words[len(closing) :]]


def _condition(item: Mapping[str, Any], named: Named) -> Test:
    field, operator, value = named(str(item["field"])), str(item["operator"]).lower(), str(item.get("value", ""))
    test = OPERATORS[operator]
    return lambda row: test(row[field], value)


class _Parser:
    """Recursive descent over brackets, `and`, `or` and conditions."""

    def __init__(self, parts: list[str | Test]) -> None:
        self._left = parts

    def whole(self) -> Test:
        test = self._either()
        if self._left:
            raise ValueError("a bracket is closed that was not opened")
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._left[:1] == ["or"]:
            self._left.pop(0)
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._left[:1] == ["and"]:
            self._left.pop(0)
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        first = self._left.pop(0) if self._left else ""
        if not isinstance(first, str):
            return first
        if first != "(":
            raise ValueError("a condition is missing")
        test = self._either()
        if self._left[:1] != [")"]:
            raise ValueError("a bracket is not closed")
        self._left.pop(0)
        return test


def _number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) else None


def _sortable(value: str | None) -> tuple[int, float, str]:
    number = _number(value or "")
    return (0, 0.0, "") if not value else (1, number, "") if number is not None else (2, 0.0, value.lower())


def _compare(check: Callable[[Any, Any], bool]) -> Callable[[str | None, str], bool]:
    def test(stored: str | None, value: str) -> bool:
        if stored is None:
            return False
        left, right = _number(stored), _number(value)
        if left is not None and right is not None:
            return check(left, right)
        return check(stored.lower(), value.lower())

    return test


def _equal(stored: str | None, value: str) -> bool:
    return (stored or "").lower() == value.lower()


def _like(stored: str | None, value: str) -> bool:
    """`whatever` stands for SQL's `like '%whatever%'`; a `%` or `_` of the user's keeps its meaning in SQL."""
    pattern = "".join({"%": ".*", "_": "."}.get(char, re.escape(char)) for char in value)
    return stored is not None and re.search(pattern, stored, re.IGNORECASE | re.DOTALL) is not None


def _is_empty(stored: str | None, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError("isempty asks for true or false")
    return (not stored) == (value.lower() == "true")


OPERATORS: dict[str, Callable[[str | None, str], bool]] = {
    "=": _equal,
    "<>": lambda stored, value: not _equal(stored, value),
    "!=": lambda stored, value: not _equal(stored, value),
    ">": _compare(lambda left, right: left > right),
    ">=": _compare(lambda left, right: left >= right),
    "<": _compare(lambda left, right: left < right),
    "<=": _compare(lambda left, right: left <= right),
    "like": _like,
    "not like": lambda stored, value: not _like(stored, value),
    "isempty": _is_empty,
}
