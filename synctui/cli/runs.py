"""`runs` and `show`: what the journal knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.terminal import table
from synctui.files.whole import write_whole
from synctui.html_pages import run_page
from synctui.past_runs.result_files import write_results
from synctui.sentences import key_text, place
from synctui.settings import state_folder
from synctui.store.history import RunRow, RunSummary
from synctui.store.journal import Journal

HEADERS = ("run", "link", "started", "state", "accepted", "refused", "in doubt", "unsent", "skipped")


def runs(desk: Desk) -> int:
    """All runs, newest first; the settings are not needed for it."""
    journal = Journal(state_folder())
    try:
        found = journal.runs()
    finally:
        journal.close()
    lines = table(map(_summary, found), HEADERS) if found else ["Nothing was pushed from this machine yet."]
    desk.answer({"runs": [answers.run(run) for run in found]}, *lines)
    return 0


def show(desk: Desk, text: str, *, page: str | None, results: str | None) -> int:
    """One run with its rows, by its id or the beginning of it; also as a page for auditors and as lists."""
    journal = Journal(state_folder())
    try:
        run = journal.run(journal.find(text))
        rows = journal.rows(run.run_id)
    finally:
        journal.close()
    files = _files(run, rows, page, results)
    document = {**answers.run(run), "rows": [answers.run_row(row) for row in rows], "files": files}
    desk.answer(document, *_head(run), *table(map(row_line, rows)), *(f"Written: {file}" for file in files))
    if run.in_doubt:
        desk.tell(f"next: {desk.again('settle', run.run_id, '--as', 'arrived')}, or --as resend, or --as skip")
    return 0


def _files(run: RunSummary, rows: Sequence[RunRow], page: str | None, results: str | None) -> list[str]:
    """Write what was asked for; returns the paths."""
    written: list[Path] = []
    if page:
        written.append(Path(page))
        write_whole(written[0], run_page(run, rows).encode())
    if results:
        written += write_results(Path(results), rows)
    return [str(path) for path in written]


def row_line(row: RunRow) -> list[str]:
    """One row as a line of a table."""
    return [place(row.sheet_row), key_text(row.key), row.outcome.replace("_", " "), row.message or row.evidence]


def _summary(run: RunSummary) -> list[str]:
    counts = (run.accepted, run.refused, run.in_doubt, run.unsent, run.skipped)
    return [run.run_id, run.link, _local(run), run.state, *(f"{count:,}" for count in counts)]


def _head(run: RunSummary) -> list[str]:
    told = [
        ("run", f"{run.run_id}, {run.state}{f': {run.note}' if run.note else ''}"),
        ("link", run.link),
        ("target", f"{run.target}{f' ({run.environment})' if run.environment else ''}"),
        ("workbook", run.workbook),
        ("started", f"{_local(run)} by {run.user}"),
        *((name, value) for name, value in run.variables.items()),
    ]
    return table(told)


def _local(run: RunSummary) -> str:
    return f"{run.started.astimezone():%Y-%m-%d %H:%M:%S}"
