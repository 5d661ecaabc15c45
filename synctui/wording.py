"""Numbers in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, noun: str) -> str:
    """`1 row`, `1,230 rows`, `2 entries`, `3 batches`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("ry"):
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith('ch') else 's'}"


def rows_named(numbers: Sequence[int]) -> str:
    """`Row 4`, `Rows 4, 9`: the first five of them."""
    shown = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {shown}"
