"""Runs under a Python that has LibreOffice's `uno`: opens the twin, calls Basic functions, prints what they return.

Reads {"twin", "rival", "pipe", "calls": [[function, arguments], ...]} from stdin.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

SCRIPT = "vnd.sun.star.script:SyncTUI.{}?language=Basic&location=document"
ALWAYS_EXECUTE_NO_WARN = 4


def main() -> None:
    order = json.load(sys.stdin)
    desktop = connected(order["pipe"])
    twin, rival = opened(desktop, order["twin"]), opened(desktop, order["rival"])
    try:
        rival.CurrentController.Frame.activate()  # now it is ActiveWorkbook
        provider = twin.getScriptProvider()
        answers = [
            provider.getScript(SCRIPT.format(name)).invoke(tuple(given), (), ())[0] for name, given in order["calls"]
        ]
        modules = twin.BasicLibraries.getByName("SyncTUI").getElementNames()
        print(json.dumps({"modules": sorted(modules), "answers": answers}))
    finally:
        rival.close(True)
        twin.close(True)


def connected(pipe: str) -> Any:
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    deadline = time.monotonic() + 60
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def opened(desktop: Any, path: str) -> Any:
    options = {"MacroExecutionMode": ALWAYS_EXECUTE_NO_WARN}
    arguments = tuple(PropertyValue(Name=name, Value=value) for name, value in options.items())
    document = desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, arguments)
    assert document is not None, f"LibreOffice did not open {path}"
    return document


if __name__ == "__main__":
    main()
