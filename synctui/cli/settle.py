"""`settle`: evidence of what became of rows in doubt, and the user's decision where that is no proof."""

from __future__ import annotations

from dataclasses import replace

from synctui.cli import answers
from synctui.cli.desk import Desk
from synctui.cli.push_result import settle_steps
from synctui.cli.runs import row_line
from synctui.cli.terminal import table
from synctui.errors import UsageError, WorksheetError
from synctui.exit_codes import DONE, IN_DOUBT
from synctui.past_runs.settle import Decision, Settlement
from synctui.sentences import settle_sentence, was_not_marked
from synctui.show import show


def settle(desk: Desk, run_id: str, decision: Decision | None, path: str | None) -> int:
    """Show the evidence of what became of a run's rows in doubt, and what is decided by it or by the user."""
    settlement = desk.run(lambda _: _settle(desk, run_id, decision, path))
    for notice in settlement.notices:
        desk.warn(notice)
    lines = (*map(show, settlement.evidence), *table(map(row_line, settlement.rows)), settle_sentence(settlement))
    desk.answer(answers.settled(settlement), *lines)
    if settlement.in_doubt:
        desk.tell(*settle_steps(desk, settlement.run_id))
    return IN_DOUBT if settlement.in_doubt else DONE


async def _settle(desk: Desk, run_id: str, decision: Decision | None, path: str | None) -> Settlement:
    """Where the workbook is gone or cannot be used, the journal is told all the same."""
    async with desk.session() as session:
        try:
            name = path or session.show(run_id)[0].workbook
            return await session.settle(run_id, decision, desk.old_workbook(name) if name else None)
        except WorksheetError as error:
            try:
                settlement = await session.settle(run_id, decision, None)
            except UsageError:  # only the workbook could have told of this run
                raise error from None
            return replace(settlement, notices=(*settlement.notices, was_not_marked(error)))
