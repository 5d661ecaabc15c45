"""The walks from a key to what became of it: each starts a job, and goes on where the job has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from synctui.errors import SyncError, UsageError
from synctui.past_runs.settle import Decision
from synctui.sentences import repair_sentence, settle_sentence
from synctui.session import Prepared, PreparedAgain
from synctui.store.history import RunSummary
from synctui.tui.host import Host
from synctui.tui.jobs import Again, AgainJob, DecideJob, Job, PlanJob, PullJob, PushJob, RepairJob, SettleJob
from synctui.tui.messages import LinkChanged
from synctui.tui.overview import LinkState
from synctui.tui.screens.again import AgainPage
from synctui.tui.screens.page import Dialog
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.repair import RepairPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.settlement import SettlementPage
from synctui.tui.screens.variables import AskVariables, questions_of
from synctui.wording import count


class Walks:
    """Starts jobs for the app, and goes on where one has ended."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self._answers: dict[str, dict[str, str]] = {}
        """Link -> what its variables were given last."""

    def start(self, job: Job) -> None:
        """Begin a job, unless another one has its link or its workbook."""
        try:
            self._app.jobs.start(job)
        except UsageError as error:
            self._app.say(str(error), "warning")
            return
        if state := self._app.overview.links.get(job.link):
            state.job_error = None
        self._app.screen.refresh_bindings()
        self._app.post_message(LinkChanged(job.link))

    # -- a pull

    def pull(self, state: LinkState) -> None:
        """Pull a link into its workbook."""
        self.start(PullJob(link=state.link.name, workbook=state.workbook))

    def pulled(self, job: PullJob) -> None:
        """Tell what a pull did."""
        if job.result is not None:
            self._app.say(job.summary)
            for notice in job.result.notices:
                self._app.say(notice, "warning")
        elif job.error is None:
            self._app.say(f"The pull of {job.link} was stopped; the workbook is as it was.")
        else:
            self._app.problem(f"{job.link} was not pulled", job.error)

    # -- a conflict

    def decide(self, state: LinkState, row_id: str, sides: Mapping[str, str]) -> None:
        """Write what the user decided about a row in conflict."""
        self.start(DecideJob(link=state.link.name, workbook=state.workbook, row_id=row_id, sides=sides))

    def decided(self, job: DecideJob) -> None:
        """Tell what was written."""
        if job.error is None:
            self._app.say(
                f"Written for {count(len(job.sides), 'cell')} of {job.link}; the next push sends what is yours."
            )
        else:
            self._app.problem("The decision was not written", job.error)

    # -- damage

    def repair(self, state: LinkState) -> None:
        """Show what a spreadsheet program changed by itself, and put it back where the user wants that."""
        name, damage = state.link.name, state.reading.changes.damage if state.reading else []
        if not damage:
            self._app.say(f"{name}: {repair_sentence(())}")
            return
        job = RepairJob(link=name, workbook=state.workbook)
        self._app.push_screen(RepairPage(name, state.workbook, damage), lambda yes: self.start(job) if yes else None)

    def repaired(self, job: RepairJob) -> None:
        """Tell what was put back."""
        if job.error is not None:
            self._app.problem(f"{job.link} was not repaired", job.error)
        else:
            self._app.say(f"{job.link}: {repair_sentence(job.result or ())}")

    # -- a run that is over

    def settle(self, run: RunSummary, decision: Decision | None = None) -> None:
        """Look what became of a run's rows in doubt; with a decision, settle them by it."""
        self.start(SettleJob(link=run.link, workbook=run.workbook, run_id=run.run_id, decision=decision))

    def settled(self, job: SettleJob) -> None:
        """Show what was found, and ask where that is no proof."""
        if job.error is not None:
            self._app.problem(f"Run {job.run_id} was not settled", job.error)
        elif job.result is None:
            self._app.say(f"Settling run {job.run_id} was stopped; its rows tell how they stand.", "warning")
        elif not job.result.rows or isinstance(self._app.screen, Dialog):  # the user is at something else
            self._app.say(settle_sentence(job.result))
        else:
            self._show_settlement(job)

    def _show_settlement(self, job: SettleJob) -> None:
        screen, found = self._app.screen, job.result
        if found is None:
            return
        notices = [notice for notice in (job.notice, *found.notices) if notice]
        if isinstance(screen, SettlementPage) and screen.run.run_id == job.run_id:
            screen.show(found, notices)
        else:
            self._app.push_screen(SettlementPage(self._app.session.show(job.run_id)[0], found, notices))

    def again(self, run: RunSummary, what: Again) -> None:
        """Plan to take a run back, or to send what it left."""
        self.start(AgainJob(link=run.link, workbook=run.workbook, run_id=run.run_id, what=what))

    def planned_again(self, job: AgainJob) -> None:
        """Open the plan."""
        if job.result is not None:
            page = AgainPage(job.result, job.what, job.notice)
            self._app.push_screen(page, partial(self._confirmed, job.result))
        elif job.error is not None:
            what = "taken back" if job.what == "undo" else "resumed"
            self._app.problem(f"Run {job.run_id} cannot be {what}", job.error)
        else:
            self._app.say(f"The plan of run {job.run_id} was stopped; nothing was sent.")

    # -- a push

    def push(self, state: LinkState, *, only_failed: bool = False) -> None:
        """Ask a link's questions, then plan; `only_failed`: of the rows that were refused."""
        name = state.link.name
        if not state.workbook:
            error = UsageError("The link has no workbook yet.", "Pull it first (p).")
            self._app.problem(f"{name} cannot be pushed", error)
            return
        questions = questions_of(state.link)
        if questions:
            dialog = AskVariables(name, questions, self._answers.get(name, {}))
            self._app.push_screen(dialog, partial(self._plan, state, only_failed))
        else:
            self._plan(state, only_failed, {})

    def _plan(self, state: LinkState, only_failed: bool, answers: dict[str, str] | None) -> None:
        if answers is not None:
            name = state.link.name
            self._answers[name] = answers
            self.start(PlanJob(link=name, workbook=state.workbook, variables=answers, only_failed=only_failed))

    def planned(self, job: PlanJob) -> None:
        """Open the plan."""
        if job.result is not None:
            page = PlanPage(job.result, job.variables, only_failed=job.only_failed)
            self._app.push_screen(page, partial(self._confirmed, job.result))
        elif job.error is not None:
            self._app.problem(f"{job.link} cannot be pushed", job.error)
        else:
            self._app.say(f"The plan of {job.link} was stopped; nothing was sent.")

    def _confirmed(self, prepared: Prepared | PreparedAgain, yes: bool | None) -> None:
        if yes:
            self.start(PushJob(link=prepared.plan.link, workbook=prepared.plan.workbook, prepared=prepared))

    def pushed(self, job: PushJob) -> None:
        """Show the rows' outcomes."""
        if job.result is not None:
            self._open_result(job.result.run_id, job.result.notices)
        elif job.error is not None:
            self._app.problem(f"{job.link} was not pushed", job.error)

    def _open_result(self, run_id: str, notices: Sequence[str]) -> None:
        try:
            run, rows = self._app.session.show(run_id)
        except SyncError as error:
            self._app.problem(f"Run {run_id} cannot be read", error)
            return
        if isinstance(self._app.screen, Dialog):  # the user is at something else
            self._app.say(f"Run {run_id} of {run.link} has ended: {run.accepted:,} of {run.size:,} rows accepted.")
        else:
            self._app.push_screen(ResultPage(run, rows, notices))
