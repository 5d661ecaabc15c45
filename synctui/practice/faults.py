"""Faults by name: at a place, for a number of calls, each counted and logged.

    SPEC  = ITEM [, ITEM]...
    ITEM  = [PLACE:] FAULT [=VALUE] [*COUNT] [@FIRST]

    eone.run:cut_after*1            the next run happens and its socket is cut without an answer
    smartsimple.list:slow=0.5*3     the next three lists take half a second longer
    smartsimple.list:moving*1@2     the second list from now finds one record more at the source
    eone:401                        every call of eOne
    empty*2                         the next two calls, wherever they go

PLACE is an operation (`eone.run`) or a whole service (`eone`); without it every call counts. VALUE is a number whose
meaning stands with the fault. Faults that are armed together are tried in the order given; one call meets one fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

PLACES = (
    "smartsimple.list",
    "smartsimple.get",
    "smartsimple.meta",
    "smartsimple.update",
    "celigo.token",
    "celigo.list",
    "celigo.document",
    "celigo.ping",
    "celigo.export",
    "celigo.import",
    "celigo.map",
    "login.key",
    "eone.companies",
    "eone.token",
    "eone.validate",
    "eone.maps",
    "eone.columns",
    "eone.mapped",
    "eone.processes",
    "eone.data",
    "eone.run",
    "eone.history",
    "eone.errors",
)


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault that can be asked for by name."""

    says: str
    """What happens, for people."""
    value: float = 0
    """What `=VALUE` is when it is not given."""
    places: tuple[str, ...] = PLACES
    """Where it means something."""


LIST = ("smartsimple.list",)
RUN = ("eone.run",)
UPDATE = ("smartsimple.update",)
SMARTSIMPLE = tuple(place for place in PLACES if place.startswith("smartsimple."))
EONE = tuple(place for place in PLACES if place.startswith("eone."))

KINDS = {
    "401": FaultKind("refused as not signed in, with an empty body; nothing happens"),
    "401_html": FaultKind("refused as not signed in, with a page of HTML; nothing happens"),
    "empty": FaultKind("200 with an empty body; nothing happens"),
    "empty_after": FaultKind("it happens, and the answer is 200 with an empty body"),
    "html": FaultKind("502 with a page of HTML, as a proxy writes it; nothing happens"),
    "html_after": FaultKind("it happens, and a proxy answers 504 with a page of HTML"),
    "html200": FaultKind("200 with a page of HTML, as a company's sign-in page; nothing happens"),
    "redirect": FaultKind("302 to another host; nothing happens"),
    "limit": FaultKind("the vendor's text for a spent hour; nothing happens", 0, SMARTSIMPLE),
    "500_before": FaultKind("500 with the framework's message; nothing happens"),
    "500_after": FaultKind("it happens, and the answer is 500 with the framework's message"),
    "429": FaultKind("429 with Retry-After in seconds (VALUE); nothing happens", 1),
    "503": FaultKind("503 with Retry-After in seconds (VALUE); nothing happens", 1),
    "cut_before": FaultKind("the socket is closed without an answer; nothing happens"),
    "cut_after": FaultKind("it happens, and the socket is closed without an answer"),
    "cut_answer": FaultKind("it happens, and the socket is closed in the middle of the answer's body"),
    "reset_after": FaultKind("it happens, and the connection is reset without an answer"),
    "late": FaultKind("the socket is closed without an answer; it happens VALUE seconds later", 0.5),
    "slow": FaultKind("it happens, and the answer comes VALUE seconds later", 3),
    "hang": FaultKind("it happens, and no answer comes for VALUE seconds, then the socket is closed", 300),
    "truncated": FaultKind("it happens, and the answer is a complete HTTP message with half of its JSON"),
    "drip": FaultKind("it happens, and the answer's body comes one byte every VALUE seconds", 1),
    "gzip_bomb": FaultKind("a small gzip body that inflates to VALUE megabytes", 300),
    "deep": FaultKind("JSON that is VALUE lists deep", 100_000),
    "content_type": FaultKind("it happens; the answer calls itself image/png in UTF-16"),
    "moving": FaultKind("before the list is read, VALUE records are added to its source", 1, LIST),
    "duplicates": FaultKind("a page after the first starts VALUE records early: some come twice, some never", 1, LIST),
    "miscount": FaultKind(
        "a page, or the answer to an update, lacks VALUE of its records; a run counts as many too many",
        1,
        LIST + RUN + UPDATE,
    ),
    "shuffled": FaultKind("the answer to an update tells of its records in reverse order", 0, UPDATE),
    "escaped_errors": FaultKind("the Errors table arrives entity-escaped", 0, RUN),
    "status_text": FaultKind("Status is text instead of a number", 0, RUN),
    "tails": FaultKind("every message in the Errors table ends in CR LF", 0, RUN),
    "token_expired": FaultKind("every token given out so far ends now", 0, EONE),
}

ITEM = re.compile(r"(?:([a-z.]+):)?([a-z0-9_]+)(?:=([0-9.]+))?(?:\*([0-9]+))?(?:@([0-9]+))?")


@dataclass(slots=True)
class Armed:
    """A fault that waits for its calls."""

    place: str
    """An operation, a service, or empty for every call."""
    name: str
    value: float
    left: int | None
    """Calls that it still meets; None: all."""
    skip: int
    """Calls of its place that pass before the first."""

    def meets(self, place: str) -> bool:
        """Tell whether this call meets the fault, and count it."""
        if place not in KINDS[self.name].places or not _covers(self.place, place) or self.left == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(frozen=True, slots=True)
class Fired:
    """A fault that a call met."""

    name: str
    place: str
    value: float
    time: datetime


class Faults:
    """What is armed, and what has fired."""

    def __init__(self, clock: Callable[[], datetime], spec: str = "") -> None:
        self._clock = clock
        self.armed: list[Armed] = []
        self.log: list[Fired] = []
        self.arm(spec)

    @property
    def counts(self) -> dict[str, int]:
        """How often each fault fired, by `place:name`."""
        return dict(Counter(f"{fired.place}:{fired.name}" for fired in self.log))

    def arm(self, spec: str) -> None:
        """Add the faults of a SPEC. Raises ValueError for one that is not understood, and then adds none of them."""
        self.armed.extend(parse(spec))

    def clear(self) -> None:
        """Disarm all; the log stays."""
        self.armed.clear()

    def take(self, place: str) -> Fired | None:
        """The fault that a call at this place meets, if any."""
        for armed in self.armed:
            if armed.meets(place):
                fired = Fired(armed.name, place, armed.value, self._clock())
                self.log.append(fired)
                return fired
        return None


def parse(spec: str) -> list[Armed]:
    """Read a SPEC. Raises ValueError with the nearest known name."""
    return [_item(item) for item in re.split(r"[,\s]+", spec) if item]


def _item(text: str) -> Armed:
    match = ITEM.fullmatch(text)
    if match is None:
        raise ValueError(f"the fault {text!r} is not of the form PLACE:FAULT=VALUE*COUNT@FIRST")
    place, name, value, count, first = match.groups()
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"there is no fault {name!r}{_nearest(name, list(KINDS))}")
    if place and not any(_covers(place, known) for known in PLACES):
        services = sorted({known.partition(".")[0] for known in PLACES})
        raise ValueError(f"there is no place {place!r}{_nearest(place, [*PLACES, *services])}")
    if place and not any(_covers(place, known) for known in kind.places):
        raise ValueError(f"the fault {name!r} means nothing at {place!r}; it can be at {', '.join(kind.places)}")
    return Armed(
        place=place or "",
        name=name,
        value=float(value) if value else kind.value,
        left=int(count) if count else None,
        skip=max(int(first) - 1, 0) if first else 0,
    )


def _covers(wide: str, place: str) -> bool:
    return not wide or wide == place or place.startswith(f"{wide}.")


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0)
    return f"; the nearest is {near[0]!r}"
