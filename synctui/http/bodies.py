"""Reads an answer's body with a limit on what it inflates to."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from synctui.errors import BadReply

GZIP = 16 + zlib.MAX_WBITS


async def read_body(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Join raw chunks, inflating gzip, and stop as soon as `limit` bytes are passed. Raises BadReply."""
    if encoding in {"", "identity"}:
        return await _joined(chunks, limit)
    if encoding not in {"gzip", "x-gzip"}:
        raise BadReply(f"The answer is packed in a way that was not asked for ({encoding[:20]}).", PROXY)
    return await _inflated(chunks, limit)


async def _joined(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def _inflated(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    inflater = zlib.decompressobj(GZIP)
    try:
        async for chunk in chunks:
            body += inflater.decompress(chunk, limit + 1 - len(body))
            if len(body) > limit:
                raise _too_large(limit)
    except zlib.error:
        broken = BadReply("The packed answer is damaged.", "Try again.")
    else:
        if inflater.eof:
            return bytes(body)
        broken = BadReply("The packed answer was cut short.", "Try again.")
    raise broken


def _too_large(limit: int) -> BadReply:
    return BadReply(f"The answer is larger than {limit // 1024**2} MB.", "Ask for less at once: a smaller page_size.")


PROXY = "A proxy may have changed it: check your network."
