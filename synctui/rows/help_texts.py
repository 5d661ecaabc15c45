"""What a person reads when they stand on a column's header."""

from __future__ import annotations

from collections.abc import Collection

from synctui.choices import offered
from synctui.links import Link
from synctui.records import Column, ColumnType
from synctui.wording import count

MAX_HELP = 255
"""Characters that an input message shows."""

SYNC_HELP = (
    "What becomes of the row: edited, new, saved, refused and why, in doubt, conflict, gone at source. You may type"
    " push to send the row again; in a conflict, mine to keep your value or theirs to take the source's."
)
"""Help of the column `Sync`."""

_TYPES = {
    ColumnType.TEXT: "Text",
    ColumnType.NUMBER: "Number, as 1234.5",
    ColumnType.DATE: "Date, as 2026-11-22",
    ColumnType.DATETIME: "Date and time, as 2026-11-22 14:30:00",
}


def header_help(column: Column, link: Link, issued: Collection[str]) -> str:
    """What is known of a column, in sentences: its type, whether rows are found by it, where it goes.

    `issued` are the columns whose values the source itself gives. At most 255 characters.
    """
    told = [_type(column), _key(column, link, issued), _right(column, link), _way(column, link)]
    text = " ".join(f"{sentence}." for sentence in told if sentence)
    return text if len(text) <= MAX_HELP else text[: MAX_HELP - 1] + "…"


def _type(column: Column) -> str:
    if column.choices:
        return f"Choose from the list; {count(len(offered(column.choices)), 'option')}"
    if column.type is ColumnType.BOOLEAN:
        return " or ".join(column.words)
    return _TYPES[column.type]


def _key(column: Column, link: Link, issued: Collection[str]) -> str:
    if column.name not in link.key:
        return ""
    leave = "; leave it empty for a new record" if column.name in issued else ""
    return f"Rows are found by this{leave}"


def _right(column: Column, link: Link) -> str:
    return "Read-only at the source" if column.read_only and column.name not in link.key else ""


def _way(column: Column, link: Link) -> str:
    """Where the column goes, as far as the settings alone tell."""
    if link.target is None:
        return ""
    options = link.target.options
    named = [target for target, header in options.columns.items() if header == column.title]
    fields = () if options.columns else getattr(options, "fields", ())
    named += [field for field in fields if field in (column.name, column.title)]
    return f"Goes to {' and '.join(named)} in {options.object_name}" if named else ""
