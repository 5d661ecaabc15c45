"""The practice services together: their state, and the way of a request to the service that it is for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from synctui.practice.celigo.people import CONTACT_COUNT
from synctui.practice.celigo.service import Celigo
from synctui.practice.control import control_routes
from synctui.practice.data import GRANT_COUNT, Tables
from synctui.practice.eone.accounts import Accounts
from synctui.practice.eone.rsa import key_pair
from synctui.practice.eone.runs import Effect, Runs
from synctui.practice.eone.service import METHODS, Eone
from synctui.practice.faults import Faults, Fired
from synctui.practice.injection import Work, inject
from synctui.practice.limit import HOURLY_CALLS, RollingHour
from synctui.practice.received import Received, masked
from synctui.practice.smartsimple import FUNCTIONS, SmartSimple, operation_of
from synctui.practice.switches import Switches
from synctui.practice.updates import Updates, shape_of

Clock = Callable[[], datetime]
"""Now: aware, UTC."""


def system_clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class Services:
    """SmartSimple, Celigo, eOne and its login host, their data, faults and the log of what they received."""

    def __init__(
        self, faults: str = "", clock: Clock = system_clock, *, grants: int = GRANT_COUNT, contacts: int = CONTACT_COUNT
    ) -> None:
        self._clock = clock
        self._log: list[Received] = []
        self.faults = Faults(clock, faults)
        self.switches = Switches()
        self.tables = Tables(grants)
        self.hour = RollingHour(clock)
        self.runs = Runs(clock)
        self.accounts = Accounts(clock)
        self.updates = Updates(self.tables, self.switches, clock)
        self.smartsimple = SmartSimple(self.tables, self.hour, self.switches, self.updates)
        self.eone = Eone(self.accounts, self.runs, self.tables, self.switches)
        self.celigo = Celigo(clock, self._serve, contacts)
        self.app = Starlette(routes=[*control_routes(self), *self.celigo.routes(), *self._routes()])

    @property
    def received(self) -> tuple[Received, ...]:
        """What the services received, oldest first."""
        return tuple(self._log)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Documents that the eOne target applied, oldest first: what happened, whatever the client was told."""
        return tuple(self.runs.effects)

    def reset(self) -> None:
        """Data, target, logs, faults and switches as at the start; the address and the tokens stay."""
        self.tables.reset()
        self.runs.reset()
        self.updates.reset()
        self.celigo.reset()
        self.hour.forget()
        self.hour.limit = HOURLY_CALLS
        self.faults.clear()
        self.faults.log.clear()
        self._log.clear()
        for name, value in Switches().as_dict().items():
            self.switches.set(name, value)

    def _routes(self) -> list[Route]:
        verbs = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        return [
            Route("/smartsimple/API/{version:int}/{record}", self._smartsimple, methods=verbs),
            Route("/smartsimple/API/{version:int}/{record}/", self._smartsimple, methods=verbs),
            Route("/{service}/{path:path}", self._named, methods=verbs),
        ]

    async def _smartsimple(self, request: Request) -> Response:
        version, record = request.path_params["version"], request.path_params["record"]
        if request.method not in ("GET", "POST") or version not in (1, 2):
            return Response("", 404)
        body = await request.body()
        parameters = await _form(request) if request.method == "POST" else dict(request.query_params)
        function = FUNCTIONS.get(parameters.get("apitoken", ""))
        return await self._serve(
            request,
            operation_of(function),
            lambda fault: self.smartsimple.answer(record, parameters, fault),
            call=function.action if function else "",
            function=function.caption if function else "",
            shape=shape_of(parameters.get("jsonrset", "")),
            parameters=masked(parameters),
            body_bytes=len(body),
        )

    async def _named(self, request: Request) -> Response:
        """eOne and its login host: paths are compared ignoring case."""
        service, path = request.path_params["service"].lower(), request.path_params["path"].strip("/").lower()
        if service == "login" and path == "v1/public-key" and request.method == "POST":
            return await self._serve(request, "login.key", lambda _fault: self._public_key())
        if service == "eone" and path.startswith("api/"):
            return await self._eone(request, path.removeprefix("api/"))
        return Response("", 404)

    def _public_key(self) -> Response:
        return Response(f'"{key_pair().public_xml}"', media_type="application/json")

    async def _eone(self, request: Request, name: str) -> Response:
        query = dict(request.query_params)
        accept, body = request.headers.get("accept", ""), await request.body()
        call = self.eone.understand(name, request.method, str(request.url), query, accept, body)
        method = METHODS.get(name)
        return await self._serve(
            request,
            method.place if method else "eone",
            lambda fault: self.eone.answer(call, fault),
            call=method.name if method else name,
            function=call.map.map_id if call.map else "",
            shape=call.shape,
            rows=call.push.table.rows if call.push else (),
            variables=dict(call.variables or {}),
            parameters=masked(query),
            body_bytes=len(body),
        )

    async def _serve(self, request: Request, place: str, work: Work, **told: Any) -> Response:
        fault = self.faults.take(place)
        self._log.append(self._received(request, place, fault, told))
        return await inject(fault, work)

    def _received(self, request: Request, place: str, fault: Fired | None, told: dict[str, Any]) -> Received:
        return Received(
            service=place.partition(".")[0],
            operation=place,
            time=self._clock(),
            method=request.method,
            path=request.url.path,
            fault=fault.name if fault else "",
            **told,
        )


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; a body of another kind is no request at all."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return {name: str(value) for name, value in (await request.form()).items()}
