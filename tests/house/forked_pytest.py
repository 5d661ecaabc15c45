"""Runs pytest again and again, each time in a fork of one process that has imported everything but the product.

`python forked_pytest.py MODULE ...` imports these modules; each line of its input is a JSON list: a file for what
pytest says, then pytest's arguments. Each line of its output is an exit code.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from contextlib import suppress

import pytest
import pytest_asyncio.plugin
import pytest_timeout

PLUGINS = (pytest_asyncio.plugin, pytest_timeout)
"""All that our tests need: to load every installed one would take longer than they do."""


def run(told: str, *arguments: str) -> int:
    """The exit code of pytest in a process of its own."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    output = os.open(told, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = int(pytest.main(list(arguments), PLUGINS))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    for module in sys.argv[1:]:
        with suppress(ImportError):
            importlib.import_module(module)
    for line in sys.stdin:
        print(run(*json.loads(line)), flush=True)
