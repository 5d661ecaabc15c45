"""The running Excel, as a button sees it: which workbook called, the status bar, questions to the user."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence

import xlwings as xw

from synctui.errors import WorksheetError
from xl_addin.excel.failures import translated
from xl_addin.excel.mac_input import mac_input
from xl_addin.excel.patience import AT_ONCE, Patience
from xl_addin.excel.platforms import bring_forward
from xl_addin.excel.workbook import ExcelWorkbook

MAX_INPUT_PROMPT = 255
_TEXT = 2
"""Type of Excel's InputBox: the answer is a text."""


class Excel:
    """The Excel that a button was pressed in. All methods raise WorksheetError."""

    def __init__(self, book: xw.Book, patience: Patience | None = None) -> None:
        self._book = book
        self._patience = patience or Patience()

    @classmethod
    def calling(cls, arguments: Sequence[str]) -> Excel:
        """The Excel that started this program: `--wb=` names the workbook, `--hwnd=` one of its windows (Windows).

        xlwings' own `Book.caller` would cut a name at its first `=`.
        """
        name, window = _given(arguments, "wb"), _given(arguments, "hwnd")
        with translated(Patience()):
            found = _open_books([xw.apps.add(xl=int(window))] if window else xw.apps, name)
        if len(found) != 1:
            how = "is open twice" if found else "is not open in Excel"
            raise WorksheetError(f"The workbook {name} {how}.", "Press a button of the tab SyncTUI in that workbook.")
        return cls(found[0])

    @property
    def workbook(self) -> ExcelWorkbook:
        """The workbook that the button was pressed in."""
        return ExcelWorkbook(self._book, self._patience)

    @property
    def sheet(self) -> str:
        """The name of its active worksheet."""
        with translated(self._patience):
            return str(self._book.sheets.active.name)

    def status(self, text: str | None) -> None:
        """Show a text in the status bar; None gives the bar back. No text is worth a wait of work under way."""
        with translated(AT_ONCE if text else self._patience):
            self._book.app.status_bar = text if text else False

    def tell(self, title: str, text: str) -> None:
        """Show a text until it is closed."""
        with translated(self._patience):
            self._book.app.alert(text, title)

    def ask(self, title: str, text: str) -> bool:
        """Ask whether to go on; closing the box means no."""
        with translated(self._patience):
            return self._book.app.alert(text, title, buttons="ok_cancel") == "ok"

    def input(self, title: str, prompt: str) -> str | None:
        """Ask for a line of text; None when it is cancelled."""
        with translated(self._patience):
            if sys.platform == "darwin":
                return mac_input(title, prompt)
            answer = self._book.app.api.InputBox(Prompt=prompt[:MAX_INPUT_PROMPT], Title=title, Type=_TEXT)
            return None if answer is False else str(answer)

    def show(self, sheet: str) -> None:
        """Bring a worksheet to the front."""
        with translated(self._patience):
            bring_forward(self._book.sheets[sheet], self._book)


def _given(arguments: Sequence[str], name: str) -> str:
    """The value of an argument, whatever it holds; empty where it is not given."""
    start = f"--{name}="
    return next((argument.removeprefix(start) for argument in arguments if argument.startswith(start)), "")


def _open_books(apps: Iterable[xw.App], name: str) -> list[xw.Book]:
    """Open workbooks of a name, each known by it: on macOS xlwings counts them, and another one may be closed."""
    return [app.books[book.name] for app in apps for book in app.books if _folded(book.name) == _folded(name)]


def _folded(name: str) -> str:
    """As the systems compare names of files: macOS may take letters and accents apart."""
    return unicodedata.normalize("NFC", name).lower()
