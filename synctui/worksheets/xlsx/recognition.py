"""Files that are no workbook of ours, told by their first bytes, each with its remedy."""

from __future__ import annotations

from pathlib import Path

from synctui.errors import WorksheetError

EXTENSIONS = (".xlsx", ".xlsm")
_SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx."
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOOKED_AT = 8 << 20
"""Bytes of a compound file in which the name of its encrypted part is looked for."""
_OTHERS = {
    ".xls": "an old Excel file (.xls)",
    ".xlsb": "a binary Excel file (.xlsb)",
    ".ods": "an OpenDocument file (.ods)",
    ".csv": "a text file (.csv)",
    ".xltx": "a template",
    ".xltm": "a template",
    ".xlam": "an add-in",
}


def refuse_other_formats(path: Path) -> None:
    """Raise WorksheetError for what is no .xlsx or .xlsm, by name or by content. Raises OSError."""
    name, extension = path.name, path.suffix.lower()
    if extension not in EXTENSIONS:
        what = _OTHERS.get(extension, "not an Excel workbook")
        raise WorksheetError(f"{name} is {what}; only .xlsx and .xlsm can be linked.", _SAVE_AS)
    if path.is_dir():
        raise WorksheetError(f"{name} is a folder.", "Name a workbook file.")
    if not path.parent.is_dir():
        raise WorksheetError(f"There is no folder {path.parent}.", "Make it, or name another place.")
    if path.exists():
        _refuse_content(path)


def _refuse_content(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    if head.startswith(_COMPOUND):
        if _ENCRYPTED in head:
            raise WorksheetError(
                f"{path.name} is protected by a password.",
                "Take the password off: in Excel, File > Info > Protect Workbook > Encrypt with Password.",
            )
        raise WorksheetError(f"{path.name} is an old Excel file (.xls) whatever its name says.", _SAVE_AS)
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:200]:
        raise WorksheetError(f"{path.name} is an OpenDocument file (.ods) whatever its name says.", _SAVE_AS)
    if not head.startswith(b"PK"):
        what = "is empty" if not head else "is not a workbook"
        raise WorksheetError(f"{path.name} {what}.", "Name another file, or take an older copy of it.")
