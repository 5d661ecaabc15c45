"""What is still to be sent of a plan: its batches, and the halves of those that the target refused whole.

A half is as whole a batch as any: it has an intent and an attempt of its own. Documents are never split.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import ceil

from synctui.connectors.base import TargetShape
from synctui.planning.batches import Batches, calls_for
from synctui.planning.plan import PlannedRow
from synctui.wording import count

ALONE = 3
"""Documents that are refused alone with the same sentence, one after the other, before nothing more is tried."""

Batch = tuple[PlannedRow, ...]


class Waiting:
    """The batches that wait, in the order in which they are sent; `bisect`: the user agreed to halves."""

    def __init__(self, batches: Batches, *, bisect: bool) -> None:
        self._batches = deque((batch, False) for batch in batches)
        self._bisect = bisect
        self._refusal, self._times = "", 0

    def __len__(self) -> int:
        return len(self._batches)

    @property
    def next(self) -> Batch:
        """The batch whose turn it is."""
        return self._batches[0][0]

    @property
    def again(self) -> bool:
        """Whether the next one holds rows of a batch that was refused whole."""
        return self._batches[0][1]

    def take(self) -> None:
        """The next batch leaves."""
        self._batches.popleft()

    def put_back(self, batch: Batch, *, again: bool) -> None:
        """A batch that did not leave after all is the next one."""
        self._batches.appendleft((batch, again))

    def divide(self, batch: Batch) -> bool:
        """Put the halves of a batch that was refused whole before all others; False where it stays as it is."""
        first, second = halves(batch)
        if not self._bisect or not second:
            return False
        self._batches.extendleft(((second, True), (first, True)))
        return True

    def hopeless(self, refusal: str, *, divisible: bool) -> str:
        """Why nothing more is to be sent after a refusal that stays; empty text where there is hope.

        `refusal` is what a batch was turned down with; empty where it was not.
        """
        same = bool(refusal) and refusal == self._refusal
        self._times = self._times + 1 if same else int(bool(refusal))
        self._refusal = refusal
        if self._bisect and divisible:
            return f"refused {self._times} times alone: {refusal}" if self._times >= ALONE else ""
        return f"refused twice: {refusal}" if self._times > 1 else ""


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """A batch in two, by documents; the second is empty where there is one document only."""
    documents = list(dict.fromkeys(row.outgoing.document for row in batch))
    first = set(documents[: ceil(len(documents) / 2)])
    return (
        tuple(row for row in batch if row.outgoing.document in first),
        tuple(row for row in batch if row.outgoing.document not in first),
    )


def cost_of_halves(batches: Batches, shape: TargetShape) -> str:
    """What the user must know before they agree to halves; empty where no batch can be divided."""
    documents = max((_documents(batch) for batch in batches), default=0)
    if documents < 2:
        return ""
    rows = max(map(len, batches))
    each = calls_for(-(-rows // 2), shape.calls_per_batch, rereads=shape.whole_rows)
    one, worst = 2 * (documents - 1).bit_length() * each, 2 * (documents - 1) * each
    told = "A batch that is refused whole is sent again in halves until the bad row stands alone"
    return f"{told}: up to {count(one, 'more call')} for each bad row" + (
        f", {worst:,} for a batch at worst." if worst > one else "."
    )


def can_divide(batch: Sequence[PlannedRow]) -> bool:
    """Whether a batch has halves."""
    return _documents(batch) > 1


def _documents(batch: Sequence[PlannedRow]) -> int:
    return len({row.outgoing.document for row in batch})
