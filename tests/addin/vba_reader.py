"""oletools reads what we write; it knows nothing of our code."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # oletools calls pyparsing by names of old
    from oletools.olevba import VBA_Parser
    from oletools.olevba import decompress_stream as _decompress


def decompressed(container: bytes) -> bytes:
    """The text of a CompressedContainer."""
    return bytes(_decompress(bytearray(container)))


def sources(name: str, data: bytes) -> dict[str, str]:
    """Module -> its source, of a project or of a workbook with one."""
    parser = VBA_Parser(name, data=data)
    found = {path.rpartition("/")[2]: code for _, path, _, code in parser.extract_all_macros()}
    parser.close()
    return found


def lines(source: str) -> list[str]:
    """The lines that say something."""
    return [line for line in source.splitlines() if line]
