"""Which records a List call answers, by the vendor's priority of the four paging parameters.

Source: SmartSimple wiki, "SmartConnect - RESTful API", "Priority of operations with the 4 new parameters".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CAP = 10_000
"""Records that one call answers at most."""


def paging(settings: Mapping[str, Any], total: int) -> tuple[int, int]:
    """First and last record, 1-based, of a list of `total`; (0, 0) for none. Raises ValueError for no number."""
    start, end, per_page, page = (
        _whole(settings.get(name)) for name in ("recordstart", "recordend", "recordsperpage", "pagenum")
    )
    low, high = start or 1, total
    if end > 0:
        high = end
    elif page > 0 and per_page > 0:
        low = (page - 1) * per_page + 1
        high = low + per_page - 1
    elif per_page > 0:
        high = low + per_page - 1
    high = min(high, low + CAP - 1, total)
    return (low, high) if low <= high else (0, 0)


def _whole(value: Any) -> int:
    """0 when it is absent or below 1."""
    return max(int(value), 0) if value not in (None, "") else 0
