"""How the Celigo service answers where the vendor's documents leave room; changed while it runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    "end": ("", "missing", "done", "empty"),
    "ping_methods": ("both", "GET", "POST"),
    "ping_failure": ("200", "422"),
    "results": ("exact", "short", "long"),
    "mapped": ("plain", "data", "mappedObject"),
}


@dataclass(slots=True)
class CeligoSwitches:
    """One choice per open question."""

    end: str = ""
    """The sign of a last page: no state, a state with `done`, or an empty page more with the state unchanged.

    Empty: no state after `/invoke`, `done` after `/export/pages`.
    """
    state_seconds: float = 900
    """How long a paging state is taken."""
    totals: bool = True
    """Do states tell totalPages and totalRecords, as a NetSuite search does."""
    circle: bool = False
    """The second page leads to itself, with a new signature each time."""
    list_limit: int = 1_000
    """Entries of a list in one answer."""
    ping_methods: str = "both"
    ping_failure: str = "200"
    """The status of a failed ping's errors."""
    results: str = "exact"
    """Does an import answer one result too few or too many."""
    shuffled: bool = False
    """Records of one call are applied in another order than they came in."""
    mapped: str = "plain"
    """How `/import/map` answers a record."""

    def set(self, name: str, value: Any) -> None:
        """Change one. Raises ValueError for an unknown name or choice."""
        if name not in asdict(self) or value not in CHOICES.get(name, (value,)):
            raise ValueError(f"there is no switch {name} = {value}; there are {asdict(self)}")
        setattr(self, name, value)

    def reset(self) -> None:
        """As at the start."""
        for name, value in asdict(CeligoSwitches()).items():
            setattr(self, name, value)
