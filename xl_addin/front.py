"""What the buttons need of a spreadsheet program that is running."""

from __future__ import annotations

from typing import Protocol

from synctui.worksheets.base import Workbook


class Spreadsheet(Protocol):
    """The program that called, seen from one of its workbooks. Every member raises WorksheetError with a remedy."""

    @property
    def workbook(self) -> Workbook:
        """The workbook from which the button was pressed."""

    @property
    def sheet(self) -> str:
        """Name of its active worksheet."""

    def status(self, text: str | None) -> None:
        """Put a line into the status bar; None gives the bar back."""

    def tell(self, title: str, text: str) -> None:
        """Show a text until the user has read it."""

    def ask(self, title: str, text: str) -> bool:
        """Whether the user says yes."""

    def input(self, title: str, prompt: str) -> str | None:
        """What the user types; None where they cancel."""

    def show(self, sheet: str) -> None:
        """Make a worksheet the active one."""
