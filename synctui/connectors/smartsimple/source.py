"""Reads a SmartSimple list or report: page one tells the total, further pages come several at once."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from msgspec.structs import replace

from synctui.connectors.base import CheckResult
from synctui.connectors.in_order import in_order
from synctui.connectors.smartsimple.caller import Caller
from synctui.connectors.smartsimple.fields import ID_FIELD, read_only
from synctui.connectors.smartsimple.meta import MetaField, cached_meta, column_options, column_types, read_meta
from synctui.connectors.smartsimple.options import Criterion, SmartSimpleSource
from synctui.connectors.smartsimple.refusals import NO_RECORD, empty_answer
from synctui.connectors.smartsimple.replies import ListReply, read_list, read_records, read_report
from synctui.connectors.smartsimple.rereading import any_of, asked_field, by_key, can_ask, check_keys, records_of
from synctui.errors import Refused, SettingsError, SyncError, TimedOut
from synctui.http.calls import Reply
from synctui.records import Choice, Key, Page, Record
from synctui.secret import Secret

STORED_BY_NAME: Mapping[str, Any] = {"getstorevalue": "1", "keyformat": "1"}
"""Stored values under field names: what came can go back, and field ids may change between instances."""
HALVINGS = 2
LARGE_PAGES = (
    "page_size is {}. SmartSimple says: retrieving a large number of records (greater than 1000 records) will have a"
    " negative impact on performance and may cause the query to fail."
)
"""SmartSimple wiki, "SmartConnect - RESTful API"."""


class ListMoved(Exception):
    """The list changed while it was read."""


class SmartSimpleRecords:
    """The source of one link."""

    def __init__(self, caller: Caller, options: SmartSimpleSource, parallel_pages: int) -> None:
        self._caller = caller
        self._options = options
        self._parallel_pages = parallel_pages
        self._fields: tuple[MetaField, ...] = ()
        """What Get Meta told at the last pull, where the link names such a function."""
        self.notices: list[str] = []
        """What the user should know of the last pull."""

    @property
    def id_columns(self) -> tuple[str, ...]:
        """`recordid` and the type's own id field; a report issues no ids."""
        if self._options.record == "report":
            return ()
        return tuple(name for name in ("recordid", ID_FIELD.get(self._options.record)) if name)

    def column_types(self) -> Mapping[str, str]:
        """Types from Get Meta, where it was asked before."""
        return column_types(self._fields or cached_meta(self._caller, self._options.record))

    def column_options(self) -> Mapping[str, Sequence[Choice]]:
        """Options from Get Meta, where the link names such a function."""
        return column_options(self._fields)

    def read_only(self, column: str) -> bool:
        """Whether an update is known to refuse the column."""
        return read_only(self._options.record, column)

    async def pages(self) -> AsyncGenerator[Page, None]:
        """The whole list, in order; read again from page 1 once when it moved meanwhile. Raises RemoteError."""
        self.notices[:] = [LARGE_PAGES.format(self._options.page_size)] if self._options.page_size > 1000 else []
        if self._options.meta_apitoken:
            self._fields = await self.meta()
        try:
            async with aclosing(self._walk(strict=True)) as walk:
                async for page in walk:
                    yield page
            return
        except ListMoved:
            self.notices.append("The list changed while it was read, so it was read again.")
        async with aclosing(self._walk(strict=False)) as walk:
            async for page in walk:
                yield page

    async def probe(self) -> CheckResult:
        """Read one record, which proves the apitoken and the record type. Raises RemoteError."""
        answer = await self._list(1, 1)
        columns = tuple(answer.records[0]) if answer.records else ()
        return CheckResult(True, f"{self._options.object_name}: {answer.total} records.", columns=columns)

    async def get(self, recordid: str) -> Record | None:
        """One record by its id, or None where there is none. Raises RemoteError, SettingsError."""
        return _only_record(await self._get(recordid), recordid)

    @property
    def rereadable(self) -> bool:
        """Whether a field is known by which criteria can ask for a key, or the link names a Get function."""
        return can_ask(self._options)

    async def read_again(self, keys: Sequence[Key], /) -> Mapping[Key, Record]:
        """These records as they are now: by criteria, else one by one with Get. Raises RemoteError, SettingsError."""
        options = self._options
        if not keys or not self.rereadable:
            return {}
        check_keys(options, keys)
        field = asked_field(options)
        if not field:
            return await self._got(keys)
        return by_key(options, keys, [record for some in any_of(field, keys) for record in await self.matching(some)])

    @property
    def record(self) -> str:
        """The record type."""
        return self._options.record

    async def matching(self, criteria: tuple[Criterion, ...]) -> list[Record]:
        """All records of the type that meet these criteria, whatever the link's own say. Raises RemoteError."""
        other = replace(self._options, criteria=criteria, sortby=(), meta_apitoken="")
        return await records_of(self._like(other).pages())

    async def meta(self) -> tuple[MetaField, ...]:
        """The type's fields as Get Meta tells them, cached. Raises RemoteError, SettingsError."""
        return await read_meta(self._caller, self._options.record, self._function("meta_apitoken"))

    async def _got(self, keys: Sequence[Key]) -> dict[Key, Record]:
        """Records by Get. An answer without a body may mean a record that is gone, or a wrong token."""
        async with aclosing(in_order(keys, self._found, self._parallel_pages)) as answers:
            told = dict(zip(keys, [answer async for answer in answers], strict=True))
        found = {key: answer for key, answer in told.items() if answer and not isinstance(answer, SyncError)}
        doubts = [answer for answer in told.values() if isinstance(answer, SyncError)]
        if doubts and not found:
            raise doubts[0]
        return found

    async def _found(self, key: Key) -> Record | SyncError | None:
        try:
            reply = await self._get(key[0])
        except Refused as error:
            if NO_RECORD in error.message.lower():
                return None
            raise
        return empty_answer(reply) if reply.blank else _only_record(reply, key[0])

    async def _get(self, recordid: str) -> Reply:
        form = {"recordid": recordid, "othersettings": _json(STORED_BY_NAME)}
        return await self._caller.ask("Get", self._options.record, self._function("get_apitoken"), form)

    def _like(self, options: SmartSimpleSource) -> SmartSimpleRecords:
        """Another list, whose notices are its own."""
        return SmartSimpleRecords(self._caller, options, self._parallel_pages)

    async def _walk(self, *, strict: bool) -> AsyncGenerator[Page, None]:
        size = self._options.page_size
        first = await self._span(1, size)
        self._judge(first, first.total, strict)
        yield Page(first.records, 1, first.total)
        starts = range(size + 1, first.total + 1, size)
        async with aclosing(in_order(starts, lambda start: self._span(start, size), self._parallel_pages)) as spans:
            number = 1
            async for span in spans:
                self._judge(span, first.total, strict)
                number += 1
                yield Page(span.records, number, first.total)

    def _judge(self, span: ListReply, total: int, strict: bool) -> None:
        if span.steady and span.total == total:
            return
        if strict:
            raise ListMoved
        self._note("The list changed again while it was read: pull once more when it is quiet.")

    async def _span(self, first: int, size: int) -> ListReply:
        """One span of the list; where the instance is too slow for it, two halves."""
        try:
            return await self._list(first, size)
        except TimedOut:
            if size == 1 or size << HALVINGS <= self._options.page_size:
                raise
        half = (size + 1) // 2
        self._note(f"The instance was slow: {half} records were asked for at once instead of {size}.")
        front = await self._span(first, half)
        return front if front.total < first + half else front + await self._span(first + half, size - half)

    async def _list(self, first: int, size: int) -> ListReply:
        options = self._options
        token = self._function("apitoken")
        reply = await self._caller.ask("List", options.record, token, self._query(first, size))
        if options.record != "report":
            return read_list(reply, first, size)
        answer = read_report(reply, first, size)
        if len(answer.records) == answer.total == size:
            self._note(f"The report gave exactly {size} rows: if it has more, raise page_size.")
        return answer

    def _query(self, first: int, size: int) -> dict[str, str]:
        options = self._options
        form = {"othersettings": _json({**STORED_BY_NAME, **paging(first, size)})}
        if options.criteria:
            form["criteria"] = _json([_criterion(c) for c in options.criteria])
        if sortby := pinned_order(options):
            form["sortby"] = _json(sortby)
        return form | ({"reportid": options.reportid} if options.reportid else {})

    def _function(self, setting: str) -> Secret:
        """The token of one of the link's functions."""
        if not getattr(self._options, setting):
            raise SettingsError(f"The link's source has no `{setting}`.", f"Add `{setting}` to it in synctui.toml.")
        return self._caller.tools.secret(getattr(self._options, setting))

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def _only_record(reply: Reply, recordid: str) -> Record | None:
    records, _ = read_records(reply)
    return {"recordid": recordid, **records[0]} if records else None


def paging(first: int, size: int) -> dict[str, int]:
    """The page that begins with record `first` (1-based): by number where it is a whole page, else by start.

    SmartSimple wiki, "SmartConnect - RESTful API", Pagination, priorities 2 and 3.
    """
    if (first - 1) % size == 0:
        return {"recordsperpage": size, "pagenum": (first - 1) // size + 1}
    return {"recordsperpage": size, "recordstart": first}


def pinned_order(options: SmartSimpleSource) -> list[dict[str, str]]:
    """The link's order, made total by the record's id: without it pages of live data skip and repeat rows."""
    order = [{"field": s.field, "direction": s.direction} for s in options.sortby]
    by_id = ID_FIELD.get(options.record, options.key_field)
    if options.record != "report" and by_id and by_id not in {s.field for s in options.sortby}:
        order.append({"field": by_id, "direction": "asc"})
    return order


def _criterion(criterion: Any) -> dict[str, str]:
    return {
        "andor": criterion.andor,
        "field": criterion.field,
        "operator": criterion.operator,
        "value": str(criterion.value),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
