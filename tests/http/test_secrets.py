from __future__ import annotations

import base64
import logging
import pickle
import traceback
from urllib.parse import quote

import httpx
import pytest

from synctui.errors import SyncError
from synctui.http.calls import Call, Effect, Timing
from synctui.http.client import HttpClient
from synctui.http.redaction import RedactingFilter, redact
from synctui.secret import Secret

CANARY = "c4n&ry+p%ss/w=rd"
FORMS = (CANARY, quote(CANARY, safe=""), quote(CANARY), base64.b64encode(CANARY.encode()).decode())
TIMING = Timing(attempts=1, deadline=0.5)


def call(effect: Effect = Effect.READ) -> Call:
    secret = Secret(CANARY)
    return Call(
        "sign-in", "/GetToken", effect, query={"mapKey": "1"}, secret_query={"token": secret}, form={"p": secret}
    )


def client(handler: httpx.MockTransport) -> HttpClient:
    return HttpClient("https://api.example.test", transport=handler, timing=TIMING)


def assert_clean(text: str) -> None:
    for form in FORMS:
        assert form not in text


async def test_the_other_side_receives_the_secret_in_query_and_form() -> None:
    seen: list[httpx.Request] = []
    handler = httpx.MockTransport(lambda request: seen.append(request) or httpx.Response(200))  # type: ignore[func-returns-value]
    await client(handler).call(call())
    assert seen[0].url.params["token"] == CANARY
    assert seen[0].url.params["mapKey"] == "1"
    assert httpx.QueryParams(seen[0].content.decode())["p"] == CANARY
    assert seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert int(seen[0].headers["content-length"]) == len(seen[0].content)


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize(
    "raised",
    [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), ValueError("x"), OSError("x")],
)
async def test_no_error_carries_the_secret(raised: Exception, effect: Effect) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        url = str(request.url)  # a local that a traceback with locals would show
        assert CANARY[:3] in url
        raise raised

    with pytest.raises(SyncError) as caught:
        await client(httpx.MockTransport(handler)).call(call(effect))
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert_clean("".join(told.format(chain=True)))
    assert_clean(repr(caught.value) + str(caught.value) + caught.value.hint)


async def test_an_answer_that_echoes_the_address_is_not_told() -> None:
    handler = httpx.MockTransport(lambda request: httpx.Response(500, text=str(request.url)))
    with pytest.raises(SyncError) as caught:
        await client(handler).call(call())
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert_clean("".join(told.format()))


async def test_no_log_line_carries_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    handler = httpx.MockTransport(lambda _request: httpx.Response(200))
    http = client(handler)
    for name in ("httpx", "httpcore"):  # without the second net
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).filters.clear()
    with caplog.at_level(logging.DEBUG):
        await http.call(call())
    assert "GetToken" in caplog.text
    assert_clean(caplog.text)
    HttpClient("https://api.example.test", transport=handler)
    assert logging.getLogger("httpx").level == logging.WARNING


def test_a_call_shows_no_secret_and_cannot_be_pickled() -> None:
    assert_clean(repr(call()))
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(call())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "POST https://h.example/api/GetToken?email=a&password=b HTTP/1.1",
            "POST https://h.example/api/GetToken?*** HTTP/1.1",
        ),
        ("apitoken=abc~&companyid=7", "apitoken=***&companyid=7"),
        ("{'password': 'abc', 'x': 1}", "{'password': '***', 'x': 1}"),
        ('"token": "abc"', '"token": "***"'),
        ("is it done? yes", "is it done? yes"),
    ],
)
def test_redaction_masks_queries_and_named_values(line: str, expected: str) -> None:
    assert redact(line) == expected


def test_the_filter_redacts_messages_arguments_and_tracebacks() -> None:
    try:
        raise ValueError(f"https://h.example/x?token={quote(CANARY)}")
    except ValueError as error:
        record = logging.LogRecord("x", 10, "f", 1, "call %s", ("/validate?token=abc",), (ValueError, error, None))
    assert RedactingFilter().filter(record)
    assert_clean(logging.Formatter().format(record))
    assert "abc" not in logging.Formatter().format(record)
