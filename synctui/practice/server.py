"""The practice services on one loopback port: uvicorn behind a relay that can cut sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Self

import uvicorn

from synctui.practice.celigo.people import CONTACT_COUNT
from synctui.practice.data import GRANT_COUNT
from synctui.practice.relay import Relay
from synctui.practice.services import Clock, Services, system_clock
from synctui.practice.settings_text import settings_text


class Practice(Services):
    """The services while they listen: `async with Practice() as practice`, then `practice.url`.

    `faults` is a SPEC of `faults.py`. `clock` dates the hourly limit, tokens and runs. Raises ValueError for a SPEC
    that is not understood, OSError for a port that is taken.
    """

    def __init__(
        self,
        port: int = 0,
        faults: str = "",
        clock: Clock = system_clock,
        *,
        grants: int = GRANT_COUNT,
        contacts: int = CONTACT_COUNT,
    ) -> None:
        super().__init__(faults, clock, grants=grants, contacts=contacts)
        self.port = port
        """0 before the start: any free one."""

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self.port}"

    def settings_text(self) -> str:
        """A ready synctui.toml."""
        return settings_text(self.url)

    async def __aenter__(self) -> Self:
        inner = _inner_socket()
        self._server = _QuietServer(_config(self))
        self._serving = asyncio.ensure_future(self._server.serve([inner]))
        self._relay = Relay(inner.getsockname()[1])
        try:
            self.port = await self._relay.start(self.port)
        except OSError:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stop()

    async def _stop(self) -> None:
        await self._relay.stop()
        self._server.should_exit = True
        await self._serving


def _inner_socket() -> socket.socket:
    """Where uvicorn listens. asyncio sets TCP_NODELAY only where the protocol number says TCP; else 40 ms a call."""
    inner = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    inner.bind(("127.0.0.1", 0))
    return inner


class _QuietServer(uvicorn.Server):
    """Leaves signals to the program that it runs in."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _config(services: Services) -> uvicorn.Config:
    return uvicorn.Config(
        services.app,
        http="h11",
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=0,
    )


@contextmanager
def practice_in_thread(
    port: int = 0,
    faults: str = "",
    clock: Clock = system_clock,
    *,
    grants: int = GRANT_COUNT,
    contacts: int = CONTACT_COUNT,
) -> Iterator[Practice]:
    """The services in a thread and event loop of their own, for callers that are not async."""
    practice = Practice(port, faults, clock, grants=grants, contacts=contacts)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="practice services", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(practice.__aenter__(), loop).result(30)
        try:
            yield practice
        finally:
            asyncio.run_coroutine_threadsafe(practice.__aexit__(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
