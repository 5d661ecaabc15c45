"""Signs in to eOne SmartConnect: the password's three forms, and the token, kept until a day before it expires.

The vendor's REST API reference, Authentication; the PowerShell script of the vendor's blog for the HMAC form.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

from synctui.connectors.base import Tools
from synctui.connectors.eone.options import EoneConnection
from synctui.connectors.eone.xml_in import parse_xml
from synctui.errors import BadReply, SettingsError, SignInRefused
from synctui.http.calls import Call, Effect, Reply
from synctui.http.client import HttpClient
from synctui.http.json_text import parse_json
from synctui.secret import Secret

HMAC_KEY = "6clDgmNok3WtR8GKYW6N"
"""Published by the vendor: the form hides nothing, it is the password by another name."""
TOKEN = re.compile(r"[^\s<{\[]\S{20,}")
"""Longer than 20, and neither markup nor JSON."""
REFUSED = "Check username, password and company, and that the user's status is Active in eOne SmartConnect."


class SignIn:
    """Gets, keeps and renews the token of one user in one company."""

    def __init__(self, options: EoneConnection, tools: Tools, api: HttpClient, login: HttpClient) -> None:
        self._options = options
        self._tools = tools
        self._api = api
        self._login = login
        self._lock = asyncio.Lock()
        self._token: Secret | None = None
        self._name = f"eone {options.url} {options.company} {options.username}".lower()

    async def token(self) -> Secret:
        """The token that is known, else a new one. Raises RemoteError, SettingsError."""
        async with self._lock:
            self._token = self._tools.tokens.get(self._name) or self._token or await self._new_token()
            return self._token

    async def renew(self, refused: Secret) -> None:
        """Forget a token that was refused, unless another call has renewed it meanwhile."""
        async with self._lock:
            if self._token == refused:
                self._tools.tokens.drop(self._name)
                self._token = None

    async def valid(self, token: Secret) -> bool:
        """Whether the service still takes the token. Raises RemoteError."""
        reply = await self._api.call(
            Call("validate the token", "/validate", Effect.READ, secret_query={"token": token})
        )
        return reply.text.strip().lower() == "true"

    async def _new_token(self) -> Secret:
        query = {
            "email": Secret(self._options.username),
            "password": await self._password(),
            "companyId": Secret(self._options.company),
        }
        reply = await self._api.call(Call("sign-in", "/GetToken", Effect.READ, secret_query=query))
        token = read_token(reply)
        self._tools.tokens.put(self._name, token, keep_until(token, datetime.now(UTC)))
        return token

    async def _password(self) -> Secret:
        password = self._tools.password()
        if self._options.password_form == "plain":  # noqa: S105  # a form, no password
            return password
        if self._options.password_form == "hmac":  # noqa: S105
            return hmac_password(password)
        reply = await self._login.call(Call("public key", "/v1/public-key", Effect.READ))
        modulus, exponent = read_public_key(reply)
        return rsa_password(password, modulus, exponent)


def hmac_password(password: Secret) -> Secret:
    """The HMAC-SHA256 form, base64."""
    message = f"{password.reveal()}:{HMAC_KEY}".encode()
    return Secret(base64.b64encode(hmac.digest(HMAC_KEY.encode(), message, hashlib.sha256)).decode())


def rsa_password(password: Secret, modulus: int, exponent: int) -> Secret:
    """The RSA form (PKCS #1 v1.5, RFC 8017 section 7.2.1), base64. Raises SettingsError for a password too long."""
    size = (modulus.bit_length() + 7) // 8
    if len(password.reveal().encode()) > size - 11:
        raise SettingsError("The password is too long for the RSA form.", f"At most {size - 11} bytes fit.")
    message = password.reveal().encode()
    padding = bytes(1 + secrets.randbelow(255) for _ in range(size - 3 - len(message)))
    block = int.from_bytes(b"\x00\x02" + padding + b"\x00" + message, "big")
    return Secret(base64.b64encode(pow(block, exponent, modulus).to_bytes(size, "big")).decode())


def read_public_key(reply: Reply) -> tuple[int, int]:
    """Modulus and exponent of an `<RSAKeyValue>`, be it a JSON string or bare. Raises BadReply."""
    text = reply.text.strip()
    xml = parse_json(text, reply.name) if text.startswith('"') else text
    parts = {child.name: child.text for child in parse_xml(xml, reply.name).children}
    try:
        modulus, exponent = (
            int.from_bytes(base64.b64decode(parts[name], validate=True), "big") for name in ("Modulus", "Exponent")
        )
    except (KeyError, binascii.Error):
        modulus = exponent = 0
    if modulus.bit_length() < 512 or exponent < 3:
        raise BadReply(f"{reply.name} holds no RSA key.", "Check `login_url` in synctui.toml.")
    return modulus, exponent


def read_token(reply: Reply) -> Secret:
    """The token, which comes as a JSON string or bare. Raises SignInRefused for everything that cannot be one."""
    try:
        text = reply.text.strip()
        token = parse_json(text, reply.name) if text.startswith('"') else text
    except BadReply:
        token = ""
    if isinstance(token, str) and TOKEN.fullmatch(token):
        return Secret(token)
    raise SignInRefused(f"{reply.host} refused the sign-in: it gave no token.", REFUSED)


def expiry(token: Secret) -> datetime | None:
    """When the token ends, read out of it (UTC); None for one that does not decode."""
    try:
        fields = base64.b64decode(token.reveal(), validate=True).decode().split("#")
        return datetime.strptime(fields[4], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)
    except (ValueError, IndexError):
        return None


def keep_until(token: Secret, now: datetime) -> datetime:
    """A day before the token ends, since its time zone is not told; a day from now where its end is not told."""
    ends = expiry(token)
    return now + timedelta(days=1) if ends is None else ends - timedelta(days=1)
