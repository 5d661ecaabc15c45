from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from synctui.errors import (
    BadReply,
    BudgetSpent,
    ContentRefused,
    OutcomeUnknown,
    Refused,
    SettingsError,
    SignInRefused,
    SyncError,
    TimedOut,
    Unreachable,
)
from synctui.http.calls import Call, CallDone, Effect, Timing
from synctui.http.client import HttpClient
from synctui.http.gate import Gate, OpenGate
from synctui.http.transport import system_transport

URL = "https://api.example.test/base"
QUICK = Timing(connect=0.2, deadline=0.2, attempts=4, total=2.0, pause=0.001)
READ = Call("list", "/list", Effect.READ)
SEND = Call("run", "/run", Effect.SEND)


class Server:
    """Answers with what it is given, one after another, the last one for ever; counts what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[], httpx.Response]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


def client(
    server: Callable[[httpx.Request], httpx.Response],
    *,
    gate: Gate | None = None,
    timing: Timing = QUICK,
    on_call: Callable[[CallDone], None] | None = None,
) -> HttpClient:
    return HttpClient(URL, gate=gate, transport=httpx.MockTransport(server), timing=timing, on_call=on_call)


async def failure(server: Server, call: Call) -> SyncError:
    with pytest.raises(SyncError) as caught:
        await client(server).call(call)
    return caught.value


# -- where calls may go


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.test",
        "ftp://api.example.test",
        "api.example.test",
        "https://user:word@api.example.test",
        "https://api.example.test/?token=x",
        "http://127.0.0.1.example.test",
        "",
    ],
)
def test_only_https_or_loopback_is_spoken_to(url: str) -> None:
    with pytest.raises(SettingsError, match="https") as caught:
        HttpClient(url)
    assert caught.value.hint


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://localhost:1", "https://api.example.test/"])
def test_https_and_loopback_are_accepted(url: str) -> None:
    assert HttpClient(url, transport=httpx.MockTransport(Server(httpx.Response(200)))).host


async def test_the_path_is_joined_to_the_base_without_doubling_slashes() -> None:
    server = Server(httpx.Response(200, text="ok"))
    reply = await client(server).call(Call("list", "/list/", Effect.READ, query={"mapKey": "a+b/c="}))
    assert reply.text == "ok"
    assert str(server.requests[0].url) == "https://api.example.test/base/list/?mapKey=a%2Bb%2Fc%3D"
    assert server.requests[0].headers["content-length"] == "0"


async def test_another_host_never_gets_a_call() -> None:
    server = Server(httpx.Response(200))
    with pytest.raises(Unreachable):
        await client(server, timing=Timing(attempts=1)).call(Call("x", "https://elsewhere.example.test/x", Effect.READ))
    assert server.requests == []


@pytest.mark.parametrize(("call", "expected"), [(READ, BadReply), (SEND, Refused)])
async def test_a_redirect_is_never_followed(call: Call, expected: type[SyncError]) -> None:
    server = Server(httpx.Response(302, headers={"Location": f"{URL}/elsewhere"}))
    error = await failure(server, call)
    assert type(error) is expected
    assert len(server.requests) == 1
    assert "proxy" in error.hint


async def test_no_cookie_is_sent_back() -> None:
    server = Server(lambda: httpx.Response(200, headers={"Set-Cookie": "session=abc; Path=/"}))
    http = client(server)
    await http.call(READ)
    await http.call(READ)
    assert "cookie" not in server.requests[1].headers


# -- what a failure means


@pytest.mark.parametrize(
    ("status", "read", "send"),
    [
        (400, Refused, ContentRefused),
        (401, SignInRefused, SignInRefused),
        (403, SignInRefused, SignInRefused),
        (404, Refused, Refused),
        (405, Refused, Refused),
        (408, Unreachable, OutcomeUnknown),
        (409, Refused, OutcomeUnknown),
        (413, Refused, ContentRefused),
        (415, Refused, ContentRefused),
        (422, Refused, ContentRefused),
        (429, BudgetSpent, BudgetSpent),
        (500, Unreachable, OutcomeUnknown),
        (502, Unreachable, OutcomeUnknown),
        (503, Unreachable, OutcomeUnknown),
        (504, Unreachable, OutcomeUnknown),
    ],
)
async def test_a_status_means_what_is_known_of_its_effect(
    status: int, read: type[SyncError], send: type[SyncError]
) -> None:
    for call, expected in ((READ, read), (SEND, send)):
        error = await failure(Server(httpx.Response(status)), call)
        assert type(error) is expected
        assert str(status) in error.message
        assert error.hint


@pytest.mark.parametrize(
    ("raised", "read", "send"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), Unreachable, Unreachable),
        (httpx.ConnectTimeout(""), Unreachable, Unreachable),
        (httpx.PoolTimeout(""), Unreachable, Unreachable),
        (httpx.ProxyError("403 Forbidden"), Unreachable, Unreachable),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), Unreachable, Unreachable),
        (httpx.WriteError(""), Unreachable, OutcomeUnknown),
        (httpx.WriteTimeout(""), TimedOut, OutcomeUnknown),
        (httpx.ReadError(""), Unreachable, OutcomeUnknown),
        (httpx.ReadTimeout(""), TimedOut, OutcomeUnknown),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), Unreachable, OutcomeUnknown),
        (httpx.DecodingError(""), Unreachable, OutcomeUnknown),
        (OSError("anything"), Unreachable, OutcomeUnknown),
    ],
)
async def test_a_broken_connection_means_what_is_known_of_its_effect(
    raised: Exception, read: type[SyncError], send: type[SyncError]
) -> None:
    for call, expected in ((READ, read), (SEND, send)):
        error = await failure(Server(raised), call)
        assert type(error) is expected
        assert error.hint
        assert error.__cause__ is None
        assert error.__context__ is None


def test_every_failure_below_http_is_translated() -> None:
    from synctui.http.failures import network_failure

    for name in httpx.__all__:
        kind = getattr(httpx, name)
        if isinstance(kind, type) and issubclass(kind, httpx.TransportError):
            for call in (READ, SEND):
                assert isinstance(network_failure(call, "host", kind("x")), SyncError), name


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "no such host"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), "certificate"),
        (httpx.ConnectError("All connection attempts failed"), "refused"),
        (httpx.ConnectTimeout(""), "in time"),
        (httpx.ProxyError("407"), "proxy"),
    ],
)
async def test_the_sentence_names_the_cause(raised: Exception, words: str) -> None:
    error = await failure(Server(raised), READ)
    assert words in error.message
    assert "api.example.test" in error.message


# -- what is tried again


async def test_a_read_is_tried_again_until_it_answers() -> None:
    server = Server(httpx.ReadError(""), httpx.Response(503), httpx.Response(200, text="here"))
    assert (await client(server).call(READ)).text == "here"
    assert len(server.requests) == 3


async def test_a_read_is_tried_four_times_at_most() -> None:
    server = Server(httpx.Response(503))
    assert isinstance(await failure(server, READ), Unreachable)
    assert len(server.requests) == 4


async def test_a_read_is_not_tried_again_after_its_time_is_up() -> None:
    server = Server(httpx.Response(503))
    timing = Timing(attempts=100, total=0.1, pause=0.03)
    with pytest.raises(Unreachable):
        await client(server, timing=timing).call(READ)
    assert 1 < len(server.requests) < 20


async def test_all_attempts_of_a_read_together_end_in_time() -> None:
    later = httpx.Response(503, headers={"Retry-After": "1"})
    server = Server(later, lambda: httpx.Response(200, stream=Drip()))
    started = time.monotonic()
    with pytest.raises(TimedOut):
        await client(server, timing=Timing(deadline=1.1, total=1.2)).call(READ)
    assert 1 < time.monotonic() - started < 2
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 429])
async def test_a_read_that_was_understood_is_not_tried_again(status: int) -> None:
    server = Server(httpx.Response(status))
    await failure(server, READ)
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ReadTimeout(""), httpx.ConnectError("")])
async def test_a_send_leaves_once(answer: httpx.Response | Exception) -> None:
    server = Server(answer, httpx.Response(200, text="again"))
    await failure(server, SEND)
    assert len(server.requests) == 1


async def test_the_pause_that_the_other_side_asks_for_is_kept() -> None:
    server = Server(httpx.Response(503, headers={"Retry-After": "1"}), httpx.Response(200))
    started = time.monotonic()
    await client(server).call(READ)
    assert time.monotonic() - started >= 1


async def test_a_pause_longer_than_a_read_may_take_ends_it() -> None:
    server = Server(httpx.Response(503, headers={"Retry-After": "3600"}), httpx.Response(200))
    assert isinstance(await failure(server, READ), Unreachable)
    assert len(server.requests) == 1


async def test_a_spent_budget_names_the_time_when_it_is_free() -> None:
    error = await failure(Server(httpx.Response(429, headers={"Retry-After": "120"})), READ)
    assert isinstance(error, BudgetSpent)
    assert timedelta(seconds=115) < error.until - datetime.now(UTC) < timedelta(seconds=121)


def test_the_policy_is_a_required_argument() -> None:
    with pytest.raises(TypeError, match="effect"):
        Call("list", "/list")  # type: ignore[call-arg]


# -- time and size


class Drip(httpx.AsyncByteStream):
    """A body that comes byte by byte, each within any inactivity limit."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"["
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("call", "expected"), [(READ, TimedOut), (SEND, OutcomeUnknown)])
async def test_a_dripping_answer_ends_at_the_deadline(call: Call, expected: type[SyncError]) -> None:
    started = time.monotonic()
    http = client(Server(lambda: httpx.Response(200, stream=Drip())), timing=Timing(deadline=0.1, attempts=1))
    with pytest.raises(expected):
        await http.call(call)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(("effect", "expected"), [(Effect.READ, BadReply), (Effect.SEND, OutcomeUnknown)])
async def test_an_answer_is_cut_off_at_its_inflated_size(effect: Effect, expected: type[SyncError]) -> None:
    bomb = gzip.compress(bytes(300 * 1024 * 1024), 1)
    server = Server(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb)))
    with pytest.raises(expected, match="64 MB"):
        await client(server, timing=Timing()).call(Call("list", "/list", effect))


async def test_a_plain_answer_is_cut_off_at_its_size() -> None:
    server = Server(httpx.Response(200, content=bytes(2000)))
    with pytest.raises(BadReply, match="larger"):
        await client(server).call(Call("list", "/list", Effect.READ, max_body=1000))


async def test_a_packed_answer_is_unpacked() -> None:
    packed = httpx.ByteStream(gzip.compress("größer".encode()))
    server = Server(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=packed))
    assert (await client(server).call(READ)).text == "größer"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b"x" * 1000)[:-12]), ("gzip", b"not packed"), ("br", b"x"), ("gzip", b"")],
    ids=["cut", "not packed", "unknown", "empty"],
)
async def test_a_damaged_packing_is_a_bad_reply(encoding: str, body: bytes) -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(body))
    assert isinstance(await failure(Server(answer), READ), BadReply)


async def test_text_that_is_not_utf8_is_a_bad_reply() -> None:
    reply = await client(Server(httpx.Response(200, content=b"\xff\xfe{"))).call(READ)
    with pytest.raises(BadReply, match="UTF-8"):
        reply.json()


# -- the call budget, and who is told


class CountingGate(OpenGate):
    def __init__(self, grants: int = 100) -> None:
        super().__init__()
        self.grants = grants
        self.inside = 0
        self.spent = False

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        if not self.grants:
            raise BudgetSpent("spent", until=datetime.now(UTC))
        self.grants -= 1
        self.inside += 1
        yield
        self.inside -= 1

    def exhausted(self) -> None:
        self.spent = True


async def test_every_attempt_takes_a_slot() -> None:
    gate = CountingGate()
    server = Server(httpx.Response(503), httpx.Response(503), httpx.Response(200))
    await client(server, gate=gate).call(READ)
    assert gate.grants == 97
    assert not gate.spent


async def test_nothing_leaves_without_a_slot() -> None:
    server = Server(httpx.Response(200))
    with pytest.raises(BudgetSpent):
        await client(server, gate=CountingGate(0)).call(READ)
    assert server.requests == []


async def test_the_gate_is_told_when_the_other_side_says_stop() -> None:
    gate = CountingGate()
    with pytest.raises(BudgetSpent):
        await client(Server(httpx.Response(429)), gate=gate).call(READ)
    assert gate.spent


async def test_every_attempt_is_told_with_its_time() -> None:
    told: list[CallDone] = []
    server = Server(httpx.ReadError(""), httpx.Response(200))
    await client(server, on_call=told.append).call(READ)
    assert [(done.operation, done.status) for done in told] == [("list", 0), ("list", 200)]
    assert all(0 <= done.seconds < 1 for done in told)


# -- real sockets


@asynccontextmanager
async def counting_server() -> AsyncIterator[tuple[str, list[bytes]]]:
    heads: list[bytes] = []
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())  # type: ignore[arg-type]  # a handler runs in a task
        number = b"%d" % len(connections)
        try:
            while True:
                heads.append(number + b" " + await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()
        await asyncio.gather(*connections)


async def test_reads_share_a_connection_and_every_send_has_its_own() -> None:
    async with counting_server() as (url, heads):
        http = HttpClient(url)
        for call in (READ, READ, SEND, SEND):
            await http.call(call)
        await http.close()
    assert [head.split(b" ")[0] for head in heads] == [b"1", b"1", b"2", b"3"]
    assert b"connection: close" in heads[2].lower()
    assert b"connection: keep-alive" in heads[0].lower()


async def test_a_port_where_nobody_listens_cannot_be_reached() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    http = HttpClient(f"http://127.0.0.1:{port}", timing=QUICK)
    with pytest.raises(Unreachable, match="refused"):
        await http.call(SEND)
    await http.close()


def test_tls_uses_the_roots_of_this_machine() -> None:
    transport = system_transport(httpx.URL(URL), keep_alive=False)
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    assert "truststore" in type(transport._pool._ssl_context).__module__
