"""Pull into a file: all of a source's records as CSV or Parquet, whole or not at all.

Columns may first appear in the last page, and a file's columns stand at its beginning: records wait in a spool until
the last one is there. Memory does not grow with their number.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from synctui.connectors.base import Source
from synctui.errors import BadReply, WorksheetError
from synctui.files import FileKind, Write, writer
from synctui.files.table import Table
from synctui.links import Link
from synctui.offload import Offload
from synctui.pull.collecting import NO_RECORDS, LeftOut, collect
from synctui.pull.run import PagePulled, Writing
from synctui.records import Column, ColumnType, Key, Page, Record
from synctui.rows.columns import known_type
from synctui.store.spool import Spool
from synctui.worksheets.xlsx.saving import Identity, Replacement, refuse_locked


@dataclass(frozen=True, slots=True)
class FileWritten:
    """What a pull into a file did."""

    file: str
    """Full path."""
    rows: int
    without_key: int
    """Records left out because their key is blank."""
    notices: tuple[str, ...] = ()


ExportEvent = PagePulled | Writing | FileWritten


async def run(
    link: Link, source: Source, path: Path, kind: FileKind, *, offload: Offload
) -> AsyncIterator[ExportEvent]:
    """Pull every page, then write the file. Raises RemoteError, LinkError, StoreError, UsageError, WorksheetError.

    A file that was there before is replaced at the end, and is as it was until then.
    """
    write = writer(kind)
    target = _Target(path)
    with Spool() as spool:
        pulled = _Pulled(link, spool)
        pages = source.pages()
        async with aclosing(pages):  # type: ignore[type-var]
            async for page in pages:
                pulled.take(page)
                yield PagePulled(page.number, len(spool), page.total)
        if not pulled.names:
            raise BadReply(*NO_RECORDS)
        yield Writing(len(spool))
        table = pulled.table(source)
        notices = await offload(lambda: target.write(write, table))
        notices += [*source.notices, *pulled.left_out.notices()]
        yield FileWritten(str(target.path), len(spool), pulled.left_out.without_key, tuple(notices))


class _Pulled:
    """The records so far."""

    def __init__(self, link: Link, spool: Spool) -> None:
        self._link, self._spool = link, spool
        self._begin()

    def _begin(self) -> None:
        self._spool.clear()
        self.names: dict[str, None] = {}
        self.left_out = LeftOut()

    def take(self, page: Page) -> None:
        """Collect a page; a source that has to read again begins anew with page 1."""
        if page.number == 1:
            self._begin()
        collect(self._link, page.records, self.left_out, self._add)

    def _add(self, key: Key, record: Record) -> bool:
        if not self.names.keys() >= record.keys():
            self.names.update(dict.fromkeys(record))
        return self._spool.add(key, [record.get(name) for name in self.names])

    def table(self, source: Source) -> Table:
        """All of it, for a writer."""
        told, link = source.column_types(), self._link
        types = {name: known_type(name, name in link.key, link.types, told) or ColumnType.TEXT for name in self.names}
        return Table(tuple(Column(name, type_) for name, type_ in types.items()), lambda: self._spool.rows(len(types)))


class _Target:
    """The file to be, found out about before a call is spent. Raises WorksheetError."""

    def __init__(self, path: Path) -> None:
        self.path = path = path.absolute()
        self._real = Path(os.path.realpath(path))  # where the path is a link, the file that it means is replaced
        with self._told():
            if not self._real.parent.is_dir():
                raise WorksheetError(f"There is no folder {path.parent}.", "Make it, or name another file with -o.")
            if self._real.is_dir():
                raise WorksheetError(f"{path} is a folder.", "Name a file in it with -o.")
            refuse_locked(self._real)
            self._expected = Identity.of(self._real)

    def write(self, write: Write, table: Table) -> list[str]:
        """Write the file beside its place, and put it there; gives notices for the user."""
        notices: list[str] = []
        with self._told(), Replacement(self._real, self._expected) as replacement:
            replacement.fill(lambda file: notices.extend(write(file, table)))
            replacement.commit()
        return notices

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WorksheetError(
                f"{self.path} cannot be written: {error.strerror or error}.",
                "Check the disk and the folder's rights, and close the file in other programs.",
            ) from error
