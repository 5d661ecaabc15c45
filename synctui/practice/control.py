"""What tests and demos in other processes ask the practice services for, under `/practice/`.

GET  /practice/received      what was received, oldest first
GET  /practice/effects       documents that the eOne target applied, oldest first
GET  /practice/updates       records that SmartSimple's Update applied, oldest first
GET  /practice/saved         what stands at the eOne target: MapKey -> rows
GET  /practice/counts        calls by operation, faults by place, calls of the hour, records by type
GET  /practice/settings      a ready synctui.toml
POST /practice/faults        a SPEC as the body: arms it; an empty body disarms all
POST /practice/switches      {"name": "choice"}; also {"hourly_calls": 1000}
POST /practice/records       {"record": "levelone", "edit": {id: {...}}, "add": [{...}], "delete": [id]}
POST /practice/reset         everything as at the start
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from synctui.practice.settings_text import settings_text

if TYPE_CHECKING:
    from synctui.practice.services import Services

Answer = Callable[["Services", Request], Awaitable[Response]]


def control_routes(services: Services) -> list[Route]:
    """Routes that read and change these services."""
    return [Route(f"/practice/{name}", _bound(services, answer), methods=[verb]) for verb, name, answer in CONTROLS]


def counts(services: Services) -> dict[str, Any]:
    """Totals of what happened so far."""
    return {
        "calls": dict(Counter(call.operation for call in services.received)),
        "faults": services.faults.counts,
        "effects": len(services.runs.effects),
        "runs": len(services.runs.history),
        "updates": len(services.updates.effects),
        "hour": {"used": services.hour.used, "limit": services.hour.limit, "refused": services.hour.refused},
        "records": {record: len(rows) for record, rows in services.tables.by_type.items()},
    }


def _bound(services: Services, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def handler(request: Request) -> Response:
        try:
            return await answer(services, request)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return handler


async def _received(services: Services, _request: Request) -> Response:
    return JSONResponse([call.as_json() for call in services.received])


async def _effects(services: Services, _request: Request) -> Response:
    return JSONResponse([effect.as_json() for effect in services.runs.effects])


async def _updates(services: Services, _request: Request) -> Response:
    return JSONResponse([effect.as_json() for effect in services.updates.effects])


async def _saved(services: Services, _request: Request) -> Response:
    saved = services.runs.saved.items()
    return JSONResponse({key: [row for rows in store.values() for row in rows] for key, store in saved})


async def _counts(services: Services, _request: Request) -> Response:
    return JSONResponse(counts(services))


async def _settings(_services: Services, request: Request) -> Response:
    return PlainTextResponse(settings_text(str(request.base_url).rstrip("/")))


async def _faults(services: Services, request: Request) -> Response:
    spec = (await request.body()).decode()
    if spec.strip():
        services.faults.arm(spec)
    else:
        services.faults.clear()
    return JSONResponse({"armed": len(services.faults.armed)})


async def _switches(services: Services, request: Request) -> Response:
    for name, value in (await request.json()).items():
        if name == "hourly_calls":
            services.hour.limit = int(value)
        else:
            services.switches.set(name, value)
    return JSONResponse(services.switches.as_dict())


async def _records(services: Services, request: Request) -> Response:
    return JSONResponse({"added": services.tables.change(**(await request.json()))})


async def _reset(services: Services, _request: Request) -> Response:
    services.reset()
    return JSONResponse({})


CONTROLS: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "received", _received),
    ("GET", "effects", _effects),
    ("GET", "updates", _updates),
    ("GET", "saved", _saved),
    ("GET", "counts", _counts),
    ("GET", "settings", _settings),
    ("POST", "faults", _faults),
    ("POST", "switches", _switches),
    ("POST", "records", _records),
    ("POST", "reset", _reset),
)
