"""Collecting a source's records page by page: each key once, none without a key, and no more than a worksheet holds."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from synctui.errors import LinkError
from synctui.links import Link
from synctui.records import Key, Page, Record
from synctui.values import key_of
from synctui.wording import count

MAX_ROWS = 1_048_575
"""Records that a worksheet holds below its headers."""
MAX_COLUMNS = 16_382
"""Columns that a worksheet holds beside the two of our own."""
NO_RECORDS = ("The source has no records, so its columns are not known.", "Widen the link's criteria.")


@dataclass(slots=True)
class LeftOut:
    """Records that are not taken."""

    without_key: int = 0
    repeated: int = 0

    def notices(self) -> list[str]:
        """What the user should know of them."""
        told = []
        if self.without_key:
            told.append(f"Left out, because they have no key: {count(self.without_key, 'record')}.")
        if self.repeated:
            told.append(f"{count(self.repeated, 'record')} came twice; the first of each was taken.")
        return told


def collect(link: Link, records: Iterable[Record], left_out: LeftOut, add: Callable[[Key, Record], bool]) -> None:
    """Hand every record that has a key to `add`, which answers whether the key was new. Raises LinkError."""
    for record in records:
        if not all(name in record for name in link.key):
            raise _without_key_column(link, record)
        key = key_of(record[name] for name in link.key)
        if not all(key):
            left_out.without_key += 1
        elif not add(key, record):
            left_out.repeated += 1


def _without_key_column(link: Link, record: Record) -> LinkError:
    missing = next(name for name in link.key if name not in record)
    return LinkError(
        f"The records of {link.name} have no column {missing!r}, which is the link's key.",
        f"Their columns are: {', '.join(list(record)[:12])}.",
    )


class Pulled:
    """The records of a pull into a worksheet, which began with the columns `known` there."""

    def __init__(self, link: Link, known: Iterable[str] = ()) -> None:
        self._link = link
        self._names = set(known)
        self.records: dict[Key, Record] = {}
        self.left_out = LeftOut()

    def take(self, page: Page) -> None:
        """Collect a page. Raises LinkError as soon as it is known that a worksheet cannot hold the pull."""
        if page.total is not None and page.total > MAX_ROWS:
            raise self._too_much(f"{page.total:,} records", MAX_ROWS)
        collect(self._link, page.records, self.left_out, self._add)
        if len(self._names) > MAX_COLUMNS:
            raise self._too_much(f"{len(self._names):,} columns", MAX_COLUMNS)

    def _add(self, key: Key, record: Record) -> bool:
        if key in self.records:
            return False
        if len(self.records) == MAX_ROWS:
            raise self._too_much(f"more than {MAX_ROWS:,} records", MAX_ROWS)
        self.records[key] = record
        if not self._names.issuperset(record):
            self._names.update(record)
        return True

    def _too_much(self, what: str, most: int) -> LinkError:
        name = shlex.quote(self._link.name)
        remedy = f"Ask for less, or pull into a file: synctui pull {name} --to csv (or --to parquet)."
        return LinkError(f"{self._link.name} has {what}; a worksheet holds {most:,}.", remedy)
