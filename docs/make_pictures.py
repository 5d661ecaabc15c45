"""Draw the README's picture of a worksheet: LibreOffice prints a sample workbook, Poppler makes the page a picture.

python docs/make_pictures.py
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import openpyxl

DOCS = Path(__file__).resolve().parent
SAMPLE = DOCS.parent / "sample_workbooks" / "review.xlsx"
SHOWN = (
    "Sync",
    "recordid",
    "sf_Application Name",
    "sf_Status ID",
    "sf_End Date",
    "cf_Amount",
    "cf_County",
    "cf_Type",
    "cf_Note",
)
"""Columns of the picture; the others are hidden, as a person may do."""
ROWS = 14
DOTS = 150
"""Dots in an inch."""
CROP = (90, 100, 1480, 285)
"""Left, top, width and height of the picture on the page, in dots."""


def main() -> None:
    """Write worksheet.png."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "worksheet.xlsx"
        only_shown(copy)
        profile = f"-env:UserInstallation={Path(folder).as_uri()}/profile"
        quietly("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(copy))
        left, top, width, height = map(str, CROP)
        crop = ("-x", left, "-y", top, "-W", width, "-H", height)
        page = ("-png", "-singlefile", "-r", str(DOTS), "-f", "1", "-l", "1")
        quietly("pdftoppm", *page, *crop, f"{folder}/worksheet.pdf", str(DOCS / "worksheet"))


def only_shown(copy: Path) -> None:
    """The sample with the columns and rows that are shown; paper in landscape fits them."""
    book = openpyxl.load_workbook(SAMPLE)
    sheet = book["Review"]
    for cell in sheet[1]:
        sheet.column_dimensions[cell.column_letter].hidden = cell.value not in SHOWN
    for row in range(ROWS, sheet.max_row):
        sheet.row_dimensions[row].hidden = True
    book.save(copy)


def quietly(*command: str) -> None:
    """Run a program that must succeed."""
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
