"""The running Excel, as a button sees it: which workbook called, the status bar, questions to the user."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Sequence

import xlwings as xw

from synctui.errors import WorksheetError
from xl_addin.excel.failures import translated
from xl_addin.excel.platforms import bring_forward
from xl_addin.excel.workbook import ExcelWorkbook

MAX_INPUT_PROMPT = 255
_ASK = (
    "on run argv",
    "set answer to display dialog (item 2 of argv) with title (item 1 of argv) default answer \"\"",
    "return text returned of answer",
    "end run",
)  # fmt: skip
"""AppleScript that takes its texts as arguments: whatever they hold, none of it becomes script."""
_TEXT = 2
"""Type of Excel's InputBox: the answer is a text."""


class Excel:
    """The Excel that a button was pressed in. All methods raise WorksheetError."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book

    @classmethod
    def calling(cls, arguments: Sequence[str]) -> Excel:
        """The Excel that started this program: `--wb=` names the workbook, `--hwnd=` one of its windows (Windows).

        xlwings' own `Book.caller` would cut a name at its first `=`.
        """
        name, window = _given(arguments, "wb"), _given(arguments, "hwnd")
        with translated():
            found = _open_books([xw.apps.add(xl=int(window))] if window else xw.apps, name)
        if len(found) != 1:
            how = "is open twice" if found else "is not open in Excel"
            raise WorksheetError(f"The workbook {name} {how}.", "Press a button of the tab SyncTUI in that workbook.")
        return cls(found[0])

    @property
    def workbook(self) -> ExcelWorkbook:
        """The workbook that the button was pressed in."""
        return ExcelWorkbook(self._book)

    @property
    def sheet(self) -> str:
        """The name of its active worksheet."""
        with translated():
            return str(self._book.sheets.active.name)

    def status(self, text: str | None) -> None:
        """Show a text in the status bar; None gives the bar back to Excel."""
        with translated():
            self._book.app.status_bar = text if text else False

    def tell(self, title: str, text: str) -> None:
        """Show a text until it is closed."""
        with translated():
            self._book.app.alert(text, title)

    def ask(self, title: str, text: str) -> bool:
        """Ask whether to go on; closing the box means no."""
        with translated():
            return self._book.app.alert(text, title, buttons="ok_cancel") == "ok"

    def input(self, title: str, prompt: str) -> str | None:
        """Ask for a line of text; None when it is cancelled."""
        with translated():
            if sys.platform == "darwin":
                return _mac_input(title, prompt)
            answer = self._book.app.api.InputBox(Prompt=prompt[:MAX_INPUT_PROMPT], Title=title, Type=_TEXT)
            return None if answer is False else str(answer)

    def show(self, sheet: str) -> None:
        """Bring a worksheet to the front."""
        with translated():
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


def _mac_input(title: str, prompt: str) -> str | None:
    script = [part for line in _ASK for part in ("-e", line)]
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/osascript", *script, title, prompt], capture_output=True, text=True, check=False
    )
    return done.stdout.removesuffix("\n") if done.returncode == 0 else None
