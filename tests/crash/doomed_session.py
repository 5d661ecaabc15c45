"""A push of a real workbook over real sockets in a process of its own, which kills itself at a named point."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import time
from asyncio.selector_events import _SelectorSocketTransport  # where a request leaves is nowhere public
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import doomed_desk
from doomed_desk import DoomedWorkbook

from synctui import cli, settings
from synctui.connectors import MODULES, kind
from synctui.errors import SyncError, UsageError
from synctui.planning.planner import PushOptions
from synctui.session import Session, open_file
from synctui.store.journal import Journal

BUSY = "is sending to"


@dataclass
class Doom(doomed_desk.Doom):
    """Also knows when a batch is on its way, can sleep instead of dying, and can fill the disk."""

    point: str = ""
    sleeps: Path | None = None
    """Stop here instead of dying, and leave this file as a sign of it."""
    full: str = ""
    """A point within a transaction after which nothing can be written any more..."""
    full_hit: int = 1
    """... when it is passed for the n-th time."""
    sending: bool = field(default=False, init=False)

    def reached(self, point: str) -> None:
        if self.sleeps and self.comes(point):
            self.sleeps.touch()
            os.kill(os.getpid(), signal.SIGSTOP)
            self.sleeps = None
            self.point = ""
        super().reached(point)
        self.sending = point in ("intended", "before it connects") or (self.sending and point != "answered")
        if point == self.full and self.passed[point] == self.full_hit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


class DoomedLoop(asyncio.SelectorEventLoop):
    """An event loop with named points where a request of a push leaves and its answer comes."""

    def __init__(self, doom: Doom) -> None:
        super().__init__()
        self.doom = doom

    async def sock_connect(self, sock: Any, address: Any) -> None:
        if self.doom.sending:
            self.doom.reached("before it connects")
        await super().sock_connect(sock, address)

    def _make_socket_transport(self, sock: Any, protocol: Any, *arguments: Any, **more: Any) -> Any:
        wire = Wire(self.doom)
        return DoomedTransport(wire, self, sock, HalfRead(wire, protocol), *arguments, **more)


@dataclass
class Wire:
    """One connection."""

    doom: Doom
    sends: bool | None = None
    """Whether its request is that of a push, which alone asks for the connection's end; None before its head."""


class DoomedTransport(_SelectorSocketTransport):
    """Hands the body of a push to the system in two halves."""

    def __init__(self, wire: Wire, *arguments: Any, **more: Any) -> None:
        self._wire = wire
        super().__init__(*arguments, **more)

    def write(self, data: Any) -> None:
        wire, data = self._wire, bytes(data)
        if wire.sends is None:
            wire.sends = wire.doom.sending and b"connection: close" in data.lower()
        elif wire.sends and data:
            super().write(data[: len(data) // 2])
            wire.doom.reached("half the body sent")
            super().write(data[len(data) // 2 :])
            wire.doom.reached("body sent")
            return
        super().write(data)


class HalfRead:
    """Takes the answer to a push in two halves."""

    def __init__(self, wire: Wire, protocol: Any) -> None:
        self._wire, self._protocol = wire, protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    def data_received(self, data: bytes) -> None:
        half = len(data) // 2 if self._wire.sends else 0
        if half:
            self._protocol.data_received(data[:half])
            self._wire.doom.reached("half the answer read")
        self._protocol.data_received(data[half:])


@dataclass(frozen=True)
class Place:
    """What a process works with."""

    config: Path
    home: Path
    workbook: Path
    link: str

    def session(self, doom: Doom) -> Session:
        doom.reached("before the journal opens")
        return Session(
            settings.load(self.config, kind, MODULES), self.home, _journal=Journal(self.home, reached=doom.reached)
        )


async def push(place: Place, doom: Doom) -> None:
    async with place.session(doom) as session:
        workbook: Any = DoomedWorkbook(open_file(str(place.workbook)), doom)
        prepared = await session.plan(place.link, workbook, PushOptions(), lambda _name, _question: None)
        if not prepared.plan.rows:
            return
        doom.reached("confirmed")
        async for _ in session.push(prepared):
            pass


async def settle(place: Place, doom: Doom) -> None:
    """Tell that what is in doubt has arrived."""
    async with place.session(doom) as session:
        [run, *_] = session.runs()
        await session.settle(run.run_id, "arrived", open_file(str(place.workbook)))


async def wait_and_push(place: Place, doom: Doom) -> None:
    """Try again as long as another process pushes to the same target."""
    while True:
        try:
            await push(place, doom)
        except UsageError as error:
            if BUSY not in error.message:
                raise
            (place.home / "busy").touch()
            await asyncio.sleep(0.05)
        else:
            return


ACTS = {"push": push, "settle": settle, "wait": wait_and_push}


def main(act: str, place: Place, doom: Doom) -> None:
    """What the process does until it dies; what a user may meet is no traceback."""
    with asyncio.Runner(loop_factory=lambda: DoomedLoop(doom)) as runner, suppress(SyncError):
        runner.run(ACTS[act](place, doom))
    (place.home / "passed.json").write_text(json.dumps(doom.passed))


def command(place: Place, told: Path, *arguments: str) -> None:
    """The whole program with its own Ctrl-C; `told` keeps what it says, and beside it when it ended."""
    output = os.open(told, os.O_CREAT | os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(place.config.parent)
    os.environ["SYNCTUI_HOME"] = str(place.home)
    try:
        cli.main([*arguments])
    finally:
        told.with_suffix(".ended").write_text(f"{time.time()}")
