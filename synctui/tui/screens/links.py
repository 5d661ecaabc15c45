"""The first screen: every link with its systems, its workbook and how its rows stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ListItem, ListView, Static

from synctui.store.history import RunSummary
from synctui.tui.actions import bindings
from synctui.tui.messages import LinkChanged
from synctui.tui.overview import LinkState, offers
from synctui.tui.screens.page import Page
from synctui.tui.signs import SIGNS
from synctui.tui.texts import endpoint, failure, file_name, is_production, lines, moment, plain
from synctui.tui.widgets.gauge import Gauge
from synctui.tui.widgets.progress import ProgressLine
from synctui.wording import count

SHOWN = ("edited", "new", "conflict", "refused", "doubt", "damage", "problem", "gone", "deleted", "saved", "skipped")
"""States in the order in which a card tells them."""


class Links(Page[None]):
    """One card for each link."""

    place: ClassVar[str] = "links"
    BINDINGS = bindings("screen", "links")

    def __init__(self) -> None:
        super().__init__()
        self.chosen = ""

    @property
    def link(self) -> str:
        """The highlighted link."""
        return self.chosen

    @property
    def command(self) -> list[str]:
        """A pull before the first one, a push after it."""
        state = self.host.overview.links.get(self.chosen)
        if state is None:
            return []
        verb = "push" if state.pulled and state.link.target else "pull"
        return [verb, self.chosen, "--workbook", state.workbook or f"{self.chosen}.xlsx"]

    def title_line(self) -> Content:
        """Where the settings are."""
        return plain(str(self.host.session.settings.path), "$foreground-muted")

    def compose_body(self) -> ComposeResult:
        """The cards, and below them the call budgets."""
        states = self.host.overview.links
        if not states:
            yield Static("The settings name no links yet: add [links.NAME] to the file above.", classes="hint")
        yield ListView(*(LinkCard(state) for state in states.values()), id="cards")
        with Vertical(id="gauges"):
            yield from self._gauges()

    def _gauges(self) -> Iterator[Gauge]:
        session = self.host.session
        for name, settings in session.settings.connections.items():
            budget = session.connections.budget(settings)
            if budget is not None:
                yield Gauge(name, budget)

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        """Remember which link is chosen."""
        card = event.item
        self.chosen = card.state.link.name if isinstance(card, LinkCard) else ""
        self.refresh_bindings()

    def on_list_view_selected(self) -> None:
        """Enter opens the rows."""
        self.run_worker(self.app.run_action("app.rows"))

    def on_link_changed(self, message: LinkChanged) -> None:
        """Show what is new on the link's card, and what it cost."""
        for gauge in self.query(Gauge):
            gauge.look()
        for card in self.query(LinkCard):
            if card.state.link.name == message.link:
                card.show_state(self.host.overview.links[message.link])


class LinkCard(ListItem):
    """One link."""

    def __init__(self, state: LinkState) -> None:
        super().__init__()
        self.state = state

    def compose(self) -> ComposeResult:
        """What is known, and a line for the job under way."""
        yield Static(classes="about")
        yield ProgressLine()

    def on_mount(self) -> None:
        """Show what is known."""
        self.show_state(self.state)

    def show_state(self, state: LinkState) -> None:
        """Show this state, and the job under way if there is one."""
        self.state = state
        screen = self.screen
        jobs = screen.host.jobs.running if isinstance(screen, Links) else {}
        job = jobs.get(state.link.name)
        self.query_one(".about", Static).update(about(state, busy=job is not None))
        self.query_one(ProgressLine).follow(job)


def about(state: LinkState, *, busy: bool) -> Content:
    """A card's text."""
    rows = Content("") if busy and not state.read else _rows(state)
    return lines(_names(state), _file(state), rows, _failures(state))


def _names(state: LinkState) -> Content:
    link = state.link
    environments = dict.fromkeys(side.connection.environment for side in (link.source, link.target) if side)
    badges = [_badge(name) for name in environments if name]
    way = plain(f"  {endpoint(link.source)} → {endpoint(link.target)}")
    return Content.assemble(plain(link.name, "bold $text-primary"), way, *badges)


def _badge(environment: str) -> Content:
    style = "bold $text-error reverse" if is_production(environment) else "$foreground-muted"
    text = environment.upper() if is_production(environment) else environment
    return Content.assemble("  ", plain(f" {text} ", style))


def _file(state: LinkState) -> Content:
    if not state.workbook:
        none = "no workbook yet: p pulls into a new one, w chooses one"
        return plain(none if state.searched else "looking for its workbook …", "$foreground-muted")
    told = [file_name(state.workbook)]
    if state.read and not state.error:
        told.append(f"pulled {moment(state.pulled)}" if state.pulled else "not pulled yet")
    return plain(" · ".join(told + ([last_run(state.last_run)] if state.last_run else [])), "$foreground-muted")


def last_run(run: RunSummary) -> str:
    """What became of a push, in few words."""
    counts = {"accepted": run.accepted, "refused": run.refused, "in doubt": run.in_doubt, "unsent": run.unsent}
    told = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
    return f"pushed {moment(run.started)}: {told or run.state}"


def _rows(state: LinkState) -> Content:
    if not state.workbook or state.error:
        return Content("")
    if not state.read:
        return plain("reading the workbook …", "$foreground-muted")
    if not state.pulled:
        return Content("")
    parts = [plain(count(state.counts["rows"], "row"))]
    for name in SHOWN:
        if state.counts[name]:
            sign = SIGNS[name]
            parts.append(plain(f"  {sign.mark} {state.counts[name]:,} {sign.word}", colour(sign.style)))
    return lines(Content.assemble(*parts), plain(offers(state), "$foreground-muted"))


def _failures(state: LinkState) -> Content:
    told = [failure(state.error)] if state.error else []
    return Content("\n").join([*told, *([failure(state.job_error)] if state.job_error else [])])


def colour(style: str) -> str:
    """The theme's colour for a state's style."""
    colours = {"edited": "$text-warning", "new": "$text-accent", "saved": "$text-success", "refused": "$text-error",
               "doubt": "bold $text-warning", "conflict": "bold $text-error", "damage": "$text-warning"}  # fmt: skip
    return colours.get(style, "$foreground-muted")
