"""What a fault does to a call: before its work, after it, or in place of its answer."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.background import BackgroundTask
from starlette.responses import Response

from synctui.practice.faults import Fired
from synctui.practice.relay import WIRE_HEADER

Work = Callable[[Fired | None], Response]
"""Does what the call asks for and answers; a fault in the data itself (moving, miscount) is handed in."""

PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>\n"


async def inject(fault: Fired | None, work: Work) -> Response:
    """Answer a call that meets this fault, or none."""
    handler = HANDLERS.get(fault.name) if fault else None
    if fault is None or handler is None:
        return work(fault)
    return await handler(work, fault.value)


def page(status: int, title: str) -> Response:
    """A page of HTML, as a proxy writes it."""
    return Response(PAGE.format(title), status, media_type="text/html")


def server_error() -> Response:
    """What ASP.NET Web API answers after an unhandled exception (the framework's default)."""
    return Response('{"Message":"An error has occurred."}', 500, media_type="application/json")


def _wire(response: Response, order: str) -> Response:
    response.headers[WIRE_HEADER] = order
    return response


def _instead(make: Callable[[float], Response]) -> Callable[[Work, float], Awaitable[Response]]:
    async def handler(_work: Work, value: float) -> Response:
        return make(value)

    return handler


def _after(change: Callable[[Response, float], Response]) -> Callable[[Work, float], Awaitable[Response]]:
    async def handler(work: Work, value: float) -> Response:
        return change(work(None), value)

    return handler


async def _slow(work: Work, value: float) -> Response:
    response = work(None)
    await asyncio.sleep(value)
    return response


async def _late(work: Work, value: float) -> Response:
    async def effect() -> None:
        await asyncio.sleep(value)
        work(None)

    return _wire(Response(background=BackgroundTask(effect)), "close")


def _truncated(response: Response, _value: float) -> Response:
    half = bytes(response.body)[: len(response.body) // 2]
    return Response(half, response.status_code, media_type=response.media_type)


def _odd_type(response: Response, _value: float) -> Response:
    return Response(bytes(response.body), response.status_code, {"content-type": "image/png; charset=utf-16"})


def _bomb(megabytes: float) -> Response:
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    return Response(gzip_bomb(int(megabytes)), headers=headers)


def _deep(depth: float) -> Response:
    return Response("[" * int(depth) + "]" * int(depth), media_type="application/json")


def _retry_after(status: int) -> Callable[[float], Response]:
    return lambda value: Response("", status, {"retry-after": str(int(value))})


@lru_cache(maxsize=2)
def gzip_bomb(megabytes: int) -> bytes:
    """One gzip member of blanks: about a thousandth of what it inflates to.

    A fully flushed deflate block stands alone, so one compressed megabyte is repeated instead of compressed again.
    """
    blanks = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(blanks, check)
    size = len(blanks) * megabytes % 2**32
    head = b"\x1f\x8b\x08" + bytes(5) + b"\x02\xff"
    return head + block * megabytes + packer.flush() + check.to_bytes(4, "little") + size.to_bytes(4, "little")


HANDLERS: dict[str, Callable[[Work, float], Awaitable[Response]]] = {
    "401": _instead(lambda _: Response("", 401)),
    "401_html": _instead(lambda _: page(401, "401 Unauthorized")),
    "empty": _instead(lambda _: Response("")),
    "empty_after": _after(lambda _response, _value: Response("")),
    "html": _instead(lambda _: page(502, "502 Bad Gateway")),
    "html_after": _after(lambda _response, _value: page(504, "504 Gateway Timeout")),
    "html200": _instead(lambda _: page(200, "Sign in to your company account")),
    "redirect": _instead(lambda _: Response("", 302, {"location": "https://elsewhere.example.test/"})),
    "500_before": _instead(lambda _: server_error()),
    "500_after": _after(lambda _response, _value: server_error()),
    "429": _instead(_retry_after(429)),
    "503": _instead(_retry_after(503)),
    "cut_before": _instead(lambda _: _wire(Response(), "close")),
    "cut_after": _after(lambda response, _value: _wire(response, "close")),
    "cut_answer": _after(lambda response, _value: _wire(response, "half")),
    "reset_after": _after(lambda response, _value: _wire(response, "reset")),
    "hang": _after(lambda response, value: _wire(response, f"hang={value}")),
    "late": _late,
    "slow": _slow,
    "truncated": _after(_truncated),
    "drip": _after(lambda response, value: _wire(response, f"drip={value}")),
    "gzip_bomb": _instead(_bomb),
    "deep": _instead(_deep),
    "content_type": _after(_odd_type),
}
