"""Tokens of the practice accounts: full access in one region, and a custom token for two resources only."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.practice.celigo.documents import CONTACTS_EXPORT, CONTACTS_IMPORT
from synctui.practice.celigo.replies import Refusal


@dataclass(frozen=True, slots=True)
class Account:
    """What a token may do."""

    user: str
    region: str
    resources: frozenset[str] = frozenset()
    """Ids that a custom token is limited to; empty: full access."""

    @property
    def info(self) -> dict[str, str]:
        """The answer of tokenInfo."""
        return {"_userId": self.user, "scope": "custom" if self.resources else "*"}

    def may(self, id_: str) -> bool:
        """Whether it may use a resource; an empty id is a list of all."""
        return not self.resources or id_ in self.resources


TOKEN = "practice-na-6f1c0b7e2d94"  # noqa: S105  # of the practice service
EU_TOKEN = "practice-eu-0a93be51c7d2"  # noqa: S105
CUSTOM_TOKEN = "practice-custom-71d0f3a8e6b4"  # noqa: S105
ACCOUNTS = {
    TOKEN: Account("55a1b2c3d4e5f60718293a4b", "na"),
    EU_TOKEN: Account("55a1b2c3d4e5f60718293a4c", "eu"),
    CUSTOM_TOKEN: Account("55a1b2c3d4e5f60718293a4d", "na", frozenset({CONTACTS_EXPORT, CONTACTS_IMPORT})),
}


def account_of(token: str, region: str) -> Account:
    """The account behind a token in a region. Raises Refusal: a token of one region is unknown in the other."""
    account = ACCOUNTS.get(token)
    if account is None or account.region != region:
        raise Refusal(401, "unauthorized", "Unauthorized")
    return account
