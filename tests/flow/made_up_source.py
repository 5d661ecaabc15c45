"""A source whose pages a test makes up, and which knows how many were taken from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.connectors.base import CheckResult
from synctui.records import Choice, Key, Page, Record


@dataclass
class MadeUp:
    """Gives the pages that it was made with."""

    made: Iterable[Page]
    types: Mapping[str, str] = field(default_factory=dict)
    id_columns: tuple[str, ...] = ()
    notices: Sequence[str] = ()
    rereadable: bool = False
    taken: int = 0
    """Pages that were asked for."""
    closed: bool = False

    async def pages(self) -> AsyncIterator[Page]:
        try:
            for page in self.made:
                self.taken += 1
                yield page
        finally:
            self.closed = True

    async def probe(self) -> CheckResult:
        return CheckResult(True, "made up")

    def column_types(self) -> Mapping[str, str]:
        return self.types

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        return {}

    def read_only(self, column: str) -> bool:
        return False

    async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
        return {}
