"""What a run's answer says of each row that was sent.

Counts are documents: rows with equal keys stand or fall together. The Errors table has no row numbers, so its lines
are matched to rows by the values sent, one to one, and never by position.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.connectors.base import BatchReply, Outcome, Outgoing, RowReply
from synctui.connectors.eone.replies import ErrorRow, RunResult
from synctui.errors import OutcomeUnknown
from synctui.records import Value

LOOK = "Look at the map's run history, then use `synctui settle`."
PARTIAL_NOT_SET = (
    "other documents of this run failed, and whether this map saves the good ones is not known: "
    "set `partial` of the link's target to true or false"
)
STOPPED = "not saved: other documents of this run failed, and this map then saves none"
NOT_NAMED = "documents of this run failed that its errors do not name"
Verdict = tuple[Outcome, str]


@dataclass(slots=True)
class Matched:
    """What the Errors table says of the rows sent."""

    lines: dict[int, str] = field(default_factory=dict)
    """Position of a row -> the message meant for it."""
    failed: dict[int, str] = field(default_factory=dict)
    """Document that failed -> why."""
    perhaps: dict[int, str] = field(default_factory=dict)
    """Document with a row equal to one that failed in another -> why."""
    accounted: int = 0
    """How many failed documents the table explains."""


def settle_rows(
    rows: Sequence[Outgoing], columns: Sequence[str], result: RunResult, *, partial: bool | None, names_rows: bool
) -> BatchReply:
    """One outcome per row, the same for all rows of a document.

    `names_rows` is False for a call whose answer has no Errors table.
    Raises OutcomeUnknown where the answer does not fit what was sent.
    """
    documents = {row.document for row in rows}
    _check_counts(len(documents), result)
    if result.succeeded:
        return _reply(rows, result, Matched(), (Outcome.ACCEPTED, result.message))
    if names_rows and not result.errors:
        raise OutcomeUnknown("The run failed and names no row.", LOOK)
    matched = match_errors(rows, columns, result.errors)
    if matched.accounted > result.failed:
        raise OutcomeUnknown(f"The run counted {result.failed} failures and names {matched.accounted}.", LOOK)
    if result.failed == len(documents):
        matched.failed = {document: matched.failed.get(document, result.message) for document in documents}
    return _reply(rows, result, matched, _others(matched.accounted == result.failed, partial), partial)


def match_errors(rows: Sequence[Outgoing], columns: Sequence[str], errors: Sequence[ErrorRow]) -> Matched:
    """Match the table's lines to rows by all values sent. Raises OutcomeUnknown for a line that matches none."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        places[_identity(row.values, columns)].append(position)
    said: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for error in errors:
        said[_identity(error.values, columns)].append(error.message)
    if said.keys() - places.keys():
        raise OutcomeUnknown("The run's errors speak of rows that were not sent.", LOOK)
    matched = Matched()
    for identity, messages in said.items():
        _note_equal(matched, rows, places[identity], messages)
    matched.accounted += len(matched.failed)
    return matched


def _note_equal(matched: Matched, rows: Sequence[Outgoing], places: Sequence[int], messages: Sequence[str]) -> None:
    """Lines for rows that are equal: where there are too few of them, which row is meant cannot be told."""
    together = "one of these rows: " + " / ".join(dict.fromkeys(messages))
    documents = {rows[place].document for place in places}
    if len(messages) < len(places) and len(documents) > 1:
        matched.perhaps.update(dict.fromkeys(documents, together))
        matched.accounted += len(messages)
        return
    told = messages if len(messages) >= len(places) else [together] * len(places)
    for place, message in zip(places, told, strict=False):
        matched.lines[place] = message
        matched.failed.setdefault(rows[place].document, message)


def _identity(values: Mapping[str, Value], columns: Sequence[str]) -> tuple[str, ...]:
    """The values as the map sees them: an absent column is empty, blanks alone are empty, no carriage returns."""
    known = {name.lower(): value for name, value in values.items()}
    texts = ((known.get(column.lower()) or "").replace("\r", "") for column in columns)
    return tuple(text if text.strip() else "" for text in texts)


def _check_counts(documents: int, result: RunResult) -> None:
    if result.documents != documents:
        raise OutcomeUnknown(f"The run counted {result.documents} documents instead of the {documents} sent.", LOOK)
    if result.succeeded != (result.failed == 0) or result.failed > documents:
        raise OutcomeUnknown(f"The run's status and its count of {result.failed} failures do not fit.", LOOK)


def _others(explained: bool, partial: bool | None) -> Verdict:
    """The outcome of documents that the table does not name."""
    if partial is False:
        return Outcome.UNSENT, STOPPED
    if not explained:
        return Outcome.IN_DOUBT, NOT_NAMED
    return (Outcome.ACCEPTED, "") if partial else (Outcome.IN_DOUBT, PARTIAL_NOT_SET)


def _reply(
    rows: Sequence[Outgoing], result: RunResult, matched: Matched, others: Verdict, partial: bool | None = None
) -> BatchReply:
    """A document that only perhaps failed is refused where the map saved nothing, and in doubt where it may have."""
    perhaps = Outcome.REFUSED if partial is False else Outcome.IN_DOUBT

    def verdict(position: int, document: int) -> Verdict:
        if document in matched.failed:
            line = matched.lines.get(position)
            return Outcome.REFUSED, line or f"its document failed: {matched.failed[document]}".rstrip(": ")
        if document in matched.perhaps:
            return perhaps, matched.perhaps[document]
        return others

    replies = (RowReply(row.row_id, *verdict(position, row.document)) for position, row in enumerate(rows))
    return BatchReply(tuple(replies), run_number=result.run_number)
