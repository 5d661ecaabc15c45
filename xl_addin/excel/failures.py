"""Whatever goes wrong in Excel or on the way to it, as one kind of exception with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from synctui.errors import SyncError, WorksheetError
from xl_addin.excel.patience import limit_attempts

BUSY = "Finish editing the cell (press Enter), then try again."
_BUSY_CODES = frozenset((-2147418111, -2147417846, -2146777998))
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE: a cell is edited or a dialog is open."""
_GONE_CODES = frozenset((-2147023174, -2147417848, -2147023170))
"""RPC_S_SERVER_UNAVAILABLE, RPC_E_DISCONNECTED, RPC_S_CALL_FAILED: Excel was closed or broke down."""


@contextmanager
def translated(attempts: int) -> Iterator[None]:
    """Any failure of Excel, of pywin32, appscript or xlwings becomes a WorksheetError.

    A call that Excel turns away as it is busy is made again, as often as `attempts` says: a Patience as a rule.
    """
    limit_attempts(attempts)
    try:
        yield
    except SyncError:
        raise
    except Exception as error:
        raise worksheet_error(error) from error


def is_busy(error: BaseException) -> bool:
    """Whether Excel turned a call away for now."""
    return type(error).__name__ == "ExcelBusyError" or not _BUSY_CODES.isdisjoint(_codes(error))


def is_gone(error: BaseException) -> bool:
    """Whether there is no Excel any more."""
    return not _GONE_CODES.isdisjoint(_codes(error))


def worksheet_error(error: BaseException) -> WorksheetError:
    """A failure in words, with a remedy."""
    if is_busy(error):
        return WorksheetError("Excel is busy.", BUSY)
    if is_gone(error):
        return WorksheetError("Excel does not answer any more.", "Open the workbook again, then try again.")
    said = _description(error)
    return WorksheetError(
        f"Excel could not do it: {said}{'' if said.endswith('.') else '.'}",
        "Check that the workbook and its sheets are not protected and no dialog is open, then try again.",
    )


def _codes(error: BaseException) -> Iterator[object]:
    """The result codes that a COM error holds: its own, and that of the program which raised it."""
    yield getattr(error, "hresult", None)
    details = _details(error)
    if details:
        yield details[-1]


def _details(error: BaseException) -> tuple[object, ...]:
    """What a COM error calls its exception information: code, source, description, help file, help id, scode."""
    details = error.args[2] if len(error.args) > 2 else None
    return details if isinstance(details, tuple) else ()


def _description(error: BaseException) -> str:
    details = _details(error)
    said = details[2] if len(details) > 2 else None
    return str(said or error or type(error).__name__).strip()[:300] or type(error).__name__
