"""A workbook file: .xlsx or .xlsm, read as a stream and changed in place.

Everything that is not a linked worksheet's own part, its table or the passport keeps its bytes as they are packed.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.parsers.expat import ExpatError

from synctui.cells import Cell, Grid
from synctui.errors import WorksheetError
from synctui.worksheets.base import NewSheet, SheetPatch
from synctui.worksheets.layout import LISTS_SHEET, PASSPORT_SHEET
from synctui.worksheets.references import address_of
from synctui.worksheets.xlsx.archive import Archive
from synctui.worksheets.xlsx.changing import Changing, decoders, find_sheet
from synctui.worksheets.xlsx.contents import Package, Sheet, worksheets
from synctui.worksheets.xlsx.deflate import ERRORS
from synctui.worksheets.xlsx.grid import first_column, read_cell, read_grid
from synctui.worksheets.xlsx.limits import Damaged
from synctui.worksheets.xlsx.neighbours import rows_can_go
from synctui.worksheets.xlsx.packing import Packer
from synctui.worksheets.xlsx.recognition import refuse_other_formats
from synctui.worksheets.xlsx.rows import SheetXml
from synctui.worksheets.xlsx.saving import Identity, Replacement, refuse_changed
from synctui.worksheets.xlsx.skeleton import empty_workbook
from synctui.worksheets.xlsx.tables import table_at_top

_BROKEN: tuple[type[Exception], ...] = (
    Damaged,
    ExpatError,
    *ERRORS,
    struct.error,
    ValueError,
    LookupError,
    ArithmeticError,
    EOFError,
)
"""What reading a broken file can raise, whatever is wrong with it."""


def open_workbook(path: str | Path) -> XlsxWorkbook:
    """A workbook by its path; one that does not exist is made by the first `write`. Raises WorksheetError."""
    return XlsxWorkbook(Path(path))


class XlsxWorkbook:
    """A workbook file. It is opened for each call and must stay the one that was opened first."""

    def __init__(self, path: Path) -> None:
        self._path = _real(path)
        with self._translated():
            refuse_other_formats(self._path)
            self._identity = Identity.of(self._path)
            with self._package() as package:
                package.sheets()

    @property
    def name(self) -> str:
        """The file's full path."""
        return str(self._path)

    def sheet_names(self) -> tuple[str, ...]:
        """All worksheets, in order, the very hidden ones that are ours left out."""
        with self._package() as package:
            names = (sheet.name for sheet in worksheets(package.sheets()))
            return tuple(name for name in names if name not in (LISTS_SHEET, PASSPORT_SHEET))

    def grid(self, sheet: str) -> Grid:
        """The worksheet as it stands, read in one go."""
        with self._package() as package:
            found = self._sheet(package, sheet)
            return read_grid(
                SheetXml(package.archive, found.part), decoders(package), table_at_top(package, found.part)
            )

    def cell(self, sheet: str, address: str) -> Cell:
        """One cell, such as `B2`."""
        column, row = address_of(address)
        with self._package() as package:
            found = self._sheet(package, sheet)
            return read_cell(SheetXml(package.archive, found.part), decoders(package), column, row)

    def passport(self) -> tuple[str, ...] | None:
        """Column A of the very hidden worksheet; None where there is none."""
        with self._package() as package:
            found = find_sheet(package, PASSPORT_SHEET)
            return first_column(SheetXml(package.archive, found.part), decoders(package)) if found else None

    def removable(self, sheet: str) -> bool:
        """Whether rows can be taken out without harm to what knows them by position."""
        with self._package() as package:
            found = self._sheet(package, sheet)
            return rows_can_go(package, found, SheetXml(package.archive, found.part))

    def write(
        self,
        changes: Sequence[NewSheet | SheetPatch],
        passport: Sequence[str],
        rename: Mapping[str, str] | None = None,
        *,
        before_replace: Callable[[], None] | None = None,
    ) -> list[str]:
        """Make all changes and save, whole or not at all; gives notices for the user."""
        with Replacement(self._path, self._identity) as replacement:
            with self._package() as package:
                changing = Changing(package)
                changing.apply(changes, passport, rename or {})
                replacement.fill(lambda file: package.save(Packer(file)))
            if before_replace:
                before_replace()
            with self._translated():
                replacement.commit()
                self._identity = Identity.of(self._path)
        return changing.notices

    def _sheet(self, package: Package, name: str) -> Sheet:
        found = find_sheet(package, name)
        if found is None:
            raise WorksheetError(f"{self._path.name} has no worksheet {name!r}.", "Pull the link to create it.")
        return found

    @contextmanager
    def _package(self) -> Iterator[Package]:
        """The file's parts for one call, if the file is still the one that was opened first."""
        with self._translated():
            if self._identity is None:
                refuse_changed(self._path, None)
                yield Package(Archive(io.BytesIO(empty_workbook(self._path.suffix))))
                return
            with self._path.open("rb") as file:
                refuse_changed(self._path, self._identity)
                yield Package(Archive(file))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """One kind of exception out, whatever goes wrong with the file."""
        name = self._path.name
        try:
            yield
        except PermissionError as error:
            raise WorksheetError(
                f"{name} cannot be used: access is denied.", "Close it in other programs; check the file's rights."
            ) from error
        except OSError as error:
            raise WorksheetError(
                f"{name} cannot be used: {error.strerror or error}.", "Check disk and path."
            ) from error
        except _BROKEN as error:
            reason = str(error) if isinstance(error, Damaged) else "its contents make no sense"
            raise WorksheetError(
                f"{name} is damaged: {reason}.", "Open it in Excel or LibreOffice and save it, or use an older copy."
            ) from error


def _real(path: Path) -> Path:
    """The file that a path means: links are followed, so that the file is replaced and not the link."""
    return Path(os.path.realpath(path))
