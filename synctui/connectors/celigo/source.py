"""Reads an export page by page: each page needs the state that came with the one before, so one is fetched ahead.

The vendor's page on connections: `/connections/{id}/export/pages`; docs.celigo.com: `/exports/{id}/invoke`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from synctui.connectors.base import CheckResult
from synctui.connectors.celigo.caller import Caller
from synctui.connectors.celigo.options import CeligoSource
from synctui.connectors.celigo.pages import STATE, ExportPage, read_page
from synctui.connectors.celigo.resources import read_resource
from synctui.errors import BadReply, Refused
from synctui.records import Choice, Key, Page, Record

READ_AGAIN = "Celigo no longer took the paging state, so the export was read again from its first page."
CIRCLE = "The export's pages go round in a circle."


class StateRefused(Refused):
    """A paging state was turned down: it ran out, or the export has changed since."""


class CeligoExport:
    """The source of one link."""

    id_columns: tuple[str, ...] = ("id", "_id", "Id", "ID", "internalId", "internalid")

    def __init__(self, caller: Caller, options: CeligoSource) -> None:
        self._caller = caller
        self._options = options
        self.notices: list[str] = []
        """What the user should know of the last pull."""

    def read_only(self, _column: str) -> bool:
        """Nothing is known of it."""
        return False

    def column_types(self) -> Mapping[str, str]:
        """None: JSON tells its types by itself."""
        return {}

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        """None: nothing is known of them."""
        return {}

    async def pages(self) -> AsyncGenerator[Page, None]:
        """The whole export, in order; once from page 1 again when a state is refused meanwhile. Raises RemoteError."""
        self.notices.clear()
        try:
            async with aclosing(self._walk()) as walk:
                async for page in walk:
                    yield page
            return
        except StateRefused:
            self.notices.append(READ_AGAIN)
        async with aclosing(self._walk()) as walk:
            async for page in walk:
                yield page

    rereadable = False

    async def read_again(self, _keys: Sequence[Key], /) -> Mapping[Key, Record]:
        """None: an export gives all its records or none."""
        return {}

    async def probe(self) -> CheckResult:
        """Read what describes the export, since running it may move its marks. Raises RemoteError."""
        options = self._options
        found = await read_resource(
            self._caller, "exports" if options.export else "connections", options.export or options.via
        )
        if found.offline:
            raise Refused(f"The connection {found.name} is offline in Celigo.", "Sign in to it again in Celigo.")
        return CheckResult(True, f"{options.object_name}: {found.name}")

    async def _walk(self) -> AsyncGenerator[Page, None]:
        cursors: set[str] = set()
        count, number, total = 0, 0, None
        upcoming: asyncio.Task[ExportPage] | None = asyncio.create_task(self._fetch(""))
        try:
            while upcoming is not None:
                page = await upcoming
                follows = self._follows(page, cursors)
                upcoming = asyncio.create_task(self._fetch(page.state)) if follows else None
                number, count, total = number + 1, count + len(page.records), page.total or total
                if page.said:
                    self._note(f"The export told of errors: {page.said}")
                yield Page(page.records, number, total)
        finally:
            if upcoming is not None:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
        if total is not None and count != total:
            self._note(f"The export promised {total:,} records and gave {count:,}: pull again when it is quiet.")

    def _follows(self, page: ExportPage, cursors: set[str]) -> bool:
        """Whether there is a next page. Raises BadReply where the pages repeat.

        Three signs of the end: no state, a state that says `done`, no records with a state that leads nowhere new.
        """
        if not page.state or page.done or not (self._options.export or self._options.paged):
            return False
        if page.cursor not in cursors:
            cursors.add(page.cursor)
            return True
        if page.records:
            raise BadReply(CIRCLE, "Nothing was written. Try again; if it stays, set another page_size.")
        return False

    async def _fetch(self, state: str) -> ExportPage:
        reply_path, what = self._path(), self._options.object_name
        try:
            return read_page(await self._caller.ask(what, reply_path, self._body(state)))
        except Refused as error:
            failure = StateRefused(error.message, error.hint) if state else error
        raise failure

    def _path(self) -> str:
        options = self._options
        if options.export:
            return f"/exports/{options.export}/invoke"
        return f"/connections/{options.via}/export" + ("/pages" if options.paged else "")

    def _body(self, state: str) -> bytes:
        """The same body for every page, and the state exactly as it came."""
        options = self._options
        members = []
        if options.via:
            size = {} if options.page_size is None else {"pageSize": options.page_size}
            export = {"asynchronous": True, **options.body, **size}
            members.append(f'"export":{json.dumps(export, ensure_ascii=False)}')
        if state:
            members.append(f'"{STATE}":{state}')
        return f"{{{','.join(members)}}}".encode()

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)
