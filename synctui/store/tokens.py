"""Secrets and tokens in the OS keyring where there is a real one; otherwise tokens live in memory. Never in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import keyring
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from synctui.secret import Secret
from synctui.store.database import Clock, utc_now

SERVICE = "synctui"
LEAST_PRIORITY = 1
"""Keyrings that keep secrets in plain files, or not at all, rate themselves lower."""
PLAIN_FILES = "keyrings.alt."


def read_keyring(name: str) -> str | None:
    """The secret under this name (`<connection>/password`) in the OS keyring; None where there is none."""
    return _read(real_keyring(), name)


def real_keyring(chosen: KeyringBackend | None = None) -> KeyringBackend | None:
    """The OS keyring that the user's set-up means, unless it keeps secrets in plain files or nowhere."""
    chosen = chosen or keyring.get_keyring()
    candidates = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    return next(filter(_is_real, candidates), None)


@dataclass(frozen=True, slots=True)
class _Token:
    secret: Secret
    expires: datetime | None


class KeyringTokens:
    """Tokens by name, with their expiry: in `backend`, and in memory as long as this process lives."""

    def __init__(self, backend: KeyringBackend | None = None, clock: Clock = utc_now) -> None:
        self._backend = backend or real_keyring()
        self._clock = clock
        self._memory: dict[str, _Token] = {}

    def get(self, name: str) -> Secret | None:
        """The token kept under this name, if it has not expired."""
        token = self._memory.get(name) or _unpack(_read(self._backend, name))
        if token is None or (token.expires is not None and token.expires <= self._clock()):
            return None
        self._memory[name] = token
        return token.secret

    def put(self, name: str, token: Secret, expires: datetime | None) -> None:
        """Keep a token until `expires` (aware, UTC)."""
        self._memory[name] = _Token(token, expires)
        kept = {"token": token.reveal(), "expires": expires.isoformat() if expires else None}
        _quietly(self._backend, "set_password", name, json.dumps(kept))

    def drop(self, name: str) -> None:
        """Forget a token that was refused."""
        self._memory.pop(name, None)
        _quietly(self._backend, "delete_password", name)


def _is_real(backend: Any) -> bool:
    return backend.priority >= LEAST_PRIORITY and not type(backend).__module__.startswith(PLAIN_FILES)


def _read(backend: KeyringBackend | None, name: str) -> str | None:
    found = _quietly(backend, "get_password", name)
    return found if isinstance(found, str) else None


def _quietly(backend: KeyringBackend | None, verb: str, *arguments: str) -> object:
    """Ask the keyring; one that is locked, gone or too small for the text counts as having none."""
    if backend is None:
        return None
    try:
        return getattr(backend, verb)(SERVICE, *arguments)
    except Exception:  # each system's keyring fails in its own way
        return None


def _unpack(text: str | None) -> _Token | None:
    try:
        kept = json.loads(text or "null")
        expires = datetime.fromisoformat(kept["expires"]) if kept["expires"] else None
        return _Token(Secret(kept["token"]), expires)
    except (ValueError, TypeError, KeyError):  # not there, or not ours
        return None
