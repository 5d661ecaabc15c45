"""How much memory this process took at most; `getrusage` would count what its parent took before starting it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Megabytes at the highest point so far; 0 where the system does not tell."""
    told = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii")) if STATUS.exists() else None
    return int(told[1]) / 1024 if told else 0.0


def forget_peak() -> None:
    """Count from where the process is now; where the system forbids that, an older peak stays."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
