"""The client of one connection: one call in, one whole answer out, every failure an error of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx

from synctui.errors import BudgetSpent, SettingsError
from synctui.http.bodies import read_body
from synctui.http.breaker import Breakers, Trial
from synctui.http.calls import MEGABYTE, Call, CallDone, Effect, Judge, Reply, Timing
from synctui.http.failures import network_failure, status_failure
from synctui.http.gate import Gate, OpenGate
from synctui.http.redaction import quiet_libraries
from synctui.http.retry import repeat_read
from synctui.http.transport import SECRETS, SecretParts, SecretTransport, safe_url, system_transport

HEADERS = {"User-Agent": "synctui", "Accept-Encoding": "gzip"}
MOST_BODY = 256 * MEGABYTE


class HttpClient:
    """Calls one host: https only (http on loopback), no redirects, no cookies kept, a deadline on every call."""

    def __init__(
        self,
        base_url: str,
        *,
        gate: Gate | None = None,
        breakers: Breakers | None = None,
        judge: Judge = lambda _reply: None,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing | None = None,
        on_call: Callable[[CallDone], None] | None = None,
    ) -> None:
        """Raises SettingsError for a URL that is neither https nor loopback. Sends nothing."""
        self._base = checked_url(base_url)
        self._gate = gate or OpenGate()
        self._breaker = (breakers or Breakers()).of(str(self._base), self._base.host)
        self._judge = judge
        self._timing = timing or Timing()
        self._on_call = on_call or (lambda _done: None)
        quiet_libraries()
        self._pools = {effect: self._pool(effect, transport) for effect in Effect}

    @property
    def host(self) -> str:
        """The host as messages name it."""
        return self._base.host

    async def call(self, call: Call) -> Reply:
        """Make one call; only a read is tried again, and only a read waits for a budget that was spent meanwhile.

        Raises Unreachable, TimedOut, SignInRefused, BudgetSpent, Refused; BadReply (reads) or OutcomeUnknown (sends).
        """
        while True:
            await self._gate.ready()
            try:
                with self._breaker.trial() as trial:
                    return await self._within(call, trial)
            except BudgetSpent as spent:
                if call.effect is Effect.SEND or not await self._gate.again(spent):
                    raise

    async def close(self) -> None:
        """Let go of sockets."""
        for pool in self._pools.values():
            await pool.aclose()

    def _pool(self, effect: Effect, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
        """Sends never reuse a connection: a stale one fails in a way that hides whether the call arrived."""
        inner = transport or system_transport(self._base, keep_alive=effect is Effect.READ)
        close = {"Connection": "close"} if effect is Effect.SEND else {}
        guarded = SecretTransport(inner, self._base.host)
        return httpx.AsyncClient(transport=guarded, headers=HEADERS | close, follow_redirects=False, trust_env=False)

    async def _within(self, call: Call, trial: Trial) -> Reply:
        """The call within its time, a read with its repetitions."""
        if call.effect is Effect.SEND:
            return await self._attempt(call, trial)
        try:
            async with asyncio.timeout(max(self._timing.total, self._seconds(call))):
                return await repeat_read(lambda: self._attempt(call, trial), self._timing)
        except TimeoutError as error:
            failure = network_failure(call, self._base.host, error)
        raise failure

    async def _attempt(self, call: Call, trial: Trial) -> Reply:
        async with self._gate.slot():
            trial.alive = False
            reply = await self._timed(call)
        trial.alive = reply.status < 500
        failure = self._judge(reply) or status_failure(reply)
        if isinstance(failure, BudgetSpent):
            self._gate.exhausted()
        if failure is not None:
            raise failure
        return reply

    async def _timed(self, call: Call) -> Reply:
        started, status = time.monotonic(), 0
        try:
            reply = await self._exchange(call)
            status = reply.status
            return reply
        finally:
            self._on_call(CallDone(call.operation, time.monotonic() - started, status))

    async def _exchange(self, call: Call) -> Reply:
        try:
            async with asyncio.timeout(self._seconds(call)):
                return await self._over_the_wire(call)
        except Exception as error:
            failure = network_failure(call, self._base.host, error)
        # Outside the handler, so that the foreign exception does not hang on ours.
        raise failure

    async def _over_the_wire(self, call: Call) -> Reply:
        pool = self._pools[call.effect]
        pool.cookies.clear()
        response = await pool.send(self._request(pool, call), stream=True)
        try:
            encoding = response.headers.get("Content-Encoding", "").strip().lower()
            body = await read_body(response.aiter_raw(), encoding, min(call.max_body, MOST_BODY))
        finally:
            await response.aclose()
        pause, link = _pause(response.headers.get("Retry-After")), response.headers.get("Link", "")
        return Reply(call, self._base.host, response.status_code, body, pause, link)

    def _request(self, pool: httpx.AsyncClient, call: Call) -> httpx.Request:
        deadline = self._seconds(call)
        return pool.build_request(
            call.method,
            call.path if "://" in call.path else f"{self._base}{call.path}",
            params=dict(call.query) or None,
            headers=dict(call.headers),
            content=call.content if call.form is None else None,
            timeout=httpx.Timeout(deadline, connect=min(self._timing.connect, deadline)),
            extensions={SECRETS: SecretParts(call.secret_query, call.form, call.secret_headers)},
        )

    def _seconds(self, call: Call) -> float:
        """How long one attempt may take."""
        return call.deadline or self._timing.deadline


def checked_url(text: str) -> httpx.URL:
    """The base URL, without a trailing slash. Raises SettingsError unless it is https, or http on loopback."""
    url = safe_url(text)
    if url is None:
        raise SettingsError(
            "The connection's url must be https, or http on this machine, and hold no user name or query.",
            "Correct `url` in synctui.toml.",
        )
    return url


def _pause(retry_after: str | None) -> float | None:
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
