"""Raw calls of the practice services, as a client of any make would send them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from synctui.practice import Practice, smartsimple
from synctui.practice.eone import accounts

FIXTURES = Path(__file__).parent.parent / "fixtures" / "eone"
VENDORS = "9d3f7c1a-52be-4e08-a6f4-ac7700b1d9e2"
JOURNAL = "41b8e6d0-7f02-4d0a-9b55-ad1200c3f001"
STRICT = "c7a2d9f4-1b3e-4f60-8a11-ad1200c3f002"
SOURCE = "e0b5c8a1-6d2f-47d9-9c3e-ad1200c3f003"
REAL_TIME = "f3d1a7b2-8e4c-4b5a-b6d7-ad1200c3f004"


class Clock:
    def __init__(self, now: datetime = datetime(2025, 12, 14, 9, 30, 2, tzinfo=UTC)) -> None:
        self.start = self.now = now

    def __call__(self) -> datetime:
        return self.now

    def step(self, **units: float) -> None:
        self.now += timedelta(**units)


def fixture_bytes(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def fixture_json(name: str) -> Any:
    return json.loads(fixture_bytes(name))


class Caller:
    """Calls one Practice with its own credentials unless told otherwise."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.http = httpx.Client(base_url=practice.url, timeout=5, trust_env=False, verify=False)
        self._token = ""

    def form(self, **fields: Any) -> dict[str, str]:
        given = {
            "username": smartsimple.USERNAME,
            "password": smartsimple.PASSWORD,
            "companyid": smartsimple.COMPANY_ID,
            "alias": smartsimple.ALIAS,
            "apitoken": smartsimple.GRANTS_LIST.apitoken,
        } | fields
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}

    def smart(self, path: str = "/API/1/levelone/", **fields: Any) -> httpx.Response:
        return self.http.post(f"/smartsimple{path}", data=self.form(**fields))

    def listed(self, **fields: Any) -> Any:
        return self.smart(**fields).json()

    def ids(self, **fields: Any) -> list[str]:
        return [record["recordid"] for record in self.listed(**fields)["records"]]

    def public_key(self) -> str:
        answer: str = self.http.post("/login/v1/public-key").json()
        return answer

    def sign_in(self, company: str = accounts.TRIAL, **query: str) -> httpx.Response:
        given = {"email": accounts.USERNAME, "password": accounts.PASSWORD, "companyId": company} | query
        return self.http.post("/eone/API/GetToken", params=given)

    @property
    def token(self) -> str:
        if not self._token:
            self._token = self.sign_in().json()
        return self._token

    def eone(
        self, method: str, verb: str = "POST", body: bytes | None = None, accept: str = "application/json", **query: str
    ) -> httpx.Response:
        given = {"token": self.token} | query
        return self.http.request(verb, f"/eone/API/{method}", params=given, content=body, headers={"accept": accept})

    def push(self, *rows: dict[str, str], map_key: str = VENDORS, method: str = "RunMapDataTableWithErrors") -> Any:
        return self.eone(method, body=flat(*rows), mapKey=map_key).json()


def flat(*rows: dict[str, str]) -> bytes:
    """The rows as a flat body; names and values must need no escape."""
    cells = ["".join(f"<{name}>{value}</{name}>" for name, value in row.items()) for row in rows]
    return ("<RequestData>" + "".join(f"<Table>{row}</Table>" for row in cells) + "</RequestData>").encode()


def vendor(number: int, county: str = "ND") -> dict[str, str]:
    return {"VendorNo": f"V-{number}", "Vendor_x0020_Name": f"Vendor {number}", "County": county}


def line(batch: str, reference: str, amount: str = "10", account: str = "5100") -> dict[str, str]:
    names = ("Batch", "Reference", "Account", "Amount", "Description")
    return dict(zip(names, (batch, reference, account, amount, "text"), strict=True))
