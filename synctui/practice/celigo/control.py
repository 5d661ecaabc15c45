"""What tests and demos in other processes ask the Celigo service for, under `/practice/celigo/`.

GET  /practice/celigo/effects     records that the systems behind Celigo took, oldest first
GET  /practice/celigo/records     what stands in them now: path -> records
GET  /practice/celigo/counts      effects, refused calls of the bucket, records by path
POST /practice/celigo/switches    {"name": choice}; also {"bucket": 5} for the size of the bucket
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from synctui.practice.celigo.bucket import Bucket
from synctui.practice.celigo.replies import answer
from synctui.practice.celigo.switches import CeligoSwitches
from synctui.practice.celigo.tables import Tables


@dataclass(frozen=True, slots=True)
class Control:
    """What can be read and changed from outside."""

    tables: Tables
    bucket: Bucket
    switches: CeligoSwitches

    def routes(self) -> list[Route]:
        """The routes that the module's docstring lists."""
        found: dict[str, tuple[str, Callable[[Request], Awaitable[Response]]]] = {
            "effects": ("GET", self._effects),
            "records": ("GET", self._records),
            "counts": ("GET", self._counts),
            "switches": ("POST", self._switches),
        }
        return [Route(f"/practice/celigo/{name}", handler, methods=[verb]) for name, (verb, handler) in found.items()]

    async def _effects(self, _request: Request) -> Response:
        return answer([effect.as_json() for effect in self.tables.effects])

    async def _records(self, _request: Request) -> Response:
        return answer({path: list(table.rows.values()) for path, table in self.tables.by_path.items()})

    async def _counts(self, _request: Request) -> Response:
        records = {path: len(table.rows) for path, table in self.tables.by_path.items()}
        return answer({"effects": len(self.tables.effects), "refused": self.bucket.refused, "records": records})

    async def _switches(self, request: Request) -> Response:
        try:
            for name, value in (await request.json()).items():
                self._switch(name, value)
        except (ValueError, TypeError, AttributeError) as error:
            return answer({"error": str(error)}, 400)
        return answer(asdict(self.switches))

    def _switch(self, name: str, value: Any) -> None:
        if name == "bucket":
            self.bucket.size = float(value)
            self.bucket.refill()
        else:
            self.switches.set(name, value)
