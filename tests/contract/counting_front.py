"""A loopback port before the practice services that notes which requests came over which connection."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REQUEST_LINE = re.compile(rb"^(?:GET|POST|PUT) (\S+) HTTP/1\.1\r$", re.MULTILINE)


@dataclass
class Front:
    """Passes everything on; requests must be small enough to come in one piece."""

    upstream: int
    url: str = ""
    connections: list[list[str]] = field(default_factory=list)
    """Paths that were asked for, by connection."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        paths: list[str] = []
        self.connections.append(paths)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        await asyncio.gather(carry(reader, far_writer, paths), carry(far_reader, writer, []))


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, paths: list[str]) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            paths += [path.decode().partition("?")[0] for path in REQUEST_LINE.findall(data)]
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def counting_front(port: int) -> AsyncIterator[Front]:
    """A front of the services on this port; its clients must have let go of it before it ends."""
    front = Front(port)
    server = await asyncio.start_server(front.accept, "127.0.0.1", 0)
    front.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield front
        await asyncio.wait_for(asyncio.gather(*front.tasks), 5)
