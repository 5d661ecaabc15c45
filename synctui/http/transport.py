"""The line below which secrets join a request: nothing above it ever holds a URL or a body with a secret in it."""

from __future__ import annotations

import ssl
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import truststore

from synctui.secret import Secret

SECRETS = "synctui.secrets"
"""The request extension under which `SecretParts` travel down."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class SecretParts:
    """What the transport adds to a request."""

    query: Mapping[str, Secret] = field(default_factory=dict)
    form: Mapping[str, str | Secret] | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)


class SecretTransport(httpx.AsyncBaseTransport):
    """Adds secrets to requests for one host, and lets no exception out that still holds them."""

    def __init__(self, inner: httpx.AsyncBaseTransport, host: str) -> None:
        self._inner = inner
        self._host = host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with its secret parts; foreign frames are cut off whatever ends it, cancelling too."""
        try:
            answer = await self._inner.handle_async_request(self._complete(request))
        except BaseException as error:
            failure = error
        else:
            # A response of our own, on which nothing of the completed request hangs.
            return httpx.Response(
                answer.status_code, headers=answer.headers, stream=answer.stream, extensions=answer.extensions
            )
        raise failure.with_traceback(None) from None

    def _complete(self, request: httpx.Request) -> httpx.Request:
        parts = request.extensions.get(SECRETS, SecretParts())
        extensions = {name: value for name, value in request.extensions.items() if name != SECRETS}
        if request.url.host != self._host:
            raise httpx.UnsupportedProtocol("the request is not for this connection's host")
        url = request.url.copy_merge_params({name: value.reveal() for name, value in parts.query.items()})
        headers = httpx.Headers(request.headers)
        headers.update({name: value.reveal() for name, value in parts.headers.items()})
        if parts.form is None:
            stream = request.stream
            return httpx.Request(request.method, url, headers=headers, stream=stream, extensions=extensions)
        headers.pop("Content-Length", None)
        fields = {name: v.reveal() if isinstance(v, Secret) else v for name, v in parts.form.items()}
        return httpx.Request(request.method, url, headers=headers, data=fields, extensions=extensions)

    async def aclose(self) -> None:
        """Close the sockets."""
        await self._inner.aclose()


def system_transport(url: httpx.URL, *, keep_alive: bool) -> httpx.AsyncBaseTransport:
    """A transport that trusts the machine's own TLS roots and goes through its proxy, except to loopback."""
    limits = httpx.Limits(max_keepalive_connections=None if keep_alive else 0)
    roots = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncHTTPTransport(verify=roots, limits=limits, proxy=_proxy(url), trust_env=False)


def _proxy(url: httpx.URL) -> str | None:
    if url.host in LOOPBACK or urllib.request.proxy_bypass(url.host):
        return None
    known = urllib.request.getproxies()
    return known.get(url.scheme) or known.get("all")


def safe_url(text: str) -> httpx.URL | None:
    """The URL when it is https, or http on loopback, and holds no user, query or fragment; else None."""
    parts = urllib.parse.urlsplit(text)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    allowed = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return httpx.URL(text.rstrip("/")) if allowed and plain and parts.hostname else None
