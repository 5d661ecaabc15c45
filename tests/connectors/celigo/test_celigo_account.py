from __future__ import annotations

from typing import Any

import httpx
import pytest
from celigo_fakes import Server, opened, printed, reply

from synctui.connectors.celigo.resources import Resource, next_query
from synctui.errors import BadReply, BudgetSpent, Refused, SettingsError, SignInRefused

HOST = "https://api.integrator.io/v1"


# -- the check


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ({"_userId": "u", "scope": "*"}, "signed in at api.integrator.io"),
        ({"_userId": "u"}, "signed in at api.integrator.io"),
        ({"_userId": "u", "scope": "custom"}, "signed in at api.integrator.io, a custom token"),
    ],
)
async def test_the_check_asks_whose_token_it_is(answer: Any, detail: str) -> None:
    server = Server(answer)
    done = await opened(server).check()
    assert (done.ok, done.detail) == (True, detail)
    assert [(request.method, str(request.url)) for request in server.requests] == [("GET", f"{HOST}/tokenInfo")]


async def test_an_unknown_token_may_be_one_of_the_other_region() -> None:
    with pytest.raises(SignInRefused) as caught:
        await opened(Server(httpx.Response(401))).check()
    assert "valid in the other region?" in caught.value.hint


@pytest.mark.parametrize("answer", [{}, [], reply("OK"), reply("<html>"), httpx.Response(204)])
async def test_a_check_that_another_service_answers_is_a_bad_reply(answer: Any) -> None:
    with pytest.raises(BadReply):
        await opened(Server(answer)).check()


def test_an_address_in_the_clear_is_refused() -> None:
    with pytest.raises(SettingsError, match="https"):
        opened(Server({}), url="http://celigo.test")


async def test_no_secret_is_in_sight_of_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with pytest.raises(Refused) as caught:
        await opened(Server(httpx.Response(404))).check()
    frames = []
    trace = caught.tb
    while trace is not None:
        frames.append({name: repr(value) for name, value in trace.tb_frame.f_locals.items() if name != "server"})
        trace = trace.tb_next
    assert len(frames) > 3
    assert "my_api_token" not in f"{frames} {caplog.text}"


# -- lists


async def test_a_list_is_read_to_its_last_page_on_our_own_host() -> None:
    link = {"link": '<https://elsewhere.example.test/v1/exports?skip=2&limit=2>; rel="next"'}
    first = httpx.Response(200, json=[{"_id": "a", "name": "A"}, {"_id": "b"}], headers=link)
    last = {"link": '<https://api.integrator.io/v1/exports?skip=0&limit=2>; rel="prev"'}
    server = Server(first, httpx.Response(200, json=[{"_id": "c", "adaptorType": "HTTPExport"}], headers=last))
    found = await opened(server).exports()
    assert [entry.id for entry in found] == ["a", "b", "c"]
    assert [str(request.url) for request in server.requests] == [f"{HOST}/exports", f"{HOST}/exports?skip=2&limit=2"]


async def test_an_empty_list_has_no_body() -> None:
    assert await opened(Server(httpx.Response(204))).imports() == ()


async def test_a_list_without_a_link_header_has_one_page() -> None:
    server = Server([{"_id": "a"}])
    assert len(await opened(server).connections()) == len(server.requests) == 1


async def test_a_list_whose_pages_repeat_is_found_out() -> None:
    link = {"link": f'<{HOST}/imports?skip=1&limit=1>; rel="next"'}
    server = Server(lambda _request: httpx.Response(200, json=[{"_id": "a"}], headers=link))
    with pytest.raises(BadReply, match="read before"):
        await opened(server).imports()
    assert len(server.requests) == 2


async def test_what_is_told_of_a_resource() -> None:
    entries = [
        {"_id": "a", "name": "CRM", "type": "http", "offline": True},
        {"_id": "b", "name": "Back", "adaptorType": "HTTPImport", "_connectionId": "a", "type": "distributed"},
        {"_id": "c"},
    ]
    assert await opened(Server(entries)).connections() == (
        Resource("a", "CRM", "http", "", True),
        Resource("b", "Back", "HTTPImport", "a"),
        Resource("c", "", ""),
    )


async def test_the_vendors_connection_is_read_as_printed() -> None:
    found = await opened(Server(reply(f"[{printed('connection_response.json')}]"))).connections()
    assert (found[0].name, found[0].type, found[0].offline) == ("Slack API", "rest", False)


@pytest.mark.parametrize("answer", [{}, ["a"], reply(""), reply("[")])
async def test_a_list_that_is_none_is_a_bad_reply(answer: Any) -> None:
    with pytest.raises(BadReply):
        await opened(Server(answer)).connections()


async def test_a_custom_token_that_may_not_list() -> None:
    with pytest.raises(SignInRefused) as caught:
        await opened(Server(httpx.Response(403))).connections()
    assert "custom token" in caught.value.hint


async def test_a_limit_that_stays_ends_a_list() -> None:
    with pytest.raises(BudgetSpent):
        await opened(Server(httpx.Response(429, headers={"retry-after": "90"}))).exports()


@pytest.mark.parametrize(
    ("link", "query"),
    [
        ("", None),
        ('<https://h/v1/x?skip=2&limit=2>; rel="next"', {"skip": "2", "limit": "2"}),
        ("<https://h/v1/x?skip=2>; rel=next", {"skip": "2"}),
        ('<https://h/a?skip=0>; rel="prev", <https://h/a?skip=4>; rel="next"', {"skip": "4"}),
        ('<https://h/a?skip=4>; title="x"; rel="next", <https://h/a?skip=0>; rel="prev"', {"skip": "4"}),
        ('<https://h/a?skip=0>; rel="prev"', None),
        ("/v1/x?skip=2", None),
    ],
)
def test_the_next_page_in_a_link_header(link: str, query: dict[str, str] | None) -> None:
    assert next_query(link) == query


# -- ping


async def test_the_vendors_ping_as_printed() -> None:
    server = Server(reply(printed("ping_response.json")))
    assert (await opened(server).ping("554")).ok
    assert [(request.method, request.url.path) for request in server.requests] == [("GET", "/v1/connections/554/ping")]


@pytest.mark.parametrize("status", [404, 405])
async def test_a_ping_is_posted_where_it_cannot_be_got(status: int) -> None:
    server = Server(httpx.Response(status), {"code": 200})
    assert (await opened(server).ping("554")).ok
    assert [request.method for request in server.requests] == ["GET", "POST"]
    assert server.requests[1].content == b"{}"


async def test_a_connection_that_is_not_there() -> None:
    with pytest.raises(Refused, match="404"):
        await opened(Server(httpx.Response(404))).ping("554")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"errors": [{"code": 401, "message": "Bad credentials"}]}, "Bad credentials"),
        ({"code": 200, "errors": [{"code": 401}]}, "401"),
        ({"code": 500, "message": "It is down"}, "It is down"),
        (httpx.Response(422, json={"errors": [{"message": "Bad credentials"}]}), "Bad credentials"),
    ],
)
async def test_a_failed_ping_is_an_answer(answer: Any, says: str) -> None:
    done = await opened(Server(answer)).ping("554")
    assert not done.ok
    assert says in done.detail


@pytest.mark.parametrize("answer", [{}, {"code": "200"}, httpx.Response(204)])
async def test_a_ping_that_says_nothing_bad_is_good(answer: Any) -> None:
    assert (await opened(Server(answer)).ping("554")).ok
