"""Whether a worksheet is a link's own, and of the same environment."""

from __future__ import annotations

from synctui.errors import WorksheetError
from synctui.links import Link
from synctui.records import Memory
from synctui.worksheets.passport import Passport


def linked(passport: Passport, name: str) -> Memory:
    """What the passport remembers of a link. Raises WorksheetError when the worksheet is not linked."""
    memory = passport.links.get(name)
    if memory is None:
        raise WorksheetError(
            f"The worksheet {name!r} has no valid passport, so it is not known where its rows came from.",
            "Pull again with --replace: the present worksheet is kept beside the new one.",
        )
    return memory


def belongs(memory: Memory, link: Link) -> None:
    """Raises WorksheetError, naming both environments, when rows were pulled under other settings than now."""
    now = link.fingerprint
    differ = [
        name for name in sorted(memory.fingerprint.keys() | now.keys()) if memory.fingerprint.get(name) != now.get(name)
    ]
    if not differ and memory.key == link.key:
        return
    if not differ:
        raise WorksheetError(
            f"The key of {link.name} is not the one its rows were pulled with.", "Pull with --replace."
        )
    then = ", ".join(f"{name} {memory.fingerprint.get(name, 'none')}" for name in differ)
    today = ", ".join(f"{name} {now.get(name, 'none')}" for name in differ)
    raise WorksheetError(
        f"The rows of {link.name} came from {then}; the settings now say {today}.",
        "Use the settings they were pulled with, or pull again with --replace.",
    )
