"""A run that is taken back, or whose rest is sent, before it happens: its cells, and the rows that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from textual.content import Content

from synctui.past_runs.undo import Kept
from synctui.planning.plan import PlannedRow
from synctui.sentences import CREATED_BY_RUN, NOTHING_TO_SEND, created_key, key_text, place
from synctui.session import PreparedAgain
from synctui.store.history import RunRow
from synctui.tui.jobs import Again
from synctui.tui.screens.plan import COLUMNS, PlanPage, cells, full
from synctui.tui.signs import SIGNS
from synctui.tui.texts import lines, plain, target_of
from synctui.tui.widgets.grid import GridCell, ListedRows
from synctui.wording import count

Line: TypeAlias = tuple[PlannedRow, str] | Kept | RunRow
"""A changed cell, a row that is kept as it is, or one that the run created and that stays."""


class AgainPage(PlanPage):
    """Shows the plan of an undo or of a resumed run; the answer is True where the user confirmed it."""

    def __init__(self, prepared: PreparedAgain, what: Again, notice: str = "") -> None:
        super().__init__(prepared, {})
        self._again, self._what, self._notice = prepared, what, notice
        self._lines: tuple[Line, ...] = (*self.cells, *prepared.kept, *prepared.created)

    @property
    def command(self) -> list[str]:
        """The same from a shell."""
        return [self._what, self._again.run.run_id]

    def title_line(self) -> Content:
        """Which run it is about."""
        run = self._again.run
        what = "undo run" if self._what == "undo" else "send the rest of run"
        return plain(f"Plan: {what} {run.run_id} of {run.link} to {target_of(self.host.overview, run.link)}")

    def listed(self) -> ListedRows[Line]:
        """The cells, then what stays as it is."""
        return ListedRows(COLUMNS, self._lines, _cells)

    def told(self, line: int) -> Content:
        """One line of the grid in full."""
        return _told(self._lines[line]) if self._lines else Content("")

    def cautions(self) -> Content:
        """What a push tells, and how many rows stay as they are."""
        kept, created = self._again.kept, self._again.created
        return lines(
            Content("") if self.plan.rows else plain(NOTHING_TO_SEND),
            super().cautions(),
            plain(f"! {count(len(kept), 'row')} kept, for the reasons below", "$text-warning") if kept else Content(""),
            plain(f"· {count(len(created), 'row')} created by the run: nothing is deleted") if created else Content(""),
            plain(f"! {self._notice}", "$text-warning") if self._notice else Content(""),
        )


def _cells(line: Line) -> Sequence[GridCell]:
    if isinstance(line, tuple):
        return cells(line)
    row, key, why = _left(line)
    sign = SIGNS["conflict" if isinstance(line, Kept) else "skipped"]
    start = (GridCell(sign.mark, sign.style), GridCell(str(row.sheet_row)), GridCell(key))
    return *start, GridCell("stays", sign.style), GridCell(""), GridCell(why, sign.style)


def _told(line: Line) -> Content:
    if isinstance(line, tuple):
        return full(line)
    row, key, why = _left(line)
    return plain(f"{place(row.sheet_row)} · {key} · {why}")


def _left(line: Kept | RunRow) -> tuple[RunRow, str, str]:
    """A row that stays as it is, its key, and why."""
    if isinstance(line, Kept):
        return line.row, key_text(line.row.key), line.why
    return line, created_key(line), CREATED_BY_RUN
