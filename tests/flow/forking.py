"""Processes that are there at once: forked from a server that has imported the product already."""

from __future__ import annotations

import multiprocessing
import sys

PRELOADED = (
    *("synctui.session", "synctui.cli.push", "synctui.cli.settle", "synctui.worksheets.xlsx", "synctui.crash"),
    *(f"synctui.connectors.{kind}.connection" for kind in ("smartsimple", "celigo", "eone")),
    *("httpx", "keyring", "anyio._backends._asyncio", "truststore", "_strptime"),
)
"""All that a push imports; test modules are not found from there."""

PROCESSES = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
PROCESSES.set_forkserver_preload(list(PRELOADED))
