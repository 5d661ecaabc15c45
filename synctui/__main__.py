"""`python -m synctui`."""

from __future__ import annotations

from synctui.cli import main

if __name__ == "__main__":
    main()
