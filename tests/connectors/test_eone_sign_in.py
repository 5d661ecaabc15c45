from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from connector_fakes import QUICK, MemoryTokens, fixture, settings, tools
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from synctui.connectors.base import Tools
from synctui.connectors.eone import Eone
from synctui.connectors.eone.sign_in import (
    expiry,
    hmac_password,
    keep_until,
    read_public_key,
    read_token,
    rsa_password,
)
from synctui.errors import BadReply, SettingsError, SignInRefused
from synctui.http.calls import Call, Effect, Reply
from synctui.secret import Secret

VENDORS_TOKEN = (
    "Um5UVHZsWU1XZ09xYzE1R3dOZXhNV0Jka25FcEg3L2ZtZjVMSkxIdEZsUT0jQjE2QkIzNTMtNTFFOC00MkNBLTgxRDEtNUVCQjA0QUIxMzQ5I0MzM"
    "zhDRUI1LTBEOTctNEU1Ny05MDU4LUNFN0NBRDNEODU2RCNFVEhBTi5TT1JFTlNPTkBFT05FU09MVVRJT05TLkNPTSMyMDIwLTEwLTAyVDA4OjA1OjE"
    "1Ljg2Ng=="
)
CONNECTION = {
    "url": "smartconnect.example.test/API/",
    "company": "6f0c1d52-8a1e-4c57-9f0b-2f4f6f1c7a10",
    "username": "dana@example.test",
    "login_url": "https://login.example.test",
}
TOKEN = "T" * 40


def reply(text: str) -> Reply:
    return Reply(Call("sign-in", "/GetToken", Effect.READ), "host", 200, text.encode())


# -- the three forms of the password


def test_the_hmac_form_gives_the_known_value() -> None:
    assert hmac_password(Secret("Sample-Passw0rd")).reveal() == "QUJFvxJz9nUc1vaANKdxLoPOpU4PdDvTKmLl7Dha+sk="


@pytest.mark.parametrize("bits", [1024, 2048])
@pytest.mark.parametrize("password", ["", "Sample-Passw0rd", "Größe & +%", "x" * 117])
def test_the_rsa_form_is_decrypted_by_another_library(bits: int, password: str) -> None:
    key = rsa.generate_private_key(65537, bits)
    public = key.public_key().public_numbers()
    sent = rsa_password(Secret(password), public.n, public.e).reveal()
    assert key.decrypt(base64.b64decode(sent), padding.PKCS1v15()).decode() == password
    assert len(base64.b64decode(sent)) == bits // 8
    assert sent != rsa_password(Secret(password), public.n, public.e).reveal()


def test_a_password_too_long_for_the_key_is_told() -> None:
    with pytest.raises(SettingsError, match="too long"):
        rsa_password(Secret("x" * 118), 1 << 1023, 65537)


def test_the_documented_public_key_is_read() -> None:
    modulus, exponent = read_public_key(reply(fixture("eone/public_key_response.json")))
    assert (modulus.bit_length(), exponent) == (1024, 65537)
    bare = json.loads(fixture("eone/public_key_response.json"))
    assert read_public_key(reply(bare)) == (modulus, exponent)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "<html/>",
        "<RSAKeyValue/>",
        "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
    ],
)
def test_what_is_no_public_key_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply):
        read_public_key(reply(text))


# -- the token


def test_a_token_tells_when_it_ends() -> None:
    assert expiry(Secret(VENDORS_TOKEN)) == datetime(2020, 10, 2, 8, 5, 15, 866000, UTC)
    fixture_token = read_token(reply(fixture("eone/gettoken_response.json")))
    assert expiry(fixture_token) == datetime(2026, 3, 14, 9, 26, 53, 589000, UTC)


def test_a_token_is_kept_until_a_day_before_its_end() -> None:
    now = datetime(2020, 7, 2, tzinfo=UTC)
    assert keep_until(Secret(VENDORS_TOKEN), now) == datetime(2020, 10, 1, 8, 5, 15, 866000, UTC)
    assert keep_until(Secret("opaque" * 9), now) == now + timedelta(days=1)


def test_a_token_comes_with_or_without_quotes() -> None:
    assert read_token(reply(f'"{VENDORS_TOKEN}"')).reveal() == VENDORS_TOKEN
    assert read_token(reply(f" {VENDORS_TOKEN}\r\n")).reveal() == VENDORS_TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        '""',
        '"short"',
        '"' + "x" * 20 + '"',
        "false",
        "{}",
        '{"Message":"The user is not known here"}',
        "<html><body>Sign in to continue</body></html>",
        '"cut',
        "Invalid user name or password.",
        "[1,2,3,4,5,6,7,8,9,10]",
    ],
)
def test_everything_else_is_a_refused_sign_in(text: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        read_token(reply(text))
    assert "company" in caught.value.hint


# -- the conversation


class Service:
    """GetToken, validate and GetMapList of one company."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.good = TOKEN
        self.refusal: httpx.Response = httpx.Response(401)
        self.token_answer: httpx.Response | None = None

    def paths(self) -> list[str]:
        return [request.url.path.rpartition("/")[2] for request in self.requests]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path == "/v1/public-key":
            return httpx.Response(200, text=fixture("eone/public_key_response.json"))
        if path == "/API/GetToken":
            return self.token_answer or httpx.Response(200, json=self.good)
        if path == "/API/validate":
            return httpx.Response(200, json=request.url.params["token"] == self.good)
        if request.url.params["token"] != self.good:
            return self.refusal
        return httpx.Response(200, text=fixture("eone/getmaplist_response.json"))


def connect(service: Service, handed: Tools | None = None, **changed: Any) -> Eone:
    given = settings("eone", CONNECTION | changed)
    return Eone(given, handed or tools(), transport=httpx.MockTransport(service), timing=QUICK)


async def test_the_rsa_form_asks_for_the_key_first() -> None:
    service = Service()
    result = await connect(service).check()
    assert service.paths() == ["public-key", "GetToken", "GetMapList"]
    assert [request.method for request in service.requests] == ["POST"] * 3
    assert service.requests[0].url.host == "login.example.test"
    asked = service.requests[1].url
    assert (asked.host, asked.path) == ("smartconnect.example.test", "/API/GetToken")
    assert asked.params["email"] == "dana@example.test"
    assert asked.params["companyId"] == "6f0c1d52-8a1e-4c57-9f0b-2f4f6f1c7a10"
    assert len(base64.b64decode(asked.params["password"])) == 128
    assert result.detail == "Signed in at smartconnect.example.test: 2 maps."


@pytest.mark.parametrize(
    ("form", "sent"), [("plain", "pa&s+w%rd"), ("hmac", hmac_password(Secret("pa&s+w%rd")).reveal())]
)
async def test_the_other_forms_ask_for_no_key(form: str, sent: str) -> None:
    service = Service()
    await connect(service, password_form=form).check()
    assert service.paths() == ["GetToken", "GetMapList"]
    assert service.requests[0].url.params["password"] == sent


async def test_a_refused_form_does_not_fall_back_to_another() -> None:
    service = Service()
    service.token_answer = httpx.Response(200, text="null")
    with pytest.raises(SignInRefused):
        await connect(service).check()
    assert service.paths() == ["public-key", "GetToken"]


async def test_a_token_is_kept_for_the_next_time() -> None:
    service, handed = Service(), tools()
    await connect(service, handed, password_form="plain").check()
    await connect(service, handed, password_form="plain").check()
    assert service.paths() == ["GetToken", "GetMapList", "GetMapList"]


async def test_a_token_belongs_to_its_host_company_and_user() -> None:
    service, handed = Service(), tools()
    for changed in ({}, {"company": "other"}, {"username": "x@example.test"}, {"url": "https://b.example.test/API"}):
        await connect(service, handed, password_form="plain", **changed).check()
    assert service.paths().count("GetToken") == 4


async def test_a_token_near_its_end_is_not_used() -> None:
    service, handed = Service(), tools()
    assert isinstance(handed.tokens, MemoryTokens)
    service.good = VENDORS_TOKEN
    await connect(service, handed, password_form="plain").check()
    await connect(service, handed, password_form="plain").check()
    assert service.paths().count("GetToken") == 2


@pytest.mark.parametrize("refusal", [httpx.Response(401), httpx.Response(403), httpx.Response(200, text="")])
async def test_a_refused_token_is_renewed_once(refusal: httpx.Response) -> None:
    service, handed = Service(), tools()
    connection = connect(service, handed, password_form="plain")
    await connection.check()
    service.good, service.refusal = "N" * 40, refusal
    assert (await connection.check()).ok
    assert service.paths().count("GetToken") == 2
    assert service.paths()[-1] == "GetMapList"


async def test_a_token_that_stays_refused_ends_it() -> None:
    service = Service()
    connection = connect(service, password_form="plain")
    service.token_answer = httpx.Response(200, json="W" * 40)
    with pytest.raises(SignInRefused):
        await connection.check()
    assert service.paths().count("GetToken") == 2
    assert service.paths().count("GetMapList") == 2


async def test_calls_at_once_sign_in_once() -> None:
    service = Service()
    connection = connect(service, password_form="plain")
    await asyncio.gather(*(connection.maps() for _ in range(5)))
    assert service.paths().count("GetToken") == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smartconnect.example.test/API", "https://smartconnect.example.test/API"),
        ("smartconnect.example.test/API/", "https://smartconnect.example.test/API"),
        ("https://smartconnect.example.test", "https://smartconnect.example.test"),
        ("http://127.0.0.1:8080/eone/API/", "http://127.0.0.1:8080/eone/API"),
    ],
)
def test_a_missing_scheme_means_https(url: str, expected: str) -> None:
    assert settings("eone", CONNECTION | {"url": url}).options.url == expected


def test_plain_http_is_for_this_machine_only() -> None:
    with pytest.raises(SettingsError, match="https"):
        Eone(settings("eone", CONNECTION | {"url": "http://smartconnect.example.test"}), tools())
