"""The practice services with Celigo's among them, and raw calls of it as any client would send them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from synctui.practice import Practice
from synctui.practice.celigo.accounts import TOKEN
from synctui.practice.celigo.service import Celigo
from synctui.practice.control import control_routes
from synctui.practice.faults import Faults, Fired

FIXTURES = Path(__file__).parents[2] / "fixtures" / "celigo"


class PlannedFaults(Faults):
    """Faults for single calls, named one by one."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.planned: list[Fired] = []

    def plan(self, place: str, name: str, value: float = 0) -> None:
        self.planned.append(Fired(name, place, value, self._clock()))

    def take(self, place: str) -> Fired | None:
        for fired in self.planned:
            if fired.place == place:
                self.planned.remove(fired)
                self.log.append(fired)
                return fired
        return None


class CeligoPractice(Practice):
    """Serves Celigo beside the others."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock=clock, grants=1)
        self.celigo = Celigo(clock, self._serve)
        self.plans = PlannedFaults(clock)
        self.faults = self.plans
        self.app = Starlette(routes=[*control_routes(self), *self.celigo.routes(), *self._routes()])

    def reset(self) -> None:
        super().reset()
        self.plans.planned.clear()
        self.celigo.reset()


class Clock:
    def __init__(self, now: datetime) -> None:
        self.start = self.now = now

    def __call__(self) -> datetime:
        return self.now


class Caller:
    """Calls one region."""

    def __init__(self, practice: CeligoPractice, token: str = TOKEN, region: str = "celigo") -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.url = f"{practice.url}/{region}/v1"
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=5, trust_env=False)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        content = body if isinstance(body, str | bytes) else json.dumps(body if body is not None else {})
        return self.http.post(path, content=content, headers={"content-type": "application/json"})


def printed(name: str) -> Any:
    """A request or reply of the vendor's pages."""
    return json.loads(text_of(name))


def text_of(name: str) -> str:
    return (FIXTURES / name).read_text(encoding="utf-8")


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of a refusal with one error."""
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["message"]
