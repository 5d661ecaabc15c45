"""Whatever goes wrong in Excel or on the way to it, as one kind of exception with a remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from synctui.errors import SyncError, WorksheetError

COM_ATTEMPTS = 20
"""How often xlwings repeats a call that Excel turned away; left alone it repeats for ever."""
BUSY = "Finish editing the cell (press Enter), then try again."
_BUSY_CODES = frozenset((-2147418111, -2147417846, -2146777998))
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE: a cell is edited or a dialog is open."""
_GONE_CODES = frozenset((-2147023174, -2147417848, -2147023170))
"""RPC_S_SERVER_UNAVAILABLE, RPC_E_DISCONNECTED, RPC_S_CALL_FAILED: Excel was closed or broke down."""


def limit_attempts() -> None:
    """Let xlwings give up on a busy Excel after a finite number of attempts."""
    module = sys.modules.get("xlwings._xlwindows")
    if module is not None:
        module.N_COM_ATTEMPTS = COM_ATTEMPTS  # type: ignore[attr-defined]


@contextmanager
def translated() -> Iterator[None]:
    """Any failure of Excel, of pywin32, appscript or xlwings becomes a WorksheetError."""
    limit_attempts()
    try:
        yield
    except SyncError:
        raise
    except Exception as error:
        raise _worksheet_error(error) from error


def _worksheet_error(error: Exception) -> WorksheetError:
    codes = {code for code in _codes(error) if isinstance(code, int)}
    if type(error).__name__ == "ExcelBusyError" or codes & _BUSY_CODES:
        return WorksheetError("Excel is busy.", BUSY)
    if codes & _GONE_CODES:
        return WorksheetError("Excel does not answer any more.", "Open the workbook again, then try again.")
    said = _description(error)
    return WorksheetError(
        f"Excel could not do it: {said}{'' if said.endswith('.') else '.'}",
        "Check that the workbook and its sheets are not protected and no dialog is open, then try again.",
    )


def _codes(error: Exception) -> Iterator[object]:
    """The result codes that a COM error holds: its own, and that of the program which raised it."""
    yield getattr(error, "hresult", None)
    details = _details(error)
    if details:
        yield details[-1]


def _details(error: Exception) -> tuple[object, ...]:
    """What a COM error calls its exception information: code, source, description, help file, help id, scode."""
    details = error.args[2] if len(error.args) > 2 else None
    return details if isinstance(details, tuple) else ()


def _description(error: Exception) -> str:
    details = _details(error)
    said = details[2] if len(details) > 2 else None
    return str(said or error or type(error).__name__).strip()[:300] or type(error).__name__
