"""eOne's scheduler API imitated: sign-in, maps, columns, runs, data, history and saved errors.

Source: eOne SmartConnect API reference and its later edition. Paths and query names are compared ignoring case, as
the documents themselves write them in several ways. Where they are silent, `switches.py` holds the choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from starlette.responses import Response

from synctui.practice.data import Tables
from synctui.practice.eone import replies
from synctui.practice.eone.accounts import COMPANIES, Accounts
from synctui.practice.eone.dataset import Push, Table, read_encoded, read_rows
from synctui.practice.eone.maps import MAPS, Map
from synctui.practice.eone.runs import Runs, fails
from synctui.practice.eone.variables import read_variables
from synctui.practice.eone.writing import data_set, string_element
from synctui.practice.faults import Fired
from synctui.practice.injection import server_error
from synctui.practice.switches import Switches


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its body understood as far as it can be."""

    name: str
    """The method's name in lower case."""
    verb: str
    url: str
    query: Mapping[str, str]
    """Names in lower case."""
    accept: str
    map: Map | None
    """The map that it names, of whatever company."""
    push: Push | None = None
    """Rows of a run; None where the body makes no sense."""
    shape: str = ""
    """Of the body's rows or variables."""
    variables: Mapping[str, str] | None = None
    """Of the body; None where the method takes none."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API."""

    name: str
    verb: str
    place: str
    """In the list of faults."""
    answer: Callable[[Eone, Call], Response] | None = None
    """Of a method without a map."""
    of_map: Callable[[Eone, Call, Map, Fired | None], Response] | None = None
    """Of a method of one map."""
    map_name: str = "mapkey"
    """What the query calls the map."""
    rows: Callable[[bytes], Push] | None = None
    """How a body of rows is read."""
    variables: bool = False
    """The body holds variables in JSON."""
    token: bool = True
    """It asks for a token."""


class Eone:
    """One region of the service: accounts, maps, and the target behind them."""

    def __init__(self, accounts: Accounts, runs: Runs, tables: Tables, switches: Switches) -> None:
        self.accounts = accounts
        self.runs = runs
        self.tables = tables
        self.switches = switches

    def understand(self, name: str, verb: str, url: str, query: Mapping[str, str], accept: str, body: bytes) -> Call:
        """A request as a Call."""
        method = METHODS.get(name.lower())
        lowered = {key.lower(): value for key, value in query.items()}
        key = lowered.get(method.map_name, "").lower() if method else ""
        push, shape, variables = self._body(method, body) if method else (None, "", None)
        return Call(
            name=name.lower(),
            verb=verb,
            url=url,
            query=lowered,
            accept=accept,
            map=next((item for item in MAPS if item.key == key), None),
            push=push,
            shape=shape,
            variables=variables,
        )

    def answer(self, call: Call, fault: Fired | None) -> Response:
        """Answer one call, whatever is wrong with it."""
        method = METHODS.get(call.name)
        if method is None:
            return _json({"Message": f"No HTTP resource was found that matches the request URI '{call.url}'."}, 404)
        if method.verb != call.verb:
            return _json({"Message": f"The requested resource does not support http method '{call.verb}'."}, 405)
        if fault is not None and fault.name == "token_expired":
            self.accounts.end_tokens()
        token = self.accounts.read(call.query.get("token", ""))
        if method.token and token is None:
            return Response("", 401 if self.switches.expired == "401" else 200)
        if method.answer is not None:
            return method.answer(self, call)
        if method.of_map is None or call.map is None or token is None or call.map.company != token.company:
            return Response("", int(self.switches.wrong_map))
        return method.of_map(self, call, call.map, fault)

    def company_list(self, call: Call) -> Response:
        """GetCompanyList."""
        if not self._knows(call):
            return self._refused_login()
        return _json([{"Id": key, "Name": name, "SubscriptionExpiry": None} for key, name in COMPANIES.items()])

    def get_token(self, call: Call) -> Response:
        """GetToken."""
        company = call.query.get("companyid", "").lower()
        if company not in COMPANIES or not self._knows(call):
            return self._refused_login()
        return _json(self.accounts.mint(company))

    def validate(self, call: Call) -> Response:
        """validate: a JSON boolean."""
        return _json(self.accounts.read(call.query.get("token", "")) is not None)

    def map_list(self, call: Call) -> Response:
        """GetMapList: real-time maps are not listed."""
        return _json(replies.map_list(item for item in self._maps(call) if not item.real_time))

    def processes(self, call: Call) -> Response:
        """GetProcessesByConnection."""
        wanted = call.query.get("connectionid", "").lower() == replies.CONNECTION_ID
        return _json(replies.processes(self._maps(call) if wanted else []))

    def columns(self, _call: Call, process: Map, _fault: Fired | None) -> Response:
        """GetMapColumns: the source's columns."""
        return _json(replies.columns(process, process.columns))

    def mapped_columns(self, _call: Call, process: Map, _fault: Fired | None) -> Response:
        """GetMappedMapColumns: the source's columns that the target takes."""
        return _json(replies.columns(process, process.mapped))

    def data(self, call: Call, process: Map, _fault: Fired | None) -> Response:
        """GetAllData and GetAllDataWithVariables: XML as a string, in XML or in JSON."""
        text = data_set(process.columns, self._data(process, call.variables or {}))
        if "json" in call.accept and "xml" not in call.accept:
            return _json(text)
        return Response(string_element(text), media_type="application/xml")

    def run(self, call: Call, process: Map, fault: Fired | None) -> Response:
        """RunMapDataTableWithErrors and RunMapXml: the pushed rows."""
        table = call.push.table if call.push else None
        return self._run(call, process, table, fault, with_errors=True)

    def run_silent(self, call: Call, process: Map, fault: Fired | None) -> Response:
        """RunMapDataTable: the pushed rows, and no Errors table in the answer."""
        table = call.push.table if call.push else None
        return self._run(call, process, table, fault, with_errors=False)

    def run_source(self, call: Call, process: Map, fault: Fired | None) -> Response:
        """Runmap and RunMapWithVariables: the rows of the map's own data source."""
        table = Table(process.columns, tuple(self._data(process, call.variables or {})))
        return self._run(call, process, table, fault, with_errors=False)

    def history(self, _call: Call, process: Map, _fault: Fired | None) -> Response:
        """GetHistoryForProcess."""
        return _json(replies.history(self.runs.of(process)))

    def errors(self, call: Call, process: Map, _fault: Fired | None) -> Response:
        """GetErrorsForProcessRun; an unknown run gets an empty body."""
        number = call.query.get("runnumber", "")
        run = next((run for run in self.runs.of(process) if str(run.number) == number), None)
        return _json(replies.saved_errors(run)) if run else Response("")

    def _run(
        self, call: Call, process: Map, table: Table | None, fault: Fired | None, *, with_errors: bool
    ) -> Response:
        if table is None:
            return server_error()
        if self.switches.bad_rows != "document" and fails(process, table):
            return _json({"Message": "The request is invalid."}, int(self.switches.bad_rows))
        run = self.runs.run(process, table, call.variables or {}, self.switches.error_rows)
        return _json(replies.run_result(run, with_errors=with_errors, fault=fault))

    def _body(self, method: Method, body: bytes) -> tuple[Push | None, str, Mapping[str, str] | None]:
        if method.rows is not None:
            push = _push(method.rows, body)
            return (push, push.shape, push.variables) if push else (None, "", None)
        return (None, *read_variables(body, self.switches.strict_variables)) if method.variables else (None, "", None)

    def _data(self, process: Map, variables: Mapping[str, str]) -> list[dict[str, str | None]]:
        if not process.data or process.real_time:
            return []
        county = variables.get("GBL_COUNTY")
        return [row for row in self.tables.by_type[process.data].values() if county in (None, row["County"])]

    def _maps(self, call: Call) -> list[Map]:
        token = self.accounts.read(call.query.get("token", ""))
        return [item for item in MAPS if token is not None and item.company == token.company]

    def _knows(self, call: Call) -> bool:
        email, password = call.query.get("email", ""), call.query.get("password", "")
        return self.accounts.knows(email, password, self.switches.sign_in_forms)

    def _refused_login(self) -> Response:
        style = self.switches.refused_login
        return Response("", 401) if style == "401" else Response("null" if style == "null" else "")


def _push(read: Callable[[bytes], Push], body: bytes) -> Push | None:
    try:
        return read(body)
    except (ValueError, ParseError):
        return None


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")


METHODS = {
    method.name.lower(): method
    for method in (
        Method("GetCompanyList", "POST", "eone.companies", Eone.company_list, token=False),
        Method("GetToken", "POST", "eone.token", Eone.get_token, token=False),
        Method("validate", "POST", "eone.validate", Eone.validate, token=False),
        Method("GetMapList", "POST", "eone.maps", Eone.map_list),
        Method("GetProcessesByConnection", "GET", "eone.processes", Eone.processes),
        Method("GetMapColumns", "POST", "eone.columns", of_map=Eone.columns),
        Method("GetMappedMapColumns", "POST", "eone.mapped", of_map=Eone.mapped_columns),
        Method("GetAllData", "POST", "eone.data", of_map=Eone.data),
        Method("GetAllDataWithVariables", "POST", "eone.data", of_map=Eone.data, variables=True),
        Method("runmap", "POST", "eone.run", of_map=Eone.run_source),
        Method("RunMapWithVariables", "POST", "eone.run", of_map=Eone.run_source, variables=True),
        Method("RunMapDataTable", "POST", "eone.run", of_map=Eone.run_silent, rows=read_rows),
        Method("RunMapDataTableWithErrors", "POST", "eone.run", of_map=Eone.run, rows=read_rows),
        Method("RunMapXml", "POST", "eone.run", of_map=Eone.run, rows=read_encoded),
        Method("GetHistoryForProcess", "GET", "eone.history", of_map=Eone.history, map_name="processid"),
        Method("GetErrorsForProcessRun", "GET", "eone.errors", of_map=Eone.errors, map_name="processid"),
    )
}
