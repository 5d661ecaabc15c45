"""The two walks from a key to what became of it: a pull, and a push by way of its questions and its plan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from synctui.errors import SyncError, UsageError
from synctui.session import Prepared
from synctui.tui.host import Host
from synctui.tui.jobs import Job, PlanJob, PullJob, PushJob
from synctui.tui.messages import LinkChanged
from synctui.tui.overview import LinkState
from synctui.tui.screens.page import Dialog
from synctui.tui.screens.plan import PlanPage
from synctui.tui.screens.result import ResultPage
from synctui.tui.screens.variables import AskVariables, questions_of


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
        self._app.overview.links[job.link].job_error = None
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

    # -- a push

    def push(self, state: LinkState) -> None:
        """Ask a link's questions, then plan."""
        name = state.link.name
        if not state.workbook:
            error = UsageError("The link has no workbook yet.", "Pull it first (p).")
            self._app.problem(f"{name} cannot be pushed", error)
            return
        questions = questions_of(state.link)
        if questions:
            dialog = AskVariables(name, questions, self._answers.get(name, {}))
            self._app.push_screen(dialog, partial(self._plan, state))
        else:
            self._plan(state, {})

    def _plan(self, state: LinkState, answers: dict[str, str] | None) -> None:
        if answers is not None:
            name = state.link.name
            self._answers[name] = answers
            self.start(PlanJob(link=name, workbook=state.workbook, variables=answers))

    def planned(self, job: PlanJob) -> None:
        """Open the plan."""
        if job.result is not None:
            page = PlanPage(job.result, job.variables)
            self._app.push_screen(page, partial(self._confirmed, job.result))
        elif job.error is not None:
            self._app.problem(f"{job.link} cannot be pushed", job.error)
        else:
            self._app.say(f"The plan of {job.link} was stopped; nothing was sent.")

    def _confirmed(self, prepared: Prepared, yes: bool | None) -> None:
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
