"""The remote systems imitated over real HTTP on loopback, for practice, demos and tests."""

from __future__ import annotations

from synctui.practice.server import Practice, practice_in_thread

__all__ = ["Practice", "practice_in_thread"]
