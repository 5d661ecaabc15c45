"""`python -m xl_addin build`: writes the add-in without Excel."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from synctui.errors import UsageError
from xl_addin.addin_file import FILE_NAME, addin_file


def main(arguments: Sequence[str]) -> int:
    """Write SyncTUI.xlam and say where. Raises UsageError where it cannot be written."""
    parser = argparse.ArgumentParser("python -m xl_addin build", description="Write SyncTUI.xlam.")
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="FOLDER", help="where to (here)")
    parser.add_argument(
        "--python", default=sys.executable, metavar="PATH",
        help="the interpreter that the add-in starts on Windows (this one); empty: the one that `install` notes",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    path = options.output / FILE_NAME
    write(path, addin_file(options.python))
    sys.stdout.write(f"{path}\n")
    return 0


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it. Raises UsageError, in words for an add-in that Excel holds open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except PermissionError as error:
        raise UsageError(f"{path} cannot be written.", "Close Excel, which may hold it open, and try again.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Choose another folder.") from error
