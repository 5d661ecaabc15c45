"""What a map's run history shows of a request whose answer was lost.

The vendor's REST API reference: GetHistoryForProcess tells of the newest ten runs of a map, GetErrorsForProcessRun of
the first 1000 rows that failed in one of them. A run does not tell who made it, so that it proves something only of a
map that nobody else runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from synctui.connectors.base import Evidence, Fate, Finding, Outcome, Outgoing
from synctui.connectors.eone.maps import Maps, PastRun
from synctui.connectors.eone.options import EoneTarget
from synctui.connectors.eone.outcomes import settle_rows
from synctui.connectors.eone.replies import ERROR_COLUMN, ErrorRow, RunResult, one_line
from synctui.errors import OutcomeUnknown
from synctui.records import Attempt
from synctui.wording import count

WINDOW = 10
"""Runs that the history shows."""
DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})")
NOT_EXCLUSIVE = "others may run this map too (`exclusive` is not set), so its history is no proof"
NOT_LEARNED = "no earlier run of this link has been answered, so how the map counts documents is not known"
GHOST = "an earlier request may have had a late effect, so this run may be that one's"
_FATES = {
    Outcome.ACCEPTED: Fate.ARRIVED,
    Outcome.REFUSED: Fate.REFUSED,
    Outcome.UNSENT: Fate.ABSENT,
    Outcome.SKIPPED: Fate.UNCLEAR,
    Outcome.IN_DOUBT: Fate.UNCLEAR,
}


async def look_into_history(
    maps: Maps, key: str, options: EoneTarget, attempt: Attempt, rows: Sequence[Outgoing]
) -> Evidence:
    """What the runs since the request show of its rows. Raises RemoteError."""
    history = await maps.history(key)
    since = [run for run in history if run.number > int(attempt.baseline or -1)]
    told = tuple(_told(run) for run in reversed(since)) or (_none_since(attempt),)
    why = doubt(history, since, attempt, options)
    if why:
        sentence = f"That does not decide it: {why}."
        return Evidence((*told, sentence), _all(rows, Finding(Fate.UNCLEAR, f"in doubt: {why}")))
    if not since:
        return Evidence(told, _all(rows, Finding(Fate.ABSENT)), proof=True)
    errors = await maps.errors_of_run(key, since[0].number) if since[0].failed else ()
    if errors:
        told += (f"The saved errors of run {since[0].number} name {count(len(errors), 'row')}.",)
    return Evidence(told, of_run(since[0], errors, rows, partial=options.partial), proof=True)


def doubt(history: Sequence[PastRun], since: Sequence[PastRun], attempt: Attempt, options: EoneTarget) -> str:
    """Why the runs since a request do not show what became of it; empty where they do."""
    if not options.exclusive:
        return NOT_EXCLUSIVE
    if len(since) >= WINDOW:
        return f"the history shows the newest {WINDOW} runs only"
    if attempt.baseline and attempt.baseline not in {str(run.number) for run in history}:
        return f"run {attempt.baseline}, the last one before it, is not in the history any more"
    return _doubt_of_run(since, attempt, options) if since else ""


def _doubt_of_run(since: Sequence[PastRun], attempt: Attempt, options: EoneTarget) -> str:
    if len(since) > 1:
        return "it is one request, and there is more than one run"
    if since[0].documents != attempt.documents:
        return f"the run counted {count(since[0].documents, 'document')} instead of the {attempt.documents} sent"
    if not attempt.learned:
        return NOT_LEARNED
    late = timedelta(minutes=options.settle_minutes)
    return GHOST if attempt.ghost and attempt.ghost + late > attempt.sent_at else ""


def of_run(
    run: PastRun, errors: Sequence[Mapping[str, str]], rows: Sequence[Outgoing], *, partial: bool | None
) -> dict[str, Finding]:
    """What became of each row in the one run that is theirs: as if its answer had come with these errors."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row.values))
    result = RunResult(not run.failed, str(run.number), run.documents, run.failed, "", tuple(map(_error_row, errors)))
    try:
        reply = settle_rows(rows, columns, result, partial=partial, names_rows=bool(errors))
    except OutcomeUnknown as error:
        return _all(rows, Finding(Fate.UNCLEAR, f"in doubt: {error.message}"))
    return {row.row_id: Finding(_FATES[row.outcome], row.message) for row in reply.rows}


def _error_row(values: Mapping[str, str]) -> ErrorRow:
    message = next((text for name, text in values.items() if name.upper() == ERROR_COLUMN), "")
    return ErrorRow(values, one_line(message))


def _all(rows: Sequence[Outgoing], finding: Finding) -> dict[str, Finding]:
    return {row.row_id: finding for row in rows}


def _told(run: PastRun) -> str:
    date = DATE.match(run.date)
    at = f" at {date[1]} {date[2]}" if date else ""
    return f"Run {run.number}{at}: {count(run.documents, 'document')}, {count(run.failed, 'error')}."


def _none_since(attempt: Attempt) -> str:
    return f"No run of the map since run {attempt.baseline}." if attempt.baseline else "The map has not run yet."
