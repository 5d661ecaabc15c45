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


def belongs(memory: Memory, link: Link, *, pulling: bool = False) -> None:
    """Raises WorksheetError, naming both environments, when rows were pulled under other settings than now.

    A pull may give a target to a link that had none: nothing was accepted anywhere yet.
    """
    now = link.fingerprint
    untargeted = not any(map(_of_target, memory.fingerprint))
    if pulling and untargeted:
        now = {name: value for name, value in now.items() if not _of_target(name)}
    differ = [
        name for name in sorted(memory.fingerprint.keys() | now.keys()) if memory.fingerprint.get(name) != now.get(name)
    ]
    if not differ and memory.key == link.key:
        return
    if not differ:
        raise WorksheetError(
            f"The key of {link.name} is not the one its rows were pulled with.", "Pull with --replace."
        )
    if untargeted and all(map(_of_target, differ)):
        raise WorksheetError(f"The rows of {link.name} were pulled before it had a target.", "Pull again, then push.")
    then = ", ".join(f"{name} {memory.fingerprint.get(name, 'none')}" for name in differ)
    today = ", ".join(f"{name} {now.get(name, 'none')}" for name in differ)
    raise WorksheetError(
        f"The rows of {link.name} came from {then}; the settings now say {today}.",
        "Use the settings they were pulled with, or pull again with --replace.",
    )


def _of_target(name: str) -> bool:
    return name.startswith("target ")
