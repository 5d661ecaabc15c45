from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
from connector_fakes import QUICK, settings, tools

from synctui.connectors.smartsimple import SmartSimple, SmartSimpleSource
from synctui.errors import BadReply, BudgetSpent, Refused, RemoteError, SettingsError, SignInRefused, Unreachable
from synctui.http.gate import OpenGate

LIMIT = "Number of API Calls within the hour have reached the maximum limit, please try again later"
CONNECTION = {"url": "https://example.smartsimple.test", "companyid": "7", "alias": "e", "username": "u@example.test"}


class WatchedGate(OpenGate):
    def __init__(self) -> None:
        super().__init__()
        self.spent = 0

    def exhausted(self) -> None:
        self.spent += 1


def connection(answer: httpx.Response | Exception, gate: OpenGate | None = None) -> SmartSimple:
    def handler(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    given = settings("smartsimple", CONNECTION)
    return SmartSimple(given, tools(gate=gate), transport=httpx.MockTransport(handler), timing=QUICK)


async def failure(answer: httpx.Response | Exception, gate: OpenGate | None = None) -> RemoteError:
    query = msgspec.convert({"record": "levelone", "apitoken": "env:T"}, SmartSimpleSource)
    source = connection(answer, gate).source(query)
    with pytest.raises(RemoteError) as caught:
        _ = [page async for page in source.pages()]
    return caught.value


def styles(text: str) -> list[Any]:
    """Every way in which a text may come, since no document tells which one it is."""
    return [
        pytest.param({"json": {"message": {"error": text}}}, id="object in message"),
        pytest.param({"json": {"message": text}}, id="message"),
        pytest.param({"json": {"error": text.upper()}}, id="error"),
        pytest.param({"json": {"error": {"text": [text]}, "records": []}}, id="deep"),
        pytest.param({"json": text}, id="JSON text"),
        pytest.param({"text": text}, id="plain"),
        pytest.param({"html": f"<html><body>{text}</body></html>"}, id="page"),
    ]


@pytest.mark.parametrize("status", [200, 400, 403, 429, 500])
@pytest.mark.parametrize("body", styles(LIMIT))
async def test_the_limit_text_spends_the_budget_whatever_its_status(status: int, body: dict[str, Any]) -> None:
    gate = WatchedGate()
    error = await failure(httpx.Response(status, **body), gate)
    assert isinstance(error, BudgetSpent)
    assert "hourly" in error.message
    assert gate.spent == 1


@pytest.mark.parametrize("status", [200, 400, 404, 500])
@pytest.mark.parametrize(
    "text",
    [
        "Invalid API Token",
        "Invalid URL: URL should start with https://.",
        "Invalid API Request, request is empty or null",
        "Encountered error while processing other setting parameters",
        "Encountered error while processing record",
        "Encountered error while processing list",
        "Recordset does not exist",
    ],
)
async def test_a_refusal_text_is_a_refusal_whatever_its_status(status: int, text: str) -> None:
    for body in ({"json": {"message": {"error": text}}}, {"json": {"message": text}}, {"text": text}):
        error = await failure(httpx.Response(status, **body))
        assert isinstance(error, Refused)
        assert text in error.message
        assert error.hint


async def test_a_wrong_token_names_the_vendors_causes() -> None:
    error = await failure(httpx.Response(200, json={"message": {"error": "Invalid API Token"}}))
    assert "apitoken" in error.hint


@pytest.mark.parametrize("body", ["", "<html><body>Unauthorized</body></html>"])
async def test_a_401_names_the_vendors_causes(body: str) -> None:
    error = await failure(httpx.Response(401, text=body))
    assert type(error) is SignInRefused
    for cause in ("password", "API User", "companyid"):
        assert cause in error.hint


@pytest.mark.parametrize("body", ["", "  \r\n"])
async def test_an_empty_answer_names_the_vendors_causes(body: str) -> None:
    error = await failure(httpx.Response(200, text=body))
    assert type(error) is BadReply
    for cause in ("apitoken", "recordid", "record type"):
        assert cause in error.hint


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>Please sign in</body></html>",
        '{"message":{"allcount":1,"recordcount":1,"recordfr',
        "[]",
        "{}",
        '{"records":{}}',
        '{"records":[1]}',
        '{"message":{},"records":[]}',
        '{"message":[],"records":[]}',
        "null",
        "true",
        '"text"',
        "[" * 100_000,
    ],
)
async def test_an_answer_that_makes_no_sense_is_a_bad_reply(text: str) -> None:
    error = await failure(httpx.Response(200, text=text))
    assert type(error) is BadReply
    assert error.hint


async def test_a_page_of_html_points_to_a_proxy() -> None:
    assert "proxy" in (await failure(httpx.Response(200, html="<html></html>"))).hint


async def test_a_record_that_quotes_a_refusal_is_a_record() -> None:
    counts = {"allcount": 1, "recordcount": 1, "recordfrom": 1, "recordto": 1}
    body = {"message": counts, "records": [{"recordid": "1", "cf_Note": f"{LIMIT}; Invalid API Token"}]}
    query = msgspec.convert({"record": "levelone", "apitoken": "env:T"}, SmartSimpleSource)
    source = connection(httpx.Response(200, json=body)).source(query)
    assert [len(page.records) async for page in source.pages()] == [1]


async def test_a_host_that_is_not_there_is_unreachable() -> None:
    error = await failure(httpx.ConnectError("[Errno -2] Name or service not known"))
    assert type(error) is Unreachable
    assert "no such host" in error.message


# -- check


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text=""),
        httpx.Response(200, json={"message": {"error": "Invalid API Token"}}),
        httpx.Response(400, json={"message": {"error": "Invalid API Request, request is empty or null"}}),
        httpx.Response(200, json={"message": {}}),
    ],
)
async def test_any_answer_that_is_understood_proves_the_sign_in(answer: httpx.Response) -> None:
    result = await connection(answer).check()
    assert result.ok
    assert "example.smartsimple.test" in result.detail


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(401), SignInRefused),
        (httpx.Response(404), Refused),
        (httpx.Response(200, html="<html></html>"), BadReply),
        (httpx.Response(200, text=LIMIT), BudgetSpent),
        (httpx.ConnectError(""), Unreachable),
    ],
)
async def test_everything_else_does_not(answer: httpx.Response | Exception, expected: type[RemoteError]) -> None:
    with pytest.raises(expected):
        await connection(answer).check()


@pytest.mark.parametrize("url", ["http://example.smartsimple.test", "example.smartsimple.test"])
def test_an_instance_is_reached_over_https_only(url: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        SmartSimple(settings("smartsimple", CONNECTION | {"url": url}), tools())


def test_no_option_shows_its_secret() -> None:
    given = settings("smartsimple", CONNECTION | {"password": "hunter2"})
    assert "hunter2" not in repr(given)
    assert "companyid='7'" in repr(given)
    query = msgspec.convert({"record": "levelone", "apitoken": "T0K3N", "get_apitoken": "G3T"}, SmartSimpleSource)
    assert "T0K3N" not in repr(query) + repr(query.__rich_repr__())
    assert query.object_name == "levelone"
