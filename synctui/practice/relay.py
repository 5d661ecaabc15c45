"""The TCP front of the practice services: passes bytes on, and cuts, halves or drips an answer that says so.

The application marks an answer with the header `x-practice-wire`, which never reaches the client:
`close` (no byte is sent), `reset` (no byte, RST), `half` (half of the body, then closed), `drip=SECONDS` (a byte at a
time), `hang=SECONDS` (silence, then closed).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import struct

WIRE_HEADER = "x-practice-wire"
WIRE = re.compile(rb"\r\nx-practice-wire: ([^\r]*)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class Relay:
    """A loopback port whose connections are carried to another one."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen on 127.0.0.1; answers the port. Raises OSError when it is taken."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Stop listening and let go of every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._carry(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
        await _closed(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        requests = asyncio.ensure_future(_pump(reader, inner_writer))
        try:
            while await _answer(inner_reader, writer):
                pass
        finally:
            requests.cancel()
            await asyncio.gather(requests, return_exceptions=True)
            await _closed(inner_writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Carry one answer; False when the connection ends with it."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length.group(1))) if length else b""
    wire = WIRE.search(head)
    if wire is None:
        writer.write(head + body)
        await writer.drain()
        return True
    return await _misbehave(wire.group(1).decode(), WIRE.sub(b"", head), body, writer)


async def _misbehave(order: str, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bool:
    name, _, value = order.partition("=")
    match name:
        case "reset":
            _reset(writer)
        case "half":
            writer.write(head + body[: len(body) // 2])
            await writer.drain()
        case "hang":
            await asyncio.sleep(float(value))
        case "drip":
            await _drip(head, body, float(value), writer)
            return True
    return False


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN: a socket that lingers for no time throws away what is under way."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
    writer.transport.abort()


async def _drip(head: bytes, body: bytes, pause: float, writer: asyncio.StreamWriter) -> None:
    writer.write(head)
    for byte in body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(pause)
