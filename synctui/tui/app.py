"""The dashboard's app: it opens the session after its first paint, owns all jobs, and carries out every action."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult, SystemCommand
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Footer, Static

from synctui.errors import SyncError, UsageError
from synctui.show import show
from synctui.tui.actions import bindings, here, works
from synctui.tui.faults import Guarded, note, told
from synctui.tui.messages import Decided, JobEnded, Judged, LinkChanged
from synctui.tui.screens.page import Dialog, Page
from synctui.tui.texts import command_line

if TYPE_CHECKING:
    from synctui.session import Session
    from synctui.store.history import RunSummary
    from synctui.tui.job_runner import Jobs
    from synctui.tui.overview import LinkState, Overview
    from synctui.tui.walks import Walks

WATCH = 2.0
"""Seconds between two looks at the workbooks, which other programs save."""
LONGEST = 400
"""Columns of a notification."""
STOPPING = (
    "The push stops before its next call. The answer under way gets up to 5 seconds; "
    "if it does not come in time, its rows are in doubt."
)


class Dashboard(Guarded):
    """Links, pulls and pushes.

    `workbook` is the file for all links; without it each link's own is looked for, in `folder` among other places.
    `open_session` is called in a thread. After the app has ended, `failure` is why it could not begin, and `fault` the
    exception that it did not expect.
    """

    TITLE = "SyncTUI"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings("app")
    session: Session
    overview: Overview
    jobs: Jobs
    walks: Walks

    def __init__(
        self,
        config: str | None = None,
        workbook: str | None = None,
        *,
        folder: Path | None = None,
        open_session: Callable[[str | None], Session] | None = None,
    ) -> None:
        super().__init__()
        self.config, self._workbook, self._folder = config, workbook, folder or Path.cwd()
        self._open_session = open_session or _open_session
        self.failure: SyncError | None = None
        self.opened = False
        """Whether `session`, `overview`, `jobs` and `walks` are there."""

    # -- the beginning

    def compose(self) -> ComposeResult:
        """What is seen while the settings are read."""
        yield Static("SyncTUI", classes="brand")
        yield Static("reading the settings …", classes="hint")
        yield Footer()

    def on_mount(self) -> None:
        """Begin when the first screen is painted: the core is loaded after it."""
        self.call_after_refresh(lambda: self.run_worker(self._begin(), exit_on_error=True))

    async def _begin(self) -> None:
        try:
            self.session = await asyncio.to_thread(self._open_session, self.config)
        except SyncError as error:
            self.failure = error
            self.exit()
            return
        await self._take_up()
        while True:
            await asyncio.sleep(WATCH)
            await self._read(await self.overview.changed())

    async def _take_up(self) -> None:
        from synctui.tui.job_runner import Jobs
        from synctui.tui.overview import Overview
        from synctui.tui.screens.links import Links
        from synctui.tui.walks import Walks

        self.overview = Overview(self.session, self._workbook, self._folder)
        self.jobs = Jobs(self.session, lambda job: self.post_message(JobEnded(job)))
        self.walks = Walks(self)
        self.opened = True
        await self.push_screen(Links())
        try:
            await self.overview.find_workbooks()
        except SyncError as error:
            self.problem("The journal cannot be read", error)
        await self._read(self.overview.links)

    async def _read(self, links: Iterable[str]) -> None:
        """Look at the workbooks of these links; one that a job writes is read when the job has ended."""
        for link in list(links):
            if link in self.overview.links and self.jobs.busy(link, self.overview.links[link].workbook) is None:
                await self.overview.read(link)
            self.post_message(LinkChanged(link))

    # -- what jobs and links tell

    def on_link_changed(self, message: LinkChanged) -> None:
        """Tell every screen, those below included; one that is not composed yet hears of it afterwards."""
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.post_message(LinkChanged(message.link))

    def on_job_ended(self, message: JobEnded) -> None:
        """Show what became of a job, and read what it wrote."""
        job = message.job
        if state := self.overview.links.get(job.link):  # a run's link may be gone from the settings
            state.job_error = job.error
        job.tell(self.walks)
        self.screen.refresh_bindings()
        self.run_worker(self._read([job.link]))

    def on_decided(self, message: Decided) -> None:
        """Write what the user decided about a row in conflict."""
        self.walks.decide(self.overview.links[message.link], message.row_id, message.sides)

    def on_judged(self, message: Judged) -> None:
        """Settle a run by what the user said."""
        self.walks.settle(message.run, message.decision)

    # -- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Whether an action works on this screen and now."""
        screen = self.screen
        if not works(action, getattr(screen, "place", "")):
            return False
        if action == "cancel":
            return self.opened and isinstance(screen, Page) and screen.link in self.jobs.running
        return True

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: everything that works on the screen, and the theme."""
        for action in here(getattr(screen, "place", "")):
            if action.owner != "grid" or action.name == "choose":
                yield SystemCommand(action.label, action.help, partial(self._run_there, screen, action.command))
        yield SystemCommand("Theme", "Change the colours.", self.action_change_theme)

    async def _run_there(self, screen: Screen[object], command: str) -> None:
        namespaces = {"app": self, "screen": screen, "focused": screen.focused or screen}
        owner, _, name = command.partition(".")
        await self.run_action(name, namespaces[owner])

    def action_pull(self) -> None:
        """Pull the chosen link; without a workbook, choose one first."""
        state = self._state
        if state is None:
            return
        if state.workbook:
            self.walks.pull(state)
        else:
            self._choose_workbook(state, then=self.action_pull)

    def action_rows(self) -> None:
        """Show the chosen link's rows."""
        from synctui.tui.screens.rows import RowsPage

        if self._state is not None:
            self.push_screen(RowsPage(self._state.link.name))

    def action_push(self) -> None:
        """Plan a push of the chosen link, after its questions."""
        if self._state is not None:
            self.walks.push(self._state)

    def action_only_failed(self) -> None:
        """Plan a push of the chosen link's refused rows."""
        if self._state is not None:
            self.walks.push(self._state, only_failed=True)

    def action_repair(self) -> None:
        """Show the chosen link's damaged cells, to put them back."""
        if self._state is not None:
            self.walks.repair(self._state)

    def action_settle(self) -> None:
        """Look what became of the chosen run's rows in doubt."""
        if self._run is not None:
            self.walks.settle(self._run)

    def action_undo(self) -> None:
        """Plan to take the chosen run back."""
        if self._run is not None:
            self.walks.again(self._run, "undo")

    def action_resume(self) -> None:
        """Plan to send what the chosen run left."""
        if self._run is not None:
            self.walks.again(self._run, "resume")

    def action_runs(self) -> None:
        """List all runs."""
        from synctui.tui.screens.runs import RunsPage

        try:
            self.push_screen(RunsPage(self.session.runs()))
        except SyncError as error:
            self.problem("The journal cannot be read", error)

    def action_workbook(self) -> None:
        """Choose the chosen link's workbook."""
        if self._state is not None:
            self._choose_workbook(self._state)

    def action_cancel(self) -> None:
        """Stop the job of the screen's link."""
        link = self._link
        try:
            self.jobs.stop(link)
        except UsageError as error:
            self.say(str(error), "warning")

    def action_reread(self) -> None:
        """Read all workbooks and the journal again."""
        self.run_worker(self._read(self.overview.links))

    def action_copy_command(self) -> None:
        """Copy the screen's command to the clipboard, by OSC 52."""
        arguments = self.screen.command if isinstance(self.screen, Page) else []
        if arguments:
            text = command_line(arguments, self.config)
            self.copy_to_clipboard(text)
            self.say(f"Copied: {text}")

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from synctui.tui.screens.help import Help

        self.push_screen(Help(getattr(self.screen, "place", "")))

    async def action_quit(self) -> None:
        """Leave; ask first while a push is under way."""
        from synctui.tui.screens.question import Question

        pushes = [job.link for job in self.jobs.running.values() if job.asks_before_leaving] if self.opened else []
        if not pushes:
            self.leave()
        elif not isinstance(self.screen, Question):
            question = Question(f"{', '.join(pushes)} is being pushed. Leave?", STOPPING, "Stop it and leave", "Stay")
            self.push_screen(question, lambda yes: self.leave() if yes else None)

    def leave(self) -> None:
        """Stop all jobs, wait for their ends, and leave."""
        self.run_worker(self._leave())

    async def _leave(self) -> None:
        if self.opened:
            await self.jobs.stop_all()
        self.exit()

    # -- helpers

    @property
    def _link(self) -> str:
        return self.screen.link if isinstance(self.screen, Page) else ""

    @property
    def _state(self) -> LinkState | None:
        return self.overview.links.get(self._link) if self.opened else None

    @property
    def _run(self) -> RunSummary | None:
        return self.screen.run if isinstance(self.screen, Page) else None

    def _choose_workbook(self, state: LinkState, then: object = None) -> None:
        from synctui.tui.screens.workbook import ChooseWorkbook

        def take(path: str | None) -> None:
            if path is None:
                return
            self.overview.choose(state.link.name, path)
            self.post_message(LinkChanged(state.link.name))
            self.run_worker(self._read([state.link.name]))
            if callable(then):
                then()

        default = state.workbook or str(self._folder / f"{state.link.name}.xlsx")
        self.push_screen(ChooseWorkbook(state.link.name, default), take)

    def say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notification."""
        self.notify(show(text, LONGEST), severity=severity, markup=False)

    def problem(self, what: str, error: SyncError) -> None:
        """Show a failure; beside a dialog that the user is at, as a notification."""
        from synctui.tui.screens.problem import Problem

        if isinstance(self.screen, Dialog):
            self.say(f"{what}: {error}", "error")
        else:
            self.push_screen(Problem(what, error))


def _open_session(config: str | None) -> Session:
    """Load the core, read the settings and open the connections, which sends nothing. Raises SettingsError.

    All of this takes longer than the first paint, most of it for certificates and the keyring.
    """
    from synctui.offload import in_thread
    from synctui.session import Session

    session = Session.open(config, in_thread)
    for settings in session.settings.connections.values():
        session.connections.get(settings)
    return session


def run_dashboard(config: str | None, workbook: str | None = None) -> int:
    """Open the dashboard and stay until the user leaves; returns the exit code. Raises SettingsError."""
    app = Dashboard(config, workbook)
    asyncio.run(_run(app))
    if app.failure is not None:
        raise app.failure
    if app.fault is not None:
        sys.stderr.write(f"synctui: {told(app.fault)}\n")
        return 2
    return 0


async def _run(app: Dashboard) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(note)
    for name in ("SIGTERM", "SIGHUP"):
        with suppress(NotImplementedError, AttributeError):  # Windows
            loop.add_signal_handler(getattr(signal, name), app.leave)
    try:
        await app.run_async()
    finally:
        if app.opened:
            await app.jobs.stop_all()
            await app.session.close()
