"""Takes over runs that a workbook shows as in doubt and that this machine's journal does not know."""

from __future__ import annotations

from synctui.links import Link
from synctui.records import Memory
from synctui.rows.changes import Changeset, RowView
from synctui.store.drafts import Draft, DraftRow
from synctui.store.journal import Journal


def adopt_unknown_runs(
    journal: Journal, link: Link, target: str, workbook: str, memory: Memory, sheet: Changeset
) -> None:
    """Note rows that sheet or passport say are in doubt under a run the journal does not know: they bar the target."""
    if link.target is None:
        return
    by_run: dict[str, list[RowView]] = {}
    for row in sheet.rows:
        run = memory.in_doubt.get(row.row_id) or row.in_doubt
        if run and not journal.knows(run):
            by_run.setdefault(run, []).append(row)
    for run, rows in by_run.items():
        draft = Draft(
            link=link.name,
            source=link.source.connection.name,
            connection=link.target.connection.name,
            target=target,
            environment=link.target.connection.environment,
            workbook=workbook,
            rows=tuple(_draft_row(row, number) for number, row in enumerate(rows, 1)),
        )
        journal.adopt(run, draft)


def _draft_row(row: RowView, document: int) -> DraftRow:
    return DraftRow(
        row_id=row.row_id,
        key=row.key,
        op="update" if row.exists else "create",
        sheet_row=row.number,
        document=document,
        payload={},
        before={edit.column: edit.old for edit in row.edits},
        after={edit.column: edit.new for edit in row.edits},
    )
