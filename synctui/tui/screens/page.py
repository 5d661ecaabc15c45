"""What all screens and dialogs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from synctui.tui.actions import bindings
from synctui.tui.host import Host
from synctui.tui.messages import LinkChanged

if TYPE_CHECKING:
    from synctui.store.history import RunSummary

T = TypeVar("T")


class Page(Screen[T]):
    """A full screen: a title line, what the screen shows, the keys."""

    place: ClassVar[str] = ""
    """Its name in the table of actions."""

    @property
    def host(self) -> Host:
        """The app."""
        return cast("Host", self.app)

    @property
    def link(self) -> str:
        """The link that actions are about; empty where none is chosen."""
        return ""

    @property
    def run(self) -> RunSummary | None:
        """The run that actions are about."""
        return None

    @property
    def command(self) -> list[str]:
        """Arguments of the `synctui` command that does what the screen does."""
        return []

    def title_line(self) -> Content:
        """What the first line says."""
        return Content("")

    def compose_body(self) -> ComposeResult:
        """Everything between title and keys."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        with Horizontal(classes="title"):
            yield Static("SyncTUI", classes="brand")
            yield Static(self.title_line(), id="title")
        yield from self.compose_body()
        yield Footer(compact=True)

    def on_link_changed(self, message: LinkChanged) -> None:
        """Hear that something about a link is new."""

    def action_back(self) -> None:
        """Go back to the screen below."""
        self.dismiss(None)


class Dialog(ModalScreen[T]):
    """A box over the screen below."""

    place: ClassVar[str] = "dialog"
    BINDINGS = bindings("screen", "dialog")

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
