"""The commands of SyncTUI: what is asked, what is answered on stdout, and the exit code."""

from __future__ import annotations

from synctui.cli.commands import main

__all__ = ["main"]
