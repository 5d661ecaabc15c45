"""Sign-in to eOne: users, companies, the three forms of a password, and tokens that carry their expiry.

Source: eOne SmartConnect API reference, "Authentication"; the HMAC form is the script of the vendor's blog on the web
service; the token's form is that of the sample token printed in the reference.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from synctui.practice.eone.rsa import key_pair

TRIAL = "6f0c1d52-8a1e-4c57-9f0b-2f4f6f1c7a10"
LIVE = "0b1f7a38-66b1-4a0e-8f5f-9a2c5d7e1b44"
COMPANIES = {TRIAL: "Northwind Trial", LIVE: "Northwind Live"}
USER_ID = "b2a7e0d4-3c19-4f5e-8a55-0d6a9a3b4c21"
USERNAME = "dana@example.org"
PASSWORD = "Sample-Passw0rd"  # noqa: S105 - the practice password

HMAC_KEY = "6clDgmNok3WtR8GKYW6N"
"""Published by the vendor; the same for everybody."""
MINT_KEY = b"practice"
MONTHS = 3


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says once its MAC has been checked."""

    company: str
    expires: datetime
    """UTC, aware."""


class Accounts:
    """Checks passwords, mints and reads tokens."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._generation = 0

    def knows(self, email: str, password: str, forms: str = "any") -> bool:
        """Tell whether the password is right in one of the forms taken: any, rsa, hmac or plain."""
        asked = FORMS.values() if forms == "any" else [FORMS[forms]]
        return email.lower() == USERNAME and any(is_right(password) for is_right in asked)

    def mint(self, company: str) -> str:
        """A token of this company: three calendar months, as `AddMonths(3)` counts them."""
        expires = add_months(self._clock(), MONTHS)
        stamp = expires.strftime("%Y-%m-%dT%H:%M:%S.") + f"{expires.microsecond // 1000:03d}"
        fields = "#".join((company.upper(), USER_ID.upper(), USERNAME.upper(), stamp))
        return base64.b64encode(f"{self._mac(fields)}#{fields}".encode()).decode()

    def read(self, token: str) -> Token | None:
        """What a token says; None for one that is forged, expired or ended by `end_tokens`."""
        try:
            mac, _, fields = base64.b64decode(token, validate=True).decode().partition("#")
            company, _user, _email, stamp = fields.split("#")
            expires = datetime.fromisoformat(stamp).replace(tzinfo=self._clock().tzinfo)
        except ValueError:
            return None
        if not hmac.compare_digest(mac, self._mac(fields)) or expires <= self._clock():
            return None
        return Token(company.lower(), expires)

    def end_tokens(self) -> None:
        """Every token given out so far is refused from now on."""
        self._generation += 1

    def _mac(self, fields: str) -> str:
        digest = hmac.digest(MINT_KEY, f"{self._generation}#{fields}".encode(), hashlib.sha256)
        return base64.b64encode(digest).decode()


def hmac_password(password: str) -> str:
    """The form of the vendor's script: base64 of HMAC-SHA256 over `password:KEY`, keyed by KEY."""
    digest = hmac.digest(HMAC_KEY.encode(), f"{password}:{HMAC_KEY}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _decrypted(password: str) -> bytes:
    """The password out of its RSA form; empty when it is none."""
    try:
        return key_pair().decrypt(base64.b64decode(password, validate=True))
    except ValueError:
        return b""


FORMS: dict[str, Callable[[str], bool]] = {
    "plain": lambda password: password == PASSWORD,
    "hmac": lambda password: password == hmac_password(PASSWORD),
    "rsa": lambda password: _decrypted(password) == PASSWORD.encode(),
}
"""Tells whether a password is right, by its form."""
