"""integrator.io as far as records travel: tokens and regions, lists, documents, pings, exports and imports."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from synctui.practice.celigo import documents
from synctui.practice.celigo.accounts import Account, account_of
from synctui.practice.celigo.bucket import SIZE, Bucket
from synctui.practice.celigo.control import Control
from synctui.practice.celigo.exact_json import loads
from synctui.practice.celigo.people import CONTACT_COUNT
from synctui.practice.celigo.region import Clock, Region, part, records_of
from synctui.practice.celigo.replies import Refusal, answer, listed
from synctui.practice.celigo.switches import CeligoSwitches
from synctui.practice.celigo.tables import Tables, eu_tables, na_tables
from synctui.practice.received import masked

Serve = Callable[..., Awaitable[Response]]
"""`serve(request, place, work, **told)`: meets faults, logs what was received, answers."""
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
OBJECT_ID = re.compile("[0-9a-f]{24}")
PLACES = (
    "celigo.token",
    "celigo.list",
    "celigo.document",
    "celigo.ping",
    "celigo.export",
    "celigo.map",
    "celigo.import",
)
"""Operations at which faults can be met."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request, understood as far as its path goes."""

    verb: str
    path: str
    """Below `/v1/`."""
    url: str
    """As the service's own links write it, without a query."""
    query: Mapping[str, str]
    token: str
    body: bytes
    kind: str = ""
    """`connections`, `exports` or `imports`."""
    id: str = ""

    def json(self) -> Any:
        """The body; an absent one is an empty object. Raises Refusal."""
        try:
            return loads(self.body) if self.body.strip() else {}
        except (ValueError, RecursionError):
            raise Refusal(400, "invalid_json", "The body is not valid JSON.") from None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    verb: str
    pattern: re.Pattern[str]
    """Of the path; names `kind` and `id`."""
    place: str
    answer: Callable[[Celigo, Region, Call], Response]


class Celigo:
    """Both regions on one address: `/celigo/v1` is `na`, `/celigo-eu/v1` is `eu`."""

    def __init__(self, clock: Clock, serve: Serve, contacts: int = CONTACT_COUNT) -> None:
        self._clock, self._serve = clock, serve
        self.switches = CeligoSwitches()
        self.bucket = Bucket(clock)
        self.regions = {
            "celigo": Region("na", documents.na_documents, na_tables(clock, contacts), clock, self.switches),
            "celigo-eu": Region("eu", documents.eu_documents, eu_tables(clock), clock, self.switches),
        }

    @property
    def tables(self) -> Tables:
        """The tables of the region `na`, with the log of what was written to them."""
        return self.regions["celigo"].tables

    def routes(self) -> list[Route]:
        """Routes of both regions, and those under `/practice/celigo/`."""
        control = Control(self.tables, self.bucket, self.switches).routes()
        regions = self.regions.items()
        return control + [Route(f"/{name}/v1/{{path:path}}", self._route(r), methods=VERBS) for name, r in regions]

    def reset(self) -> None:
        """Everything as at the start."""
        self.switches.reset()
        self.bucket.size = SIZE
        self.bucket.refill()
        for region in self.regions.values():
            region.reset()

    def _route(self, region: Region) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            operation, call = _understood(request, await request.body())
            return await self._serve(
                request,
                operation.place if operation else "celigo.document",
                lambda _fault: self._answer(operation, region, call),
                call=f"{call.verb} /{call.path}",
                function=call.id,
                rows=_rows(operation, call),
                parameters=masked(call.query),
                body_bytes=len(call.body),
            )

        return handler

    def _answer(self, operation: Operation | None, region: Region, call: Call) -> Response:
        try:
            account = account_of(call.token, region.name)
            wait = self.bucket.wait()
            if wait:
                raise Refusal(429, "rate_limited", "Too many requests, try again later.", retry_after=wait)
            if operation is None:
                raise Refusal(404, "not_found", f"There is no {call.verb} /v1/{call.path}.")
            self._check(account, call)
            return operation.answer(self, region, call)
        except Refusal as refusal:
            return refusal.response
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            return Refusal(422, "invalid_field", f"The body is not understood: {error}").response

    def _check(self, account: Account, call: Call) -> None:
        if call.kind and not account.may(call.id):
            raise Refusal(403, "access_restricted", "The token is not allowed to do this.")
        if call.id and not OBJECT_ID.fullmatch(call.id):
            field = f"_{call.kind.removesuffix('s')}Id"
            raise Refusal(
                422, "invalid_field", f'Cast to ObjectId failed for value "{call.id}" at path "{field}"', field
            )

    def token_info(self, region: Region, call: Call) -> Response:
        """GET /tokenInfo: whose token it is."""
        return answer(account_of(call.token, region.name).info)

    def list(self, region: Region, call: Call) -> Response:
        """GET /connections, /exports, /imports."""
        entries = list(region.documents[call.kind].values())
        return listed(entries, call.query, call.url, self.switches.list_limit)

    def document(self, region: Region, call: Call) -> Response:
        """GET of one document, secrets masked."""
        return answer(region.document(call.kind, call.id))

    def replace(self, region: Region, call: Call) -> Response:
        """PUT of an import: full replacement."""
        old = region.document(call.kind, call.id)
        now = f"{self._clock():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        region.documents[call.kind][call.id] = new = documents.replaced(old, call.json(), now)
        return answer(new)

    def ping(self, region: Region, call: Call) -> Response:
        """GET or POST of a connection's ping."""
        if self.switches.ping_methods not in ("both", call.verb):
            raise Refusal(405, "method_not_allowed", f"{call.verb} is not allowed here.")
        if not region.offline(call.id):
            return answer({"code": 200})
        error = {"code": 401, "message": "The system refused the credentials"}
        return answer({"errors": [error]}, int(self.switches.ping_failure))

    def invoke_export(self, region: Region, call: Call) -> Response:
        """POST /exports/{id}/invoke."""
        export = region.document(call.kind, call.id)
        region.check_online(export["_connectionId"])
        return answer(region.exporter.page(export, call.json().get("pagedExportState"), end="missing"))

    def virtual_export(self, region: Region, call: Call) -> Response:
        """POST /connections/{id}/export."""
        region.check_online(call.id)
        return answer(region.exporter.whole(part(call.json(), "export")))

    def export_pages(self, region: Region, call: Call) -> Response:
        """POST /connections/{id}/export/pages."""
        region.check_online(call.id)
        body = call.json()
        return answer(region.exporter.page(part(body, "export"), body.get("pagedExportState"), end="done"))

    def invoke_import(self, region: Region, call: Call) -> Response:
        """POST /imports/{id}/invoke: an array of records, or one record, which gets one result."""
        document, given = region.document(call.kind, call.id), call.json()
        records = records_of(given if isinstance(given, list) else [given])
        offline = region.offline(document["_connectionId"])
        results = region.importer.run(document, records, call.id, offline=offline)
        return answer(results if isinstance(given, list) else results[0])

    def virtual_import(self, region: Region, call: Call) -> Response:
        """POST /connections/{id}/import."""
        offline, body = region.offline(call.id), call.json()
        document, records = part(body, "import"), records_of(body.get("data"))
        return answer(region.importer.run(document, records, call.id, offline=offline))

    def map(self, region: Region, call: Call) -> Response:
        """POST /connections/{id}/import/map."""
        region.document(call.kind, call.id)
        body = call.json()
        return answer(region.importer.mapped(part(body, "import"), records_of(body.get("data"))))


def _understood(request: Request, body: bytes) -> tuple[Operation | None, Call]:
    path = request.path_params["path"].strip("/")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    url = str(request.url.replace(query=""))
    call = Call(request.method, path, url, dict(request.query_params), token, body)
    for operation in OPERATIONS:
        found = operation.pattern.fullmatch(path)
        if found and operation.verb == request.method:
            named = found.groupdict(default="")
            return operation, replace(call, kind=named.get("kind", ""), id=named.get("id", ""))
    return None, call


def _rows(operation: Operation | None, call: Call) -> tuple[Any, ...]:
    """The records of an import, for the log."""
    if operation is None or operation.place != "celigo.import":
        return ()
    try:
        given = call.json()
    except Refusal:
        return ()
    records = given.get("data", [given]) if isinstance(given, dict) else given
    return tuple(records) if isinstance(records, list) else ()


def _operation(verb: str, path: str, place: str, method: Callable[[Celigo, Region, Call], Response]) -> Operation:
    pattern = path.replace("{id}", "(?P<id>[^/]+)")
    return Operation(verb, re.compile(pattern), place, method)


OPERATIONS = (
    _operation("GET", "tokenInfo", "celigo.token", Celigo.token_info),
    _operation("GET", "(?P<kind>connections|exports|imports)", "celigo.list", Celigo.list),
    _operation("GET", "(?P<kind>connections|exports|imports)/{id}", "celigo.document", Celigo.document),
    _operation("PUT", "(?P<kind>imports)/{id}", "celigo.document", Celigo.replace),
    _operation("GET", "(?P<kind>connections)/{id}/ping", "celigo.ping", Celigo.ping),
    _operation("POST", "(?P<kind>connections)/{id}/ping", "celigo.ping", Celigo.ping),
    _operation("POST", "(?P<kind>exports)/{id}/invoke", "celigo.export", Celigo.invoke_export),
    _operation("POST", "(?P<kind>connections)/{id}/export", "celigo.export", Celigo.virtual_export),
    _operation("POST", "(?P<kind>connections)/{id}/export/pages", "celigo.export", Celigo.export_pages),
    _operation("POST", "(?P<kind>imports)/{id}/invoke", "celigo.import", Celigo.invoke_import),
    _operation("POST", "(?P<kind>connections)/{id}/import", "celigo.import", Celigo.virtual_import),
    _operation("POST", "(?P<kind>connections)/{id}/import/map", "celigo.map", Celigo.map),
)
