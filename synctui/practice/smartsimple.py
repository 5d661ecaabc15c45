"""SmartSimple's API imitated: List, Get, Get Meta and Update of levelone, List and Update of company and user.

Source: SmartSimple wiki, "SmartConnect - RESTful API", and its pages on errors and API examples. Where they are
silent, `switches.py` holds the choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from synctui.practice.criteria import Row, parse_criteria, sort_rows
from synctui.practice.data import ARCHIVED, Tables
from synctui.practice.faults import Fired
from synctui.practice.fields import FIELDS, ID_FIELD, META_NODE, Field
from synctui.practice.limit import RollingHour
from synctui.practice.paging import paging
from synctui.practice.switches import Switches
from synctui.practice.update_rules import BAD_RECORD, NO_RECORD
from synctui.practice.updates import Updates, read_jsonrset

COMPANY_ID = "700100"
ALIAS = "example"
USERNAME = "sync@example.org"
PASSWORD = "Pr&ctice+100%é"  # noqa: S105 - a practice password; it breaks clients that do not percent-encode

LIMIT_TEXT = "Number of API Calls within the hour have reached the maximum limit, please try again later"
WRONG_FUNCTION = "Invalid API Token"
EMPTY_REQUEST = "Invalid API Request, request is empty or null"
BAD_SETTINGS = "Encountered error while processing other setting parameters"
BAD_LIST = "Encountered error while processing list"
CHOICES = {"getstorevalue": ("0", "1"), "keyformat": ("0", "1", "2")}


@dataclass(frozen=True, slots=True)
class Function:
    """A function as an administrator defined it: one token per record type, action and field list."""

    caption: str
    apitoken: str
    record: str
    action: str
    """`list`, `get`, `meta` or `update`."""
    fields: tuple[str, ...] = ()
    """The Field List; empty: every field by name."""
    blank_every: int = 0
    """Every so many records, one comes without its id."""

    @property
    def shown(self) -> tuple[tuple[str, Field], ...]:
        """The fields in the Field List's order, each with the name that the list gives it."""
        known = {name: field for field in FIELDS[self.record] for name in (field.name, field.by_id)}
        names = self.fields or tuple(field.name for field in FIELDS[self.record])
        return tuple((name, known[name]) for name in names)


GRANTS_LIST = Function("Grants - List", "R3JhbnRzTGlzdEZ1bmN0aW9u!Zg~~", "levelone", "list")
GRANTS_GET = Function(
    "Grants - Get",
    "R3JhbnRzR2V0RnVuY3Rpb24hZg~",
    "levelone",
    "get",
    tuple("cf_120031" if field.name == "cf_Report PDF" else field.name for field in FIELDS["levelone"]),
)
GRANTS_META = Function("Grants - Get Meta", "R3JhbnRzTWV0YUZ1bmN0aW9u~", "levelone", "meta")
BLANKS_LIST = Function("Drafts - List", "RHJhZnRzTGlzdEZ1bmN0aW9u~~", "levelone", "list", blank_every=400)
COMPANY_LIST = Function("Organisations - List", "T3JnYW5pc2F0aW9uc0xpc3Q~", "company", "list")
USER_LIST = Function("Contacts - List", "Q29udGFjdHNMaXN0RnVuY3Rp!~", "user", "list")
GRANTS_UPDATE = Function(
    "Grants - Update",
    "R3JhbnRzVXBkYXRlRnVuY3Rp!b24~",
    "levelone",
    "update",
    ("sf_Application Name", "sf_Start Date", "cf_Amount", "cf_County", "cf_Note"),
)
GRANTS_REVIEW = Function(
    "Grants - Review",
    "R3JhbnRzUmV2aWV3RnVuY3Rp!b24~",
    "levelone",
    "update",
    ("sf_Application ID", "sf_Status ID", "sf_End Date", "cf_120026", "cf_Note", "sf_Last Updated"),
)
COMPANY_UPDATE = Function(
    "Organisations - Update",
    "T3JnYW5pc2F0aW9uc1VwZGF0ZQ~~",
    "company",
    "update",
    ("sf_Name", "sf_Phone", "sf_City", "sf_Parent Company ID", "sf_Status ID", "sf_Is External", "cf_Sector"),
)
USER_UPDATE = Function(
    "Contacts - Update",
    "Q29udGFjdHNVcGRhdGVGdW5jdA!~",
    "user",
    "update",
    tuple(field.name for field in FIELDS["user"] if field.name.startswith("sf_")),
)
FUNCTIONS = {
    function.apitoken: function
    for function in (
        GRANTS_LIST,
        GRANTS_GET,
        GRANTS_META,
        GRANTS_UPDATE,
        GRANTS_REVIEW,
        BLANKS_LIST,
        COMPANY_LIST,
        COMPANY_UPDATE,
        USER_LIST,
        USER_UPDATE,
    )
}


class SmartSimple:
    """One instance with its functions, records and hourly limit."""

    def __init__(self, tables: Tables, hour: RollingHour, switches: Switches, updates: Updates) -> None:
        self.tables = tables
        self.updates = updates
        self.hour = hour
        self.switches = switches

    def answer(self, record: str, parameters: Mapping[str, str], fault: Fired | None) -> Response:
        """Answer one call, whatever is wrong with it."""
        if not parameters:
            return self._failure(EMPTY_REQUEST)
        if not _signed_in(parameters):
            return Response("", 401)
        if _is(fault, "limit") or not self.hour.grant():
            return self._failure(LIMIT_TEXT, status=int(self.switches.limit_style), silent=False)
        function = FUNCTIONS.get(parameters.get("apitoken", ""))
        if not parameters.get("apitoken"):
            return self._failure(EMPTY_REQUEST)
        if function is None or function.record != record:
            return self._failure(WRONG_FUNCTION)
        return ACTIONS[function.action](self, function, parameters, fault)

    def list_records(self, function: Function, parameters: Mapping[str, str], fault: Fired | None) -> Response:
        """List: criteria, sortby and othersettings choose the records; the counts come in any case."""
        self.tables.grow(_amount(fault, "moving"))
        try:
            settings = _settings(parameters)
            low, high, rows = self._chosen(function, parameters, settings)
        except _BadSettings:
            return self._failure(BAD_SETTINGS, silent=False)
        except (KeyError, ValueError, TypeError, AttributeError):
            return self._failure(BAD_LIST, silent=False)
        count = high - low + 1 if low else 0
        early = _amount(fault, "duplicates") if low > 1 else 0
        places = range(low - early, low - early + count - _amount(fault, "miscount"))
        records = [self._listed(function, rows, place, settings) for place in places]
        counts = {"recordto": high, "recordcount": count, "allcount": len(rows), "recordfrom": low}
        return _json({"message": counts, "records": records})

    def get_record(self, function: Function, parameters: Mapping[str, str], _fault: Fired | None) -> Response:
        """Get: one record by `recordid`; the vendor's sample bears no record id."""
        try:
            settings = _settings(parameters)
        except _BadSettings:
            return self._failure(BAD_SETTINGS, silent=False)
        row = self.tables.by_type[function.record].get(parameters.get("recordid", ""))
        if row is None:
            return self._failure(NO_RECORD)
        return _json({"message": {}, "records": [_values(function, row, settings)]})

    def get_meta(self, function: Function, _parameters: Mapping[str, str], _fault: Fired | None) -> Response:
        """Get Meta: types, statuses and custom fields; a field's name comes without its prefix."""
        custom = [field for _, field in function.shown if field.number]
        node = {
            "types": [{"id": "31", "name": "Project grant"}, {"id": "32", "name": "Operating grant"}],
            "statuses": [{"id": "4402", "name": "Approved"}, {"id": "4403", "name": "Declined"}],
            "fields": [_described(field) for field in custom],
        }
        return _json({META_NODE[function.record]: node})

    def update_records(self, function: Function, parameters: Mapping[str, str], fault: Fired | None) -> Response:
        """Update: `recordid` and `status` of each record of the jsonrset, whatever became of the others."""
        if not parameters.get("jsonrset"):
            return self._failure(EMPTY_REQUEST)
        try:
            _, records = read_jsonrset(parameters["jsonrset"])
        except ValueError:
            return self._failure(BAD_RECORD, silent=False)
        told = self.updates.apply(function.record, function.shown, records)
        if _is(fault, "shuffled"):
            told.reverse()
        return _json({"message": {}, "records": told[: len(told) - _amount(fault, "miscount")]})

    def _chosen(
        self, function: Function, parameters: Mapping[str, str], settings: Mapping[str, Any]
    ) -> tuple[int, int, list[Row]]:
        names = {name: field.name for field in FIELDS[function.record] for name in (field.name, field.by_id)}
        test = parse_criteria(parameters.get("criteria", ""), names.__getitem__)
        hidden = str(settings.get("includearchive", "1")) == "0"
        rows = self.tables.by_type[function.record].values()
        chosen = [row for row in rows if test(row) and not (hidden and row.get(ARCHIVED))]
        id_field = ID_FIELD[function.record]
        ordered = sort_rows(chosen, parameters.get("sortby", ""), names.__getitem__, id_field)
        try:
            low, high = paging(settings, len(ordered))
        except (ValueError, TypeError) as error:
            raise _BadSettings from error
        return low, high, ordered

    def _listed(
        self, function: Function, rows: list[Row], place: int, settings: Mapping[str, Any]
    ) -> dict[str, str | None]:
        row = rows[place - 1]
        blank = function.blank_every and place % function.blank_every == 0
        record_id = "" if blank else row[ID_FIELD[function.record]]
        return {"recordid": record_id, **_values(function, row, settings)}

    def _failure(self, text: str, *, status: int = 0, silent: bool = True) -> Response:
        """The vendor's text in the style of the switch; `silent` ones are an empty 200 in the older style."""
        style = self.switches.error_style
        if style == "empty200" and silent:
            return _reply("")
        if style == "plain":
            return _reply(text, status or 200)
        return _json({"message": {"error": text}}, status or (400 if style == "json4xx" else 200))


class _BadSettings(ValueError):
    """`othersettings` cannot be processed."""


ACTIONS: dict[str, Callable[[SmartSimple, Function, Mapping[str, str], Fired | None], Response]] = {
    "list": SmartSimple.list_records,
    "get": SmartSimple.get_record,
    "meta": SmartSimple.get_meta,
    "update": SmartSimple.update_records,
}


def operation_of(function: Function | None) -> str:
    """A function's place in the list of faults; an unknown one counts as a list."""
    return f"smartsimple.{function.action if function else 'list'}"


def _is(fault: Fired | None, name: str) -> bool:
    return fault is not None and fault.name == name


def _amount(fault: Fired | None, name: str) -> int:
    """The fault's value when it is this one, else 0."""
    return int(fault.value) if fault is not None and fault.name == name else 0


def _signed_in(parameters: Mapping[str, str]) -> bool:
    asked = {"username": USERNAME, "password": PASSWORD, "companyid": COMPANY_ID, "alias": ALIAS}
    return all(parameters.get(name) == value for name, value in asked.items())


def _settings(parameters: Mapping[str, str]) -> Mapping[str, Any]:
    text = parameters.get("othersettings", "")
    try:
        settings = json.loads(text) if text.strip() else {}
        valid = isinstance(settings, dict) and all(
            str(settings.get(name, 0)) in allowed for name, allowed in CHOICES.items()
        )
    except ValueError:
        valid = False
    if not valid:
        raise _BadSettings
    return settings


def _values(function: Function, row: Row, settings: Mapping[str, Any]) -> dict[str, str | None]:
    stored = str(settings.get("getstorevalue", 0)) == "1"
    style = str(settings.get("keyformat", 0))
    answer = {}
    for listed, field in function.shown:
        name = {"0": listed, "1": field.name}.get(style, field.by_id)
        answer[name] = row[field.name] if stored else field.shown(row[field.name])
    return answer


def _described(field: Field) -> dict[str, str]:
    node = {"id": field.number, "name": field.name.removeprefix("cf_"), "type": field.kind}
    retired = f"<ssRetiredOptions>{field.retired}</ssRetiredOptions>" if field.retired else ""
    return node | ({"options": field.options + retired} if field.options else {})


def _json(value: Any, status: int = 200) -> Response:
    return _reply(json.dumps(value, ensure_ascii=False), status)


def _reply(text: str, status: int = 200) -> Response:
    """The vendor's own sample reads JSON as `dataType: "html"`, so that is what it is called here."""
    return Response(text, status, media_type="text/html")
