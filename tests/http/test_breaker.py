"""An instance in trouble is left alone for a minute, and nothing that left is told otherwise than it is."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from synctui.errors import BudgetSpent, OutcomeUnknown, Refused, SyncError, Unreachable
from synctui.http.breaker import FAILURES, PAUSE, Breaker, Breakers
from synctui.http.calls import Call, Effect, Timing
from synctui.http.client import HttpClient

READ, SEND = Call("list", "/list", Effect.READ), Call("run", "/run", Effect.SEND)
ONCE = Timing(connect=0.2, deadline=0.2, attempts=1, total=1.0, pause=0.001)


class Host:
    """Answers as it is told to; its breaker's clock stands still."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.answer: httpx.Response | Exception = httpx.Response(200)
        self.requests = 0
        self.breakers = Breakers()
        self.breakers.of("https://api.example.test", "api.example.test", lambda: self.seconds)
        self.client = self.another()

    def another(self, url: str = "https://api.example.test") -> HttpClient:
        return HttpClient(url, transport=httpx.MockTransport(self._serve), timing=ONCE, breakers=self.breakers)

    def _serve(self, _request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def fails(self, answer: httpx.Response | Exception, call: Call = READ) -> SyncError:
        self.answer = answer
        with pytest.raises(SyncError) as caught:
            await self.client.call(call)
        return caught.value


@pytest.fixture
def host() -> Host:
    return Host()


TROUBLE = [httpx.ConnectError(""), httpx.ReadTimeout(""), httpx.ReadError(""), httpx.Response(503)]


@pytest.mark.parametrize("call", [READ, SEND], ids=["read", "send"])
@pytest.mark.parametrize("trouble", TROUBLE, ids=["connect", "timeout", "broken", "503"])
async def test_five_failures_in_a_row_leave_the_instance_alone(
    trouble: httpx.Response | Exception, call: Call, host: Host
) -> None:
    for _ in range(FAILURES):
        told = await host.fails(trouble, call)
        assert isinstance(told, (Unreachable, OutcomeUnknown))
        assert "left alone" not in told.message
    error = await host.fails(trouble, SEND)
    assert host.requests == FAILURES
    assert type(error) is Unreachable, "nothing was sent, so nothing is in doubt"
    assert "left alone until" in error.message
    assert error.hint


async def test_a_row_of_failures_ends_with_one_answer(host: Host) -> None:
    for answer in [*[httpx.Response(503)] * 4, httpx.Response(404), *[httpx.Response(503)] * 4]:
        await host.fails(answer)
    host.answer = httpx.Response(200)
    assert (await host.client.call(READ)).status == 200
    assert host.requests == 10


async def test_one_call_finds_out_whether_it_is_well_again(host: Host) -> None:
    for _ in range(FAILURES):
        await host.fails(httpx.Response(503))
    host.seconds = PAUSE - 0.1
    await host.fails(httpx.Response(503))
    assert host.requests == FAILURES
    host.seconds = PAUSE
    await host.fails(httpx.Response(503))
    assert host.requests == FAILURES + 1
    await host.fails(httpx.Response(503))
    assert host.requests == FAILURES + 1, "the probe failed: another minute"
    host.seconds = 2 * PAUSE
    host.answer = httpx.Response(200)
    await host.client.call(READ)
    await host.client.call(READ)
    assert host.requests == FAILURES + 3


def test_while_one_call_finds_out_all_others_fail_at_once() -> None:
    now = 0.0
    breaker = Breaker("host", lambda: now)
    for _ in range(FAILURES):
        with pytest.raises(Unreachable), breaker.trial():
            raise Unreachable("no route")
    now = PAUSE
    with breaker.trial(), pytest.raises(Unreachable, match="left alone"), breaker.trial():
        raise AssertionError("a second probe")
    with breaker.trial() as trial:
        assert not trial.alive


async def test_connections_to_one_instance_share_what_is_known_of_it(host: Host) -> None:
    for _ in range(FAILURES):
        await host.fails(httpx.Response(503))
    with pytest.raises(Unreachable, match="left alone"):
        await host.another().call(READ)
    host.answer = httpx.Response(200)
    assert (await host.another("https://other.example.test").call(READ)).status == 200


async def test_a_spent_budget_and_a_refusal_are_no_trouble(host: Host) -> None:
    for _ in range(FAILURES):
        assert isinstance(await host.fails(httpx.Response(429)), BudgetSpent)
        assert isinstance(await host.fails(httpx.Response(404)), Refused)
    assert host.requests == 2 * FAILURES


async def test_a_call_that_no_budget_grants_says_nothing_of_the_instance() -> None:
    breaker = Breaker("host")
    for _ in range(FAILURES + 1):
        with pytest.raises(BudgetSpent), breaker.trial():
            raise BudgetSpent("spent", until=datetime.now(UTC))
    with breaker.trial() as trial:
        assert not trial.alive
