from __future__ import annotations

import base64
from datetime import UTC, datetime
from xml.etree import ElementTree

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from practice_calls import REAL_TIME, VENDORS, Caller, Clock, fixture_json

from synctui.practice import Practice
from synctui.practice.eone.accounts import LIVE, PASSWORD, TRIAL, USER_ID, USERNAME, add_months, hmac_password
from synctui.practice.eone.rsa import key_pair


def encrypted(public_xml: str, password: bytes) -> bytes:
    root = ElementTree.fromstring(public_xml)
    modulus, exponent = (
        int.from_bytes(base64.b64decode(root.findtext(name) or ""), "big") for name in ("Modulus", "Exponent")
    )
    return rsa.RSAPublicNumbers(exponent, modulus).public_key().encrypt(password, padding.PKCS1v15())


def decoded(token: str) -> list[str]:
    return base64.b64decode(token).decode().split("#")


def test_the_public_key_is_a_json_string_of_rsa_1024(call: Caller) -> None:
    sample = ElementTree.fromstring(fixture_json("public_key_response.json"))
    key = ElementTree.fromstring(call.public_key())
    assert [child.tag for child in key] == [child.tag for child in sample]
    assert key.findtext("Exponent") == sample.findtext("Exponent") == "AQAB"
    lengths = [len(base64.b64decode(node.findtext("Modulus") or "")) for node in (key, sample)]
    assert lengths == [128, 128]


def test_the_key_pair_decrypts_what_another_library_encrypts() -> None:
    keys = key_pair()
    assert keys.modulus.bit_length() == 1024
    for message in (b"x", b"Sample-Passw0rd", bytes(range(117))):
        assert keys.decrypt(encrypted(keys.public_xml, message)) == message
    with pytest.raises(ValueError, match="padding"):
        keys.decrypt(bytes(128))
    with pytest.raises(ValueError, match="long"):
        keys.decrypt(bytes(129))


def test_the_hmac_vector() -> None:
    assert hmac_password("Sample-Passw0rd") == "QUJFvxJz9nUc1vaANKdxLoPOpU4PdDvTKmLl7Dha+sk="
    url = httpx.URL("http://127.0.0.1/GetToken", params={"password": hmac_password("Sample-Passw0rd")})
    assert str(url).endswith("%2Bsk%3D")


def test_a_token_for_each_form_of_the_password(call: Caller, practice: Practice) -> None:
    cipher = base64.b64encode(encrypted(call.public_key(), PASSWORD.encode())).decode()
    forms = {"rsa": cipher, "hmac": hmac_password(PASSWORD), "plain": PASSWORD}
    assert all(len(call.sign_in(password=password).json()) > 100 for password in forms.values())
    for only in forms:
        practice.switches.set("sign_in_forms", only)
        taken = [name for name, password in forms.items() if call.sign_in(password=password).status_code == 200]
        assert taken == [only]


def test_a_token_has_the_form_of_the_vendors_sample(call: Caller, practice: Practice, clock: Clock) -> None:
    clock.now = datetime(2025, 12, 14, 9, 26, 53, 589_000, tzinfo=UTC)
    mac, company, user, email, expires = decoded(call.sign_in().json())
    sample = decoded(fixture_json("gettoken_response.json"))
    assert len(base64.b64decode(mac)) == len(base64.b64decode(sample[0])) == 32
    assert [company, user, expires] == [sample[1], sample[2], sample[4]]
    assert (company.lower(), user.lower(), email) == (TRIAL, USER_ID, USERNAME.upper())


def test_three_months_end_with_a_shorter_month() -> None:
    assert add_months(datetime(2024, 11, 30, 5, tzinfo=UTC), 3) == datetime(2025, 2, 28, 5, tzinfo=UTC)
    assert add_months(datetime(2025, 12, 14, tzinfo=UTC), 3) == datetime(2026, 3, 14, tzinfo=UTC)


def test_validate_is_a_json_boolean_until_the_token_expires(call: Caller, clock: Clock) -> None:
    assert call.eone("validate").json() is fixture_json("validate_response.json") is True
    assert call.http.post("/eone/API/validate", params={"token": "made up"}).json() is False
    clock.now = add_months(clock.start, 3)
    assert call.eone("validate").json() is False


def test_a_token_with_a_later_date_written_into_it_is_refused(call: Caller) -> None:
    parts = decoded(call.token)
    forged = base64.b64encode("#".join([*parts[:4], "2099-01-01T00:00:00.000"]).encode()).decode()
    assert call.http.post("/eone/API/validate", params={"token": forged}).json() is False


def test_an_expired_token_is_refused_with_401_or_an_empty_body(call: Caller, practice: Practice, clock: Clock) -> None:
    assert call.eone("GetMapList").status_code == 200
    clock.now = add_months(clock.start, 3)
    assert (call.eone("GetMapList").status_code, call.eone("GetMapList").content) == (401, b"")
    practice.switches.set("expired", "empty")
    assert (call.eone("GetMapList").status_code, call.eone("GetMapList").content) == (200, b"")


def test_the_token_expired_fault_ends_the_tokens_of_before_only(call: Caller, practice: Practice) -> None:
    before = call.token
    practice.faults.arm("eone.columns:token_expired*1")
    assert call.eone("GetMapColumns", mapKey=VENDORS).status_code == 401
    assert call.http.post("/eone/API/validate", params={"token": before}).json() is False
    after = call.sign_in().json()
    assert call.http.post("/eone/API/GetMapColumns", params={"token": after, "mapKey": VENDORS}).status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"email": "x@example.org"}, {"companyId": "no company"}])
@pytest.mark.parametrize(("style", "expected"), [("401", (401, "")), ("empty", (200, "")), ("null", (200, "null"))])
def test_a_refused_login_in_each_style(
    call: Caller, practice: Practice, wrong: dict[str, str], style: str, expected: tuple[int, str]
) -> None:
    practice.switches.set("refused_login", style)
    answer = call.sign_in(**wrong)
    assert (answer.status_code, answer.text) == expected


def test_the_company_list(call: Caller) -> None:
    query = {"email": USERNAME, "password": PASSWORD}
    assert call.http.post("/eone/API/GetCompanyList", params=query).json() == fixture_json(
        "getcompanylist_response.json"
    )


def test_a_token_of_one_company_opens_no_map_of_another(call: Caller, practice: Practice) -> None:
    live = call.sign_in(LIVE).json()
    answer = call.http.post("/eone/API/GetMapColumns", params={"token": live, "mapKey": VENDORS})
    assert (answer.status_code, answer.content) == (200, b"")
    practice.switches.set("wrong_map", "204")
    answer = call.http.post("/eone/API/GetMapColumns", params={"token": live, "mapKey": VENDORS})
    assert (answer.status_code, answer.content) == (204, b"")
    names = [item["MapId"] for item in call.http.post("/eone/API/GetMapList", params={"token": live}).json()]
    assert names == ["VENDORS FROM EXCEL", "VENDORS FROM EXCEL"]
    assert REAL_TIME not in call.eone("GetMapList").text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/eone/API/GetToken"),
        ("POST", "/EONE/api/gettoken"),
        ("POST", "/eone/Api/GETTOKEN/"),
    ],
)
@pytest.mark.parametrize("company_name", ["companyId", "companyID", "COMPANYID"])
def test_paths_and_query_names_ignore_case(call: Caller, method: str, path: str, company_name: str) -> None:
    query = {"Email": USERNAME, "passWord": PASSWORD, company_name: TRIAL.upper()}
    assert len(call.http.request(method, path, params=query).json()) > 100


def test_no_credential_in_what_was_received(call: Caller, practice: Practice) -> None:
    call.sign_in()
    call.eone("GetMapList")
    told = repr(practice.received)
    assert not any(secret in told for secret in (PASSWORD, USERNAME, call.token))
