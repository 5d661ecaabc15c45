from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from synctui.secret import Secret
from synctui.store.tokens import KeyringTokens, real_keyring

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class DictKeyring(KeyringBackend):
    """A keyring as real as a test can have it."""

    priority: ClassVar[float] = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


class PlainKeyring(DictKeyring):
    priority: ClassVar[float] = 0.5  # type: ignore[assignment]


class LockedKeyring(DictKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    set_password = delete_password = get_password  # type: ignore[assignment]


class Chain(ChainerBackend):
    backends: ClassVar[list[KeyringBackend]] = []  # type: ignore[assignment]


def tokens(backend: KeyringBackend | None, *, now: datetime = NOW) -> KeyringTokens:
    return KeyringTokens(backend, clock=lambda: now)


@pytest.fixture
def backend() -> DictKeyring:
    return DictKeyring()


def test_a_token_is_kept_for_the_next_process(backend: DictKeyring) -> None:
    tokens(backend).put("eone host dana", Secret("t0ken"), NOW + timedelta(days=1))
    assert tokens(backend).get("eone host dana") == Secret("t0ken")
    assert list(backend.kept) == [("synctui", "eone host dana")]
    assert tokens(backend).get("eone host kim") is None


def test_an_expired_token_is_not_there(backend: DictKeyring) -> None:
    kept = tokens(backend)
    kept.put("a", Secret("t"), NOW)
    assert kept.get("a") is None
    assert tokens(backend, now=NOW - timedelta(seconds=1)).get("a") == Secret("t")


def test_a_token_without_expiry_stays(backend: DictKeyring) -> None:
    tokens(backend).put("a", Secret("t"), None)
    assert tokens(backend, now=NOW + timedelta(days=999)).get("a") == Secret("t")


def test_a_dropped_token_is_gone_everywhere(backend: DictKeyring) -> None:
    kept = tokens(backend)
    kept.put("a", Secret("t"), None)
    kept.drop("a")
    kept.drop("never kept")
    assert kept.get("a") is None
    assert backend.kept == {}


@pytest.mark.parametrize("broken", [LockedKeyring(), None])
def test_without_a_usable_keyring_tokens_live_in_memory(broken: KeyringBackend | None) -> None:
    kept = tokens(broken or FailKeyring())
    kept.put("a", Secret("t"), None)
    assert kept.get("a") == Secret("t")
    kept.drop("a")
    assert kept.get("a") is None


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"token": "t"}', '{"token": "t", "expires": "soon"}', "5"])
def test_what_others_put_into_the_keyring_is_no_token(backend: DictKeyring, text: str) -> None:
    backend.kept["synctui", "a"] = text
    assert tokens(backend).get("a") is None


def test_a_keyring_that_keeps_plain_files_or_nothing_is_refused() -> None:
    for unreal in (PlainKeyring(), NullKeyring(), FailKeyring()):
        assert real_keyring(unreal) is None


def test_a_keyring_of_the_plain_file_family_is_refused_however_it_rates_itself() -> None:
    boastful = type("PlaintextKeyring", (DictKeyring,), {"__module__": "keyrings.alt.file", "priority": 9})()
    assert real_keyring(boastful) is None


def test_a_chain_yields_its_first_real_keyring(backend: DictKeyring) -> None:
    Chain.backends = [PlainKeyring(), backend]
    assert real_keyring(Chain()) is backend
    Chain.backends = [PlainKeyring()]
    assert real_keyring(Chain()) is None


def test_no_token_is_shown(backend: DictKeyring) -> None:
    kept = tokens(backend)
    kept.put("a", Secret("t0ken"), None)
    assert "t0ken" not in repr(kept._memory) + repr(kept.get("a"))
