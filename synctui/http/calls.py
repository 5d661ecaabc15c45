"""What goes in and out of the client: calls, replies, and the policy that every call must state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from synctui.errors import BadReply, SyncError
from synctui.http.json_text import parse_json
from synctui.secret import Secret

MEGABYTE = 1024 * 1024


class Effect(Enum):
    """What a call may do on the other side, and so whether it may be repeated."""

    READ = "read"
    """Changes nothing: may be repeated."""
    SEND = "send"
    """May change something: leaves once, over a connection of its own."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a client waits, in seconds."""

    connect: float = 10.0
    deadline: float = 60.0
    """From the first byte out to the last byte in, where the call itself does not say."""
    attempts: int = 4
    """How often a read is tried at most."""
    total: float = 60.0
    """How long after the first attempt a read is still tried again."""
    pause: float = 0.5
    """Before the second attempt; doubled before each further one."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to be made."""

    operation: str
    """What it does, in words that screens and messages may show."""
    path: str
    """Below the client's base URL, or a whole https URL."""
    effect: Effect
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    """Parts of the query that anybody may see."""
    secret_query: Mapping[str, Secret] = field(default_factory=dict)
    secret_headers: Mapping[str, Secret] = field(default_factory=dict)
    form: Mapping[str, str | Secret] | None = None
    """Fields of a form-encoded body."""
    content: bytes = b""
    """The body, where there is no form."""
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float | None = None
    """Seconds; None: the client's own."""
    max_body: int = 64 * MEGABYTE
    """Bytes of the answer after inflating; at most 256 MB."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whole."""

    call: Call = field(repr=False)
    host: str
    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None
    """Seconds, where the answer names them."""
    link: str = ""
    """The Link header (RFC 8288), by which lists name their next page."""

    @property
    def name(self) -> str:
        """What messages call this answer."""
        return f"The answer of {self.host} to “{self.call.operation}”"

    @property
    def text(self) -> str:
        """The body as UTF-8 text. Raises BadReply."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            broken = BadReply(
                f"The answer of {self.host} to “{self.call.operation}” is not UTF-8 text.", NOT_THE_SYSTEM
            )
        raise broken

    @property
    def blank(self) -> bool:
        """Whether the body holds nothing at all."""
        return not self.body.strip()

    def json(self) -> Any:
        """The body as JSON, numbers as `Raw` text. Raises BadReply."""
        text = self.text
        if text.lstrip()[:1] == "<":
            raise BadReply(
                f"{self.host} answered “{self.call.operation}” with a web page instead of data.", NOT_THE_SYSTEM
            )
        return parse_json(text, f"The answer of {self.host} to “{self.call.operation}”")


NOT_THE_SYSTEM = "A proxy or a sign-in page may stand between: check the url in synctui.toml and your network."


@dataclass(frozen=True, slots=True)
class CallDone:
    """One attempt that has ended, for screens that show where the time goes."""

    operation: str
    seconds: float
    status: int
    """HTTP status; 0 where no answer came."""


Judge = Callable[[Reply], SyncError | None]
"""Reads a system's own failure texts out of a reply, whatever its status; None where it sees none."""
