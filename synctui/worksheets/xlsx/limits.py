"""What a workbook may hold, and the one exception for a file beyond that or broken."""

from __future__ import annotations

MAX_PARTS = 2_000
MAX_DIRECTORY = 4 << 20
"""Bytes of the zip directory."""
MAX_INFLATED = 2 << 30
"""Bytes of one part, inflated."""
MAX_SMALL_PART = 64 << 20
"""Bytes of a part that is held in memory whole, inflated."""
RATIO_FLOOR = 1 << 20
"""Parts that inflate to less may be packed as tightly as they like."""
MAX_RATIO = 100
MAX_CELLS = 25_000_000
MAX_DEPTH = 4_000
"""Elements inside elements."""
MAX_PIECE = 4 << 20
"""Bytes of one tag, comment or other single piece of XML."""
MAX_ROW_TEXT = 512 << 20
"""Characters of the XML of one row."""


class Damaged(Exception):
    """The file is not what it says it is; the argument says why, as the end of a sentence."""
